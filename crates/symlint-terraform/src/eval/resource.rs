//! Instances of resources. A block with `for_each` or `count` has several.

use std::sync::Arc;

use crate::module::Resource;
use crate::syntax::Expr;
use crate::value::{Unknown, Value};

use super::Evaluator;
use super::instance::{EachOrCount, Instance, InstanceKey};
use super::scope::Scope;

/// An instance of a resource or data source, with its configuration.
#[derive(Debug)]
pub struct ResourceInstance<'p> {
    resource: &'p Resource,
    instance: Instance,
    key: InstanceKey,
    repetition: Option<EachOrCount>,
}

impl<'p> ResourceInstance<'p> {
    /// The block that creates it.
    pub fn resource(&self) -> &'p Resource {
        self.resource
    }

    /// The instance of the module that contains the resource.
    pub fn module(&self) -> &Instance {
        &self.instance
    }

    /// Its key among the instances of its resource.
    pub fn key(&self) -> &InstanceKey {
        &self.key
    }

    /// The value of `each.value`, if the resource has `for_each`.
    pub fn each_value(&self) -> Option<&Value> {
        self.repetition.as_ref()?.each_value()
    }

    /// The scope for the expressions in its block.
    pub(super) fn scope(&self) -> Scope<'_> {
        Scope::repeated(&self.instance, self.repetition.as_ref())
    }

    /// The value of `count.index`, if the resource has `count`.
    pub fn count_index(&self) -> Option<&Value> {
        self.repetition.as_ref()?.count_index()
    }
}

impl<'p> Evaluator<'p> {
    /// The instances of `resource`, in the module of `instance`. Those of `for_each` are in the order of their keys.
    ///
    /// # Errors
    ///
    /// If `for_each` or `count` is not known, or if Terraform would reject it, which is recorded.
    pub fn resource_instances(
        &self,
        instance: &Instance,
        resource: &'p Resource,
    ) -> Result<Vec<ResourceInstance<'p>>, Arc<Unknown>> {
        let one = |key, repetition| ResourceInstance { resource, instance: instance.clone(), key, repetition };
        let apart = |span, compute: &dyn Fn() -> _| (self.apart(span, compute), span);
        let (repetitions, span) = match (resource.attribute("for_each"), resource.attribute("count")) {
            (Some(for_each), _) => apart(for_each.value.span, &|| self.each_of(&for_each.value, instance)),
            (None, Some(count)) => apart(count.value.span, &|| self.count_of(&count.value, instance)),
            (None, None) => return Ok(vec![one(InstanceKey::None, None)]),
        };
        let repetitions = repetitions.map_err(|stop| {
            let value = self.settle(Err(stop), span);
            value.as_unknown().cloned().unwrap_or_else(|| Arc::new(Unknown::new(String::new(), span)))
        })?;
        let repetitions = repetitions.into_iter().enumerate();
        Ok(repetitions.map(|(place, repetition)| one(repetition.key(place), Some(repetition))).collect())
    }

    /// An instance of `resource` without a known key.
    pub fn any_resource_instance(&self, instance: &Instance, resource: &'p Resource) -> ResourceInstance<'p> {
        let repetition = EachOrCount::unknown(resource.attribute("for_each").is_some(), resource.block.span);
        ResourceInstance { resource, instance: instance.clone(), key: InstanceKey::None, repetition: Some(repetition) }
    }

    /// The value of the attribute `name` of a resource, with the instance's `each` and `count`; `None` if it is not
    /// set.
    pub fn resource_attribute(&self, of: &ResourceInstance<'p>, name: &str) -> Option<Value> {
        of.resource.attribute(name).map(|attribute| self.resource_expression(of, &attribute.value))
    }

    /// The value of `expr`, which is anywhere in the block of the resource, with the instance's `each` and `count`.
    pub fn resource_expression(&self, of: &ResourceInstance<'p>, expr: &Expr) -> Value {
        self.apart(expr.span, || self.eval(expr, &of.scope()))
    }
}
