//! The gaps of a check: parts of a model that could not be checked.

mod likely_flow;
mod modules;
mod names;
mod reported;
mod tenants;
mod values;
mod wiring;

pub(crate) use self::likely_flow::{likely_flow, needed_calls};
pub(crate) use self::tenants::ignored;
pub(crate) use self::wiring::repetition;

use self::likely_flow::{no_flow, unread_calls};
use self::modules::{limits, missing_modules, other_workspaces, remote_modules, syntax_errors, values_alone};
use self::tenants::{no_tenants, unused_tenants};
use self::values::{groups, unknown_values, unmapped_fields};
use self::wiring::{ignored_changes, unknown_references, unknown_wiring};
use crate::config::Config;
use crate::coverage::{Code, NotChecked};
use crate::tenants::Model;

/// Everything in a model that was not checked, in the order of the codes.
pub(crate) fn of(model: &Model<'_>, config: &Config) -> Vec<NotChecked> {
    let mut found = model.not_checked.clone();
    no_flow(model, config, &mut found);
    unread_calls(model, config, &mut found);
    no_tenants(model, &mut found);
    unused_tenants(model, config, &mut found);
    unknown_wiring(model, &mut found);
    unknown_references(model, &mut found);
    ignored_changes(model, &mut found);
    unknown_values(model, &mut found);
    unmapped_fields(model, config, &mut found);
    groups(model, &mut found);
    limits(model, &mut found);
    other_workspaces(model, &mut found);
    values_alone(model, &mut found);
    remote_modules(model, &mut found);
    missing_modules(model, &mut found);
    syntax_errors(model, &mut found);
    if !model.is_everything_readable() {
        // Something that seems absent may be in a file that cannot be read, which is reported on its own.
        let absent = |gap: &&mut NotChecked| matches!(gap.code, Code::NoFlow | Code::UnmappedField);
        found.iter_mut().filter(absent).for_each(|gap| gap.is_finding = false);
    }
    found.sort_by_key(|gap| (gap.code, gap.span));
    found.dedup();
    found
}
