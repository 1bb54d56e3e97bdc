//! Is symlint itself used correctly?

use symlint_core::rule::Group;

mod suppression_invalid;
mod suppression_unused;

pub(crate) static GROUP: Group = Group {
    name: "meta",
    question: "is symlint itself used correctly?",
    urgency: 3,
    severity: &[],
    rules: &[
        rule!("suppression-invalid", Suppressions(suppression_invalid)),
        rule!("suppression-unused", Suppressions(suppression_unused)),
    ],
};
