//! A tenant, and what its values say together.

use symlint_terraform::{Path, PathStep, Root, Span, Str};

use super::arn::{Arn, InstanceArn, Part, PermissionSetArn, RoleArn};
use super::field::{Absence, Field};
use super::format::is_account_id;
use super::id::TenantId;
use super::kind::FieldKind;
use super::shape::Misfit;

/// A customer, or one of several accesses to one customer.
#[derive(Debug)]
pub struct Tenant {
    /// Which one it is.
    pub id: TenantId,
    /// The name under which it is kept: the key in the map, or what the flow call says.
    pub key: Field,
    /// Other names under which it is known: what its flow is called by, and the organization that its entry names.
    pub other_names: Vec<Str>,
    /// The account in which the connector role is defined.
    pub sso_account_id: Field,
    /// How Sym reaches the customer's Identity Center.
    pub connector: Connector,
    /// Who may be given what where.
    pub grants: Box<[Grant]>,
    /// Where it comes from.
    pub provenance: Provenance,
    /// Whether it is an object, null, or unknown as a whole.
    pub whole: Whole,
    /// Where its values are written as a whole.
    pub span: Span,
    /// The way to it, such as `customer_tenants["foo"]`.
    pub path: Path,
    /// Attributes that are required and absent: the name as it is written in the input, and the value's field.
    pub missing: Vec<MissingAttribute>,
    /// What does not fit the assumed type, where none is declared.
    pub misfits: Vec<Misfit>,
}

/// An attribute that a tenant must have and lacks.
#[derive(Debug)]
pub struct MissingAttribute {
    /// The name in the input, such as `role_arn`.
    pub name: String,
    /// How it is absent.
    pub absence: Absence,
    /// The value where there is one (`null`, `""`), else the key of what lacks it.
    pub span: Span,
    /// The way to it.
    pub path: Path,
    /// Which value it is, where it is a single one.
    pub field: Option<FieldKind>,
}

/// Where a tenant comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Provenance {
    /// An element of this collection, by its place in [`super::SourceIndex::collections`].
    Collection(usize),
    /// A flow call that is given values directly, by its place in [`super::Model::flows`].
    FlowCall(usize),
}

/// What there is of a tenant as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whole {
    /// An object, or a list of grants.
    Object,
    /// `null`
    Null,
    Other(&'static str),
    /// Not known before apply.
    Unknown,
}

/// `sso_connector_settings`
#[derive(Debug)]
pub struct Connector {
    /// `aws`
    pub cloud: Field,
    /// The customer's Identity Center instance.
    pub instance_arn: Field,
    /// The region that the instance is in.
    pub region: Field,
    /// The role that Sym's runtime assumes.
    pub role_arn: Field,
    /// Whether the role is written once for all tenants, outside of their elements.
    pub is_common: bool,
}

/// A permission set in an account, for which engineers may ask.
#[derive(Debug)]
pub struct Grant {
    /// What one gets.
    pub permission_set_arn: Field,
    pub target_account_id: Field,
    /// Whether a flow of the tenant receives it, as far as that is known.
    pub is_received: bool,
}

impl Grant {
    pub fn new(permission_set_arn: Field, target_account_id: Field) -> Self {
        Self { permission_set_arn, target_account_id, is_received: true }
    }

    /// The permission set or the account.
    pub fn field(&self, kind: FieldKind) -> &Field {
        if kind == FieldKind::PermissionSetArn { &self.permission_set_arn } else { &self.target_account_id }
    }

    /// Puts a field in the place of the one of its kind.
    pub(crate) fn set(&mut self, field: Field) {
        match field.kind {
            FieldKind::PermissionSetArn => self.permission_set_arn = field,
            _ => self.target_account_id = field,
        }
    }
}

impl Connector {
    /// The value of this kind, which is one of [`FieldKind::CONNECTOR`].
    pub fn field(&self, kind: FieldKind) -> &Field {
        match kind {
            FieldKind::Cloud => &self.cloud,
            FieldKind::InstanceArn => &self.instance_arn,
            FieldKind::Region => &self.region,
            _ => &self.role_arn,
        }
    }

    /// Puts a field in the place of the one of its kind.
    pub(crate) fn set(&mut self, field: Field) {
        match field.kind {
            FieldKind::Cloud => self.cloud = field,
            FieldKind::InstanceArn => self.instance_arn = field,
            FieldKind::Region => self.region = field,
            _ => self.role_arn = field,
        }
    }
}

/// The way to a role; or else to the account in it, with the role and the way to the instance.
type ConnectorSource<'t> = (&'t Path, Option<&'t str>, Option<&'t Path>);

impl Tenant {
    /// The key as it is written.
    pub fn name(&self) -> &str {
        self.key.as_written().unwrap_or_default()
    }

    /// Whether it has none of the values that tenants have.
    pub fn has_nothing(&self) -> bool {
        self.values().all(Field::is_unseen)
    }

    /// Whether its key is a name that somebody gave it, and not the address of its call, or its place in a list.
    pub fn is_named(&self) -> bool {
        let is_key = |name: &Str| !name.is_empty();
        self.path.last().and_then(PathStep::name).is_some_and(is_key) || self.name() != self.path.to_string()
    }

    /// Where the connector is written: the role, or else the account and the instance, with what is made of these. What
    /// has the same is one written connector.
    pub(crate) fn connector_source(&self) -> Option<ConnectorSource<'_>> {
        let Connector { role_arn, instance_arn, .. } = &self.connector;
        if let (Some(path), Some(_)) = (&role_arn.path, role_arn.as_written()) {
            return Some((path, None, None));
        }
        Some((self.sso_account_id.way()?, role_arn.as_written(), instance_arn.path.as_ref()))
    }

    /// The key, where it is what its map, or its own entry, calls it: not that of a call, and not a place in a list.
    pub fn own_key(&self) -> Option<&str> {
        let key = self.key.as_written().filter(|key| !key.is_empty() && self.is_element())?;
        let is_own = match self.path.last() {
            Some(PathStep::Attribute(name) | PathStep::Key(name)) if name.as_str() == key => true,
            _ => self.span.contains(self.key.span) && key != self.path.to_string(),
        };
        is_own.then_some(key)
    }

    /// What tenants of several root modules may be called, if they are the same one: the key, or what a root module calls
    /// its only tenant.
    pub(super) fn name_across_roots(&self) -> Option<&str> {
        self.own_key().or_else(|| (self.is_root_module() && self.is_named()).then(|| self.name()))
    }

    /// Whether the root module as a whole is for it.
    pub(crate) fn is_root_module(&self) -> bool {
        *self.path.start() == Root::RootModule
    }

    /// Whether it is an element of a collection, and not all that a flow receives.
    pub fn is_element(&self) -> bool {
        matches!(self.provenance, Provenance::Collection(_))
    }

    /// The key and all values, in the order of the shipped example.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        std::iter::once(&self.key).chain(self.values())
    }

    /// All values without the key, in the order of the shipped example.
    pub fn values(&self) -> impl Iterator<Item = &Field> {
        self.values_alone()
            .chain(self.grants.iter().flat_map(|grant| [&grant.permission_set_arn, &grant.target_account_id]))
    }

    /// Does `change` to all values.
    pub(crate) fn each_value_mut(&mut self, change: &mut dyn FnMut(&mut Field)) {
        let Connector { cloud, instance_arn, region, role_arn, .. } = &mut self.connector;
        [&mut self.sso_account_id, cloud, instance_arn, region, role_arn].into_iter().for_each(&mut *change);
        for grant in &mut self.grants {
            [&mut grant.permission_set_arn, &mut grant.target_account_id].into_iter().for_each(&mut *change);
        }
    }

    /// The values that belong to no grant.
    pub(super) fn values_alone(&self) -> impl Iterator<Item = &Field> {
        let Connector { cloud, instance_arn, region, role_arn, .. } = &self.connector;
        [&self.sso_account_id, cloud, instance_arn, region, role_arn].into_iter()
    }

    /// All ARNs that can be split.
    pub fn arns(&self) -> impl Iterator<Item = Arn<'_>> {
        self.values()
            .filter(|field| {
                matches!(field.kind, FieldKind::InstanceArn | FieldKind::RoleArn | FieldKind::PermissionSetArn)
            })
            .filter_map(Arn::of)
    }

    /// `sso_account_id`, if it is known.
    pub fn sso_account(&self) -> Option<Part<'_>> {
        self.sso_account_id.text().map(|piece| Part::new(piece, is_account_id))
    }

    /// The instance id inside `instance_arn`.
    pub fn instance_id(&self) -> Option<Part<'_>> {
        InstanceArn::of(&self.connector.instance_arn).map(|arn| arn.id)
    }

    /// The role, if `role_arn` is the ARN of one.
    pub fn role(&self) -> Option<RoleArn<'_>> {
        RoleArn::of(&self.connector.role_arn)
    }

    /// Whether its SSO account is known: no other account can be this tenant's.
    pub fn is_sso_account_known(&self) -> bool {
        !self.sso_account_id.is_garbled() && self.sso_account().is_some_and(|account| account.is_well_formed())
    }

    /// The account inside `role_arn`, even where it is the ARN of something else than a role.
    pub fn role_account(&self) -> Option<Part<'_>> {
        Arn::of(&self.connector.role_arn).map(|arn| Part::new(arn.account(), is_account_id))
    }

    /// Whether the account inside `role_arn` is another one than `sso_account_id`. An ARN without an account has none.
    pub fn has_role_account_mismatch(&self) -> bool {
        matches!((self.role_account(), self.sso_account()),
            (Some(role), Some(sso)) if !role.text().is_empty() && role.differs(sso))
    }

    /// The grants whose permission set belongs to another instance than `instance_arn` names.
    pub fn foreign_permission_sets(&self) -> impl Iterator<Item = PermissionSetArn<'_>> {
        let own = self.instance_id();
        self.grants
            .iter()
            .filter_map(|grant| PermissionSetArn::of(&grant.permission_set_arn))
            .filter(move |permission_set| own.is_some_and(|own| permission_set.instance_id.differs(own)))
    }
}
