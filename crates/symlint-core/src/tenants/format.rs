//! The forms of tenants' values, according to AWS and Sym.

use super::kind::FieldKind;
use crate::facts;

/// Whether `text` is a value of this kind in the form that AWS requires, or for a key, that Sym accepts.
pub fn is_well_formed(field: FieldKind, text: &str) -> bool {
    let resource = |service: &str| {
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        match parts.as_slice() {
            ["arn", partition, own, "", account, resource] if *own == service && is_partition(partition) => {
                Some((*account, *resource))
            }
            _ => None,
        }
    };
    let is_instance = |id: &str| is_instance_id(id) || instance_id_suffix(id).is_some() && is_placeholder_resource(id);
    let of_instance = |word: &str| {
        let (account, id) = resource("sso")?;
        id.strip_prefix(word)?.strip_prefix('/').filter(|_| account.is_empty())
    };
    match field {
        FieldKind::TargetAccountId | FieldKind::SsoAccountId => is_account_id(text),
        FieldKind::InstanceArn => of_instance("instance").is_some_and(is_instance),
        FieldKind::PermissionSetArn => {
            of_instance("permissionSet").and_then(|ids| ids.split_once('/')).is_some_and(|(instance, id)| {
                is_instance(instance) && (is_permission_set_id(id) || is_placeholder_resource(id))
            })
        }
        FieldKind::RoleArn => resource("iam").is_some_and(|(account, role)| {
            let (path, name) = role.strip_prefix("role").and_then(|role| role.rsplit_once('/')).unwrap_or_default();
            is_account_id(account) && is_role_path(&format!("{path}/")) && is_role_name(name)
        }),
        FieldKind::Region => facts::region_status(text) != facts::RegionStatus::Invalid,
        FieldKind::Cloud => text.eq_ignore_ascii_case("aws"),
        FieldKind::Key => is_plain_name(text),
    }
}

/// Sym accepts no longer key or name.
const LONGEST_NAME: usize = 64;

/// Whether `text` could be a key or a name: letters, digits, `_`, `-` and `.`.
pub(crate) fn is_plain_name(text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    !text.is_empty() && text.len() <= LONGEST_NAME && text.chars().all(is_plain)
}

/// Whether `text` was computed from one of the well-formed values in `own` but is equal to none of them. Separators and
/// leading zeros of an account are ignored.
pub fn is_changed(field: FieldKind, text: &str, own: &[&str]) -> bool {
    if own.is_empty() || own.contains(&text) || own.iter().any(|own| !is_well_formed(field, own)) {
        return false;
    }
    match field {
        FieldKind::SsoAccountId | FieldKind::TargetAccountId => {
            let digits: String = text.chars().filter(|c| !matches!(c, '-' | ' ' | '_' | '.')).collect();
            // A text that contains more than an account is not a changed account.
            let is_account = digits.len() <= 12 && digits.bytes().all(|byte| byte.is_ascii_digit());
            is_account && !own.contains(&format!("{digits:0>12}").as_str())
        }
        FieldKind::InstanceArn | FieldKind::RoleArn | FieldKind::PermissionSetArn => is_well_formed(field, text),
        FieldKind::Key | FieldKind::Cloud | FieldKind::Region => false,
    }
}

/// Whether `text` could be a value of this kind.
pub fn has_shape(field: FieldKind, text: &str) -> bool {
    match field {
        FieldKind::TargetAccountId | FieldKind::SsoAccountId => is_account_id(text),
        FieldKind::PermissionSetArn => text.contains(":permissionSet/"),
        FieldKind::InstanceArn => text.contains(":instance/"),
        FieldKind::RoleArn => text.contains(":role/"),
        FieldKind::Region => facts::region_status(text) != facts::RegionStatus::Invalid,
        FieldKind::Cloud | FieldKind::Key => true,
    }
}

/// Whether `text` may be a value of `field`, perhaps with a mistake in it. A name, or a value of another kind, is not.
pub fn may_be(field: FieldKind, text: &str) -> bool {
    /// A number with at least this many digits may be an account ID with digits missing.
    const DIGITS: usize = 8;
    match field {
        FieldKind::TargetAccountId | FieldKind::SsoAccountId => {
            !text.contains(':') && text.bytes().filter(u8::is_ascii_digit).count() >= DIGITS
        }
        FieldKind::PermissionSetArn | FieldKind::InstanceArn | FieldKind::RoleArn => {
            text.contains(':') && other_shape(field, text).is_none()
        }
        FieldKind::Region => has_shape(field, text) || text.as_bytes().get(2) == Some(&b'-'),
        FieldKind::Cloud | FieldKind::Key => true,
    }
}

/// The kind of value that `text` looks like, if it cannot be of the `wanted` kind. (Clouds, regions, and keys have no
/// distinctive form.)
pub fn other_shape(wanted: FieldKind, text: &str) -> Option<FieldKind> {
    let kinds = [FieldKind::InstanceArn, FieldKind::PermissionSetArn, FieldKind::RoleArn, FieldKind::TargetAccountId];
    let has_look = |field: &FieldKind| has_shape(*field, text);
    kinds.into_iter().find(has_look).filter(|_| wanted != FieldKind::Key && !has_shape(wanted, text))
}

/// Whether it is exactly twelve ASCII digits.
pub fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether it is `ssoins-` or `ins-` and sixteen of `[a-zA-Z0-9.-]`.
pub fn is_instance_id(text: &str) -> bool {
    instance_id_suffix(text).is_some_and(|suffix| {
        suffix.len() == 16 && suffix.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
    })
}

/// Whether the ID of an instance or a permission set only has characters that occur in all known IDs.
pub fn is_hexadecimal(id: &str) -> bool {
    let suffix = id.strip_prefix("ps-").or_else(|| instance_id_suffix(id)).unwrap_or_default();
    suffix.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// The text after `ssoins-` or `ins-`.
pub fn instance_id_suffix(text: &str) -> Option<&str> {
    text.strip_prefix("ssoins-").or_else(|| text.strip_prefix("ins-"))
}

/// Whether it is `ps-` and sixteen of `[a-zA-Z0-9./-]`.
pub fn is_permission_set_id(text: &str) -> bool {
    text.strip_prefix("ps-").is_some_and(|suffix| {
        suffix.len() == 16
            && suffix.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'/'))
    })
}

/// Whether documentation or examples use this ID of an instance or a permission set.
pub fn is_placeholder_resource(id: &str) -> bool {
    let suffix = id.strip_prefix("ps-").or_else(|| instance_id_suffix(id));
    suffix.is_some_and(facts::is_placeholder_id)
}

/// Whether it is `/`, or up to 512 printable ASCII characters between slashes, without empty segments and wildcards.
pub fn is_role_path(text: &str) -> bool {
    text.starts_with('/')
        && text.ends_with('/')
        && text.len() <= 512
        && !text.contains("//")
        && text.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'*' | b'?'))
}

/// Whether it is one to sixty-four of `[A-Za-z0-9_+=,.@-]`.
pub fn is_role_name(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte))
}

/// Whether it is `arn:aws`, followed by up to three words of up to five lower-case letters.
pub fn is_partition(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("aws") else { return false };
    rest.is_empty()
        || rest.strip_prefix('-').is_some_and(|words| {
            words.split('-').count() <= 3
                && words
                    .split('-')
                    .all(|word| (1..=5).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_lowercase()))
        })
}
