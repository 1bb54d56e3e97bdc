//! All setups: layouts × namings × faults.

use crate::layouts::data::{self, Effect};
use crate::layouts::expect::Expected;
use crate::layouts::list::{self, Layout, Reach};
use crate::layouts::marks::{Files, Places, strip};
use crate::layouts::names::{NAMINGS, Names};
use crate::layouts::tenants::{Tenant, tenants};
use crate::layouts::view::Changes;
use crate::layouts::wiring::{self, Setting};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Clean,
    Data,
    Wiring,
}

#[derive(Clone)]
pub(crate) struct Setup {
    pub(crate) layout_index: usize,
    pub(crate) layout: &'static str,
    pub(crate) naming: &'static str,
    pub(crate) kind: Kind,
    pub(crate) fault: &'static str,
    pub(crate) files: Files,
    pub(crate) places: Places,
    /// The keys under which the tenants are reported.
    pub(crate) labels: Vec<String>,
    pub(crate) expected: Vec<Expected>,
    /// Why no finding is expected.
    pub(crate) undetectable: Option<&'static str>,
}

/// Whether a variable of the environment selects this name.
fn is_chosen(variable: &str, name: &str) -> bool {
    std::env::var(variable).map_or(true, |wanted| name.contains(&wanted))
}

/// All setups.
pub(crate) fn every() -> Vec<Setup> {
    let mut setups = Vec::new();
    for (index, layout) in list::all().enumerate() {
        if !is_chosen("LAYOUTS_ONLY", layout.name) {
            continue;
        }
        for names in NAMINGS {
            // What an unavailable module does is known only by its names.
            if layout.reach == Reach::Remote && names.style != "shipped" {
                continue;
            }
            of(index, &layout, names, &mut setups);
        }
    }
    setups
}

/// The tenants of a layout, from four to seven. All namings have the same number.
fn clean(index: usize, names: &Names) -> Vec<Tenant> {
    tenants(4 + index % 4, names.keys)
}

fn of(index: usize, layout: &Layout, names: &Names, setups: &mut Vec<Setup>) {
    let clean = clean(index, names);
    let mut add = |kind, fault, tenants: &[Tenant], changes: &Changes, effect| {
        let (expected, undetectable) = match effect {
            Effect::Found(expected) => (expected, None),
            Effect::Undetectable(reason) => (Vec::new(), Some(reason)),
            Effect::Impossible => return,
        };
        let (files, places) = strip(&layout.build(tenants, &clean, names, changes));
        let labels = tenants.iter().map(|tenant| layout.label(tenant, names)).collect();
        let (layout, naming) = (layout.name, names.style);
        setups.push(Setup {
            layout_index: index,
            layout,
            naming,
            kind,
            fault,
            files,
            places,
            labels,
            expected,
            undetectable,
        });
    };
    let none = Changes::default();
    add(Kind::Clean, "none", &clean, &none, Effect::Found(Vec::new()));
    // To save time, the third naming only gets a third of the faults, and so do layouts that differ from another one
    // only in how they call the module.
    let is_third = |at: usize| (at + index).is_multiple_of(3);
    let is_taken = |at: usize| names.style != "camel" || is_third(at);
    let is_same_store =
        matches!(layout.reach, Reach::Keys | Reach::Wrapper | Reach::Vendored | Reach::OddSource | Reach::Tofu)
            || matches!(layout.name, "default" | "optional" | "json-values" | "rebuilt" | "json" | "output");
    for (at, fault) in data::FAULTS.iter().enumerate() {
        if is_taken(at) && (!is_same_store || is_third(at)) && is_chosen("LAYOUTS_FAULT", fault.name) {
            let mut tenants = clean.clone();
            let effect = fault.make(&mut tenants, layout, names);
            add(Kind::Data, fault.name, &tenants, &none, effect);
        }
    }
    let Some(site) = layout.site(&clean, names) else { return };
    let setting = Setting { layout, names, tenants: &clean, site: &site };
    for (at, fault) in wiring::FAULTS.iter().enumerate() {
        let is_wrapped = layout.reach == Reach::Wrapper;
        if is_taken(at) && (!is_same_store || is_wrapped || is_third(at)) && is_chosen("LAYOUTS_FAULT", fault.name) {
            let mut changes = Changes::default();
            let effect = (fault.make)(&setting, &mut changes);
            add(Kind::Wiring, fault.name, &clean, &changes, effect);
        }
    }
}
