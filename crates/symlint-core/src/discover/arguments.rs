//! Which arguments of a flow module carry which of a tenant's values: by the configuration, by the sinks that they
//! reach, or by their names.

use std::sync::Arc;

use symlint_terraform::syntax::{Attribute, Expr, ExprKind, children};
use symlint_terraform::{Module, ModuleCall, Project, SortedSet, Str};

use super::reach::{Reached, reached};
use crate::config::{ArgumentKind, Config};
use crate::tenants::{ArgumentPart, Evidence, FieldKind, Step, Steps};

/// What each variable of a flow module is for. If the module cannot be read, what each argument of its calls is for.
#[derive(Debug, Default)]
pub(super) struct Inputs {
    carriers: Vec<(Str, Arc<[ArgumentPart]>)>,
    /// The variables that may name the tenant: all that occur in the names of resources, the most used first.
    slugs: Vec<Str>,
}

/// The arguments that carry a tenant's values, in the order of the module's variables.
pub(super) type Carriers = Arc<[(Str, Arc<[ArgumentPart]>)]>;

impl Inputs {
    pub(super) fn of_module(module: &Module, config: &Config) -> Self {
        let reached = reached(module);
        let mut inputs = Self::default();
        let of_named = |name: &Str| {
            let own: Vec<&Reached> = reached.iter().filter(|it| it.input.variable == *name).collect();
            let kind = named(name, config)?;
            Some(parts_of(kind, &own, &reached, config))
        };
        let named_fields: Vec<FieldKind> = module
            .variables
            .iter()
            .filter_map(|variable| of_named(&variable.name.text))
            .flat_map(|parts| parts.into_iter().map(|part| part.field))
            .collect();
        for variable in &module.variables {
            let name = &variable.name.text;
            let own: Vec<&Reached> = reached.iter().filter(|it| it.input.variable == *name).collect();
            // Where one variable already has the name for a value, another variable that reaches the same sink is a
            // mistake in the module.
            let parts = of_named(name).unwrap_or_else(|| {
                parts_reached(&own, &reached).into_iter().filter(|part| !named_fields.contains(&part.field)).collect()
            });
            let names_resources = own.iter().any(|it| it.field == FieldKind::Key);
            // A variable that is in the names of the resources and also in the role's name is more likely to be the
            // tenant's name.
            let is_in_role = parts.iter().all(|part| part.is_fragment && part.field == FieldKind::RoleArn);
            match (names_resources && is_in_role, parts.is_empty()) {
                (true, true) => inputs.slugs.push(name.clone()),
                (true, false) => inputs.slugs.insert(0, name.clone()),
                (false, _) => {}
            }
            if !parts.is_empty() {
                inputs.carriers.push((name.clone(), parts.into()));
            }
        }
        inputs
    }

    /// The arguments of a module that cannot be read, recognized by their names.
    pub(super) fn of_call(call: &ModuleCall, config: &Config) -> Self {
        // The parts of the connector's object may be arguments of their own.
        let of_connector = |name: &str| FieldKind::CONNECTOR.into_iter().find(|field| field.name() == name);
        let parts = |name: &str| match named(name, config) {
            Some(kind) => Some(parts_of(kind, &[], &[], config)),
            None => of_connector(name).map(|field| vec![whole(field, Evidence::Named)]),
        };
        let argument = |argument: &Arc<Attribute>| {
            let name = &argument.name.text;
            Some((name.clone(), parts(name)?.into()))
        };
        let mut carriers: Vec<(Str, Arc<[ArgumentPart]>)> = call.arguments.iter().filter_map(argument).collect();
        // In the order in which the stock module declares them.
        carriers.sort_by_key(|(name, _)| (of_connector(name), named(name, config)));
        Self { carriers, slugs: Vec::new() }
    }

    /// The arguments of `call`, which is one of the `calls` of the module. At most one of them names the tenant.
    pub(super) fn chosen(&self, call: &ModuleCall, calls: &[&ModuleCall], project: &Project) -> Carriers {
        let has_slug = |(_, parts): &(Str, Arc<[ArgumentPart]>)| parts.iter().any(|part| part.field == FieldKind::Key);
        let mut carriers = self.carriers.clone();
        // Where several variables reach one sink, the ones that the call sets take precedence.
        let is_given = |name: &Str| call.argument(name).is_some();
        let given: Vec<FieldKind> = carriers
            .iter()
            .filter(|(name, _)| is_given(name))
            .flat_map(|(_, parts)| parts.iter().map(|it| it.field))
            .collect();
        carriers.retain(|(name, parts)| is_given(name) || !parts.iter().all(|part| given.contains(&part.field)));
        if !carriers.iter().any(has_slug) {
            let given = |name: &&Str| call.argument(name).is_some();
            let differs = |name: &&Str| call.argument(name).is_some_and(|argument| is_repeated(&argument.value));
            let slugs = || self.slugs.iter().filter(given);
            // An argument with the same value in all calls does not name the tenant.
            let values = |name: &Str| {
                let values = calls.iter().filter_map(|call| call.argument(name));
                values.map(|value| project.sources().text(value.value.span).to_string()).collect::<SortedSet<_>>().len()
            };
            let most = || slugs().rev().max_by_key(|name| values(name));
            let only = || if call.is_repeated() { slugs().next().filter(|_| slugs().count() == 1) } else { most() };
            if let Some(name) = slugs().find(differs).or_else(only) {
                let slug = whole(FieldKind::Key, Evidence::Reaches);
                let at = carriers.iter().position(|(known, _)| known == name);
                let others = at.map(|at| carriers.remove(at).1);
                let parts = std::iter::once(slug).chain(others.iter().flat_map(|parts| parts.iter().cloned()));
                carriers.insert(0, (name.clone(), parts.collect()));
            }
        }
        carriers.into()
    }
}

/// An argument that carries a value as a whole.
fn whole(field: FieldKind, evidence: Evidence) -> ArgumentPart {
    ArgumentPart { steps: Steps::new(), field, is_fragment: false, evidence, has_other_uses: false }
}

/// Which of the stock module's arguments has this name.
fn named(name: &str, config: &Config) -> Option<ArgumentKind> {
    ArgumentKind::ALL.into_iter().find(|&kind| match config.flow_arguments.get(kind.name()) {
        // The configuration says `""` for an argument that the module does not have.
        Some(theirs) => theirs == name,
        None => kind.name() == name || (kind == ArgumentKind::AccountId && name == "target_account_id"),
    })
}

/// The parts of an argument that is recognized by its name.
fn parts_of(kind: ArgumentKind, own: &[&Reached], all: &[Reached], config: &Config) -> Vec<ArgumentPart> {
    let evidence = if config.flow_arguments.contains_key(kind.name()) { Evidence::Configured } else { Evidence::Named };
    let part = |steps: &[Step], field| {
        let has_other_uses = false;
        ArgumentPart { steps: steps.into(), field, is_fragment: false, evidence, has_other_uses }
    };
    let name = |name: &str| Step::Name(name.into());
    match kind {
        ArgumentKind::SsoConnectorSettings => FieldKind::CONNECTOR
            .into_iter()
            .map(|field| part(&[name(field.name())], field))
            // Attributes with names of their own are identified by the sinks that they reach.
            .chain(parts_reached(own, all).into_iter().filter(|part| !part.steps.is_empty()))
            .fold(Vec::new(), with_new),
        ArgumentKind::Grants => {
            let named = config.grant_attribute_names().into_iter();
            named
                .map(|(field, it)| part(&[Step::Each, name(it)], field))
                .chain(parts_reached(own, all))
                .fold(Vec::new(), with_new)
        }
        kind => kind.field().map(|field| whole(field, evidence)).into_iter().collect(),
    }
}

fn with_new(mut parts: Vec<ArgumentPart>, part: ArgumentPart) -> Vec<ArgumentPart> {
    if parts.iter().all(|known| known.steps != part.steps) {
        parts.push(part);
    }
    parts
}

/// The parts of a variable, recognized by the sinks that they reach. A part that reaches several sinks is the value
/// whose name it has, or else the one that nothing else reaches.
fn parts_reached(own: &[&Reached], all: &[Reached]) -> Vec<ArgumentPart> {
    // Whether another part reaches this sink and no other.
    let is_taken = |field: FieldKind, steps: &Steps| {
        let others = all.iter().filter(|it| it.field == field && it.input.is_exact && it.input.steps != *steps);
        let mut others = others.map(|it| &it.input);
        others.any(|other| {
            let same = all.iter().filter(|it| it.input.variable == other.variable && it.input.steps == other.steps);
            same.filter(|it| it.field != FieldKind::Key).all(|it| it.field == field)
        })
    };
    let mut parts: Vec<ArgumentPart> = Vec::new();
    for it in own.iter().filter(|it| it.field != FieldKind::Key) {
        let steps = &it.input.steps;
        if parts.iter().any(|part| part.steps == *steps) {
            continue;
        }
        let same: Vec<&&Reached> =
            own.iter().filter(|other| other.input.steps == *steps && other.field != FieldKind::Key).collect();
        if is_composite(steps, &same) {
            continue;
        }
        let is_called =
            |field: FieldKind| matches!(steps.last(), Some(Step::Name(name)) if name.as_str() == field.name());
        let best =
            same.iter().rev().max_by_key(|it| (it.input.is_exact, is_called(it.field), !is_taken(it.field, steps)));
        parts.extend(best.map(|it| ArgumentPart {
            steps: steps.clone(),
            field: it.field,
            is_fragment: !it.input.is_exact,
            evidence: Evidence::Reaches,
            has_other_uses: own.iter().any(|other| other.input.steps == *steps && other.field != it.field),
        }));
    }
    parts
}

/// Whether the value at `steps` holds several values that no name tells apart, such as a list by position or a text
/// that the module decodes. The results are checked where they take effect.
fn is_composite(steps: &Steps, same: &[&&Reached]) -> bool {
    let fields = |is_exact: bool| {
        let own = same.iter().filter(|it| it.input.is_exact == is_exact).map(|it| it.field);
        own.collect::<SortedSet<FieldKind>>().len()
    };
    match steps.last() {
        Some(Step::Each) => fields(true) > 1,
        _ => fields(true) == 0 && fields(false) > 2,
    }
}

/// Whether `expr` refers to something that differs between the instances of a call.
pub(super) fn is_repeated(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Attribute(root, _)
        if matches!(&root.kind, ExprKind::Variable(root) if matches!(root.as_str(), "each" | "count")))
        || children(expr).into_iter().any(is_repeated)
}
