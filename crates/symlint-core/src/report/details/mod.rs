//! The details that a comparison of two reports needs: whose values findings are about, and where everything is
//! written. They are only built for a comparison.

mod owners;
mod places;

pub(super) use self::owners::note_owners;

use foldhash::HashMap;
use serde::Serialize;
use symlint_terraform::{Kind, SortedMap, SortedSet, Span, Str, Value};

use self::places::{at, compact, entries_of, last_name, passing, values_of};
use super::place::{Known, Location, shown};
use crate::check::Outcome;
use crate::discover::{Effective, effects_of, is_about_assuming};
use crate::finding::Finding;
use crate::privacy::shown_text;
use crate::tenants::{Field, FieldKind, Locate, RunId, RuntimeBlock, Tenant, flows_of, resources_of};

/// The details of a whole report. Tenants are given as indexes in [`super::Report::tenants`].
#[derive(Debug, Clone, Default)]
pub struct Details {
    /// One for each tenant.
    pub tenants: Vec<TenantDetails>,
    /// The tenant of each grant in [`super::Report::access`].
    pub access: Vec<Option<usize>>,
    /// The texts of the configuration files that were read, by their names.
    pub configs: SortedMap<String, Vec<u8>>,
    /// The lists of accounts or roles.
    pub lists: Vec<ListDetails>,
    /// The expressions through which values take effect.
    pub wiring: Vec<WiringDetails>,
    /// The `moved` blocks, without whitespace: the run, the old address, and the new address.
    pub moves: Vec<(usize, String, String)>,
    /// Policies that allow roles to be assumed, but name none from which a list could be built: the run and the path of
    /// each.
    pub unlisted: SortedSet<(usize, String)>,
}

#[derive(Debug, Clone, Default)]
pub struct TenantDetails {
    /// Its values, in the order of the shipped example.
    pub values: Vec<ValueDetails>,
    /// The values that take effect for it.
    pub effects: Vec<EffectDetails>,
    /// The addresses of its flow instances.
    pub addresses: Vec<Str>,
    /// Whether its key is a name, as opposed to the address of its call.
    pub is_named: bool,
    /// The first tenant of the same customer in its run.
    pub customer: usize,
}

/// A value as it is written.
#[derive(Debug, Clone)]
pub struct ValueDetails {
    pub kind: FieldKind,
    /// Its name in the tenant's entry, if it has one there.
    pub name: Option<String>,
    /// The index of the grant that it belongs to.
    pub grant: Option<usize>,
    /// Null if it is missing.
    pub value: Option<Known>,
    pub location: Location,
    /// If it was built from several parts, where each is written, and at which byte it ends.
    pub parts: Vec<(usize, Location)>,
}

/// A value on which Sym or AWS acts for a tenant.
#[derive(Debug, Clone)]
pub struct EffectDetails {
    pub kind: FieldKind,
    /// Null if it is missing.
    pub value: Option<Known>,
    /// The expressions that pass it, as indexes in [`Details::wiring`].
    pub through: Vec<usize>,
}

/// An expression through which values take effect.
#[derive(Debug, Clone)]
pub struct WiringDetails {
    /// The index of its run.
    pub run: usize,
    /// The call or the resource, such as `module.sso_access`.
    pub block: String,
    pub name: String,
    pub text: String,
    pub location: Location,
    /// The number of tenants that it passes values to.
    pub tenants: usize,
}

/// A list of accounts that the runtime may enter, or of roles that may assume a connector's role.
#[derive(Debug, Clone)]
pub struct ListDetails {
    /// The index of its run.
    pub run: usize,
    /// The path, such as `module.runtime.account_id_safelist`.
    pub path: String,
    /// What its entries may do.
    pub kind: ListKind,
    /// The known entries, and where each is written.
    pub entries: Vec<(Str, Location)>,
    /// Whether there are other entries, which are not known before apply.
    pub has_unknown: bool,
    /// Where the list is.
    pub location: Location,
}

/// What a list is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ListName"))]
pub enum ListKind {
    /// The accounts that Sym's runtime may enter.
    Safelist,
    /// The roles that may assume the role of a connector.
    Trust,
}

/// What a finding is about, independent of the file and the line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subject {
    /// The tenants on whom it is reported.
    pub own: SortedSet<usize>,
    /// The other tenants whose values it is about.
    pub others: SortedSet<usize>,
    /// The values of tenants that it is about, as written or in effect.
    pub values: SortedSet<(usize, FieldKind, Str)>,
    /// Of these values, without the tenants, those on which it is reported.
    pub primary: SortedSet<(FieldKind, Str)>,
    /// Other details that identify it among the findings of its rule.
    pub what: String,
}

impl Subject {
    /// Adds what the same finding is about in another run.
    pub(super) fn add(&mut self, other: &Self) {
        self.own.extend(&other.own);
        self.others.extend(&other.others);
        self.values.extend(other.values.iter().cloned());
        self.primary.extend(other.primary.iter().cloned());
    }

    /// All tenants that it is about.
    pub fn tenants(&self) -> SortedSet<usize> {
        self.own.iter().chain(&self.others).copied().collect()
    }
}

/// Builds the details, one run after the other.
pub(super) struct Detailer<'a, 'p> {
    outcome: &'a Outcome<'p>,
    run: usize,
    /// The index of the run's first tenant.
    first: usize,
    /// The values of all tenants, with the places where they are written.
    fields: Vec<(Span, usize, FieldKind, Option<Str>)>,
    /// The values that instances pass: the argument's place, the tenant, the field, and the value in effect.
    passed: Vec<(Span, usize, FieldKind, Option<Str>)>,
    by_name: HashMap<&'a str, Vec<usize>>,
}

impl<'a, 'p> Detailer<'a, 'p> {
    pub(super) fn new(outcome: &'a Outcome<'p>, run: usize, first: usize) -> Self {
        let model = &outcome.model;
        let mut by_name: HashMap<&str, Vec<usize>> = HashMap::default();
        let mut fields = Vec::new();
        for tenant in &model.tenants {
            let at = first + tenant.id.index();
            by_name.entry(tenant.name()).or_default().push(at);
            let of = |field: &Field| (model.project.visible(field.span), at, field.kind, field.raw().cloned());
            fields.extend(tenant.fields().map(of));
            // A value that was built from parts may have them in several places.
            let parts = |field: &Field| {
                let (own, kind, raw) = (field.span, field.kind, field.raw().cloned());
                let spans = field.parts(model.sources()).into_iter().map(|(_, span)| span);
                let is_inside = move |it: &Span| it.file == own.file && own.start <= it.start && it.end <= own.end;
                let spans = spans.filter(move |it| !is_inside(it));
                spans.map(move |span| (model.project.visible(span), at, kind, raw.clone()))
            };
            fields.extend(tenant.fields().flat_map(parts));
            // A tenant that is named after its file is reported at the file's start.
            let place = model.project.visible(tenant.place(model.sources()).span);
            fields.push((place, at, FieldKind::Key, tenant.key.raw().cloned()));
        }
        fields.sort_unstable_by_key(|(span, tenant, kind, _)| (span.file, span.start, span.end, *tenant, *kind));
        Self { outcome, run, first, fields, passed: Vec::new(), by_name }
    }

    /// Adds the run to `details`. `location` returns the place of a span.
    pub(super) fn add(&mut self, details: &mut Details, location: &mut dyn FnMut(Span) -> Location) {
        let model = &self.outcome.model;
        for tenant in &model.tenants {
            details.tenants.push(TenantDetails {
                values: values_of(model, tenant, location),
                is_named: tenant.is_named(),
                customer: self.first + model.index.first_of_customer(tenant.id).index(),
                ..TenantDetails::default()
            });
        }
        self.add_effects(details, location);
        self.add_lists(details, location);
        for block in model.project.files().iter().flat_map(|file| &file.file.body.blocks) {
            let text = |name: &str| {
                let attribute = block.body.attribute(name)?;
                Some(compact(&model.sources().text(attribute.value.span)))
            };
            if block.kind.text.as_str() == "moved"
                && let (Some(from), Some(to)) = (text("from"), text("to"))
            {
                details.moves.push((self.run, from, to));
            }
        }
    }

    fn add_effects(&mut self, details: &mut Details, location: &mut dyn FnMut(Span) -> Location) {
        let model = &self.outcome.model;
        let mut known_wiring: SortedMap<Span, usize> = SortedMap::new();
        let run = self.run;
        let mut place_of = |details: &mut Details, (name, block, span): (String, String, Span)| {
            let next = details.wiring.len();
            let place = *known_wiring.entry(span).or_insert(next);
            if place == next {
                let (text, location) = (compact(&shown_text(model, span)), location(span));
                details.wiring.push(WiringDetails { run, block, name, text, location, tenants: 0 });
            }
            place
        };
        for (flow, call) in model.flows.iter().enumerate() {
            for (number, instance) in call.instances.iter().enumerate() {
                let Some(tenant) = instance.tenant else { continue };
                let at = self.first + tenant.index();
                let resources = resources_of(&model.resources, flow, number);
                let effects: Vec<Effective> = effects_of(instance, resources);
                if let Some(tenant) = details.tenants.get_mut(at) {
                    tenant.addresses.extend(flows_of(instance, resources, None));
                }
                let names = instance.arguments.iter().filter(|it| it.parts.iter().any(|it| it.field == FieldKind::Key));
                for argument in names {
                    let value = shown(&argument.value, FieldKind::Key, model.project);
                    let through = passing(call, instance, &[], FieldKind::Key);
                    let through = through.into_iter().filter(|(.., span)| *span == argument.span);
                    let through = through.map(|passing| place_of(details, passing)).collect();
                    if let Some(tenant) = details.tenants.get_mut(at) {
                        tenant.effects.push(EffectDetails { kind: FieldKind::Key, value, through });
                    }
                }
                for effective in &effects {
                    let value = shown(&effective.value, effective.field, model.project);
                    let mut through = Vec::new();
                    for (name, block, span) in passing(call, instance, resources, effective.field) {
                        self.passed.push((span, at, effective.field, Known::text(&value).cloned()));
                        through.push(place_of(details, (name, block, span)));
                    }
                    if let Some(tenant) = details.tenants.get_mut(at) {
                        tenant.effects.push(EffectDetails { kind: effective.field, value, through });
                    }
                }
            }
        }
        let mut receivers: SortedSet<(usize, usize)> = SortedSet::new();
        for (at, tenant) in details.tenants.iter().enumerate().skip(self.first) {
            receivers.extend(tenant.effects.iter().flat_map(|effect| &effect.through).map(|place| (*place, at)));
        }
        for (place, _) in receivers {
            if let Some(wiring) = details.wiring.get_mut(place) {
                wiring.tenants += 1;
            }
        }
        self.passed.sort_unstable_by_key(|(span, tenant, kind, _)| (span.file, span.start, span.end, *tenant, *kind));
        self.passed.dedup();
    }

    fn add_lists(&self, details: &mut Details, location: &mut dyn FnMut(Span) -> Location) {
        let model = &self.outcome.model;
        let mut add = |path: String, kind: ListKind, values: &[&Value], at: Span| {
            let mut list = ListDetails {
                run: self.run,
                path,
                kind,
                entries: Vec::new(),
                has_unknown: false,
                location: location(model.project.visible(at)),
            };
            for value in values {
                entries_of(value, &mut |entry| match &entry.kind {
                    Kind::Unknown(_) => list.has_unknown = true,
                    _ => {
                        if let Some(text) = crate::tenants::text_of(entry) {
                            let field = match kind {
                                ListKind::Safelist => FieldKind::SsoAccountId,
                                ListKind::Trust => FieldKind::RoleArn,
                            };
                            let shown = Str::from(model.quotable(&text, entry, field));
                            list.entries.push((shown, location(model.project.visible(entry.origin.span))));
                        }
                    }
                });
            }
            details.lists.push(list);
        };
        for runtime in &model.runtimes {
            let at = runtime.block.attribute().map_or(runtime.block.name_span(), |attribute| attribute.value.span);
            add(runtime.block.path(), ListKind::Safelist, &runtime.safelists.iter().collect::<Vec<_>>(), at);
        }
        for connector in &model.connectors {
            let lists: Vec<&Value> =
                connector.instances.iter().filter_map(|instance| instance.runtime_role_arns.as_ref()).collect();
            let path = format!("module.{}.runtime_role_arns", connector.call.name.text);
            add(path, ListKind::Trust, &lists, connector.call.name.span);
        }
        let listed: Vec<String> = model.runtimes.iter().map(|runtime| runtime.block.path()).collect();
        for resource in model.project.modules().iter().flat_map(|module| &module.resources) {
            let path = RuntimeBlock::Policy(resource).path();
            if is_about_assuming(resource, model.sources()) && !listed.contains(&path) {
                details.unlisted.insert((self.run, path));
            }
        }
    }

    /// What a finding is about. [`Detailer::add`] must have been called before. `all` has the detailers of all runs.
    pub(super) fn subject(&self, finding: &Finding, all: &HashMap<RunId, Self>) -> Subject {
        let model = &self.outcome.model;
        let names = finding.tenant.iter().chain(&finding.tenants);
        let mut own: SortedSet<usize> =
            names.filter_map(|name| self.by_name.get(name.as_str())).flatten().copied().collect();
        // Of several tenants with one name, the one that has the value.
        if finding.tenant.is_some() && own.len() > 1 {
            let placed: SortedSet<usize> =
                at(&self.fields, finding.span).map(|(_, tenant, ..)| *tenant).filter(|it| own.contains(it)).collect();
            if !placed.is_empty() {
                own = placed;
            }
        }
        let mut subject = Subject { own, ..Subject::default() };
        let mut kind = None;
        for related in &finding.related {
            let Some((id, other)) = related.elsewhere.and_then(|id| Some((id, all.get(&id.run)?))) else { continue };
            let tenant = other.first + id.index();
            subject.others.insert(tenant);
            let values = at(&other.fields, related.span).filter(|(_, own, ..)| *own == tenant);
            let known = values.filter(|(_, _, field, _)| *field != FieldKind::Key);
            subject.values.extend(known.filter_map(|(_, _, field, text)| Some((tenant, *field, text.clone()?))));
        }
        let related = finding.related.iter().filter(|related| related.elsewhere.is_none());
        let mut places: Vec<(bool, Span)> = related.map(|related| (false, related.span)).collect();
        let is_shared =
            |span: Span| at(&self.fields, span).map(|(_, tenant, ..)| *tenant).collect::<SortedSet<_>>().len() > 1;
        places.sort_by_key(|(_, span)| is_shared(*span));
        for (is_primary, span) in [(true, finding.span)].into_iter().chain(places) {
            // A value that several tenants have from one place belongs to those that the finding is about anyway.
            let known = subject.tenants();
            let is_of_known = at(&self.fields, span).any(|(_, tenant, ..)| known.contains(tenant));
            for (_, tenant, field, text) in at(&self.fields, span) {
                if is_of_known && !known.contains(tenant) {
                    continue;
                }
                if !subject.own.contains(tenant) {
                    subject.others.insert(*tenant);
                }
                if is_primary {
                    kind = Some(field.name());
                }
                if let Some(text) = text.as_ref().filter(|_| *field != FieldKind::Key) {
                    if is_primary {
                        subject.primary.insert((*field, text.clone()));
                    }
                    subject.values.insert((*tenant, *field, text.clone()));
                }
            }
            for (_, tenant, field, text) in at(&self.passed, span) {
                if is_primary && (subject.own.is_empty() || subject.own.contains(tenant)) {
                    let text = text.clone().unwrap_or_default();
                    subject.primary.insert((*field, text.clone()));
                    subject.values.insert((*tenant, *field, text));
                }
            }
        }
        if subject.values.is_empty() && !subject.others.is_empty() {
            for tenant in subject.tenants() {
                let own = tenant.checked_sub(self.first).and_then(|at| model.tenants.get(at));
                let values = own.into_iter().flat_map(Tenant::values);
                let values = values.filter(|field| !matches!(field.kind, FieldKind::Cloud | FieldKind::Region));
                subject.values.extend(values.filter_map(|field| Some((tenant, field.kind, field.raw()?.clone()))));
            }
        }
        let path = finding.path.as_deref().and_then(last_name).map(str::to_owned);
        subject.what = kind.map(str::to_owned).or(path).unwrap_or_default();
        if subject.values.is_empty() {
            let text = model.sources().text(finding.span);
            subject.what.push_str(&format!(" {}", compact(text.get(..200).unwrap_or(&text))));
            if finding.span.is_empty() {
                subject.what.push_str(&finding.message);
            }
        }
        subject
    }
}
