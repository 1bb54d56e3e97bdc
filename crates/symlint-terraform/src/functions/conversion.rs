//! Conversions between types, and what marks values.

use crate::eval::{Answer, Stop};
use crate::types::Type;
use crate::value::Kind;

use super::arguments::Arguments;
use super::{Function, function};

pub(super) const FUNCTIONS: &[Function] = &[
    function("nonsensitive", 1, 1, pass),
    function("sensitive", 1, 1, pass),
    function("tobool", 1, 1, |args| to(args, &Type::Bool)),
    function("tolist", 1, 1, |args| to(args, &Type::List(Box::new(Type::Any)))),
    function("tomap", 1, 1, |args| to(args, &Type::Map(Box::new(Type::Any)))),
    function("tonumber", 1, 1, |args| to(args, &Type::Number)),
    function("toset", 1, 1, |args| to(args, &Type::Set(Box::new(Type::Any)))),
    function("tostring", 1, 1, |args| to(args, &Type::String)),
];

/// What is secret is not told apart here: nothing of a value is shown but where it is written.
fn pass(args: &Arguments<'_, '_>) -> Answer {
    args.nullable(0).cloned()
}

fn to(args: &Arguments<'_, '_>, ty: &Type) -> Answer {
    let value = args.nullable(0)?;
    // A set of unknown elements may lose some of them.
    let converted = args.convert(value, ty)?;
    if let Kind::Set(items) = &converted.kind {
        if let Some(unknown) = items.iter().find(|item| item.as_unknown().is_some()) {
            return Err(Stop::Unknown(unknown.clone()));
        }
    }
    Ok(converted)
}
