//! Names in the configuration that match nothing. What they were meant for would silently not be checked.

use symlint_terraform::{Evaluator, Root, SortedSet, Value};

use crate::config::{ArgumentKind, Config, ConfigError};
use crate::spelling::closest;
use crate::tenants::{Field, FieldKind, Model, Step, Tenant, Whole, values_at};

/// The first name in a configuration file that matches nothing in any checked project, with the index of a project that
/// uses this configuration.
///
/// One file may apply to several modules. Perhaps only some of them are checked, and not all have tenants. So a missing
/// name is a mistake only if something else shows what was meant.
pub(crate) fn missing_name(checked: &[(&Config, &Model<'_>)]) -> Option<(usize, ConfigError)> {
    let file = |config: &Config, model: &Model<'_>| Some(model.sources().get(config.file?).name().to_owned());
    let mut seen = SortedSet::new();
    checked.iter().enumerate().find_map(|(index, (config, model))| {
        let own = file(config, model).filter(|own| seen.insert(own.clone()))?;
        let same = checked.iter().filter(|(config, model)| file(config, model).as_ref() == Some(&own));
        let models: Vec<&Model<'_>> = same.map(|(_, model)| *model).collect();
        // The name may be in a part of a file that could not be read.
        if models.iter().any(|model| !model.is_everything_readable()) {
            return None;
        }
        let missing = missing_variable(config, &models)
            .or_else(|| missing_attribute(config, &models))
            .or_else(|| missing_argument(config, &models));
        Some((index, missing?))
    })
}

/// A tenants variable that does not exist, if a variable has a similar name, or if there are flow calls but no tenants
/// variable at all.
fn missing_variable(config: &Config, models: &[&Model<'_>]) -> Option<ConfigError> {
    let found: SortedSet<&str> =
        models.iter().flat_map(|model| &model.variables).map(|variable| variable.name.as_str()).collect();
    let there: SortedSet<String> = models.iter().flat_map(|model| variables(model)).collect();
    let is_local = |name: &str| name.starts_with("local.");
    let calls_flows = models.iter().any(|model| !model.flows.is_empty());
    let mut named = config.tenants_variables.iter().zip(&config.tenants_variable_spans);
    named.find_map(|(name, &span)| {
        if found.contains(name.as_str()) {
            return None;
        }
        let free = there.iter().map(String::as_str);
        let free = free.filter(|there| !found.contains(there) && is_local(there) == is_local(name));
        let hint = match closest(name, free) {
            Some(near) => format!("; did you mean `{near}`?"),
            None if calls_flows && found.is_empty() => String::new(),
            None => return None,
        };
        let message = match name.strip_prefix("local.") {
            Some(local) => format!("no local `{local}` is declared in the checked files{hint}"),
            None => format!("no variable `{name}` is declared or set in the checked files{hint}"),
        };
        Some(ConfigError { message, span })
    })
}

/// An attribute that no tenant has, if the tenants have one with a similar name or with our name.
fn missing_attribute(config: &Config, models: &[&Model<'_>]) -> Option<ConfigError> {
    let mapped = config.attributes.iter().filter(|(_, theirs)| !theirs.is_empty()).map(|(ours, _)| ours);
    let mut mapped: Vec<&String> = mapped.collect();
    mapped.sort_unstable_by_key(|ours| config.attribute_spans.get(*ours));
    if mapped.is_empty() {
        return None;
    }
    let tenants: Vec<Value> = models.iter().flat_map(|model| entries(model)).collect();
    if tenants.is_empty() || tenants.iter().any(|tenant| tenant.as_unknown().is_some()) {
        return None;
    }
    mapped.into_iter().find_map(|ours| {
        let (theirs, &span) = (config.attribute_path(ours), config.attribute_spans.get(ours)?);
        let (last, above) = theirs.split_last()?;
        let holders: Vec<Value> = tenants.iter().filter_map(|tenant| at(tenant, above)).collect();
        // In lists of grants, only the last name of the path is compared.
        let is_granted = kinds(ours)
            .any(|kind| !FieldKind::CONNECTOR.contains(&kind) && kind != FieldKind::SsoAccountId)
            && tenants.iter().any(|tenant| is_in_list(tenant, last));
        let is_there = |holder: &Value| holder.as_unknown().is_some() || holder.get(last).is_some();
        if is_granted || holders.iter().any(is_there) {
            return None;
        }
        let plain = Config::default();
        let default = plain.attribute_path(ours);
        let hint = match closest(last, names(&holders).iter().map(String::as_str)) {
            Some(near) => format!("; did you mean `{near}`?"),
            None if tenants.iter().any(|tenant| at(tenant, &default).is_some()) => {
                format!(": they have `{}`", default.join("."))
            }
            None => return None,
        };
        Some(ConfigError { message: format!("no tenant has an attribute `{}`{hint}", theirs.join(".")), span })
    })
}

/// Whether an element of a list or map in an attribute of `tenant` has an attribute with this name.
fn is_in_list(tenant: &Value, name: &str) -> bool {
    let attributes = tenant.entries().unwrap_or_default().iter().map(|entry| &entry.value);
    let mut elements = attributes.flat_map(|value| values_at(value, &[Step::Each]));
    elements.any(|element| element.get(name).is_some())
}

/// An argument that no flow call has, if the calls have one with a similar name or with our name.
fn missing_argument(config: &Config, models: &[&Model<'_>]) -> Option<ConfigError> {
    let calls = || models.iter().flat_map(|model| &model.flows).filter_map(|flow| flow.call);
    let given: SortedSet<&str> =
        calls().flat_map(|call| &call.arguments).map(|argument| argument.name.text.as_str()).collect();
    config.flow_arguments.iter().filter(|_| !given.is_empty()).find_map(|(ours, theirs)| {
        if theirs.is_empty() || given.contains(theirs.as_str()) {
            return None;
        }
        let span = *config.flow_argument_spans.get(ours)?;
        let is_taken = |name: &str| ArgumentKind::ALL.into_iter().any(|kind| config.argument_name(kind) == name);
        let hint = match closest(theirs, given.iter().copied().filter(|name| !is_taken(name))) {
            Some(near) => format!("; did you mean `{near}`?"),
            None if given.contains(ours.as_str()) => format!(": they have `{ours}`"),
            None => return None,
        };
        Some(ConfigError { message: format!("no call of the flow module has an argument `{theirs}`{hint}"), span })
    })
}

/// Expected names that do not occur, so that something is not checked.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Unseen {
    /// The attributes that no tenant has, by their configured names.
    pub(crate) attributes: Vec<String>,
    /// Unrecognized attributes of tenants, one of which may be meant.
    pub(crate) others: Vec<String>,
    /// The configured arguments that no flow call has.
    pub(crate) arguments: Vec<String>,
}

/// The names that `config` or the stock module expects but that `model` does not have. Those that a finding reports are
/// left out.
pub(crate) fn unseen(config: &Config, model: &Model<'_>) -> Unseen {
    let mut unseen = Unseen::default();
    if !model.is_everything_readable() {
        return unseen;
    }
    let is_reported = of_variables(model).any(|tenant| !tenant.missing.is_empty())
        || model.conversions.iter().any(|problem| problem.kind.is_error());
    if of_variables(model).next().is_some() && !is_reported {
        let mut kinds: Vec<FieldKind> = FieldKind::VALUES.to_vec();
        kinds.retain(|&kind| !config.is_absent(kind) && of_variables(model).all(|tenant| is_unseen(tenant, kind)));
        unseen.attributes = kinds.iter().map(|&kind| config.field_path(kind).join(".")).collect();
    }
    if !unseen.attributes.is_empty() {
        let known: SortedSet<&str> = FieldKind::VALUES
            .into_iter()
            .filter_map(|kind| config.field_path(kind).first().copied())
            .chain(config.attribute_path("grants").first().copied())
            .collect();
        unseen.others = names(&entries(model)).into_iter().filter(|name| !known.contains(name.as_str())).collect();
    }
    let calls = || model.flows.iter().filter_map(|flow| flow.call);
    let is_given = |name: &str| calls().any(|call| call.argument(name).is_some());
    let named = config.flow_arguments.values().filter(|name| !name.is_empty());
    let named = named.filter(|name| calls().next().is_some() && !is_given(name));
    unseen.arguments = named.cloned().collect();
    unseen
}

/// The kinds of values that the attribute with our name `ours` is or contains.
fn kinds(ours: &str) -> impl Iterator<Item = FieldKind> {
    let connector = [FieldKind::Cloud, FieldKind::InstanceArn, FieldKind::Region, FieldKind::RoleArn];
    let grant = [FieldKind::PermissionSetArn, FieldKind::TargetAccountId];
    FieldKind::VALUES.into_iter().filter(move |kind| match ours {
        "sso_connector_settings" => connector.contains(kind),
        "grants" => grant.contains(kind),
        name => kind.name() == name,
    })
}

/// The tenants in variables that are objects: only those have attributes.
fn of_variables<'m>(model: &'m Model<'_>) -> impl Iterator<Item = &'m Tenant> {
    let tenants = model.tenants.iter();
    tenants.filter(|tenant| tenant.is_element() && tenant.whole == Whole::Object)
}

/// Whether `tenant` has nothing in the place of the value, not even `null`.
fn is_unseen(tenant: &Tenant, kind: FieldKind) -> bool {
    tenant.values().filter(|field| field.kind == kind).all(Field::is_unseen)
}

/// The elements of the collections that tenants are built from.
fn entries(model: &Model<'_>) -> Vec<Value> {
    let evaluator = Evaluator::new(model.project);
    let root = evaluator.root();
    let elements = model.sources_of_values.collections().iter().flat_map(|collection| {
        let value = match &collection.shape.root {
            Root::Variable { module, name } if module.is_empty() => evaluator.variable(&root, name),
            Root::Local { module, name } if module.is_empty() => evaluator.local(&root, name),
            _ => None,
        };
        let steps: Vec<Step> = collection.shape.steps.iter().cloned().chain([Step::Each]).collect();
        value.map(|value| values_at(&value, &steps)).unwrap_or_default()
    });
    elements.collect()
}

fn at(value: &Value, path: &[&str]) -> Option<Value> {
    path.iter().try_fold(value.clone(), |value, name| value.get(name))
}

/// The attribute names of some objects, without repetitions.
fn names(objects: &[Value]) -> Vec<String> {
    let names = objects.iter().flat_map(|object| object.entries().unwrap_or_default());
    names.map(|entry| entry.key.to_string()).collect::<SortedSet<String>>().into_iter().collect()
}

/// The names of the variables that the root module declares or that are set for it, and of its locals, as `local.NAME`.
fn variables(model: &Model<'_>) -> impl Iterator<Item = String> {
    let project = model.project;
    let declared = project.root().into_iter().flat_map(|root| &root.variables);
    let assigned = project.assignments().iter().map(|assignment| assignment.variable.text.to_string());
    let locals = project.root().into_iter().flat_map(|root| &root.locals);
    let locals = locals.map(|local| format!("local.{}", local.name.text));
    declared.map(|variable| variable.name.text.to_string()).chain(assigned).chain(locals)
}
