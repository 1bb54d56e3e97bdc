//! The single values that a flow instance receives, inside settings and lists too.

use symlint_core::config::Config;
use symlint_core::tenants::{Argument, ArgumentKind, FieldKind, FlowInstance, TenantId};
use symlint_terraform::Value;

/// One value that a flow instance receives.
pub(super) struct Slot<'a> {
    /// Who receives it.
    pub instance: &'a FlowInstance,
    /// Whose value it should be.
    pub tenant: TenantId,
    /// Which of its values; the key stands for the slug.
    pub wanted: FieldKind,
    /// The argument that it is, or is inside.
    pub argument: &'a Argument,
    /// The attribute that it has inside the argument.
    pub part: Option<&'a str>,
    /// What it is.
    pub value: Value,
}

/// A permission set and the account in which it is granted, by their places among the slots.
pub(super) struct Pair {
    pub permission_set: usize,
    pub account: usize,
}

/// All values of an instance, and which of them make a grant.
#[derive(Default)]
pub(super) struct Slots<'a> {
    pub slots: Vec<Slot<'a>>,
    pub pairs: Vec<Pair>,
}

impl<'a> Slots<'a> {
    /// The values that `instance` receives for `tenant`.
    pub(super) fn of(instance: &'a FlowInstance, tenant: TenantId, config: &'a Config) -> Self {
        let mut all = Self::default();
        for argument in &instance.arguments {
            let whole = |wanted| Slot { instance, tenant, wanted, argument, part: None, value: argument.value.clone() };
            match argument.kind {
                ArgumentKind::TenantSlug => all.slots.push(whole(FieldKind::Key)),
                ArgumentKind::AccountId => all.slots.push(whole(FieldKind::TargetAccountId)),
                ArgumentKind::PermissionSetArn => all.slots.push(whole(FieldKind::PermissionSetArn)),
                // A null has no parts; the role is what the flow would act with.
                ArgumentKind::SsoConnectorSettings if argument.value.is_null() => {
                    all.slots.push(whole(FieldKind::RoleArn));
                }
                ArgumentKind::SsoConnectorSettings => {
                    let parts = [FieldKind::Cloud, FieldKind::InstanceArn, FieldKind::Region, FieldKind::RoleArn];
                    for wanted in parts {
                        if let Some(value) = argument.value.get(wanted.name()) {
                            let part = Some(wanted.name());
                            all.slots.push(Slot { instance, tenant, wanted, argument, part, value });
                        }
                    }
                }
                ArgumentKind::Grants => all.add_grants(instance, argument, tenant, config),
            }
        }
        let position = |kind| all.slots.iter().position(|slot| slot.argument.kind == kind);
        if let (Some(permission_set), Some(account)) =
            (position(ArgumentKind::PermissionSetArn), position(ArgumentKind::AccountId))
        {
            all.pairs.push(Pair { permission_set, account });
        }
        all
    }

    fn add_grants(&mut self, instance: &'a FlowInstance, argument: &'a Argument, tenant: TenantId, config: &'a Config) {
        for element in elements(&argument.value) {
            let mut add = |wanted| {
                let names = grant_names(wanted, config);
                let (part, value) = names.into_iter().find_map(|name| Some((name, element.get(name)?)))?;
                self.slots.push(Slot { instance, tenant, wanted, argument, part: Some(part), value });
                Some(self.slots.len() - 1)
            };
            let permission_set = add(FieldKind::PermissionSetArn);
            let account = add(FieldKind::TargetAccountId);
            if let (Some(permission_set), Some(account)) = (permission_set, account) {
                self.pairs.push(Pair { permission_set, account });
            }
        }
    }
}

/// The elements of a list, set, tuple or map.
pub(super) fn elements(list: &Value) -> Vec<Value> {
    match list.entries() {
        Some(entries) => entries.iter().map(|entry| list.child(entry)).collect(),
        None => (0..list.elements().map_or(0, <[Value]>::len)).filter_map(|index| list.at(index)).collect(),
    }
}

/// What a value may be called in a list of grants.
pub(super) fn grant_names(wanted: FieldKind, config: &Config) -> Vec<&str> {
    let own = config.field_path(wanted).last().copied();
    let others: &[&str] = if wanted == FieldKind::TargetAccountId {
        &["target_account_id", "account_id"]
    } else {
        &["permission_set_arn"]
    };
    own.into_iter().chain(others.iter().copied()).collect()
}
