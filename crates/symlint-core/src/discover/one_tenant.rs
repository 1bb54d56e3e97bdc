//! Root modules that are for one tenant as a whole: their flows are repeated only for grants, and the tenant's other
//! values are in the variables and locals around these.

use foldhash::{HashMap, HashSet};
use symlint_terraform::{Evaluator, Path, PathStep, Root, Str, Value};

use super::effective::{Effective, effects_of};
use super::elements::{configured, container, roots};
use super::slugs::{common_start, slug_and_key};
use super::unwired::add_texts;
use super::walk::Walked;
use crate::config::Config;
use crate::tenants::format::{is_account_id, is_instance_id, is_permission_set_id};
use crate::tenants::{FieldKind, FlowInstance, has_shape, normalise, resources_of, starts, text_of};

/// How deep the values of a connector may be in a variable or a local.
const DEPTH: usize = 6;

/// Whether all flows act through the only connector of the root module. In addition, one of these must hold: a flow is
/// repeated for grants that have no other values; all ids are those of variables and locals of the root module; or the
/// connector is, and several flows share it.
pub(super) fn is_for_one_tenant(evaluator: &Evaluator<'_>, walked: &Walked<'_>, config: &Config) -> bool {
    if !config.tenants_variable_spans.is_empty() || !configured(evaluator, config).is_empty() {
        return false;
    }
    let mut connectors: HashSet<[Option<Str>; 2]> = HashSet::default();
    // What is known of the grants.
    let (mut instances, mut is_any_known): (HashSet<Str>, bool) = (HashSet::default(), false);
    let (mut is_repeated, mut is_named, mut is_shared, mut count) = (false, true, true, 0);
    for (at, flow) in walked.flows.iter().enumerate() {
        for (place, instance) in flow.instances.iter().enumerate() {
            let effects = effects_of(instance, resources_of(&walked.resources, at, place));
            let Some(connector) = common_connector(&effects) else { return false };
            connectors.insert(connector);
            is_any_known |= effects.iter().any(|it| it.grant.is_some() && text_of(&it.value).is_some());
            let sets = effects.iter().filter(|it| it.field == FieldKind::PermissionSetArn);
            let sets = sets.filter_map(|it| text_of(&it.value));
            instances.extend(sets.filter_map(|set| set.split('/').find(|part| is_instance_id(part)).map(Str::from)));
            if connectors.len() > 1 || has_more(instance, &effects) {
                return false;
            }
            let is_iterated = |it: &&Effective| it.value.origin.is_iterated();
            let (iterated, constant): (Vec<&Effective>, Vec<&Effective>) =
                effects.iter().filter(|it| it.grant.is_some()).partition(is_iterated);
            // If one instance has several grants, a half that is the same in all of them may be a mistake.
            if instance.repetitions.is_empty() && !iterated.is_empty() && !constant.is_empty() {
                return false;
            }
            is_repeated |= !iterated.is_empty();
            let may_be_written = |field| matches!(field, FieldKind::Cloud | FieldKind::Region);
            let mut written = effects.iter().filter(|it| !may_be_written(it.field) && !is_of_root_module(&it.value));
            is_shared &= written.clone().all(|it| it.grant.is_some());
            is_named &= written.next().is_none();
            count += 1;
        }
    }
    let Some([Some(instance), _]) =
        connectors.into_iter().next().filter(|_| is_repeated || is_named || is_shared && count > 1)
    else {
        return false;
    };
    // Permission sets of several instances are not reached through one connector.
    if !instance.is_empty() && instance_in(&instance).is_none() && (instances.len() > 1 || !is_any_known) {
        return false;
    }
    let mut texts = Vec::new();
    roots(evaluator).for_each(|(_, root)| {
        container(evaluator, walked, &root).iter().for_each(|value| add_texts(value, DEPTH, &mut texts));
    });
    texts.iter().all(|text| instance_in(text).is_none_or(|id| instance.ends_with(id)))
}

/// The flows, by index, of calls that are repeated only for the grants of one tenant, each with the first of the flows for the
/// same one: all instances have one connector, and another flow has another one. In addition, their names start with the
/// same words; or the connector is written in the call, and no name starts like one of another flow.
pub(super) fn calls_for_one_tenant(walked: &Walked<'_>) -> HashMap<usize, usize> {
    let connector = |at: usize| {
        let flow = walked.flows.get(at)?;
        let mut connectors = flow.instances.iter().enumerate().map(|(place, instance)| {
            let effects = effects_of(instance, resources_of(&walked.resources, at, place));
            let is_written = !effects.iter().any(|it| it.grant.is_none() && is_of_root_module(&it.value));
            common_connector(&effects).filter(|_| !has_more(instance, &effects)).map(|own| (own, is_written))
        });
        let first = connectors.next()?;
        first.filter(|first| connectors.all(|other| other.as_ref() == Some(first)))
    };
    let names = |at: usize| {
        let instances = walked.flows.get(at).map(|flow| flow.instances.as_slice()).unwrap_or_default();
        instances.iter().map(slug_and_key).filter_map(|(slug, key)| Some(slug.or(key)?.as_str()?.as_str()))
    };
    let all = 0..walked.flows.len();
    let is_repeated = |at: &usize| walked.flows.get(*at).is_some_and(|flow| flow.instances.len() > 1);
    if !all.clone().filter(is_repeated).any(|at| connector(at).is_some()) {
        return HashMap::default();
    }
    let connectors: Vec<Option<([Option<Str>; 2], bool)>> = all.clone().map(connector).collect();
    let mut known = connectors.iter().flatten().map(|(connector, _)| connector);
    let first = known.next();
    if known.all(|other| Some(other) == first) {
        return HashMap::default();
    }
    // By the first word of a name: the flow that has it, if it is only one.
    let mut by_word: HashMap<String, Option<usize>> = HashMap::default();
    for at in all.clone() {
        for name in names(at) {
            let own = by_word.entry(first_word(name)).or_insert(Some(at));
            *own = own.filter(|it| *it == at);
        }
    }
    let is_unlike_others = |at| names(at).all(|name| by_word.get(&first_word(name)) == Some(&Some(at)));
    let mut firsts: HashMap<(&[Option<Str>; 2], &str), usize> = HashMap::default();
    let mut found = HashMap::default();
    for at in all.filter(is_repeated) {
        let Some(Some((own, is_written))) = connectors.get(at) else { continue };
        match common_start(names(at)) {
            Some("") | None if *is_written && is_unlike_others(at) => _ = found.insert(at, at),
            Some("") | None => {}
            Some(words) => _ = found.insert(at, *firsts.entry((own, words)).or_insert(at)),
        }
    }
    found
}

/// The first word of a name, normalized.
fn first_word(name: &str) -> String {
    starts(name).next().unwrap_or_else(|| normalise(name))
}

/// The id of the instance in a text, which may be its ARN or the id alone.
fn instance_in(text: &str) -> Option<&str> {
    let id = text.rsplit('/').next().filter(|_| has_shape(FieldKind::InstanceArn, text)).unwrap_or(text);
    is_instance_id(id).then_some(id)
}

/// The instance and the role, if they are written out or come from variables and locals of the root module, and are the
/// same in all repetitions of a flow.
fn common_connector(effects: &[Effective]) -> Option<[Option<Str>; 2]> {
    let mut connector = [None, None];
    for (field, own) in [FieldKind::InstanceArn, FieldKind::RoleArn].into_iter().zip(&mut connector) {
        for effective in effects.iter().filter(|effective| effective.field == field && !effective.is_fragment) {
            // A value that is missing in a variable or a local would be this tenant's, too.
            let is_missing = |value: &Value| value.is_null() || value.as_unknown().is_some();
            let missing = Some(&effective.value).filter(|value| is_missing(value) && is_of_root_module(value));
            let only = only_source(&effective.value).filter(|_| missing.is_none());
            let mut is_of_root = true;
            effective.value.origin.each_source(&mut |origin| {
                let start = origin.path.as_ref().map(Path::start);
                is_of_root &= !matches!(start, Some(Root::ModuleCall(_) | Root::Calls(_) | Root::Inline(_)));
            });
            is_of_root |= only.is_some();
            let text = text_of(&effective.value).or_else(|| missing.map(|_| Str::default())).or(only);
            let text = text.filter(|_| !effective.value.origin.is_iterated())?;
            if !is_of_root || own.as_ref().is_some_and(|known| *known != text) {
                return None;
            }
            *own = Some(text);
        }
    }
    connector.first()?.is_some().then_some(connector)
}

/// Where `value` comes from, if it is not known before apply and no key selects it: from the only instance of a module
/// or a data source.
fn only_source(value: &Value) -> Option<Str> {
    let unknown = value.as_unknown().filter(|unknown| !unknown.is_unevaluated)?;
    let mut is_selected = false;
    value.origin.each_source(&mut |origin| {
        let Some(path) = &origin.path else { return };
        let (root, steps) = path.parts();
        // The last step is to the value itself.
        is_selected |= matches!(root, Root::ModuleCall(address) if address.ends_with(']'))
            || steps.iter().rev().skip(1).any(|step| !matches!(step, PathStep::Attribute(_)));
    });
    let place = match value.origin.path.as_ref().map(Path::parts) {
        Some((Root::ModuleCall(address), steps)) => {
            let output = steps.first().and_then(|step| step.name()).map(Str::as_str).unwrap_or_default();
            format!("{address}.{output}")
        }
        _ => unknown.reason.clone(),
    };
    (!is_selected).then(|| place.into())
}

/// Whether a value, or a part of it, comes from a variable or a local of the root module.
fn is_of_root_module(value: &Value) -> bool {
    let mut is_found = false;
    value.origin.each_source(&mut |origin| {
        is_found |= origin.path.as_ref().is_some_and(|path| path.start().is_of_root_module());
    });
    is_found
}

/// Whether the elements that an instance is repeated for have more than its grants: values of a connector, or an
/// account or a permission set that it does not grant.
fn has_more(instance: &FlowInstance, effects: &[Effective]) -> bool {
    let granted = effects.iter().filter(|it| it.grant.is_some());
    let granted: HashSet<Str> = granted.filter_map(|it| text_of(&it.value)).collect();
    let is_granted = |text: &str| granted.iter().any(|granted| granted.ends_with(text));
    let mut texts = Vec::new();
    let values = instance.repetitions.iter().filter_map(|repetition| repetition.value.as_ref());
    values.for_each(|value| add_texts(value, DEPTH, &mut texts));
    let is_of_grant =
        |text: &str| is_account_id(text) || is_permission_set_id(text) || has_shape(FieldKind::PermissionSetArn, text);
    let is_more = |text: &Str| {
        instance_in(text).is_some() || has_shape(FieldKind::RoleArn, text) || is_of_grant(text) && !is_granted(text)
    };
    texts.iter().any(is_more)
}
