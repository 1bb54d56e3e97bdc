//! Is the file what its author thinks it is?

mod arguments;

rules! { "values": "is the file what its author thinks it is?";
    syntax_error = "syntax-error",
    evaluation_error = "evaluation-error",
    duplicate_key = "duplicate-key",
    missing_attribute = "missing-attribute",
    unknown_attribute = "unknown-attribute",
    type_mismatch = "type-mismatch",
    undeclared_variable = "undeclared-variable",
    overridden_tenants = "overridden-tenants",
    placeholder_value = "placeholder-value",
    unknown_value = "unknown-value",
}
