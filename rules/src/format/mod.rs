//! Is each value well formed?

mod malformed;

rules! { "format": "is each value well formed?";
    account_id_format = "account-id-format",
    account_id_not_string = "account-id-not-string",
    instance_arn_format = "instance-arn-format",
    permission_set_arn_format = "permission-set-arn-format",
    role_arn_format = "role-arn-format",
    sso_id_not_hex = "sso-id-not-hex",
    suspicious_characters = "suspicious-characters",
    region_invalid = "region-invalid",
    region_unsupported = "region-unsupported",
    cloud_invalid = "cloud-invalid",
    partition_unsupported = "partition-unsupported",
}
