//! The rules of symlint. Each rule has one page and one source file, side by side, in a folder for its group.
//!
//! To add one, write `GROUP/rule-id.md` and `GROUP/rule_id.rs`, and add a `mod` line and a `rule!` row to
//! `GROUP/mod.rs`.

use symlint_core::rule::Catalogue;

/// A row in the table of a group: the rule's id, and the [`Check`](symlint_core::rule::Check) with the rule's module,
/// which determines what the rule looks at. The build script has read its page.
macro_rules! rule {
    ($id:literal, $check:ident($module:ident)) => {
        rule!($id, $check($module), None)
    };
    ($id:literal, $check:ident($module:ident), obstacle = $obstacle:expr) => {
        rule!($id, $check($module), Some($obstacle))
    };
    ($id:literal, $check:ident($module:ident), $obstacle:expr) => {
        symlint_core::rule::Rule {
            id: $id,
            group: &GROUP,
            page: crate::pages::$module,
            check: symlint_core::rule::Check::$check($module::check),
            obstacle: $obstacle,
        }
    };
}

mod connector;
mod copied;
mod expression;
mod format;
mod isolation;
mod meta;
mod names;
mod naming;
mod tenant;
mod values;
mod wiring;

/// The pages as `build.rs` has read them. Each is a constant named like the module of its rule.
#[allow(non_upper_case_globals, reason = "a rule's module and its page have one name")]
mod pages {
    use symlint_core::level::Level;
    use symlint_core::rule::{Fixable, Page};

    include!(concat!(env!("OUT_DIR"), "/pages.rs"));
}

/// All groups, in the order of the catalogue.
static CATALOGUE: Catalogue = Catalogue {
    groups: &[
        &format::GROUP,
        &tenant::GROUP,
        &isolation::GROUP,
        &connector::GROUP,
        &wiring::GROUP,
        &naming::GROUP,
        &values::GROUP,
        &meta::GROUP,
    ],
};

/// All rules with their pages.
pub fn catalogue() -> &'static Catalogue {
    &CATALOGUE
}
