//! The calls that lead to flows, and the names of their arguments.

use foldhash::{HashMap, HashSet};
use symlint_core::spelling::closest;
use symlint_core::tenants::{Model, TenantId};
use symlint_terraform::syntax::Name;
use symlint_terraform::{Module, ModuleCall, Span, Variable};

/// A call of a flow module, or of a module around it, whose files could be found.
#[derive(Clone, Copy)]
pub(super) struct ReadableCall<'p> {
    pub call: &'p ModuleCall,
    pub module: &'p Module,
    /// The tenant of all flow instances below the call, if it is not repeated and they have only one.
    pub tenant: Option<TenantId>,
}

/// Each call whose module could be read completely.
pub(super) fn calls<'p>(model: &Model<'p>) -> Vec<ReadableCall<'p>> {
    let mut places: HashMap<Span, usize> = HashMap::default();
    let mut calls: Vec<ReadableCall<'p>> = Vec::new();
    let mut add = |call: Option<&'p ModuleCall>, module: Option<&'p Module>, tenant: Option<TenantId>| {
        let Some((call, module)) = call.zip(module).filter(|(_, module)| model.is_complete(module)) else { return };
        let place = *places.entry(call.span).or_insert(calls.len());
        let tenant = tenant.filter(|_| !call.is_repeated());
        match calls.get_mut(place) {
            Some(known) => known.tenant = known.tenant.filter(|known| Some(*known) == tenant),
            None => calls.push(ReadableCall { call, module, tenant }),
        }
    };
    for flow in &model.flows {
        if flow.instances.is_empty() {
            add(flow.call, flow.module, None);
        }
        for instance in &flow.instances {
            add(flow.call, flow.module, instance.tenant);
            for around in std::iter::successors(instance.instance.caller(), |around| around.caller()) {
                let module = around.module().and_then(|id| model.project.module(id));
                add(around.call_in(model.project), module, instance.tenant);
            }
        }
    }
    calls
}

/// The names of the calls that lack arguments, or pass arguments that their modules do not declare.
pub(crate) fn misnamed(model: &Model<'_>) -> HashSet<Span> {
    let is_misnamed =
        |call: &ReadableCall<'_>| call.unknown_arguments().next().is_some() || call.lacks_arguments(model);
    calls(model).into_iter().filter(is_misnamed).map(|call| call.call.name.span).collect()
}

impl<'p> ReadableCall<'p> {
    /// The names of the arguments that the module does not declare.
    pub(super) fn unknown_arguments(self) -> impl Iterator<Item = &'p Name> {
        let names = self.call.arguments.iter().map(|argument| &argument.name);
        names.filter(move |name| self.module.variable(&name.text).is_none())
    }

    /// The variable that `name` may have been meant for, if nothing else is passed to it.
    pub(super) fn meant(self, name: &str) -> Option<&'p str> {
        let names = self.module.variables.iter().map(|variable| variable.name.text.as_str());
        closest(name, names.filter(|name| !self.is_given(name)))
    }

    /// The only variable without a default that the call does not set, if exactly one of the call's arguments is
    /// unknown.
    pub(super) fn only_missing(self) -> Option<&'p str> {
        let variables = self.module.variables.iter().filter(|variable| variable.default.is_none());
        let mut missing = variables.map(|variable| variable.name.text.as_str()).filter(|name| !self.is_given(name));
        let only = missing.next().filter(|_| missing.next().is_none())?;
        (self.unknown_arguments().count() == 1).then_some(only)
    }

    /// The variables without a default that the call does not set.
    pub(super) fn missing_arguments(self, model: &Model<'_>) -> Vec<&'p Variable> {
        // The argument may be in a part of the file that could not be read.
        if !model.is_readable(self.call.span.file) {
            return Vec::new();
        }
        // A misspelled argument is reported at its name.
        let meant: Vec<&str> =
            self.unknown_arguments().filter_map(|name| self.meant(&name.text)).chain(self.only_missing()).collect();
        let is_missing = |variable: &&Variable| {
            let name = variable.name.text.as_str();
            variable.default.is_none() && !self.is_given(name) && !meant.contains(&name)
        };
        self.module.variables.iter().filter(is_missing).collect()
    }

    /// Whether an argument is missing.
    pub(super) fn lacks_arguments(self, model: &Model<'_>) -> bool {
        !self.missing_arguments(model).is_empty()
    }

    fn is_given(self, variable: &str) -> bool {
        self.call.arguments.iter().any(|argument| argument.name.text.as_str() == variable)
    }
}
