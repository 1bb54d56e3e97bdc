//! Turns values into the things that rules are about: tenants, grants, flow calls, connectors, and safelists.

mod arn;
mod characters;
mod comparable;
mod entry;
mod field;
mod flow;
pub mod format;
mod groups;
mod id;
mod index;
mod kind;
mod layout;
mod model;
mod names;
mod near;
mod overridden;
mod owners;
mod place;
mod regions;
mod relation;
mod resources;
mod role_names;
mod set_up;
mod shape;
mod sites;
mod sources;
mod step;
mod tenant;
mod wording;

pub use arn::{Arn, InstanceArn, Part, PermissionSetArn, RoleArn};
pub(crate) use characters::is_unprintable;
pub use characters::{Cleaned, Suspicious, stripped};
pub use comparable::{Comparable, ComparableGrant};
pub(crate) use entry::Builder;
pub use field::{Absence, Field, Piece, State};
pub(crate) use flow::flows_of;
pub use flow::{
    Argument, ArgumentPart, ConnectorCall, ConnectorInstance, FlowCall, FlowInstance, Repetition, RuntimeBlock,
    RuntimeCall, SAFELIST, Trust,
};
pub use format::{has_shape, may_be, other_shape};
pub use groups::Groups;
pub use id::{RunId, TenantId};
pub use index::Index;
pub use kind::FieldKind;
pub(crate) use layout::{Expected, Layout, Pair};
pub(crate) use model::count;
pub use model::{Model, TenantsVariable, UnknownEffect, Unwired, VariableState};
pub use names::{RoleNamePattern, environment_of, known_role_kind, normalise};
pub use near::{NearIds, ids_of, is_near};
pub use overridden::Overridden;
pub(crate) use overridden::overridden;
pub use place::{Locate, Place};
pub use regions::RegionOutlier;
pub use relation::{Relation, RelationKind};
pub(crate) use resources::resources_of;
pub use resources::{FlowResource, Input};
pub use role_names::{Affixes, NamingConvention, NamingConventionKind, RoleNames, RoleNaming};
pub(crate) use role_names::{starts, words};
pub use set_up::{Earlier, EarlierTenant, SetUp, SetUpParts, SetUpRun};
pub use shape::{Misfit, MisfitKind};
pub(crate) use sources::key_path;
pub use sources::{
    Cases, Collection, Discovery, ElementKey, Evidence, FieldRef, MadeOf, OtherAttribute, Owners, Reach, Shape,
    SinkPlace, Source, SourceIndex, Way, text_of,
};
pub use step::{Step, Steps, values_at};
pub use tenant::{Connector, Grant, MissingAttribute, Provenance, Tenant, Whole};
pub use wording::{Choice, FieldName};
