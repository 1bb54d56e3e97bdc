//! Instances of resources: a block with `for_each` or `count` makes several.

use std::sync::Arc;

use crate::module::Resource;
use crate::value::{Unknown, Value};

use super::Evaluator;
use super::instance::{Instance, Repetition};
use super::scope::Scope;

/// An instance of a resource or data source, as it is configured.
#[derive(Debug)]
pub struct ResourceInstance<'p> {
    resource: &'p Resource,
    instance: Instance,
    repetition: Option<Repetition>,
}

impl<'p> Evaluator<'p> {
    /// The instances that `resource`, one of the module of `instance`, makes; those of `for_each` in the order of
    /// their keys.
    ///
    /// # Errors
    ///
    /// Where `for_each` or `count` is not known, or refused by Terraform, which is recorded.
    pub fn resource_instances(
        &self,
        instance: &Instance,
        resource: &'p Resource,
    ) -> Result<Vec<ResourceInstance<'p>>, Arc<Unknown>> {
        let one = |repetition| ResourceInstance { resource, instance: instance.clone(), repetition };
        let (repetitions, span) = match (resource.attribute("for_each"), resource.attribute("count")) {
            (Some(for_each), _) => (self.each_of(&for_each.value, instance), for_each.value.span),
            (None, Some(count)) => (self.count_of(&count.value, instance), count.value.span),
            (None, None) => return Ok(vec![one(None)]),
        };
        let repetitions = repetitions.map_err(|stop| {
            let value = self.settle(Err(stop), span);
            value.as_unknown().cloned().unwrap_or_else(|| Arc::new(Unknown { reason: String::new(), span }))
        })?;
        Ok(repetitions.into_iter().map(|repetition| one(Some(repetition))).collect())
    }

    /// What the attribute `name` of a resource is set to, with `each` and `count` as they are for the instance; `None`
    /// where it is not set.
    pub fn resource_attribute(&self, of: &ResourceInstance<'p>, name: &str) -> Option<Value> {
        let attribute = of.resource.attribute(name)?;
        let scope = Scope::of(&of.instance);
        let scope = of.repetition.as_ref().map_or(scope, |repetition| scope.repeated(repetition));
        Some(self.eval(&attribute.value, &scope))
    }
}
