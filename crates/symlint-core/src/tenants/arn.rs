//! ARNs, split into parts. If one part is malformed, the others can still be compared.

use super::field::{Field, Piece};
use super::format::{is_account_id, is_instance_id, is_permission_set_id, is_role_name};

/// The six parts of an ARN. Any of them may be empty or malformed.
#[derive(Debug, Clone, Copy)]
pub struct Arn<'a> {
    pub whole: Piece<'a>,
    /// The positions of the first five colons.
    colons: [usize; 5],
}

impl<'a> Arn<'a> {
    /// Splits `field`; `None` if it has no text or fewer than six parts.
    pub fn of(field: &'a Field) -> Option<Self> {
        let whole = field.text()?;
        // This is called often, and the parts are too short for an optimized search to pay off.
        let mut found = whole.text.bytes().enumerate().filter(|&(_, byte)| byte == b':').map(|(at, _)| at);
        let mut colons = [0; 5];
        for colon in &mut colons {
            *colon = found.next()?;
        }
        Some(Self { whole, colons })
    }

    /// The constant `arn`.
    pub fn prefix(&self) -> Piece<'a> {
        let [end, ..] = self.colons;
        self.whole.slice(0..end)
    }

    /// The partition: `aws`, `aws-us-gov`, …
    pub fn partition(&self) -> Piece<'a> {
        let [start, end, ..] = self.colons;
        self.whole.slice(start + 1..end)
    }

    /// The service: `sso` or `iam`.
    pub fn service(&self) -> Piece<'a> {
        let [_, start, end, ..] = self.colons;
        self.whole.slice(start + 1..end)
    }

    /// The region, which is empty in all ARNs of tenants.
    pub fn region(&self) -> Piece<'a> {
        let [_, _, start, end, _] = self.colons;
        self.whole.slice(start + 1..end)
    }

    /// The account: twelve digits, or empty.
    pub fn account(&self) -> Piece<'a> {
        let [.., start, end] = self.colons;
        self.whole.slice(start + 1..end)
    }

    /// The text after the fifth colon.
    pub fn resource(&self) -> Piece<'a> {
        let [.., start] = self.colons;
        self.whole.slice(start + 1..self.whole.text.len())
    }
}

/// A part that may be well formed or malformed.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    /// The text and its place.
    pub piece: Piece<'a>,
    /// Checks the form. It is called only when needed, which is seldom.
    judge: fn(&str) -> bool,
}

impl<'a> Part<'a> {
    /// A part whose form `judge` checks.
    pub fn new(piece: Piece<'a>, judge: fn(&str) -> bool) -> Self {
        Self { piece, judge }
    }

    pub fn text(self) -> &'a str {
        self.piece.text
    }

    /// Whether it has the form that AWS documents.
    pub fn is_well_formed(self) -> bool {
        (self.judge)(self.piece.text)
    }

    /// Whether the two are comparable and differ. If exactly one of them is malformed, they are not comparable, because
    /// only the format is reported.
    pub fn differs(self, other: Part<'_>) -> bool {
        self.text() != other.text() && self.is_well_formed() == other.is_well_formed()
    }
}

/// The parts of an instance ARN, `arn:aws:sso:::instance/ssoins-…`.
#[derive(Debug, Clone, Copy)]
pub struct InstanceArn<'a> {
    pub arn: Arn<'a>,
    /// `ssoins-` and sixteen characters.
    pub id: Part<'a>,
}

/// The parts of a permission set ARN, `arn:aws:sso:::permissionSet/ssoins-…/ps-…`.
#[derive(Debug, Clone, Copy)]
pub struct PermissionSetArn<'a> {
    /// The instance that the permission set belongs to.
    pub instance_id: Part<'a>,
    /// `ps-` and sixteen characters.
    pub id: Part<'a>,
}

/// The parts of a role ARN, `arn:aws:iam::123456789012:role/path/name`.
#[derive(Debug, Clone, Copy)]
pub struct RoleArn<'a> {
    /// Twelve digits.
    pub account: Part<'a>,
    /// The path with the slashes at both ends, such as `/` or `/sym/`.
    pub path: Piece<'a>,
    /// The text after the last slash.
    pub name: Part<'a>,
}

impl<'a> InstanceArn<'a> {
    /// Splits `field`; `None` if it is not an ARN with a resource of two segments.
    pub fn of(field: &'a Field) -> Option<Self> {
        let arn = Arn::of(field)?;
        let (_, id) = arn.resource().split_once(b'/')?;
        Some(Self { arn, id: Part::new(id, is_instance_id) })
    }
}

impl<'a> PermissionSetArn<'a> {
    /// Splits `field`; `None` if it is not an ARN with a resource of three segments.
    pub fn of(field: &'a Field) -> Option<Self> {
        let arn = Arn::of(field)?;
        let (_, rest) = arn.resource().split_once(b'/')?;
        let (instance_id, id) = rest.split_once(b'/')?;
        Some(Self { instance_id: Part::new(instance_id, is_instance_id), id: Part::new(id, is_permission_set_id) })
    }
}

impl<'a> RoleArn<'a> {
    /// Splits `field`; `None` if it is not the ARN of a role.
    pub fn of(field: &'a Field) -> Option<Self> {
        let arn = Arn::of(field)?;
        let path_and_name = arn.resource().strip_prefix("role").filter(|rest| rest.text.starts_with('/'))?;
        let (before, name) = path_and_name.rsplit_once(b'/')?;
        let path = path_and_name.slice(0..before.text.len() + 1);
        Some(Self { account: Part::new(arn.account(), is_account_id), path, name: Part::new(name, is_role_name) })
    }
}
