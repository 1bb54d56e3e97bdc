//! Instances of modules. A call with `for_each` or `count` has several.

use std::sync::Arc;

use crate::module::{ModuleCall, ModuleId, Project};
use crate::origin::quoted;
use crate::source::{Span, Str};
use crate::types::{Primitive, to_text};
use crate::value::{Kind, Unknown, Value};

/// An instance of a module. It belongs to the evaluator that created it, and is cheap to clone.
#[derive(Debug, Clone)]
pub struct Instance(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    id: u32,
    module: Option<ModuleId>,
    address: Str,
    key: InstanceKey,
    repetition: Option<EachOrCount>,
    call: Option<(Instance, u32)>,
}

/// The key of an instance among those of one module call.
#[derive(Debug, Clone)]
pub enum InstanceKey {
    /// The call has neither `for_each` nor `count`.
    None,
    /// The key of `for_each`: a string that knows where it is written.
    Key(Value),
    /// The index of `count`, which counts from 0.
    Index(u32),
}

impl InstanceKey {
    /// The key or the index as text.
    pub fn text(&self) -> Option<Str> {
        match self {
            InstanceKey::None => None,
            InstanceKey::Key(key) => key.as_str().cloned(),
            InstanceKey::Index(index) => Some(Str::from(index.to_string())),
        }
    }
}

/// The values of `each` and `count`.
#[derive(Debug)]
pub(super) enum EachOrCount {
    Each { key: Value, value: Value },
    Count(Value),
}

impl EachOrCount {
    /// A repetition of the block at `span` whose key is not known.
    pub(super) fn unknown(is_each: bool, span: Span) -> Self {
        let unknown = || Value::unknown("the `for_each` or `count` of the block is not known", span);
        if is_each { EachOrCount::Each { key: unknown(), value: unknown() } } else { EachOrCount::Count(unknown()) }
    }

    pub(super) fn each_value(&self) -> Option<&Value> {
        if let EachOrCount::Each { value, .. } = self { Some(value) } else { None }
    }

    pub(super) fn count_index(&self) -> Option<&Value> {
        if let EachOrCount::Count(index) = self { Some(index) } else { None }
    }

    /// Whether its key or index is this text.
    pub(super) fn is_under(&self, wanted: &str) -> bool {
        let (EachOrCount::Each { key, .. } | EachOrCount::Count(key)) = self;
        matches!(to_text(key), Primitive::Is(Value { kind: Kind::String(text), .. }) if text.as_str() == wanted)
    }

    /// The key of the instance with the index `place`.
    pub(super) fn key(&self, place: usize) -> InstanceKey {
        match self {
            EachOrCount::Each { key, .. } => InstanceKey::Key(key.clone()),
            EachOrCount::Count(_) => InstanceKey::Index(u32::try_from(place).unwrap_or(u32::MAX)),
        }
    }
}

/// The instances of a call.
pub(super) type Instances = Result<Arc<[Instance]>, Arc<Unknown>>;

impl Instance {
    pub(super) fn root() -> Self {
        Self(Arc::new(Inner {
            id: 0,
            module: Some(ModuleId::ROOT),
            address: Str::default(),
            key: InstanceKey::None,
            repetition: None,
            call: None,
        }))
    }

    /// The instance that `call`, in the module of `caller`, creates for `key`.
    pub(super) fn new(
        id: u32,
        caller: &Instance,
        call: &ModuleCall,
        key: InstanceKey,
        repetition: Option<EachOrCount>,
    ) -> Self {
        let dot = if caller.address().is_empty() { "" } else { "." };
        let index = match &key {
            InstanceKey::None => String::new(),
            InstanceKey::Key(key) => {
                format!("[{}]", quoted(key.as_str().map_or("", |text| text.as_str())))
            }
            InstanceKey::Index(index) => format!("[{index}]"),
        };
        let address = Str::from(format!("{}{dot}module.{}{index}", caller.address(), call.name.text));
        let call_place = Some((caller.clone(), call.index));
        Self(Arc::new(Inner { id, module: call.child, address, key, repetition, call: call_place }))
    }

    /// The address, such as `module.sso_access["tenant_foo"]`; empty for the root module.
    pub fn address(&self) -> &Str {
        &self.0.address
    }

    /// Its key among the instances of its call.
    pub fn key(&self) -> &InstanceKey {
        &self.0.key
    }

    /// Its module; `None` if the call's source is not part of the project.
    pub fn module(&self) -> Option<ModuleId> {
        self.0.module
    }

    /// The instance whose module contains the call; `None` for the root module.
    pub fn caller(&self) -> Option<&Instance> {
        self.0.call.as_ref().map(|(caller, _)| caller)
    }

    /// The call that creates it; `None` for the root module.
    pub fn call_in<'p>(&self, project: &'p Project) -> Option<&'p ModuleCall> {
        let (caller, at) = self.call()?;
        project.module(caller.module()?)?.calls.get(at as usize)
    }

    /// The value of `each.value`, if the call has `for_each`.
    pub fn each_value(&self) -> Option<&Value> {
        self.0.repetition.as_ref()?.each_value()
    }

    /// The value of `count.index`, if the call has `count`.
    pub fn count_index(&self) -> Option<&Value> {
        self.0.repetition.as_ref()?.count_index()
    }

    pub(super) fn id(&self) -> u32 {
        self.0.id
    }

    pub(super) fn repetition(&self) -> Option<&EachOrCount> {
        self.0.repetition.as_ref()
    }

    /// The index of the call in the caller's list.
    pub(super) fn call(&self) -> Option<(&Instance, u32)> {
        self.0.call.as_ref().map(|(caller, index)| (caller, *index))
    }
}
