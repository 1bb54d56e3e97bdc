//! What must be reported for a fault.

use crate::layouts::list::{Layout, Reach};
use crate::layouts::names::Names;
use crate::layouts::nodes::Form;
use crate::layouts::stores::Store;
use crate::layouts::tenants::{Atom, Field, Tenant};

/// Where a finding may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum At {
    Anywhere,
    /// Exactly at this text inside of a place.
    Part(String, String),
    /// Exactly at a place.
    Whole(String),
    /// Anywhere inside of a place.
    Within(String),
}

/// A finding that must be reported, by one of these rules.
#[derive(Debug, Clone)]
pub(crate) struct Expected {
    pub(crate) rules: Vec<&'static str>,
    pub(crate) tenant: Option<String>,
    pub(crate) at: Vec<At>,
}

impl Expected {
    /// Stands for any tenant.
    pub(crate) const ANY: &str = "*";

    pub(crate) fn new(rule: &'static str, tenant: Option<String>, at: Vec<At>) -> Self {
        Self { rules: vec![rule], tenant, at }
    }
}

/// The parts of a tenant's values, as far as a setup writes them. One ID in the file may be several parts.
pub(crate) struct Parts {
    form: Form,
    order: Vec<usize>,
    has_key: bool,
}

impl Parts {
    pub(crate) fn new(layout: &Layout, tenants: &[Tenant]) -> Self {
        let mut order: Vec<usize> = (0..tenants.len()).collect();
        match layout.store {
            Store::Merged => order.sort_by_key(|index| (index % 2, *index)),
            Store::Fileset => order.sort_by_key(|&index| &tenants[index].key),
            _ => {}
        }
        let form =
            if matches!(layout.reach, Reach::Organizations | Reach::Tables) { Form::Nested } else { layout.form };
        Self { form, order, has_key: layout.store != Store::Fileset && layout.reach != Reach::Organizations }
    }

    /// Which of two tenants is written later.
    pub(crate) fn later(&self, first: usize, second: usize) -> usize {
        let position = |index| self.order.iter().position(|&at| at == index);
        if position(first) > position(second) { first } else { second }
    }

    /// These parts, and those that change with them.
    pub(crate) fn closed(&self, atoms: &[Atom]) -> Vec<Atom> {
        let pairs: &[(Atom, Atom)] = match self.form {
            Form::Ids => &[(Atom::Sso, Atom::RoleAccount), (Atom::Instance, Atom::SetInstance)],
            Form::Bare => &[(Atom::RoleAccount, Atom::Sso)],
            _ => &[],
        };
        let more = pairs.iter().filter(|(from, _)| atoms.contains(from)).map(|(_, to)| *to);
        atoms.iter().copied().chain(more).collect()
    }

    /// Whether a part is written on its own.
    pub(crate) fn has(&self, atom: Atom) -> bool {
        !matches!(
            (self.form, atom),
            (Form::Bare, Atom::Sso)
                | (Form::Ids, Atom::RoleAccount | Atom::RoleName | Atom::SetInstance)
                | (Form::Assignment, Atom::Sso | Atom::Region | Atom::RoleAccount | Atom::RoleName)
        )
    }

    pub(crate) fn has_field(&self, field: Field) -> bool {
        self.form.fields().contains(&field)
    }

    pub(crate) fn form(&self) -> Form {
        self.form
    }

    /// The field in which a part is written.
    pub(crate) fn field(&self, atom: Atom) -> Field {
        match (self.form, atom) {
            (Form::Bare, Atom::Sso) => Field::RoleArn,
            (_, Atom::Sso) => Field::Sso,
            (Form::Ids, Atom::RoleAccount) => Field::Sso,
            (Form::Ids, Atom::Instance | Atom::SetInstance) => Field::InstanceId,
            (Form::Ids, Atom::Set) => Field::SetId,
            (_, Atom::Instance) => Field::InstanceArn,
            (_, Atom::Region) => Field::Region,
            (_, Atom::RoleAccount | Atom::RoleName) => Field::RoleArn,
            (_, Atom::SetInstance | Atom::Set) => Field::SetArn,
            (_, Atom::Target) => Field::Target,
        }
    }

    /// Where a part of a tenant is written.
    pub(crate) fn at(&self, tenants: &[Tenant], index: usize, atom: Atom) -> At {
        let text = match (self.form, atom) {
            (Form::Bare, Atom::Sso) => tenants[index].role_account.clone(),
            (Form::Ids, Atom::RoleAccount) => tenants[index].sso.clone(),
            (Form::Ids, Atom::SetInstance) => tenants[index].instance.clone(),
            _ => tenants[index].get(atom).to_owned(),
        };
        At::Part(format!("t{index}.{}", self.field(atom).name()), text)
    }

    pub(crate) fn key(&self, index: usize) -> Vec<At> {
        let entry = At::Within(format!("t{index}.entry"));
        let grant = At::Within(format!("t{index}.grant"));
        if self.has_key { vec![At::Whole(format!("t{index}.key"))] } else { vec![entry, grant] }
    }
}

/// What must be found if parts of the tenant `to` are those of `from`, with one finding for each cause.
pub(crate) fn left_over(
    layout: &Layout,
    names: &Names,
    clean: &[Tenant],
    tenants: &[Tenant],
    atoms: &[Atom],
    to: usize,
    from: usize,
) -> Vec<Expected> {
    let parts = Parts::new(layout, tenants);
    let atoms = parts.closed(atoms);
    let has = |atom: Atom| atoms.contains(&atom);
    let label = |index: usize| Some(layout.label(&clean[index], names));
    let at = |index: usize, atom: Atom| vec![parts.at(tenants, index, atom)];
    let own = |rule, atom| Expected::new(rule, label(to), at(to, atom));
    let later_index = parts.later(to, from);
    let later = |rule, atom| Expected::new(rule, label(later_index), at(later_index, atom));
    let (account, role) = (has(Atom::Sso), has(Atom::RoleAccount));
    let (instance, set_instance) = (has(Atom::Instance), has(Atom::SetInstance));
    let mut found = Vec::new();
    if account != role {
        // The one of the two that is another tenant's was left over.
        found.push(own("role-account-mismatch", if role { Atom::RoleAccount } else { Atom::Sso }));
    } else if has(Atom::RoleName) {
        found.push(own("connector-role-foreign", Atom::RoleName));
    }
    // Settings that were copied together with the role are one cause.
    let is_copied_with_role = instance && has(Atom::RoleName);
    if instance != set_instance && !is_copied_with_role {
        found.push(own("instance-id-mismatch", if instance { Atom::Instance } else { Atom::SetInstance }));
    }
    let (shares_account, shares_instance) = (account && role, instance && set_instance);
    let has_own_account = !account && !role;
    let has_own_instance = !instance && !set_instance;
    // A tenant with another tenant's role is already reported.
    let is_role_foreign = has(Atom::RoleName) && account == role;
    if shares_account && shares_instance && has(Atom::Set) && has(Atom::Target) {
        return vec![Expected::new("duplicate-tenant", label(later_index), parts.key(later_index))];
    }
    if shares_account && has_own_instance && !is_role_foreign {
        found.push(later("duplicate-sso-account", Atom::Sso));
    } else if shares_instance && has_own_account {
        found.push(later("duplicate-instance", Atom::Instance));
    } else if has(Atom::Target) && (has_own_instance || layout.reach == Reach::TwoSets && !instance) {
        found.push(later("duplicate-target-account", Atom::Target));
    } else if has(Atom::Set) && has_own_instance {
        found.push(later("duplicate-permission-set", Atom::Set));
    }
    found
}
