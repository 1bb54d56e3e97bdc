//! Does each `sso_flow` instance receive its own tenant's values?

rules! { "wiring": "does each `sso_flow` instance receive its own tenant's values?";
}
