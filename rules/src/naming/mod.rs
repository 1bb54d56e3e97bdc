//! Will Sym accept the names?

use symlint_core::rule::Group;

mod slug_charset;
mod slug_collision;
mod slug_too_long;

pub(crate) use slug_collision::same_names;

pub(crate) static GROUP: Group = Group {
    name: "naming",
    question: "will Sym accept the names?",
    urgency: 2,
    severity: &[],
    needs_wiring: true,
    compares_tenants: false,
    rules: &[
        rule!("slug-charset", Model(slug_charset)),
        rule!("slug-too-long", Model(slug_too_long)),
        rule!("slug-collision", Model(slug_collision)),
    ],
};
