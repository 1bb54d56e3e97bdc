//! A tenant, and facts that follow from several of its values.

use symlint_terraform::{Path, PathStep, Root, Span, Str};

use super::arn::{Arn, InstanceArn, Part, PermissionSetArn, RoleArn};
use super::field::{Absence, Field};
use super::format::is_account_id;
use super::id::TenantId;
use super::kind::FieldKind;
use super::shape::Misfit;

/// A customer, or one of several ways to access a customer.
#[derive(Debug)]
pub struct Tenant {
    pub id: TenantId,
    /// Its name: the key in the map, or the name in the flow call.
    pub key: Field,
    /// Other names of the tenant: the name of its flow, and of the organization that its entry refers to.
    pub other_names: Vec<Str>,
    /// The account in which the connector role is defined.
    pub sso_account_id: Field,
    /// How Sym reaches the customer's Identity Center.
    pub connector: Connector,
    /// The accounts that engineers may enter, with the permission sets for them.
    pub grants: Box<[Grant]>,
    /// Where the tenant was found.
    pub provenance: Provenance,
    /// Whether it is an object, null, or unknown as a whole.
    pub whole: Whole,
    /// The place of its entry.
    pub span: Span,
    /// The path to it, such as `customer_tenants["foo"]`.
    pub path: Path,
    /// Required attributes that are absent.
    pub missing: Vec<MissingAttribute>,
    /// Parts that do not fit the assumed type, if no type is declared.
    pub misfits: Vec<Misfit>,
}

/// An attribute that a tenant must have but lacks.
#[derive(Debug)]
pub struct MissingAttribute {
    /// The name as written in the input, such as `role_arn`.
    pub name: String,
    /// How it is absent.
    pub absence: Absence,
    /// The value, if there is one (`null`, `""`), or else the key of the object without it.
    pub span: Span,
    /// The path to it.
    pub path: Path,
    /// Which of the tenant's values it is, if it is a single value.
    pub field: Option<FieldKind>,
}

/// Where a tenant was found.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Provenance {
    /// An element of the collection with this index in [`super::SourceIndex::collections`].
    Collection(usize),
    /// A flow call that sets the values directly, as an index in [`super::Model::flows`].
    FlowCall(usize),
}

/// The kind of value that a tenant is as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whole {
    /// An object, or a list of grants.
    Object,
    Null,
    Other(&'static str),
    /// Not known before apply.
    Unknown,
}

/// The connector settings, `sso_connector_settings` in the shipped example.
#[derive(Debug)]
pub struct Connector {
    /// The cloud, which is `aws`.
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

/// A permission set in an account, which engineers can request.
#[derive(Debug)]
pub struct Grant {
    /// The permissions that an engineer gets.
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

    /// Replaces the field of the same kind.
    pub(crate) fn set(&mut self, field: Field) {
        match field.kind {
            FieldKind::PermissionSetArn => self.permission_set_arn = field,
            _ => self.target_account_id = field,
        }
    }
}

impl Connector {
    /// The value of this kind, which must be one of [`FieldKind::CONNECTOR`].
    pub fn field(&self, kind: FieldKind) -> &Field {
        match kind {
            FieldKind::Cloud => &self.cloud,
            FieldKind::InstanceArn => &self.instance_arn,
            FieldKind::Region => &self.region,
            _ => &self.role_arn,
        }
    }

    /// Replaces the field of the same kind.
    pub(crate) fn set(&mut self, field: Field) {
        match field.kind {
            FieldKind::Cloud => self.cloud = field,
            FieldKind::InstanceArn => self.instance_arn = field,
            FieldKind::Region => self.region = field,
            _ => self.role_arn = field,
        }
    }
}

/// The place of a role; or else that of the account in it, with the role and the place of the instance.
type ConnectorSource<'t> = (Writing<'t>, Option<&'t str>, Option<Writing<'t>>);

/// Where a value is written, or the path to it.
type Writing<'t> = Result<Span, &'t Path>;

impl Tenant {
    /// The key as it is written.
    pub fn name(&self) -> &str {
        self.key.as_written().unwrap_or_default()
    }

    /// Whether it has none of the values that tenants have.
    pub fn has_nothing(&self) -> bool {
        self.values().all(Field::is_unseen)
    }

    /// Whether its key is a name that someone chose, as opposed to the address of a call or an index in a list.
    pub fn is_named(&self) -> bool {
        let is_key = |name: &Str| !name.is_empty();
        self.path.last().and_then(PathStep::name).is_some_and(is_key)
            || self.is_variable()
            || self.name() != self.path.to_string()
    }

    /// Whether it is a variable or a local as a whole.
    pub fn is_variable(&self) -> bool {
        self.path.last().is_none() && self.path.start().is_of_root_module()
    }

    /// Where the connector is written: the role's place; or else those of the account and the instance, with the role
    /// that is built from the account. Two tenants with the same source share one written connector.
    pub(crate) fn connector_source(&self) -> Option<ConnectorSource<'_>> {
        let Connector { role_arn, instance_arn, .. } = &self.connector;
        if let (Some(role), Some(_), Some(_)) = (role_arn.writing(), &role_arn.path, role_arn.as_written()) {
            return Some((role, None, None));
        }
        Some((self.sso_account_id.writing()?, role_arn.as_written(), instance_arn.writing()))
    }

    /// The key, if it is the key in a map or a name in the tenant's own entry, as opposed to the name of a call or an
    /// index in a list.
    pub fn own_key(&self) -> Option<&str> {
        let key = self.key.as_written().filter(|key| !key.is_empty() && self.is_element())?;
        let is_own = match self.path.last() {
            Some(PathStep::Attribute(name) | PathStep::Key(name)) if name.as_str() == key => true,
            _ => self.span.contains(self.key.span) && key != self.path.to_string(),
        };
        is_own.then_some(key)
    }

    /// The name by which the same tenant can be recognized in several root modules: the key, or what a root module
    /// calls its only tenant.
    pub(super) fn name_across_roots(&self) -> Option<&str> {
        self.own_key().or_else(|| (self.is_root_module() && self.is_named()).then(|| self.name()))
    }

    /// Whether it is the tenant of a root module that is for one tenant as a whole.
    pub(crate) fn is_root_module(&self) -> bool {
        *self.path.start() == Root::RootModule
    }

    /// Whether it is an element of a collection, as opposed to a flow call that sets the values directly.
    pub fn is_element(&self) -> bool {
        matches!(self.provenance, Provenance::Collection(_))
    }

    /// The key and all values, in the order of the shipped example.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        std::iter::once(&self.key).chain(self.values())
    }

    /// All values except the key, in the order of the shipped example.
    pub fn values(&self) -> impl Iterator<Item = &Field> {
        self.values_alone()
            .chain(self.grants.iter().flat_map(|grant| [&grant.permission_set_arn, &grant.target_account_id]))
    }

    /// Applies `change` to all values.
    pub(crate) fn each_value_mut(&mut self, change: &mut dyn FnMut(&mut Field)) {
        let Connector { cloud, instance_arn, region, role_arn, .. } = &mut self.connector;
        [&mut self.sso_account_id, cloud, instance_arn, region, role_arn].into_iter().for_each(&mut *change);
        for grant in &mut self.grants {
            [&mut grant.permission_set_arn, &mut grant.target_account_id].into_iter().for_each(&mut *change);
        }
    }

    /// The values that do not belong to a grant.
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

    /// Whether its SSO account is known, so that no other account can be its own.
    pub fn is_sso_account_known(&self) -> bool {
        !self.sso_account_id.is_garbled() && self.sso_account().is_some_and(|account| account.is_well_formed())
    }

    /// The account in `role_arn`, even if that is the ARN of something other than a role.
    pub fn role_account(&self) -> Option<Part<'_>> {
        Arn::of(&self.connector.role_arn).map(|arn| Part::new(arn.account(), is_account_id))
    }

    /// Whether the account in `role_arn` differs from `sso_account_id`. An ARN without an account does not.
    pub fn has_role_account_mismatch(&self) -> bool {
        matches!((self.role_account(), self.sso_account()),
            (Some(role), Some(sso)) if !role.text().is_empty() && role.differs(sso))
    }

    /// The grants with a permission set of an instance other than the one in `instance_arn`.
    pub fn foreign_permission_sets(&self) -> impl Iterator<Item = PermissionSetArn<'_>> {
        let own = self.instance_id();
        self.grants
            .iter()
            .filter_map(|grant| PermissionSetArn::of(&grant.permission_set_arn))
            .filter(move |permission_set| own.is_some_and(|own| permission_set.instance_id.differs(own)))
    }
}
