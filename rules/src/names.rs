//! The names of Sym's resources inside the flow module, and the values that they are built from.

use std::collections::hash_map::Entry;
use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use foldhash::{HashMap, HashSet, HashSetExt};
use symlint_core::spelling::listed;
use symlint_core::tenants::{FieldKind, FlowCall, FlowInstance, FlowResource, Model, Source, TenantId, normalise};
use symlint_terraform::{BLANK, Makeup, Origin, Span, Value};

use crate::expression;

/// The name of one instance of a resource.
pub(crate) struct ResourceName<'a> {
    pub(crate) resource: &'a FlowResource<'a>,
    pub(crate) flow: &'a FlowCall<'a>,
    pub(crate) instance: &'a FlowInstance,
    pub(crate) value: &'a Value,
    pub(crate) text: &'a str,
    /// Where the expression of the name is, without its quotes.
    pub(crate) span: Span,
}

impl ResourceName<'_> {
    /// The ARN of the tenant, if the name is built from that and not from the tenant's key. In that case, the wiring is
    /// wrong.
    pub(crate) fn arn<'v>(&'v self, model: &Model<'_>) -> Option<Source<'v>> {
        if !self.text.contains(':') {
            return None;
        }
        let sources = model.sources_of_values.of(self.value, self.tenant()?)?;
        let is_key = |source: &Source<'_>| matches!(source, Source::Tenant(_) | Source::Attribute(..));
        let is_arn = |source: &Source<'_>| {
            matches!(source, Source::Field(it)
                if matches!(it.kind, FieldKind::InstanceArn | FieldKind::PermissionSetArn | FieldKind::RoleArn))
        };
        if sources.iter().any(is_key) { None } else { sources.into_iter().find(is_arn) }
    }
}

impl ResourceName<'_> {
    /// The other customer whose key is a part of the name, if the tenant's own key is not.
    pub(crate) fn of_another(&self, model: &Model<'_>) -> Option<TenantId> {
        let own = self.tenant()?;
        let key = model.tenant(own).name();
        if self.text.contains(key) || normalise(self.text).contains(&normalise(key)) {
            return None;
        }
        let other = |text: &str, origin: &Origin| {
            let other = model.index.with_key(text)?;
            // A name that the tenant's own entry sets is not the module's mistake.
            let is_own = origin.path.as_ref().and_then(|path| model.tenant_at(path)).is_some_and(|it| it.id == own);
            (!is_own && !model.index.may_share(FieldKind::Key, own, other)).then_some(other)
        };
        let found = match &self.value.origin.makeup {
            Makeup::Joined(parts) => parts.iter().find_map(|part| other(self.text.get(part.bytes())?, &part.origin)),
            // In a flow that is written out for a tenant of a collection, the words of the name may be a key.
            Makeup::Written(_) if self.is_alone() && model.tenant(own).is_element() => {
                words_in(self.text).find_map(|it| other(it, &self.value.origin))
            }
            _ => other(self.text, &self.value.origin),
        };
        // A wrong value that is passed to the module is reported at the call.
        found.filter(|_| !self.is_miswired(model) && !self.has_foreign_slug(model))
    }
}

/// The words between separators in `text`, alone and in sequence.
fn words_in(text: &str) -> impl Iterator<Item = &str> {
    let is_separator = |c: char| !c.is_alphanumeric();
    let starts = std::iter::once(0).chain(text.match_indices(is_separator).map(|(at, it)| at + it.len()));
    starts.flat_map(move |start| {
        let ends = text.match_indices(is_separator).map(|(at, _)| at).chain([text.len()]);
        ends.filter_map(move |end| text.get(start..end))
    })
}

/// The form in which Sym compares names: in lower case, and with `-` for `_`.
pub(crate) fn folded(name: &str) -> String {
    let mut folded = name.replace('_', "-");
    folded.make_ascii_lowercase();
    folded
}

/// Whether Sym accepts this as a name: ASCII letters, digits, `_`, and `-`.
pub(crate) fn is_slug(name: &str) -> bool {
    !name.is_empty() && name.bytes().map(char::from).all(is_slug_character)
}

/// Whether Sym accepts this character in a name.
pub(crate) fn is_slug_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}

/// The first few characters of `text` that are not allowed, each once: ``a space and `!` ``.
pub(crate) fn unexpected_characters(text: &str, is_allowed: impl Fn(char) -> bool) -> String {
    const SHOWN: usize = 4;
    let mut strange: Vec<String> = Vec::new();
    for c in text.chars().filter(|&c| !is_allowed(c)) {
        let shown = match c {
            ' ' => "a space".to_owned(),
            c if c.is_ascii_graphic() || c.is_alphanumeric() => format!("`{c}`"),
            c => format!("U+{:04X}", u32::from(c)),
        };
        if !strange.contains(&shown) {
            strange.push(shown);
        }
        if strange.len() == SHOWN {
            break;
        }
    }
    listed(&strange)
}

/// All names that are known.
pub(crate) fn names<'a>(model: &'a Model<'a>) -> Vec<ResourceName<'a>> {
    // All instances of a resource get their names from one expression.
    let mut spans: HashMap<Span, Span> = HashMap::default();
    let name = |resource: &'a FlowResource<'a>| {
        let flow = model.flows.get(resource.flow)?;
        let instance = flow.instances.get(resource.instance)?;
        let value = resource.attribute("name")?;
        let text = value.as_str()?.as_str();
        let expr = &resource.resource.attribute("name")?.value;
        let span = *spans.entry(expr.span).or_insert_with(|| expression::span(expr, model.sources()));
        Some(ResourceName { resource, flow, instance, value, text, span })
    };
    model.resources.iter().filter(|resource| !resource.is_again).filter_map(name).collect()
}

/// The names that are equal to another name for Sym, whatever their kinds of resource, in order. Usually there are
/// none.
pub(crate) fn same<'a, 'n>(names: &'n [ResourceName<'a>]) -> Vec<&'n ResourceName<'a>> {
    // If all hashes differ, all names differ, and the names need not be stored.
    let (state, mut folded_name) = (FixedState::default(), Vec::new());
    let hash = |name: &ResourceName<'_>| {
        folded_name.clear();
        folded_name.extend(name.text.bytes().map(|b| if b == b'_' { b'-' } else { b.to_ascii_lowercase() }));
        state.hash_one(&folded_name)
    };
    let mut hashes = HashSet::with_capacity(names.len());
    if names.iter().map(hash).all(|hash| hashes.insert(hash)) {
        return Vec::new();
    }
    let mut firsts: HashMap<String, (usize, bool)> = HashMap::default();
    let mut same = Vec::new();
    for (at, name) in names.iter().enumerate() {
        match firsts.entry(folded(name.text)) {
            Entry::Vacant(entry) => {
                entry.insert((at, false));
            }
            Entry::Occupied(mut entry) => {
                let (first, is_among_them) = entry.get_mut();
                if !std::mem::replace(is_among_them, true) {
                    same.push(*first);
                }
                same.push(at);
            }
        }
    }
    same.sort_unstable();
    same.into_iter().filter_map(|at| names.get(at)).collect()
}

/// The names of each resource block that is not specific to a tenant: its names are equal in several instances of the
/// flow module, or would be, because they contain nothing of the tenant. `same` is the result of [`same`].
pub(crate) fn unscoped<'a, 'n>(
    model: &Model<'_>,
    names: &'n [ResourceName<'a>],
    same: &[&ResourceName<'a>],
) -> Vec<Vec<&'n ResourceName<'a>>> {
    let colliding: HashSet<Span> = same.iter().map(|name| name.block()).collect();
    let mut blocks: Vec<(Span, Vec<&ResourceName<'_>>)> = Vec::new();
    let mut places: HashMap<Span, usize> = HashMap::default();
    for name in names {
        let block = name.block();
        let place = *places.entry(block).or_insert_with(|| {
            blocks.push((block, Vec::new()));
            blocks.len() - 1
        });
        if let Some((_, names)) = blocks.get_mut(place) {
            names.push(name);
        }
    }
    let mut found = Vec::new();
    for (block, names) in blocks {
        // If all names differ, none can be independent of the tenant.
        if !colliding.contains(&block) && names.first().is_some_and(|name| name.is_of_tenant(model)) {
            continue;
        }
        let all = names.len();
        let free: Vec<&ResourceName<'_>> = names.into_iter().filter(|name| !name.is_of_tenant(model)).collect();
        let mut owners: HashMap<String, (usize, usize)> = HashMap::default();
        let collides = free.iter().any(|name| {
            let owner = (name.resource.flow, name.resource.instance);
            *owners.entry(folded(name.text)).or_insert(owner) != owner
        });
        // If a repeated call has only one tenant so far, the next one will collide.
        let will_collide =
            || free.len() == all && free.iter().all(|name| name.flow.is_repeated() && name.is_constant(model));
        if collides || will_collide() {
            found.push(free);
        }
    }
    found
}

impl<'a> ResourceName<'a> {
    /// The tenant of the flow that it belongs to.
    pub(crate) fn tenant(&self) -> Option<TenantId> {
        self.instance.tenant
    }

    /// Whether its resource is for one tenant only.
    fn is_alone(&self) -> bool {
        let is_only = self.instance.address == *self.instance.instance.address();
        self.resource.key.is_none() && (self.instance.repetitions.is_empty() || !is_only)
    }

    /// The block of its resource.
    pub(crate) fn block(&self) -> Span {
        self.resource.resource.block.span
    }

    /// The namespace in which Sym requires unique names: the resource's kind and its type, if it has one.
    pub(crate) fn namespace(&self) -> (&'a str, &'a str) {
        (self.resource.kind(), self.resource.type_name().unwrap_or_default())
    }

    /// Whether a part of it comes from a tenant, or from what the call says about its tenant.
    fn is_of_tenant(&self, model: &Model<'_>) -> bool {
        // A name with too many sources to follow may contain something of the tenant.
        let Some(sources) = model.sources_of_values.of(self.value, self.tenant()) else { return true };
        let is_argument =
            |source: &Source<'_>| matches!(source, Source::Elsewhere(origin) if self.is_argument(model, origin));
        sources.iter().any(|source| source.tenant().is_some()) || sources.iter().any(is_argument)
    }

    /// Whether `origin` is an argument that carries a tenant's value. One slug for several tenants is reported by
    /// another rule, so that counts as well.
    fn is_argument(&self, model: &Model<'_>, origin: &Origin) -> bool {
        let is_called = || !self.tenant().is_some_and(|tenant| model.tenant(tenant).is_element());
        let arguments = self.instance.arguments.iter();
        arguments.filter(|argument| argument.is_slug() || is_called()).any(|argument| {
            let sources = model.sources_of_values.of(&argument.value, self.tenant()).unwrap_or_default();
            sources.iter().any(|source| matches!(source, Source::Elsewhere(other) if other.span == origin.span))
        })
    }

    /// Whether it is written in the flow module and has no other source.
    fn is_constant(&self, model: &Model<'_>) -> bool {
        let is_written = |source: &Source<'_>| {
            matches!(source, Source::Elsewhere(origin)
                if matches!(origin.makeup, Makeup::Written(_)) && model.is_in_flow_module(origin.span))
        };
        model.sources_of_values.of(self.value, self.tenant()).is_some_and(|sources| sources.iter().all(is_written))
    }

    /// Where the part of the name that comes from `tenant` is written.
    pub(crate) fn written_for(&self, model: &Model<'_>, tenant: TenantId) -> Option<Span> {
        let mut found = None;
        self.value.origin.each_source(&mut |origin| {
            let is_of = origin.path.as_ref().and_then(|path| model.tenant_at(path)).is_some_and(|it| it.id == tenant);
            if found.is_none() && (is_of || self.is_argument(model, origin)) {
                found = Some(origin.span);
            }
        });
        found
    }

    /// Whether the instance receives values of a tenant other than its own, which another rule reports.
    pub(crate) fn is_miswired(&self, model: &Model<'_>) -> bool {
        let Some(own) = self.tenant() else { return true };
        let tenants = |value| model.sources_of_values.tenants_for(value, own);
        self.instance.arguments.iter().any(|argument| tenants(&argument.value).iter().any(|&tenant| tenant != own))
    }

    /// Whether its slug is not the one in its tenant's entry, which another rule reports.
    pub(crate) fn has_foreign_slug(&self, model: &Model<'_>) -> bool {
        let own = self.tenant().map(|tenant| model.tenant(tenant));
        let Some(own) = own.filter(|own| own.is_element()) else { return false };
        let Some(slug) = self.instance.slug() else { return false };
        if slug.value.as_str().is_some_and(|slug| slug.as_str() == own.name()) {
            return false;
        }
        let text = slug.value.as_str().map(|text| normalise(text)).unwrap_or_default();
        let sources = model.sources_of_values.of(&slug.value, own.id).unwrap_or_default();
        let is_own = |tenant: TenantId| model.index.may_share(FieldKind::Key, tenant, own.id);
        // Other values of the tenant, such as its region, are not its name.
        let names = sources.iter().filter(|source| !matches!(source, Source::Field(_)));
        !text.contains(&normalise(own.name())) && !names.filter_map(Source::tenant).any(is_own)
    }
}

/// The distinct tenants of `names`, in source order.
pub(crate) fn tenants_of<'n, 'a: 'n>(names: impl IntoIterator<Item = &'n ResourceName<'a>>) -> Vec<TenantId> {
    let tenants: HashSet<TenantId> = names.into_iter().filter_map(ResourceName::tenant).collect();
    let mut tenants: Vec<TenantId> = tenants.into_iter().collect();
    tenants.sort_unstable();
    tenants
}

/// The text of `name` in one line, unless it must not be shown.
pub(crate) fn shown(name: &ResourceName<'_>, model: &Model<'_>) -> String {
    // A secret could be in a name.
    let is_secret = name.value.is_sensitive();
    let name = if is_secret { BLANK } else { model.quotable(name.text, name.value, FieldKind::Key) };
    name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
