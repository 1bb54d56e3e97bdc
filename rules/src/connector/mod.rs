//! Does the role name say whose it is?

rules! { "connector": "does the role name say whose it is?";
    connector_role_name = "connector-role-name",
    connector_role_foreign = "connector-role-foreign",
    connector_role_unexpected = "connector-role-unexpected",
    connector_role_case = "connector-role-case",
    connector_environment_invalid = "connector-environment-invalid",
    connector_trust = "connector-trust",
}
