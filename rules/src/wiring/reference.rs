//! Which resources the resources of a flow refer to, and whose they are.

use std::cell::OnceCell;

use foldhash::{HashMap, HashSet};
use symlint_core::discover::sinks::OTHER_ROLE;
use symlint_core::rule::Context;
use symlint_core::tenants::{FieldKind, FlowInstance, FlowResource, Model, Place, Source, TenantId, text_of};
use symlint_terraform::syntax::{Attribute, Expr, ExprKind, children};
use symlint_terraform::{Module, ModuleCall, Resource, ResourceId, SortedMap, SortedSet, Span, Str, Value};

use super::owners::TextOwners;

/// A reference of a flow to something that is not its own.
pub(super) struct Foreign<'a> {
    pub resource: &'a FlowResource<'a>,
    pub instance: &'a FlowInstance,
    /// Whose flow it is.
    pub tenant: TenantId,
    /// The attribute that refers to it, and what the resource has there.
    pub attribute: &'static str,
    pub expr: &'a Expr,
    /// The argument from which the module has it.
    pub passed: Option<(&'a ModuleCall, &'a Attribute)>,
    pub to: To,
    /// The reference that is meant, where the resource is repeated as the one that refers to it is.
    pub own: Option<String>,
}

/// What a reference is to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum To {
    /// This resource of another customer.
    Resource(String, TenantId),
    /// The connector's role of another customer.
    Role(TenantId),
    /// An id that is written out.
    Text,
    /// The attribute refers to no resource at all.
    Nothing,
}

/// All references of flows to what is not their own.
pub(super) fn foreign<'a>(model: &'a Model<'a>) -> Vec<Foreign<'a>> {
    let resources = Resources { model, places: OnceCell::new(), texts: TextOwners::new(model) };
    let mut all = Vec::new();
    for resource in &model.resources {
        let Some(instance) = model.instance_of(resource) else { continue };
        let Some(tenant) = instance.tenant else { continue };
        let mut add = |attribute, expr, to| {
            let passed = passed(model, resource.module, instance, expr);
            let referred = references(resource.module, expr).resources;
            let own = if let [only] = referred.as_slice() { reference_to(only, resource, attribute) } else { None };
            all.push(Foreign { resource, instance, tenant, attribute, expr, passed, to, own });
        };
        for (expr, role) in resource.referred_by(OTHER_ROLE.attribute) {
            let owner = text_of(role).and_then(|text| resources.texts.other(tenant, FieldKind::RoleArn, &text));
            owner.into_iter().for_each(|owner| add("settings.role_arn", expr, To::Role(owner)));
        }
        for (reference, expr, value) in resource.references() {
            let (mut ids, mut texts) = (Vec::new(), Vec::new());
            referents(value, &mut ids, &mut texts);
            let foreign = ids.iter().find_map(|id| {
                let is_own = resources.is_within(id, resource, instance)
                    || model.siblings_of(resource).iter().any(|own| id_of(model, own).as_ref() == Some(*id));
                let (address, owner) = if is_own { None } else { resources.foreign(resource, id, tenant, 3) }?;
                Some(To::Resource(address, owner))
            });
            // Without a resource of its own to refer to, the missing resource is the mistake.
            let may_refer = || !ids.is_empty() || !references(resource.module, expr).resources.is_empty();
            let is_another = |value: &Value| {
                let sources = model.sources_of_values.of(value, tenant).unwrap_or_default();
                may_refer() && !sources.iter().any(|source| source.tenant() == Some(tenant))
            };
            // If the module has such resources, an empty list may be the result of a filter.
            let is_nothing = || {
                let mut own = resource.module.resources.iter();
                value.elements().is_some_and(<[Value]>::is_empty) && !own.any(|own| reference.may_be(own))
            };
            let to = foreign.or_else(|| texts.into_iter().any(is_another).then_some(To::Text));
            let to = to.or_else(|| if ids.is_empty() { resources.of_unknown(value, tenant) } else { None });
            let to = to.or_else(|| is_nothing().then_some(To::Nothing));
            to.into_iter().for_each(|to| add(reference.attribute, expr, to));
        }
    }
    all
}

/// Reports these references: those that the module is passed, or the others.
pub(super) fn report_foreign(cx: &mut Context<'_>, are_passed: bool) {
    let model = cx.model;
    let all = foreign(model);
    let mut found: SortedMap<Span, Vec<&Foreign<'_>>> = SortedMap::new();
    for it in all.iter().filter(|it| it.passed.is_some() == are_passed) {
        let span = it.passed.map_or(it.expr.span, |(_, argument)| argument.value.span);
        found.entry(span).or_default().push(it);
    }
    for (span, wrong) in found {
        let Some(first) = wrong.first() else { continue };
        let tenants: SortedSet<TenantId> = wrong.iter().map(|it| it.tenant).collect();
        let tenants: Vec<TenantId> = tenants.into_iter().collect();
        let mut receivers = receivers(model, first.resource);
        receivers.extend(&tenants);
        let name = |tenant: TenantId| model.tenant(tenant).name();
        let whom = model.name_or_count(&tenants, receivers.len());
        let (subject, within) = match first.passed {
            Some((call, argument)) => {
                let argument = &argument.name.text;
                (format!("argument `{argument}`"), format!("module.{}.{argument}", call.name.text))
            }
            None => {
                let (attribute, resource) = (first.attribute, first.resource.address());
                (format!("`{attribute}` of `{resource}`"), format!("{resource}.{attribute}"))
            }
        };
        let other = |to: &To| match to {
            To::Resource(to, owner) => format!("refers to `{to}` of another tenant, `{}`", name(*owner)),
            To::Role(owner) => format!("is the role of another tenant, `{}`", name(*owner)),
            To::Nothing => "is empty".to_owned(),
            To::Text => "has a hard-coded ID, which is not that of a resource of this flow".to_owned(),
        };
        let what = match wrong.iter().all(|it| it.to == first.to) {
            true => other(&first.to),
            false => {
                format!(
                    "refers to resources of other tenants; the one for `{}` {}",
                    name(first.tenant),
                    other(&first.to)
                )
            }
        };
        let path = Some(format!("{}.{within}", first.instance.address));
        let place = Place { span, tenant: Some(first.tenant), path };
        let report = cx.report(place, format!("{subject} for {whom} {what}"));
        let help;
        let report = report.help(match first.to {
            To::Nothing => "Add the target of this flow. Until then, nobody can request anything through it.",
            To::Role(_) => {
                "Use the role of the tenant's own connector. Requests for one customer would act with another \
                 customer's role."
            }
            To::Text => {
                "Refer to the resource of the flow's own tenant. Requests would act on whatever has this ID, which may \
                 be another customer's."
            }
            To::Resource(..) => {
                let own = first.own.as_ref().map(|own| format!("`{own}`"));
                let own = own.as_deref().unwrap_or("the resource of the flow's own tenant");
                help = format!("Use {own}. Requests for one customer would act on another.");
                &help
            }
        });
        let report = match &first.to {
            To::Resource(_, owner) | To::Role(owner) if wrong.iter().all(|it| it.to == first.to) => {
                let owner = model.tenant(*owner);
                report.related(&owner.key, format!("`{}` is defined here", owner.name()))
            }
            _ => report,
        };
        report.group_by(&tenants, format!("{within} is another tenant's"));
    }
}

/// How `from` refers in `attribute` to the one of the resources `to` of its module that is its own.
pub(super) fn reference_to(to: &Resource, from: &FlowResource<'_>, attribute: &str) -> Option<String> {
    let for_each = |resource: &Resource| resource.attribute("for_each").is_some();
    let key = match (for_each(to), for_each(from.resource)) {
        (true, true) => "[each.key]",
        (false, false) => "",
        _ => return None,
    };
    let is_counted = [to, from.resource].iter().any(|resource| resource.attribute("count").is_some());
    let reference = format!("{}.{}{key}.id", to.kind.text, to.name.text);
    let is_list = attribute == "targets";
    (!is_counted).then(|| if is_list { format!("[{reference}]") } else { reference })
}

/// The tenants whose flows have the block of `resource`.
pub(super) fn receivers(model: &Model<'_>, resource: &FlowResource<'_>) -> SortedSet<TenantId> {
    let of_block = model.resources.iter().filter(|it| it.resource.block.span == resource.resource.block.span);
    of_block.filter_map(|it| model.instance_of(it)?.tenant).collect()
}

/// Whether `value` is, or has, the id of a resource.
pub(super) fn refers(value: &Value) -> bool {
    value.resource().is_some() || value.elements().unwrap_or_default().iter().any(refers)
}

/// The id of a resource of a flow.
pub(super) fn id_of(model: &Model<'_>, resource: &FlowResource<'_>) -> Option<ResourceId> {
    let module = model.instance_of(resource)?.instance.address().clone();
    Some(ResourceId { module, block: resource.resource.block.span, key: resource.key.clone() })
}

/// The resources and the texts in `value`, or in what it may be.
fn referents<'v>(value: &'v Value, ids: &mut Vec<&'v ResourceId>, texts: &mut Vec<&'v Value>) {
    ids.extend(value.resource());
    texts.extend(value.as_str().map(|_| value));
    let parts = value.elements().unwrap_or_default().iter().chain(value.candidates());
    parts.for_each(|part| referents(part, ids, texts));
}

/// The argument that `expr`, which is in `module`, has its value from: the one that is written outermost.
fn passed<'a>(
    model: &'a Model<'a>,
    module: &'a Module,
    instance: &'a FlowInstance,
    expr: &'a Expr,
) -> Option<(&'a ModuleCall, &'a Attribute)> {
    let mut found = None;
    let mut made = Some(&instance.instance);
    // What is next to a resource of the module's own only chooses between them.
    let of_module = references(module, expr);
    let mut name = of_module.variable.filter(|_| of_module.resources.is_empty());
    while let (Some(variable), Some(at)) = (name, made) {
        let call = at.call_in(model.project)?;
        let Some(argument) = call.argument(variable) else { break };
        found = Some((call, &**argument));
        made = at.caller();
        let caller = made.and_then(|caller| model.project.module(caller.module()?));
        name = caller.and_then(|module| references(module, &argument.value).variable);
    }
    found
}

/// Knows whose the resources are.
struct Resources<'a> {
    model: &'a Model<'a>,
    texts: TextOwners<'a>,
    /// The resources of all flows, once they are asked for.
    places: OnceCell<HashMap<ResourceId, usize>>,
}

impl<'a> Resources<'a> {
    fn find(&self, id: &ResourceId) -> Option<(&'a FlowResource<'a>, &'a FlowInstance)> {
        let places = self.places.get_or_init(|| {
            let resources = self.model.resources.iter().enumerate();
            resources.filter_map(|(at, it)| Some((id_of(self.model, it)?, at))).collect()
        });
        let resource = self.model.resources.get(*places.get(id)?)?;
        Some((resource, self.model.instance_of(resource)?))
    }

    /// Whether `id` is of the flow of `resource`: in the same instance of the module and, where that makes several flows,
    /// of the same key, or written out for the same one.
    fn is_within(&self, id: &ResourceId, resource: &FlowResource<'_>, instance: &FlowInstance) -> bool {
        let module = instance.instance.address();
        let is_of_flow = || self.find(id).is_none_or(|(_, its)| its.address == instance.address);
        let is_only = instance.address == *module;
        let is_within = match (&id.key, &resource.key) {
            // What is repeated may be of other flows of the module.
            (Some(_), None) => is_of_flow(),
            (None, None) => is_only || is_of_flow(),
            (id, own) => is_only || id == own,
        };
        id.module == *module && is_within
    }

    /// Whose `value` is, if it is not known and everything that it was made of is another customer's: that of a data
    /// source with another customer's key.
    fn of_unknown(&self, value: &Value, own: TenantId) -> Option<To> {
        value.as_unknown()?;
        let sources = self.model.sources_of_values.of(value, own)?;
        let mut tenants = sources.iter().filter_map(Source::tenant);
        let other = tenants.next()?;
        let is_others = !self.model.index.same_customer(own, other) && tenants.all(|tenant| tenant == other);
        let written = self.model.project.sources().text(value.origin.span);
        is_others.then_some(To::Resource(written, other))
    }

    /// What `id`, to which `from` refers, is, and whose, where it is not for the tenant `own`: neither is it repeated for it,
    /// nor does it have its values.
    fn foreign(
        &self,
        from: &FlowResource<'_>,
        id: &ResourceId,
        own: TenantId,
        depth: usize,
    ) -> Option<(String, TenantId)> {
        let model = self.model;
        let (resource, instance) = self.find(id)?;
        let kind = match resource.kind() {
            "sym_integration" => FieldKind::InstanceArn,
            _ => FieldKind::TargetAccountId,
        };
        // Two collections may have the same customers as tenants: organizations, and the access to them. What these have is
        // theirs where the instance is that of the resource that refers to it.
        let is_of_another_instance = || {
            let instances = instance_id(from).zip(instance_id(resource));
            instances.is_some_and(|(from, to)| from != to)
        };
        let is_other = |tenant: &TenantId| {
            let is_listed_too = model.tenant(own).provenance == model.tenant(*tenant).provenance;
            !model.index.may_share(kind, own, *tenant) && (is_listed_too || is_of_another_instance())
        };
        let owner = instance.tenant.filter(|_| !instance.repetitions.is_empty());
        if owner.is_some_and(|owner| !is_other(&owner)) {
            return None;
        }
        let address = || {
            let key = match (&id.key, &resource.each) {
                (Some(key), Some(_)) => format!("[\"{key}\"]"),
                (Some(index), None) => format!("[{index}]"),
                (None, _) => String::new(),
            };
            let dot = if id.module.is_empty() { "" } else { "." };
            format!("{}{dot}{}{key}", id.module, resource.address())
        };
        let has_settings = resource.sink().is_some_and(|sink| !sink.settings.is_empty());
        let settings = resource.settings().map(|(setting, value)| (setting.field, value));
        let own_texts =
            |kind: FieldKind| model.tenant(own).fields().filter(move |it| it.kind == kind).filter_map(|it| it.as_str());
        let (mut wrong, mut is_own) = (None, !has_settings);
        for (kind, value) in settings.filter(|(kind, _)| !matches!(kind, FieldKind::Cloud | FieldKind::Region)) {
            let text = text_of(&value);
            if text.as_ref().is_some_and(|text| own_texts(kind).any(|it| it == text.as_str())) {
                is_own = true;
                continue;
            }
            let sources = model.sources_of_values.of(&value, own).unwrap_or_default();
            let mut tenants = sources.iter().filter_map(Source::tenant).peekable();
            if tenants.peek().is_some() {
                wrong = wrong.or_else(|| tenants.find(is_other));
            } else if let Some(text) = text {
                wrong = wrong.or_else(|| self.texts.other(own, kind, &text));
            }
        }
        match wrong {
            Some(other) => Some((address(), owner.unwrap_or(other))),
            None if !is_own && owner.is_some() => Some((address(), owner?)),
            None if depth == 0 => None,
            None => resource.references().find_map(|(_, _, value)| {
                let (mut ids, mut texts) = (Vec::new(), Vec::new());
                referents(value, &mut ids, &mut texts);
                let (_, other) = ids.into_iter().find_map(|id| self.foreign(resource, id, own, depth - 1))?;
                Some((address(), owner.unwrap_or(other)))
            }),
        }
    }
}

/// The id of the instance that the settings of a resource name.
fn instance_id(resource: &FlowResource<'_>) -> Option<Str> {
    let (attribute, part) = match resource.kind() {
        "sym_integration" => ("external_id", None),
        "sym_target" => ("settings", Some("permission_set_arn")),
        _ => ("settings", Some("instance_arn")),
    };
    let whole = resource.attribute(attribute)?;
    let text = text_of(&part.map_or_else(|| Some(whole.clone()), |part| whole.get(part))?)?;
    let at = text.find("ssoins-")?;
    text.get(at..)?.split('/').next().map(Str::from)
}

/// What an expression refers to.
#[derive(Default)]
pub(super) struct References<'a> {
    /// Resources of the module.
    pub resources: Vec<&'a Resource>,
    /// The first variable of the module.
    pub variable: Option<&'a str>,
    /// Whether it refers to something that comes from outside of the module, which may be any resource.
    pub is_open: bool,
}

/// What `expr`, which is in `module`, refers to, also through locals.
pub(super) fn references<'a>(module: &'a Module, expr: &'a Expr) -> References<'a> {
    let mut found = References::default();
    follow(module, expr, &mut HashSet::default(), &mut found);
    found
}

fn follow<'a>(module: &'a Module, expr: &'a Expr, seen: &mut HashSet<&'a str>, found: &mut References<'a>) {
    if let ExprKind::Attribute(root, name) = &expr.kind
        && let ExprKind::Variable(kind) = &root.kind
    {
        if let Some(resource) = module.resource(false, kind, &name.text) {
            found.resources.push(resource);
            return;
        }
        match kind.as_str() {
            "local" => {
                if let Some(local) = module.local(&name.text).filter(|_| seen.insert(name.text.as_str())) {
                    follow(module, &local.value, seen, found);
                }
            }
            "each" | "count" | "path" | "terraform" => {}
            // A module call, a variable, a data source, or what a `for` goes through.
            "var" | "module" | "data" => {
                found.is_open = true;
                found.variable = found.variable.or(Some(name.text.as_str()).filter(|_| kind.as_str() == "var"));
            }
            _ => {}
        }
        return;
    }
    children(expr).into_iter().for_each(|child| follow(module, child, seen, found));
}
