//! Finds the fields of a collection's elements.

use foldhash::{HashMap, HashSet};
use symlint_terraform::Value;

use super::effects::Effects;
use super::{grant_lists, is_alike};
use crate::config::Config;
use crate::discover::usual::UsualAccount;
use crate::tenants::{
    Cases, Evidence, FieldKind, OtherAttribute, Step, Steps, Way, has_shape, may_be, normalise, values_at,
};

/// How many attributes of an element are examined, and how many levels deep.
const ATTRIBUTES: usize = 256;

const DEPTH: usize = 6;

/// How many letters of a name may be wrong. A plausible value under such a name means that the name is misspelled.
const MISSPELT: usize = 2;

/// Values whose attribute has the same name at any place in an element.
const UNAMBIGUOUS: [FieldKind; 4] =
    [FieldKind::SsoAccountId, FieldKind::TargetAccountId, FieldKind::PermissionSetArn, FieldKind::InstanceArn];

/// An attribute of the elements, and its texts.
pub(super) struct Attribute {
    pub(super) steps: Steps,
    /// Each text with the index of its element.
    texts: Vec<(usize, String)>,
}

pub(super) struct Finder<'a> {
    pub(super) attributes: Vec<Attribute>,
    /// The steps to values that have parts.
    pub(super) containers: HashSet<Steps>,
    pub(super) effects: &'a Effects,
    pub(super) ways: Vec<Way>,
    /// The steps of the ways.
    pub(super) taken: HashSet<Steps>,
}

impl Finder<'_> {
    pub(super) fn has(&self, field: FieldKind) -> bool {
        self.ways.iter().any(|way| way.field == field && !way.is_fragment)
    }

    pub(super) fn other(&self, attribute: &Attribute) -> OtherAttribute {
        // Any text could be a cloud, so its form does not show that it is one.
        let fields = FieldKind::VALUES.into_iter().filter(|field| *field != FieldKind::Cloud);
        let looks = fields.filter(|field| self.looks(&attribute.steps, *field)).collect();
        OtherAttribute { steps: attribute.steps.clone(), looks }
    }

    pub(super) fn is_taken(&self, steps: &Steps) -> bool {
        self.taken.contains(steps)
    }

    fn add(&mut self, steps: Steps, field: FieldKind, evidence: Evidence, is_fragment: bool) {
        if self.taken.insert(steps.clone()) {
            let reaches = self.effects.reaches(&steps);
            self.ways.push(Way { steps, field, evidence, is_fragment, reaches });
        }
    }

    pub(super) fn configured_and_named(&mut self, sample: &[&Value], config: &Config) {
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
    pub(super) fn note(&mut self, value: &Value, steps: Steps, element: usize, depth: usize) {
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
    pub(super) fn named_anywhere(&mut self) {
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
    pub(super) fn by_other_roots(&mut self, sample: &[&Value], usual: Option<&UsualAccount>) {
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
    pub(super) fn by_effect(&mut self) {
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

    pub(super) fn by_role_and_safelist(&mut self) {
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
    pub(super) fn by_elimination(&mut self) {
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
    pub(super) fn by_looks(&mut self) {
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
pub(super) trait RevMax<'a> {
    fn rev_max(self) -> Option<&'a Attribute>;
}
