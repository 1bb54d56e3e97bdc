//! ARNs, split into parts even where a part is malformed, so that the others can still be compared.

use super::field::{Field, Piece};
use super::format::{is_account_id, is_instance_id, is_permission_set_id, is_role_name};

/// The six parts of an ARN. Any of them may be empty or malformed.
#[derive(Debug, Clone, Copy)]
pub struct Arn<'a> {
    pub whole: Piece<'a>,
    /// Where the first five colons are.
    colons: [usize; 5],
}

impl<'a> Arn<'a> {
    /// Splits `field`; `None` where it has no text or fewer than six parts.
    pub fn of(field: &'a Field) -> Option<Self> {
        let whole = field.text()?;
        // This is asked often, and the parts are too short for a search to pay.
        let mut found = whole.text.bytes().enumerate().filter(|&(_, byte)| byte == b':').map(|(at, _)| at);
        let mut colons = [0; 5];
        for colon in &mut colons {
            *colon = found.next()?;
        }
        Some(Self { whole, colons })
    }

    /// `arn`
    pub fn prefix(&self) -> Piece<'a> {
        let [end, ..] = self.colons;
        self.whole.slice(0..end)
    }

    /// `aws`, `aws-us-gov`, …
    pub fn partition(&self) -> Piece<'a> {
        let [start, end, ..] = self.colons;
        self.whole.slice(start + 1..end)
    }

    /// `sso`, `iam`
    pub fn service(&self) -> Piece<'a> {
        let [_, start, end, ..] = self.colons;
        self.whole.slice(start + 1..end)
    }

    /// Empty for all that tenants have.
    pub fn region(&self) -> Piece<'a> {
        let [_, _, start, end, _] = self.colons;
        self.whole.slice(start + 1..end)
    }

    /// Twelve digits, or empty.
    pub fn account(&self) -> Piece<'a> {
        let [.., start, end] = self.colons;
        self.whole.slice(start + 1..end)
    }

    /// What follows the fifth colon.
    pub fn resource(&self) -> Piece<'a> {
        let [.., start] = self.colons;
        self.whole.slice(start + 1..self.whole.text.len())
    }
}

/// A part that can be well-formed or not.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    /// The text and its place.
    pub piece: Piece<'a>,
    /// Looked at only where that matters, which is seldom.
    judge: fn(&str) -> bool,
}

impl<'a> Part<'a> {
    /// The piece, to be judged by `judge`.
    pub fn new(piece: Piece<'a>, judge: fn(&str) -> bool) -> Self {
        Self { piece, judge }
    }

    pub fn text(self) -> &'a str {
        self.piece.text
    }

    /// Whether it is what AWS says it must be.
    pub fn is_well_formed(self) -> bool {
        (self.judge)(self.piece.text)
    }

    /// Whether the two can be held against each other and differ. If exactly one of them is malformed they cannot:
    /// only its format is reported.
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
    /// With the slash at both ends: `/` or `/sym/`.
    pub path: Piece<'a>,
    /// After the last slash.
    pub name: Part<'a>,
}

impl<'a> InstanceArn<'a> {
    /// Splits `field`; `None` where it is not an ARN with a resource of two segments.
    pub fn of(field: &'a Field) -> Option<Self> {
        let arn = Arn::of(field)?;
        let (_, id) = arn.resource().split_once(b'/')?;
        Some(Self { arn, id: Part::new(id, is_instance_id) })
    }
}

impl<'a> PermissionSetArn<'a> {
    /// Splits `field`; `None` where it is not an ARN with a resource of three segments.
    pub fn of(field: &'a Field) -> Option<Self> {
        let arn = Arn::of(field)?;
        let (_, rest) = arn.resource().split_once(b'/')?;
        let (instance_id, id) = rest.split_once(b'/')?;
        Some(Self { instance_id: Part::new(instance_id, is_instance_id), id: Part::new(id, is_permission_set_id) })
    }
}

impl<'a> RoleArn<'a> {
    /// Splits `field`; `None` where it is not an ARN of a role.
    pub fn of(field: &'a Field) -> Option<Self> {
        let arn = Arn::of(field)?;
        let path_and_name = arn.resource().strip_prefix("role").filter(|rest| rest.text.starts_with('/'))?;
        let (before, name) = path_and_name.rsplit_once(b'/')?;
        let path = path_and_name.slice(0..before.text.len() + 1);
        Some(Self { account: Part::new(arn.account(), is_account_id), path, name: Part::new(name, is_role_name) })
    }
}
