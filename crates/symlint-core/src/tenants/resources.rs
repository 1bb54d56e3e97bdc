//! Sym's resources inside the flow module, as each of its instances configures them.

use foldhash::HashSet;
use symlint_terraform::{Evaluator, Instance, Module, ModuleId, Resource, Span, Str, Value};

use super::model::Model;

/// What the kinds of Sym's resources begin with.
const PREFIX: &str = "sym_";

/// The attributes that decide where Sym acts and what it is called.
const ATTRIBUTES: [&str; 4] = ["name", "type", "external_id", "settings"];

/// One instance of a resource of Sym, in one instance of the flow module or of a module that it calls.
#[derive(Debug)]
pub struct FlowResource<'p> {
    /// The flow call, by its place in [`Model::flows`].
    pub flow: usize,
    /// The instance, by its place in [`super::FlowCall::instances`].
    pub instance: usize,
    /// The module in which it stands.
    pub module: &'p Module,
    /// The block.
    pub resource: &'p Resource,
    attributes: Box<[(&'static str, Value)]>,
}

impl<'p> FlowResource<'p> {
    /// The value of `name`, `type`, `external_id` or `settings`; `None` where it is not set.
    pub fn attribute(&self, name: &str) -> Option<&Value> {
        self.attributes.iter().find(|(attribute, _)| *attribute == name).map(|(_, value)| value)
    }

    /// The kind, such as `sym_target`.
    pub fn kind(&self) -> &'p str {
        self.resource.kind.text.as_str()
    }

    /// What `type` is, where that is known.
    pub fn type_name(&self) -> Option<&str> {
        self.attribute("type").and_then(Value::as_str).map(Str::as_str)
    }
}

/// A variable of the flow module, as one of its instances has it.
#[derive(Debug)]
pub struct Input {
    /// Its name.
    pub name: Str,
    /// What it is, converted to its type; the default where nothing is passed.
    pub value: Value,
}

/// Adds the resources of all flow instances to the model, and the variables of the instances that have some.
pub(super) fn find_resources<'p>(evaluator: &Evaluator<'p>, model: &mut Model<'p>) {
    let project = model.project;
    let mut found = Vec::new();
    for (flow, call) in model.flows.iter_mut().enumerate() {
        let Some(module) = call.module else { continue };
        for (at, instance) in call.instances.iter_mut().enumerate() {
            let before = found.len();
            let mut finder = Finder { evaluator, flow, instance: at, found: &mut found };
            finder.visit(&instance.instance);
            if found.len() > before {
                let input = |name: &Str| {
                    let value = evaluator.variable(&instance.instance, name)?;
                    Some(Input { name: name.clone(), value })
                };
                instance.inputs = module.variables.iter().filter_map(|it| input(&it.name.text)).collect();
            }
            // Nobody asks about it again, and there may be many.
            evaluator.forget(&instance.instance);
        }
    }
    model.resources = found;
    model.flow_folders = model
        .flows
        .iter()
        .filter_map(|flow| flow.call.child)
        .flat_map(|id| below(project, id))
        .map(|module| module.dir.clone())
        .collect();
}

/// A module and all that it calls.
fn below(project: &symlint_terraform::Project, id: ModuleId) -> Vec<&Module> {
    let mut seen: HashSet<ModuleId> = HashSet::from_iter([id]);
    let mut work = vec![id];
    let mut modules = Vec::new();
    while let Some(module) = work.pop().and_then(|id| project.module(id)) {
        modules.push(module);
        work.extend(module.calls.iter().filter_map(|call| call.child).filter(|child| seen.insert(*child)));
    }
    modules
}

struct Finder<'a, 'p> {
    evaluator: &'a Evaluator<'p>,
    flow: usize,
    instance: usize,
    found: &'a mut Vec<FlowResource<'p>>,
}

impl<'p> Finder<'_, 'p> {
    fn visit(&mut self, instance: &Instance) {
        let Some(module) = instance.module().and_then(|id| self.evaluator.project().module(id)) else { return };
        let is_sym = |resource: &&Resource| !resource.data && resource.kind.text.starts_with(PREFIX);
        for resource in module.resources.iter().filter(is_sym) {
            for each in self.evaluator.resource_instances(instance, resource).unwrap_or_default() {
                let attribute = |name| Some((name, self.evaluator.resource_attribute(&each, name)?));
                let attributes = ATTRIBUTES.into_iter().filter_map(attribute).collect();
                let (flow, instance) = (self.flow, self.instance);
                self.found.push(FlowResource { flow, instance, module, resource, attributes });
            }
        }
        for call in &module.calls {
            for child in self.evaluator.instances(instance, call).unwrap_or_default() {
                self.visit(&child);
            }
        }
    }
}

impl Model<'_> {
    /// Whether `span` stands in the flow module, or in a module that it calls.
    pub fn is_in_flow_module(&self, span: Span) -> bool {
        let sources = self.sources();
        let source = sources.get(span.file);
        let folder = source.name().rsplit_once('/').map_or("", |(folder, _)| folder);
        self.flow_folders.contains(folder)
    }
}
