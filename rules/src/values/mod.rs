//! Do the files mean what their author thinks?

use symlint_core::finding::Obstacle;
use symlint_core::rule::Group;

mod arguments;
mod duplicate_key;
mod evaluation_error;
mod missing_attribute;
mod overridden_tenants;
mod placeholder_value;
mod syntax_error;
mod type_mismatch;
mod undeclared_variable;
mod unknown_attribute;
mod unknown_value;

pub(crate) use duplicate_key::{is_any_key_twice, is_key_twice};

pub(crate) static GROUP: Group = Group {
    name: "values",
    question: "do the files mean what their author thinks?",
    urgency: 3,
    severity: &[],
    needs_wiring: true,
    compares_tenants: false,
    rules: &[
        rule!("syntax-error", Model(syntax_error), obstacle = Obstacle::Unreadable),
        rule!("evaluation-error", Model(evaluation_error), obstacle = Obstacle::Unevaluated),
        rule!("duplicate-key", Model(duplicate_key), obstacle = Obstacle::Lost),
        rule!("missing-attribute", Model(missing_attribute)),
        rule!("unknown-attribute", Model(unknown_attribute)),
        rule!("type-mismatch", Model(type_mismatch)),
        rule!("undeclared-variable", Model(undeclared_variable)),
        rule!("overridden-tenants", Model(overridden_tenants)),
        rule!("placeholder-value", Tenant(placeholder_value)),
        rule!("unknown-value", Tenant(unknown_value)),
    ],
};
