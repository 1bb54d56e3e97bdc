//! Does a tenant agree with itself?

rules! { "tenant": "does a tenant agree with itself?";
    partition_mismatch = "partition-mismatch",
    instance_id_mismatch = "instance-id-mismatch",
    role_account_mismatch = "role-account-mismatch",
    role_outside_sym_path = "role-outside-sym-path",
    target_is_sso_account = "target-is-sso-account",
    region_id_mismatch = "region-id-mismatch",
}
