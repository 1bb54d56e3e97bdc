//! Which attribute of an element is which of a tenant's values: by the configuration, by its name, by the sinks that it
//! reaches, or by the form of its values.

use foldhash::{HashMap, HashSet};
use symlint_terraform::{Path, Str, Value};

use super::effective::Effective;
use super::usual::UsualAccount;
use crate::config::Config;
use crate::tenants::{
    Cases, ElementKey, Evidence, FieldKind, OtherAttribute, Reach, SinkPlace, Step, Steps, Way, has_shape, may_be,
    normalise, values_at,
};

/// How many elements are examined to find out which attributes there are.
const SAMPLE: usize = 64;

/// How many attributes of an element are examined, and how many levels deep.
const ATTRIBUTES: usize = 256;
const DEPTH: usize = 6;

/// How many letters of a name may be wrong. A plausible value under such a name means that the name is misspelled.
const MISSPELT: usize = 2;

/// Values whose attribute has the same name at any place in an element.
const UNAMBIGUOUS: [FieldKind; 4] =
    [FieldKind::SsoAccountId, FieldKind::TargetAccountId, FieldKind::PermissionSetArn, FieldKind::InstanceArn];

/// Where the attributes of the elements of one collection take effect.
#[derive(Debug, Default)]
pub(super) struct Effects {
    /// How often each attribute reaches a sink for a value. The `bool` says whether it is only a part of what the sink
    /// receives.
    pub(super) reached: HashMap<(Steps, FieldKind, bool), usize>,
    /// How often each attribute is in a safelist.
    pub(super) listed: HashMap<Steps, usize>,
    /// The role that takes effect for an element, by the element's index.
    pub(super) roles: HashMap<usize, String>,
    /// In how many flow instances each attribute reaches which sink, and the last of these instances.
    sinks: HashMap<(Steps, SinkPlace, FieldKind), (usize, usize)>,
    /// The containers of which any element may be the value that reaches a sink.
    iterated: HashSet<Steps>,
    /// How many flow instances receive a value from the elements, and the last of them.
    instances: (usize, usize),
}

/// What is known about the attributes of the elements of a collection.
pub(super) struct Fields {
    /// Which attributes are which values.
    pub(super) ways: Vec<Way>,
    /// The other attributes, as far as they were examined.
    pub(super) others: Vec<OtherAttribute>,
}

impl Effects {
    /// Notes that the value at `steps` of an element reaches a sink in the flow instance with this number, which counts
    /// from 1.
    pub(super) fn reach(&mut self, steps: Steps, to: &Effective, is_fragment: bool, instance: usize) {
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
    pub(super) fn forget_roles_of_others(&mut self) {
        let is_part_of_role = |steps: &Steps| self.reached.contains_key(&(steps.clone(), FieldKind::RoleArn, true));
        if self.reached.keys().any(|(steps, ..)| is_part_of_role(steps))
            && self.listed.keys().any(|steps| !is_part_of_role(steps))
        {
            self.roles.clear();
        }
    }

    /// Where values may come from any element of a container, treats one that comes from a certain element as coming
    /// from any. `pairs` are pairs of such places.
    pub(super) fn generalize(&mut self, pairs: &mut HashMap<(Steps, Steps), usize>) {
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
    fn reaches(&self, steps: &Steps) -> Vec<Reach> {
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

    fn count(&self, steps: &Steps, field: FieldKind) -> usize {
        self.reached.get(&(steps.clone(), field, false)).copied().unwrap_or_default()
    }

    /// Whether the attribute at `steps` reaches a sink for values that look like `field`; if so, another sink that
    /// receives it does so by mistake.
    fn reaches_alike(&self, steps: &Steps, field: FieldKind) -> bool {
        self.reached.keys().any(|(reached, it, _)| reached == steps && is_alike(*it, field))
    }

    fn reaches_anything(&self, steps: &Steps) -> bool {
        self.reached.keys().any(|(reached, ..)| reached == steps)
    }
}

/// The steps of a path inside an element, after the first `taken` ones.
pub(super) fn steps_inside(path: &Path, taken: usize) -> Steps {
    let (_, steps) = path.parts();
    let step = |key: ElementKey| if let ElementKey::Name(name) = key { Step::Name(name) } else { Step::Each };
    let selections: Vec<_> =
        path.selections().1.iter().map(|(_, selection)| super::paths::is_selected(selection)).collect();
    let steps = steps.into_iter().zip(selections).skip(taken);
    steps.map(|(it, selected)| if selected { Step::Each } else { step(ElementKey::of(it)) }).collect()
}

/// An attribute of the elements, and its texts.
struct Attribute {
    steps: Steps,
    /// Each text with the index of its element.
    texts: Vec<(usize, String)>,
}

/// Finds out which attribute is which value, from the elements of one collection.
pub(super) fn find(elements: &[&Value], config: &Config, effects: &Effects, usual: Option<&UsualAccount>) -> Fields {
    let sample: Vec<&Value> = elements.iter().take(SAMPLE).copied().collect();
    let (attributes, containers, ways) = (Vec::new(), HashSet::default(), Vec::new());
    let mut finder = Finder { attributes, containers, effects, ways, taken: HashSet::default() };
    finder.configured_and_named(&sample, config);
    let is_complete = FieldKind::VALUES.into_iter().all(|field| finder.has(field));
    if is_complete && effects.reached.keys().all(|(steps, ..)| finder.is_taken(steps)) {
        return Fields { ways: finder.ways, others: Vec::new() };
    }
    for (at, element) in sample.iter().enumerate() {
        finder.note(element, Steps::new(), at, 0);
    }
    finder.named_anywhere();
    finder.by_other_roots(&sample, usual);
    finder.by_effect();
    finder.by_role_and_safelist();
    finder.by_elimination();
    finder.by_looks();
    finder.ways.retain(|way| !config.is_absent(way.field));
    let others = finder.attributes.iter().filter(|attribute| !finder.is_taken(&attribute.steps));
    let others = others.map(|attribute| finder.other(attribute)).collect();
    Fields { ways: finder.ways, others }
}

struct Finder<'a> {
    attributes: Vec<Attribute>,
    /// The steps to values that have parts.
    containers: HashSet<Steps>,
    effects: &'a Effects,
    ways: Vec<Way>,
    /// The steps of the ways.
    taken: HashSet<Steps>,
}

impl Finder<'_> {
    fn has(&self, field: FieldKind) -> bool {
        self.ways.iter().any(|way| way.field == field && !way.is_fragment)
    }

    fn other(&self, attribute: &Attribute) -> OtherAttribute {
        // Any text could be a cloud, so its form does not show that it is one.
        let fields = FieldKind::VALUES.into_iter().filter(|field| *field != FieldKind::Cloud);
        let looks = fields.filter(|field| self.looks(&attribute.steps, *field)).collect();
        OtherAttribute { steps: attribute.steps.clone(), looks }
    }

    fn is_taken(&self, steps: &Steps) -> bool {
        self.taken.contains(steps)
    }

    fn add(&mut self, steps: Steps, field: FieldKind, evidence: Evidence, is_fragment: bool) {
        if self.taken.insert(steps.clone()) {
            let reaches = self.effects.reaches(&steps);
            self.ways.push(Way { steps, field, evidence, is_fragment, reaches });
        }
    }

    fn configured_and_named(&mut self, sample: &[&Value], config: &Config) {
        for field in FieldKind::VALUES {
            let path = config.field_path(field);
            if path.is_empty() {
                continue;
            }
            let is_there = |element: &&Value| {
                let found = path.iter().try_fold((*element).clone(), |value, name| value.get(name));
                found.is_some_and(|value| value.entries().is_none() && value.elements().is_none())
            };
            let evidence = match config.is_mapped(field) {
                true => Evidence::Configured,
                false if sample.iter().any(is_there) => Evidence::Named,
                false => continue,
            };
            let steps = path.iter().map(|name| Step::Name((*name).into())).collect();
            self.add(steps, field, evidence, false);
        }
        for (list, names) in grant_lists(sample, config) {
            for (field, name) in names {
                let steps = list.iter().cloned().chain([Step::Each, Step::Name(name.as_str().into())]).collect();
                self.add(steps, field, Evidence::Named, false);
            }
        }
    }

    /// Notes the texts in `value`, which is an element or a part of one.
    fn note(&mut self, value: &Value, steps: Steps, element: usize, depth: usize) {
        if depth > DEPTH {
            return;
        }
        if let Some(text) = crate::tenants::text_of(value) {
            let is_room = self.attributes.len() < ATTRIBUTES;
            match self.attributes.iter_mut().find(|attribute| attribute.steps == steps) {
                Some(attribute) => attribute.texts.push((element, text.to_string())),
                None if is_room => self.attributes.push(Attribute { steps, texts: vec![(element, text.to_string())] }),
                None => {}
            }
            return;
        }
        if value.entries().is_some() || value.elements().is_some() {
            self.containers.insert(steps.clone());
        }
        let with = |step: Step| steps.iter().cloned().chain([step]).collect::<Steps>();
        for entry in value.entries().unwrap_or_default() {
            let step = if self.effects.iterated.contains(&steps) { Step::Each } else { Step::Name(entry.key.clone()) };
            self.note(&entry.value, with(step), element, depth + 1);
        }
        for part in value.elements().unwrap_or_default() {
            self.note(part, with(Step::Each), element, depth + 1);
        }
    }

    /// Attributes that have a known name at an unusual place.
    fn named_anywhere(&mut self) {
        for field in UNAMBIGUOUS {
            if self.has(field) {
                continue;
            }
            let is_named = |attribute: &&Attribute| {
                matches!(attribute.steps.last(), Some(Step::Name(name)) if name.as_str() == field.name())
                    && !attribute.steps.contains(&Step::Each)
            };
            let mut named = self.attributes.iter().filter(is_named);
            if let (Some(only), None) = (named.next(), named.next()) {
                let steps = only.steps.clone();
                self.add(steps, field, Evidence::Named, false);
            }
        }
    }

    /// The attribute that is the SSO account in other root modules.
    fn by_other_roots(&mut self, sample: &[&Value], usual: Option<&UsualAccount>) {
        let Some(UsualAccount { steps, cases, .. }) = usual.filter(|_| !self.has(FieldKind::SsoAccountId)) else {
            return;
        };
        // What reaches a sink is something else here.
        let is_free = !self.effects.reaches_anything(steps);
        if is_free && sample.iter().any(|element| !values_at(element, steps).is_empty()) {
            self.add(steps.clone(), FieldKind::SsoAccountId, Evidence::InRole(*cases), false);
        }
    }

    /// Attributes that reach sinks. Each of a connector's values is one attribute; grants may have several.
    fn by_effect(&mut self) {
        let mut reached: Vec<(&(Steps, FieldKind, bool), usize)> =
            self.effects.reached.iter().map(|(key, &count)| (key, count)).collect();
        // The attribute that is reached most often comes first; ties are in a fixed order.
        reached.sort_by(|(a, count_a), (b, count_b)| count_b.cmp(count_a).then_with(|| a.cmp(b)));
        // If an index into a list reaches several sinks, no name says which element is which value.
        let fields: HashSet<(&Steps, FieldKind)> = reached
            .iter()
            .filter(|((steps, _, is_fragment), _)| !is_fragment && steps.last() == Some(&Step::Each))
            .map(|((steps, field, _), _)| (steps, *field))
            .collect();
        reached.retain(|((steps, _, _), _)| fields.iter().filter(|(it, _)| *it == steps).count() < 2);
        let most = |field: FieldKind| {
            reached.iter().filter(|((_, it, fragment), _)| *it == field && !fragment).map(|(_, count)| *count).max()
        };
        let is_grants = |field: FieldKind| !FieldKind::CONNECTOR.contains(&field);
        for &((steps, field, is_fragment), count) in &reached {
            let is_minor = count * 4 < most(*field).unwrap_or_default();
            let is_one_of_several = is_grants(*field) && !is_minor && self.looks(steps, *field);
            if *is_fragment || (self.has(*field) && !is_one_of_several) || self.looks_otherwise(steps, *field) {
                continue;
            }
            let is_container = self.containers.contains(steps) && self.texts(steps).is_empty();
            if is_container || self.is_elsewhere(steps, *field) {
                continue;
            }
            self.add(steps.clone(), *field, Evidence::Reaches, false);
        }
        for &((steps, field, is_fragment), count) in &reached {
            // The account in a role's ARN is the account of the role's organization.
            let is_account = *field == FieldKind::RoleArn && self.looks(steps, FieldKind::SsoAccountId);
            match (*is_fragment, is_account) {
                (true, true) if !self.has(FieldKind::SsoAccountId) => {
                    let of = self.effects.instances.0;
                    let evidence = Evidence::InRole(Cases { count: count.min(of), of });
                    self.add(steps.clone(), FieldKind::SsoAccountId, evidence, false);
                }
                // A value that already looks complete is changed on the way; it is not just a part.
                (true, false) if !self.has(*field) => {
                    self.add(steps.clone(), *field, Evidence::Reaches, !self.looks(steps, *field));
                }
                _ => {}
            }
        }
    }

    fn texts(&self, steps: &Steps) -> &[(usize, String)] {
        let attribute = self.attributes.iter().find(|attribute| attribute.steps == *steps);
        attribute.map(|attribute| attribute.texts.as_slice()).unwrap_or_default()
    }

    /// The evidence that the attribute at `steps` looks like `field`.
    fn look(&self, steps: &Steps, field: FieldKind) -> Evidence {
        let texts = self.texts(steps);
        let count = texts.iter().filter(|(_, text)| has_shape(field, text)).count();
        Evidence::Looks(Cases { count, of: texts.len() })
    }

    /// Whether most values at `steps` look like `field`.
    fn looks(&self, steps: &Steps, field: FieldKind) -> bool {
        let texts = self.texts(steps);
        let alike = texts.iter().filter(|(_, text)| has_shape(field, text)).count();
        alike > 0 && alike * 2 >= texts.len()
    }

    /// Whether most values at `steps` look like another field, so that one that looks like this field is a mistake.
    fn looks_otherwise(&self, steps: &Steps, field: FieldKind) -> bool {
        let others =
            FieldKind::VALUES.into_iter().filter(|other| !is_alike(*other, field) && *other != FieldKind::Cloud);
        !self.looks(steps, field) && others.into_iter().any(|other| self.looks(steps, other))
    }

    /// Whether no value at `steps` can be a `field`, while another attribute looks like one. In that case, a sink
    /// receives the wrong attribute.
    fn is_elsewhere(&self, steps: &Steps, field: FieldKind) -> bool {
        let texts = self.texts(steps);
        !texts.is_empty()
            && !texts.iter().any(|(_, text)| text.is_empty() || may_be(field, text))
            && self.attributes.iter().any(|attribute| self.looks(&attribute.steps, field))
    }

    fn by_role_and_safelist(&mut self) {
        if !self.has(FieldKind::SsoAccountId) {
            let role_way = self.ways.iter().find(|way| way.field == FieldKind::RoleArn && !way.is_fragment);
            let written: HashMap<usize, &str> = role_way
                .map(|way| self.texts(&way.steps).iter().map(|(at, text)| (*at, text.as_str())).collect())
                .unwrap_or_default();
            let account_in = |role: &str| role.split(':').nth(4).map(ToOwned::to_owned);
            let in_written = |element: &usize| account_in(written.get(element)?);
            let account = |element: &usize| {
                let received = self.effects.roles.get(element);
                received.map_or_else(|| in_written(element), |role| account_in(role))
            };
            // The role that is received may be another element's by mistake.
            let is_account_of =
                |(at, text): &&(usize, String)| [account(at), in_written(at)].iter().flatten().any(|it| it == text);
            let matches = |attribute: &Attribute| attribute.texts.iter().filter(is_account_of).count();
            let accounts = || {
                let single = self.attributes.iter().filter(|attribute| !attribute.steps.contains(&Step::Each));
                single.filter(|attribute| self.looks(&attribute.steps, FieldKind::SsoAccountId))
            };
            // An attribute that is in few of the roles is there by mistake.
            let is_usual = |attribute: &Attribute| matches(attribute) * 2 >= attribute.texts.len();
            let by_role = accounts().filter(|attribute| is_usual(attribute));
            let by_role = by_role.map(|attribute| (matches(attribute), attribute)).filter(|(count, _)| *count > 0);
            let by_role = by_role.rev_max();
            // If most roles are in accounts other than this attribute's, the safelist contains the wrong accounts.
            let is_elsewhere = |attribute: &Attribute| {
                let known = attribute.texts.iter().filter_map(|(at, text)| Some(account(at)? == *text));
                known.clone().count() * 2 > attribute.texts.len() && known.filter(|is_it| *is_it).count() == 0
            };
            let listed = accounts()
                .filter(|attribute| !is_elsewhere(attribute))
                .map(|attribute| (self.effects.listed.get(&attribute.steps).copied().unwrap_or_default(), attribute))
                .filter(|(count, _)| *count > 0)
                .rev_max();
            let found = by_role
                .map(|attribute| {
                    let of = attribute.texts.iter().filter(|(at, _)| account(at).is_some()).count();
                    (attribute.steps.clone(), Evidence::InRole(Cases { count: matches(attribute), of }))
                })
                .or_else(|| {
                    listed.map(|attribute| {
                        let count = self.effects.listed.get(&attribute.steps).copied().unwrap_or_default();
                        let of = attribute.texts.len();
                        (attribute.steps.clone(), Evidence::InSafelist(Cases { count: count.min(of), of }))
                    })
                });
            if let Some((steps, evidence)) = found {
                self.move_target(&steps);
                self.ways.retain(|way| way.steps != steps);
                self.taken.remove(&steps);
                self.add(steps, FieldKind::SsoAccountId, evidence, false);
            }
        }
    }

    /// The attribute at `sso` may have been taken for the target only because it reaches the target's sink. If exactly
    /// one other account reaches nothing at all, that one is the target.
    fn move_target(&mut self, sso: &Steps) {
        let is_target = |way: &&Way| way.steps == *sso && way.field == FieldKind::TargetAccountId;
        if !self.ways.iter().any(|way| is_target(&way) && way.evidence == Evidence::Reaches) {
            return;
        }
        let free = self.attributes.iter().filter(|attribute| {
            attribute.steps != *sso
                && !self.is_taken(&attribute.steps)
                && !self.effects.reaches_anything(&attribute.steps)
                && !self.effects.listed.contains_key(&attribute.steps)
                && self.looks(&attribute.steps, FieldKind::TargetAccountId)
        });
        let free: Vec<Steps> = free.map(|attribute| attribute.steps.clone()).collect();
        if let [only] = free.as_slice() {
            let evidence = self.look(only, FieldKind::TargetAccountId);
            self.add(only.clone(), FieldKind::TargetAccountId, evidence, false);
        }
    }

    /// The only account that is not the SSO account is the target, even if no sink receives it.
    fn by_elimination(&mut self) {
        if self.has(FieldKind::TargetAccountId) || self.effects.reached.is_empty() {
            return;
        }
        let free = self.attributes.iter().filter(|attribute| {
            !self.is_taken(&attribute.steps)
                && !self.effects.reaches_alike(&attribute.steps, FieldKind::TargetAccountId)
                && self.looks(&attribute.steps, FieldKind::TargetAccountId)
        });
        let free: Vec<Steps> = free.map(|attribute| attribute.steps.clone()).collect();
        if let [only] = free.as_slice() {
            let evidence = self.look(only, FieldKind::TargetAccountId);
            self.add(only.clone(), FieldKind::TargetAccountId, evidence, false);
        }
    }

    /// The only attribute that looks like a value that has not been found.
    fn by_looks(&mut self) {
        let fields = [FieldKind::InstanceArn, FieldKind::PermissionSetArn, FieldKind::RoleArn, FieldKind::Region];
        for field in fields {
            if self.has(field) {
                continue;
            }
            let alike = self.attributes.iter().filter(|attribute| {
                let is_misspelt = matches!(attribute.steps.last(), Some(Step::Name(name))
                    if is_misspelt(name, field));
                !self.is_taken(&attribute.steps)
                    && !is_misspelt
                    && self.effects.count(&attribute.steps, field) == 0
                    && self.looks(&attribute.steps, field)
            });
            let alike: Vec<Steps> = alike.map(|attribute| attribute.steps.clone()).collect();
            if let [only] = alike.as_slice() {
                let evidence = self.look(only, field);
                self.add(only.clone(), field, evidence, false);
            }
        }
    }
}

/// Whether a name is a misspelling of `field`'s name. A name in another style, such as `roleArn`, is a choice of the
/// author.
fn is_misspelt(name: &str, field: FieldKind) -> bool {
    let distance = strsim::osa_distance(&normalise(name), &normalise(field.name()));
    (1..=MISSPELT).contains(&distance)
}

/// The attribute with the largest count; of ties, the first.
trait RevMax<'a> {
    fn rev_max(self) -> Option<&'a Attribute>;
}

impl<'a, I: Iterator<Item = (usize, &'a Attribute)>> RevMax<'a> for I {
    fn rev_max(self) -> Option<&'a Attribute> {
        let mut best: Option<(usize, &Attribute)> = None;
        for (count, attribute) in self {
            if best.is_none_or(|(most, _)| count > most) {
                best = Some((count, attribute));
            }
        }
        best.map(|(_, attribute)| attribute)
    }
}

/// The lists of grants that elements have, and the names of their attributes.
fn grant_lists(sample: &[&Value], config: &Config) -> Vec<(Steps, Vec<(FieldKind, String)>)> {
    let mut lists: Vec<(Steps, Vec<(FieldKind, String)>)> = Vec::new();
    let mut places: HashMap<Str, usize> = HashMap::default();
    for element in sample {
        for entry in element.entries().unwrap_or_default() {
            let elements = values_at(&entry.value, &[Step::Each]);
            for part in elements.iter().filter(|part| part.entries().is_some()) {
                let names = config.grant_attribute_names();
                let found: Vec<(FieldKind, String)> = names
                    .into_iter()
                    .filter(|(_, name)| part.entry(name).is_some())
                    .map(|(field, name)| (field, name.to_owned()))
                    .collect();
                let has = |field| found.iter().any(|(it, _)| *it == field);
                if has(FieldKind::PermissionSetArn) && has(FieldKind::TargetAccountId) {
                    let place = *places.entry(entry.key.clone()).or_insert_with(|| {
                        lists.push((Steps::from_iter([Step::Name(entry.key.clone())]), Vec::new()));
                        lists.len() - 1
                    });
                    if let Some((_, names)) = lists.get_mut(place) {
                        names.extend(found.into_iter().filter(|it| !names.contains(it)).collect::<Vec<_>>());
                    }
                }
            }
        }
    }
    lists
}

/// Whether values of these kinds look the same.
fn is_alike(a: FieldKind, b: FieldKind) -> bool {
    let is_account = |field| matches!(field, FieldKind::SsoAccountId | FieldKind::TargetAccountId);
    a == b || (is_account(a) && is_account(b))
}
