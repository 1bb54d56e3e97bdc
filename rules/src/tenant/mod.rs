//! Does a tenant agree with itself?

rules! { "tenant": "does a tenant agree with itself?";
    role_account_mismatch = "role-account-mismatch",
}
