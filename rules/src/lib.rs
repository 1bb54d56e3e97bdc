//! The rules of symlint: one page and one file a rule, side by side, in a folder for each group.
//!
//! To add one, write `GROUP/rule-id.md` and `GROUP/rule_id.rs` and put a line into the list of `GROUP/mod.rs`.

use std::sync::LazyLock;

use symlint_core::rule::{Catalogue, Group};

/// Declares the rules of a group: their modules, their pages, and the group itself as `GROUP`.
macro_rules! rules {
    ($name:literal: $question:literal; $($module:ident = $id:literal,)*) => {
        $(mod $module;)*

        /// The group, with its rules in the order of the catalogue.
        pub(crate) const GROUP: symlint_core::rule::Group = symlint_core::rule::Group {
            name: $name,
            question: $question,
            rules: &[$(symlint_core::rule::Rule {
                id: $id,
                page: include_str!(concat!($id, ".md")),
                check: $module::check,
            }),*],
        };
    };
}

mod connector;
mod expression;
mod format;
mod isolation;
mod meta;
mod names;
mod naming;
mod tenant;
mod values;
mod wiring;

/// All groups, in the order of the catalogue.
pub const GROUPS: &[Group] = &[
    format::GROUP,
    tenant::GROUP,
    isolation::GROUP,
    connector::GROUP,
    wiring::GROUP,
    naming::GROUP,
    values::GROUP,
    meta::GROUP,
];

/// All rules with their pages.
pub fn catalogue() -> &'static Catalogue {
    #[allow(clippy::expect_used, reason = "the pages are part of the program, and a test reads them")]
    static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::new(GROUPS).expect("every page has its shape"));
    &CATALOGUE
}
