//! Conversions between types, and functions that mark values.

use crate::eval::{Answer, Stop};
use crate::origin::Origin;
use crate::value::{Kind, Type, Value};

use super::arguments::{Arguments, Function, function};

pub(super) const FUNCTIONS: &[Function] = &[
    // Ephemeral values come from blocks that are unknown here.
    function("ephemeralasnull", 1, 1, |args| args.nullable(0).cloned()),
    function("issensitive", 1, 1, |args| {
        let sensitive = args.nullable(0)?.is_sensitive();
        Ok(Value::new(Kind::Bool(sensitive), Origin::derived(args.span, [])))
    }),
    function("nonsensitive", 1, 1, |args| {
        let mut value = args.nullable(0)?.clone();
        value.origin.sensitive = false;
        Ok(value)
    }),
    function("sensitive", 1, 1, |args| Ok(args.nullable(0)?.clone().marked(true))),
    function("tobool", 1, 1, |args| to(args, &Type::Bool)),
    function("tolist", 1, 1, |args| to(args, &Type::List(Box::new(Type::Any)))),
    function("tomap", 1, 1, |args| to(args, &Type::Map(Box::new(Type::Any)))),
    function("tonumber", 1, 1, |args| to(args, &Type::Number)),
    function("toset", 1, 1, |args| to(args, &Type::Set(Box::new(Type::Any)))),
    function("tostring", 1, 1, |args| to(args, &Type::String)),
];

fn to(args: &Arguments<'_, '_>, ty: &Type) -> Answer {
    let value = args.nullable(0)?;
    // In a set, unknown elements may turn out to be equal.
    let converted = args.convert(value, ty)?;
    if let Kind::Set(items) = &converted.kind {
        if let Some(unknown) = items.iter().find(|item| item.as_unknown().is_some()) {
            return Err(Stop::Unknown(unknown.clone()));
        }
    }
    Ok(converted)
}
