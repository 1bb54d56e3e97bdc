//! What a text could be.

use symlint_core::facts::{self, RegionStatus};
use symlint_core::tenants::{FieldKind, arn};

/// Whether `text` could be a value of this kind.
pub(super) fn has_shape(kind: FieldKind, text: &str) -> bool {
    match kind {
        FieldKind::TargetAccountId | FieldKind::SsoAccountId => arn::is_account_id(text),
        FieldKind::PermissionSetArn => text.contains(":permissionSet/"),
        FieldKind::InstanceArn => text.contains(":instance/"),
        FieldKind::RoleArn => text.contains(":role/"),
        FieldKind::Region => facts::region_status(text) != RegionStatus::Invalid,
        FieldKind::Cloud | FieldKind::Key => true,
    }
}
