//! Values → tenants, grants, flow calls, connectors, safelists: the words that a rule speaks.

pub mod arn;
mod build;
mod calls;
mod characters;
mod field;
mod flow;
mod index;
mod model;
mod names;
mod relation;
mod role_names;
mod sources;

pub use build::build;
pub use characters::{Cleaned, Suspicious};
pub use field::{Absence, Field, FieldKind, Piece, State};
pub use flow::{Argument, ArgumentKind, ConnectorCall, FlowCall, FlowInstance, RuntimeCall};
pub use index::Index;
pub use calls::concerns;
pub use model::{
    Connector, Grant, MissingAttribute, Model, Provenance, Tenant, TenantId, TenantsVariable, VariableState, Whole,
};
pub use names::{environment_of, known_role_kind, normalise};
pub use relation::{Relation, RelationKind};
pub use role_names::{Affixes, RoleHabit, RoleHabitKind, RoleNames, RoleNaming};
pub use sources::{FieldRef, Source, SourceIndex, text_of};
