//! Where findings about a tenant are reported.

use symlint_terraform::{Sources, Span};

use super::field::{Field, Piece};
use super::flow::Argument;
use super::id::TenantId;
use super::tenant::Tenant;

/// Where a finding is reported.
#[derive(Debug, Clone)]
pub struct Place {
    pub span: Span,
    pub tenant: Option<TenantId>,
    /// The path to the value.
    pub path: Option<String>,
}

/// Something that a finding can be reported at.
pub trait Locate {
    /// Where it is reported.
    fn place(&self, sources: &Sources) -> Place;

    /// Whether exactly this is written there, so that a fix can replace it. A piece of a computed value has no place of
    /// its own.
    fn is_verbatim(&self, _: &Sources) -> bool {
        true
    }

    /// The tenant whose run contains it; `None` if it is in the run that is being checked.
    fn tenant(&self) -> Option<TenantId> {
        None
    }
}

impl Locate for Piece<'_> {
    fn place(&self, sources: &Sources) -> Place {
        Place { span: self.span(sources), ..self.field.place(sources) }
    }

    fn is_verbatim(&self, sources: &Sources) -> bool {
        Piece::is_verbatim(*self, sources)
    }

    fn tenant(&self) -> Option<TenantId> {
        Some(self.field.tenant)
    }
}

impl Locate for Field {
    fn place(&self, sources: &Sources) -> Place {
        let span = self.text().map_or(self.span, |piece| piece.span(sources));
        Place { span, tenant: Some(self.tenant), path: self.path.as_ref().map(ToString::to_string) }
    }

    fn tenant(&self) -> Option<TenantId> {
        Some(self.tenant)
    }
}

/// The tenant's key. If the tenant is named after its file, the first line of the file.
impl Locate for Tenant {
    fn place(&self, sources: &Sources) -> Place {
        let mut place = Place { path: Some(self.path.to_string()), ..self.key.place(sources) };
        if self.key.is_computed() && self.span.file != place.span.file {
            let line = sources.text(self.span).lines().next().map_or(0, str::len);
            place.span = self.span.part(0..line);
        }
        place
    }

    fn tenant(&self) -> Option<TenantId> {
        Some(self.id)
    }
}

/// The argument's expression. It belongs to no tenant until the rule says so.
impl Locate for Argument {
    fn place(&self, _: &Sources) -> Place {
        Place { span: self.span, tenant: None, path: None }
    }
}

impl Locate for Span {
    fn place(&self, _: &Sources) -> Place {
        Place { span: *self, tenant: None, path: None }
    }
}

impl Locate for Place {
    fn place(&self, _: &Sources) -> Place {
        self.clone()
    }
}

impl<T: Locate + ?Sized> Locate for &T {
    fn place(&self, sources: &Sources) -> Place {
        (**self).place(sources)
    }

    fn is_verbatim(&self, sources: &Sources) -> bool {
        (**self).is_verbatim(sources)
    }

    fn tenant(&self) -> Option<TenantId> {
        (**self).tenant()
    }
}
