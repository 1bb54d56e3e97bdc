//! Which fields the paths of elements reach.

use foldhash::{HashMap, HashSet};
use symlint_terraform::Path;

use super::is_alike;
use crate::discover::effective::Effective;
use crate::tenants::{Cases, ElementKey, FieldKind, Reach, SinkPlace, Step, Steps};

/// Where the attributes of the elements of one collection take effect.
#[derive(Debug, Default)]
pub(in crate::discover) struct Effects {
    /// How often each attribute reaches a sink for a value. The `bool` says whether it is only a part of what the sink
    /// receives.
    pub(super) reached: HashMap<(Steps, FieldKind, bool), usize>,
    /// How often each attribute is in a safelist.
    pub(in crate::discover) listed: HashMap<Steps, usize>,
    /// The role that takes effect for an element, by the element's index.
    pub(in crate::discover) roles: HashMap<usize, String>,
    /// In how many flow instances each attribute reaches which sink, and the last of these instances.
    sinks: HashMap<(Steps, SinkPlace, FieldKind), (usize, usize)>,
    /// The containers of which any element may be the value that reaches a sink.
    pub(super) iterated: HashSet<Steps>,
    /// How many flow instances receive a value from the elements, and the last of them.
    pub(super) instances: (usize, usize),
}

impl Effects {
    /// Notes that the value at `steps` of an element reaches a sink in the flow instance with this number, which counts
    /// from 1.
    pub(in crate::discover) fn reach(&mut self, steps: Steps, to: &Effective, is_fragment: bool, instance: usize) {
        let sink = self.sinks.entry((steps.clone(), to.sink.clone(), to.field)).or_default();
        for (count, last) in [sink, &mut self.instances] {
            if *last != instance {
                (*count, *last) = (*count + 1, instance);
            }
        }
        *self.reached.entry((steps, to.field, is_fragment)).or_default() += 1;
    }

    /// If the safelist has another attribute than the one that roles are built from, that one is not the SSO account,
    /// and the roles do not show which one is.
    pub(in crate::discover) fn forget_roles_of_others(&mut self) {
        let is_part_of_role = |steps: &Steps| self.reached.contains_key(&(steps.clone(), FieldKind::RoleArn, true));
        if self.reached.keys().any(|(steps, ..)| is_part_of_role(steps))
            && self.listed.keys().any(|steps| !is_part_of_role(steps))
        {
            self.roles.clear();
        }
    }

    /// Where values may come from any element of a container, treats one that comes from a certain element as coming
    /// from any. `pairs` are pairs of such places.
    pub(in crate::discover) fn generalize(&mut self, pairs: &mut HashMap<(Steps, Steps), usize>) {
        let each = |steps: &Steps| {
            let at =
                |(at, step): (usize, &Step)| (*step == Step::Each).then(|| steps.iter().take(at).cloned().collect());
            steps.iter().enumerate().filter_map(at).collect::<Vec<Steps>>()
        };
        self.iterated = self.reached.keys().flat_map(|(steps, ..)| each(steps)).collect();
        if self.iterated.is_empty() {
            return;
        }
        let iterated = &self.iterated;
        let general = |steps: Steps| {
            steps.into_iter().fold(Steps::new(), |mut before, step| {
                let step = if iterated.contains(&before) { Step::Each } else { step };
                before.push(step);
                before
            })
        };
        for ((steps, field, is_fragment), count) in std::mem::take(&mut self.reached) {
            *self.reached.entry((general(steps), field, is_fragment)).or_default() += count;
        }
        for ((steps, sink, field), (count, last)) in std::mem::take(&mut self.sinks) {
            let known = self.sinks.entry((general(steps), sink, field)).or_default();
            *known = (known.0 + count, known.1.max(last));
        }
        for ((a, b), count) in std::mem::take(pairs) {
            *pairs.entry((general(a), general(b))).or_default() += count;
        }
    }

    /// The sinks that an attribute reaches, in order of the number of instances.
    pub(super) fn reaches(&self, steps: &Steps) -> Vec<Reach> {
        let own = self.sinks.iter().filter(|((known, ..), _)| known == steps);
        let mut reaches: Vec<Reach> = own
            .map(|((_, sink, field), (count, _))| Reach {
                sink: sink.clone(),
                field: *field,
                cases: Cases { count: *count, of: self.instances.0 },
            })
            .collect();
        reaches.sort_by(|a, b| b.cases.count.cmp(&a.cases.count).then_with(|| a.sink.cmp(&b.sink)));
        reaches
    }

    pub(super) fn count(&self, steps: &Steps, field: FieldKind) -> usize {
        self.reached.get(&(steps.clone(), field, false)).copied().unwrap_or_default()
    }

    /// Whether the attribute at `steps` reaches a sink for values that look like `field`; if so, another sink that
    /// receives it does so by mistake.
    pub(super) fn reaches_alike(&self, steps: &Steps, field: FieldKind) -> bool {
        self.reached.keys().any(|(reached, it, _)| reached == steps && is_alike(*it, field))
    }

    pub(super) fn reaches_anything(&self, steps: &Steps) -> bool {
        self.reached.keys().any(|(reached, ..)| reached == steps)
    }
}

/// The steps of a path inside an element, after the first `taken` ones.
pub(in crate::discover) fn steps_inside(path: &Path, taken: usize) -> Steps {
    let (_, steps) = path.parts();
    let step = |key: ElementKey| if let ElementKey::Name(name) = key { Step::Name(name) } else { Step::Each };
    let selections: Vec<_> =
        path.selections().1.iter().map(|(_, selection)| crate::discover::paths::is_selected(selection)).collect();
    let steps = steps.into_iter().zip(selections).skip(taken);
    steps.map(|(it, selected)| if selected { Step::Each } else { step(ElementKey::of(it)) }).collect()
}
