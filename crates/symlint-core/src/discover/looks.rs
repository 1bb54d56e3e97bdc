//! Which values look like tenants, if no flow shows which are.

use foldhash::HashSet;
use smallvec::SmallVec;
use symlint_terraform::syntax::{Expr, ExprKind, Key, children};
use symlint_terraform::{Evaluator, Instance, Module, ModuleCall, Span, Value};

use super::policies::names_connectors;
use crate::tenants::{FieldKind, Step, has_shape, values_at};

/// How many parts of a value are examined.
const PARTS: usize = 64;

/// How many instances of a call are examined.
const INSTANCES: usize = 16;

/// Whether an entry has two attributes that only tenants have, or most entries have ARNs that tenants have.
pub(crate) fn has_tenants(value: &Value) -> bool {
    let kinds = [
        FieldKind::SsoAccountId,
        FieldKind::InstanceArn,
        FieldKind::RoleArn,
        FieldKind::PermissionSetArn,
        FieldKind::TargetAccountId,
    ];
    let looks_like_one = |tenant: &Value| {
        let settings = tenant.get("sso_connector_settings");
        let has = |kind: &FieldKind| {
            tenant
                .get(kind.name())
                .or_else(|| settings.as_ref().and_then(|settings| settings.get(kind.name())))
                .is_some()
        };
        kinds.iter().filter(|kind| has(kind)).count() >= 2
    };
    value.entries().is_some_and(|entries| entries.iter().any(|entry| looks_like_one(&entry.value)))
        || looks_like_tenants(value)
}

/// Whether most elements of `value` have ARNs of two kinds that tenants have.
pub(super) fn looks_like_tenants(value: &Value) -> bool {
    let elements = values_at(value, &[Step::Each]);
    let kinds = |element: &Value| {
        let mut kinds: SmallVec<[FieldKind; 3]> = SmallVec::new();
        let mut left = PARTS;
        arn_kinds(element, &mut left, &mut kinds);
        kinds.len()
    };
    let alike = elements.iter().filter(|element| element.entries().is_some() && kinds(element) >= 2).count();
    alike > 0 && alike * 2 >= elements.len()
}

/// The arguments of a call in its first instances, whatever their names are.
pub(super) fn received(evaluator: &Evaluator<'_>, caller: &Instance, call: &ModuleCall) -> Vec<Value> {
    let instances = evaluator.instances(caller, call).unwrap_or_default();
    let arguments = |instance: &Instance| {
        call.arguments.iter().filter_map(|it| evaluator.argument(instance, &it.name.text)).collect::<Vec<_>>()
    };
    instances.iter().take(INSTANCES).flat_map(arguments).collect()
}

/// Whether the arguments of a call have at least this many kinds of a tenant's ARNs, or a policy about the roles of
/// connectors. A module that receives all tenants at once may make a list of them.
pub(super) fn receives_tenants(received: &[Value], kinds_of_arns: usize) -> bool {
    let mut kinds = SmallVec::new();
    let mut left = PARTS * INSTANCES;
    let values = received.iter().filter(|value| !looks_like_tenants(value));
    values.for_each(|value| arn_kinds(value, &mut left, &mut kinds));
    kinds.len() >= kinds_of_arns || received.iter().filter_map(Value::as_str).any(|text| names_connectors(text))
}

/// Whether a call passes objects with an attribute that only grants have: it is in the value of an argument, or if the
/// value is unknown, in the expression.
pub(super) fn passes_grants(evaluator: &Evaluator<'_>, caller: &Instance, module: &Module, call: &ModuleCall) -> bool {
    let instances = evaluator.instances(caller, call).unwrap_or_else(|_| vec![evaluator.any_instance(caller, call)]);
    let Some(instance) = instances.into_iter().next() else { return false };
    let mut seen = HashSet::default();
    call.arguments.iter().any(|argument| match evaluator.argument(&instance, &argument.name.text) {
        Some(value) if value.as_unknown().is_none() => {
            !looks_like_tenants(&value) && has_grants(&value, &mut (PARTS * INSTANCES))
        }
        _ => writes_grants(module, &argument.value, &mut seen),
    })
}

fn is_of_grant(name: &str) -> bool {
    name == FieldKind::PermissionSetArn.name()
}

fn has_grants(value: &Value, left: &mut usize) -> bool {
    *left = left.saturating_sub(1);
    let entries = value.entries().unwrap_or_default();
    let parts = entries.iter().map(|entry| &entry.value).chain(value.elements().unwrap_or_default());
    *left > 0
        && (entries.iter().any(|entry| is_of_grant(&entry.key)) || parts.into_iter().any(|part| has_grants(part, left)))
}

/// Whether an object with such an attribute is written in an expression, or in a local to which it refers.
fn writes_grants<'m>(module: &'m Module, expr: &'m Expr, seen: &mut HashSet<Span>) -> bool {
    let is_written = match &expr.kind {
        ExprKind::Object(items) => {
            items.iter().any(|item| matches!(&item.key, Key::Literal(key) if is_of_grant(&key.text)))
        }
        ExprKind::Attribute(base, name) if matches!(&base.kind, ExprKind::Variable(root) if root.as_str() == "local") =>
        {
            let local = module.local(&name.text).filter(|local| seen.insert(local.value.span));
            local.is_some_and(|local| writes_grants(module, &local.value, seen))
        }
        _ => false,
    };
    is_written || children(expr).into_iter().any(|child| writes_grants(module, child, seen))
}

const ARNS: [FieldKind; 3] = [FieldKind::InstanceArn, FieldKind::PermissionSetArn, FieldKind::RoleArn];

fn arn_kinds(value: &Value, left: &mut usize, kinds: &mut SmallVec<[FieldKind; 3]>) {
    if *left == 0 {
        return;
    }
    *left -= 1;
    if let Some(text) = value.as_str() {
        let of = |text: &str| ARNS.into_iter().find(|kind| has_shape(*kind, text));
        // The text may be an encoded object.
        for kind in text.split('"').take(PARTS).filter_map(of) {
            kinds.extend((!kinds.contains(&kind)).then_some(kind));
        }
        return;
    }
    let parts = value.entries().unwrap_or_default().iter().map(|entry| &entry.value);
    parts.chain(value.elements().unwrap_or_default()).for_each(|part| arn_kinds(part, left, kinds));
}
