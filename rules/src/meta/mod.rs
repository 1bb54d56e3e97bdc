//! Was everything checked, and is symlint set up correctly?

use symlint_core::rule::Group;

mod not_checked;
mod suppression_copied;
mod suppression_invalid;
mod suppression_unused;

pub(crate) static GROUP: Group = Group {
    name: "meta",
    question: "was everything checked, and is symlint set up correctly?",
    urgency: 3,
    severity: &[],
    needs_wiring: false,
    compares_tenants: false,
    rules: &[
        rule!("not-checked", Model(not_checked)),
        rule!("suppression-invalid", Suppressions(suppression_invalid)),
        rule!("suppression-copied", Suppressions(suppression_copied)),
        rule!("suppression-unused", Suppressions(suppression_unused)),
    ],
};
