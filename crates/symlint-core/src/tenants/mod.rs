//! Values → tenants, grants, flow calls, connectors, safelists: the words that a rule speaks.

pub mod arn;
mod build;
mod calls;
mod characters;
mod comparable;
mod entry;
mod field;
mod flow;
mod index;
mod layout;
mod model;
mod names;
mod relation;
mod resources;
mod role_names;
mod shape;
mod sources;

pub use arn::{Arn, InstanceArn, Part, PermissionSetArn, RoleArn};
pub use build::build;
pub use calls::concerns;
pub(crate) use calls::module_names;
pub use characters::{Cleaned, Suspicious, stripped};
pub use comparable::{Comparable, ComparableGrant};
pub use field::{Absence, Field, FieldKind, Piece, State};
pub use flow::{Argument, ArgumentKind, ConnectorCall, FlowCall, FlowInstance, RuntimeCall};
pub use index::Index;
pub use model::{
    Connector, Grant, MissingAttribute, Model, Provenance, Tenant, TenantId, TenantsVariable, VariableState, Whole,
};
pub use names::{environment_of, known_role_kind, normalise};
pub use relation::{Relation, RelationKind};
pub use resources::{FlowResource, Input};
pub use role_names::{Affixes, RoleHabit, RoleHabitKind, RoleNames, RoleNaming};
pub use shape::{Misfit, MisfitKind};
pub use sources::{FieldRef, MadeOf, Source, SourceIndex, text_of};
