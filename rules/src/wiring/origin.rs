//! How the flow module would refer to what a value was built from.

use symlint_core::tenants::{FlowInstance, Model, Source, TenantId};
use symlint_terraform::Value;

/// How deep values are searched.
const DEPTH: usize = 4;

/// Whether both are the same value.
pub(super) fn is_same(a: &Source<'_>, b: &Source<'_>) -> bool {
    match (a, b) {
        (Source::Tenant(a), Source::Tenant(b)) => a == b,
        (Source::Field(a), Source::Field(b)) => a == b,
        (Source::Attribute(a, at), Source::Attribute(b, there)) => a == b && at == there,
        (Source::Elsewhere(a), Source::Elsewhere(b)) => a.span == b.span,
        _ => false,
    }
}

/// Finds the variable of the module through which a value came.
pub(super) struct Referrer<'a> {
    model: &'a Model<'a>,
}

impl<'a> Referrer<'a> {
    pub(super) fn new(model: &'a Model<'a>) -> Self {
        Self { model }
    }

    /// What `source` is called in the module, or else in the tenant's entry.
    pub(super) fn name(&self, instance: &FlowInstance, source: &Source<'_>) -> String {
        if let Some((name, _)) = self.argument(instance, source) {
            return format!("`{name}`");
        }
        match source {
            Source::Field(field) => self.model.path_name(field.tenant, field.kind).to_string(),
            Source::Attribute(_, path) => format!("`{path}`"),
            _ => "the tenant's key".to_owned(),
        }
    }

    /// The variable of the module that has `source`, and whether it is one that carries a tenant's value.
    pub(super) fn argument(&self, instance: &FlowInstance, source: &Source<'_>) -> Option<(String, bool)> {
        let is_of_tenant = |name: &str| instance.arguments.iter().any(|argument| argument.name.as_str() == name);
        let mut inputs: Vec<_> = instance.inputs.iter().collect();
        inputs.sort_by_key(|input| !is_of_tenant(&input.name));
        inputs.into_iter().find_map(|input| {
            let name = self.within(&input.value, format!("var.{}", input.name), source, instance.tenant, DEPTH)?;
            Some((name, is_of_tenant(&input.name)))
        })
    }

    fn within(
        &self,
        value: &Value,
        name: String,
        source: &Source<'_>,
        own: Option<TenantId>,
        depth: usize,
    ) -> Option<String> {
        let sources = self.model.sources_of_values.of(value, own)?;
        if value.entries().is_none() && value.elements().is_none() {
            return sources.iter().any(|own| is_same(own, source)).then_some(name);
        }
        let depth = depth.checked_sub(1)?;
        let entries = value.entries().unwrap_or_default().iter();
        entries
            .filter_map(|entry| self.within(&value.child(entry), format!("{name}.{}", entry.key), source, own, depth))
            .chain(
                (0..value.elements().map_or(0, <[Value]>::len))
                    .filter_map(|at| self.within(&value.at(at)?, format!("{name}[{at}]"), source, own, depth)),
            )
            .next()
    }
}
