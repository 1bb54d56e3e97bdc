//! Does a tenant stay out of the others?

rules! { "isolation": "does a tenant stay out of the others?";
}
