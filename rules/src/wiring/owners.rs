//! Whose a text is that reaches a tenant, whatever it was made of.

use std::cell::OnceCell;

use foldhash::HashMap;
use smallvec::SmallVec;
use symlint_core::tenants::{FieldKind, Model, Tenant, TenantId};
use symlint_terraform::Str;

type ByValue = HashMap<(FieldKind, Str), SmallVec<[TenantId; 1]>>;

/// Finds the tenants that have a value.
pub(super) struct TextOwners<'a> {
    model: &'a Model<'a>,
    /// By the value: few of them are asked for, and only where something is doubtful.
    tenants: OnceCell<ByValue>,
}

impl<'a> TextOwners<'a> {
    pub(super) fn new(model: &'a Model<'a>) -> Self {
        Self { model, tenants: OnceCell::new() }
    }

    /// The tenant of another customer whose value of this kind `text` is, where `own` says another one. Somebody's SSO
    /// account is not anybody else's target either.
    pub(super) fn other(&self, own: TenantId, wanted: FieldKind, text: &Str) -> Option<TenantId> {
        if matches!(wanted, FieldKind::Cloud | FieldKind::Region | FieldKind::Key) {
            return None;
        }
        if self.model.has(own, wanted, text) {
            return None;
        }
        let mut right = self.model.tenant(own).values().filter(|field| field.kind == wanted).peekable();
        if right.peek().is_none() || right.any(|field| field.as_str().is_none_or(|right| right == text.as_str())) {
            return None;
        }
        let kinds: &[FieldKind] = match wanted {
            FieldKind::TargetAccountId => &[FieldKind::TargetAccountId, FieldKind::SsoAccountId],
            _ => &[wanted],
        };
        let tenants = self.tenants.get_or_init(|| self.by_value());
        kinds.iter().find_map(|kind| {
            let owners = tenants.get(&(*kind, text.clone()))?;
            let is_of_other_customer =
                |other: &TenantId| *other != own && !self.model.index.may_share(wanted, own, *other);
            owners.iter().all(is_of_other_customer).then(|| owners.first().copied()).flatten()
        })
    }

    fn by_value(&self) -> ByValue {
        let mut tenants = ByValue::default();
        for field in self.model.tenants.iter().flat_map(Tenant::values) {
            if let Some(piece) = field.text() {
                tenants.entry((field.kind, piece.share())).or_default().push(field.tenant);
            }
        }
        tenants
    }
}
