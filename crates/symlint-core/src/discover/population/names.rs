//! What tenants are called by the names of their collections.

use foldhash::{HashMap, HashSet};
use symlint_terraform::{Path, PathStep, Project, Root, Str, Type};

use crate::discover::elements::Element;
use crate::tenants::{Layout, Misfit, MisfitKind, Provenance, Shape, Step, Tenant, Way};

/// If several tenants of a collection with other names than ours have the same attribute that resembles one of ours,
/// that name is the author's own and not a misspelling. An attribute whose absence made an expression fail, `refused`,
/// is reported at the expression.
pub(super) fn leave_out_names_of_several(tenants: &mut [Tenant], layouts: &[Layout], refused: &HashSet<Str>) {
    let name = |tenant: &Tenant, misfit: &Misfit| {
        let Provenance::Collection(at) = tenant.provenance else { return None };
        let is_judged = matches!(misfit.kind, MisfitKind::Misspelt { .. }) && layouts.get(at)?.shape.is_foreign();
        let path = is_judged.then(|| misfit.path.to_string())?;
        Some((at, path.strip_prefix(&tenant.path.to_string())?.to_owned()))
    };
    let mut counts: HashMap<(usize, String), usize> = HashMap::default();
    for (tenant, misfit) in tenants.iter().flat_map(|tenant| tenant.misfits.iter().map(move |it| (tenant, it))) {
        if let Some(name) = name(tenant, misfit) {
            *counts.entry(name).or_default() += 1;
        }
    }
    for tenant in tenants.iter_mut().filter(|tenant| !tenant.misfits.is_empty()) {
        let mut misfits = std::mem::take(&mut tenant.misfits);
        misfits.retain(|misfit| {
            let is_refused =
                matches!(&misfit.kind, MisfitKind::Misspelt { meant, .. } if refused.contains(meant.as_str()));
            name(tenant, misfit).is_none_or(|name| !is_refused && counts.get(&name) == Some(&1))
        });
        tenant.misfits = misfits;
    }
}

/// The name of a value from another collection: its attribute, or without one, the collection.
pub(super) fn collection_name(way: &Way, path: &Path) -> String {
    match (way.steps.last(), path.start()) {
        (Some(Step::Name(name)), _) | (_, Root::Variable { name, .. } | Root::Local { name, .. }) => name.to_string(),
        _ => way.field.name().to_owned(),
    }
}

/// The names of variables that are one tenant each.
pub(super) fn names_of(variables: &[Element]) -> String {
    let names: Vec<String> = variables.iter().take(3).map(|element| element.path.to_string()).collect();
    let more = if variables.len() > names.len() { ", …" } else { "" };
    format!("{}{more}", names.join(", "))
}

pub(in crate::discover) fn name_of(shape: &Shape) -> String {
    let start = Path::root(shape.root.clone());
    let path = shape.steps.iter().fold(start, |path, step| match step {
        Step::Name(name) => path.join(PathStep::Attribute(name.clone())),
        Step::Each => path.join(PathStep::Key(Str::from("*"))),
    });
    path.to_string()
}

/// The type of one element, if the variable's type says it.
pub(in crate::discover) fn element_type<'p>(project: &'p Project, shape: &Shape) -> Option<&'p Type> {
    let Root::Variable { module, name } = &shape.root else { return None };
    let variable = project.root().filter(|_| module.is_empty()).and_then(|root| root.variable(name))?;
    let mut ty = &variable.ty;
    for step in &shape.steps {
        ty = match (ty, step) {
            (Type::Object(attributes), Step::Name(name)) => {
                &attributes.iter().find(|attribute| attribute.name == *name)?.ty
            }
            (Type::Map(element) | Type::List(element) | Type::Set(element), _) => element,
            _ => return None,
        };
    }
    match ty {
        Type::Map(element) | Type::List(element) | Type::Set(element) if !matches!(**element, Type::Any) => {
            Some(element)
        }
        _ => None,
    }
}
