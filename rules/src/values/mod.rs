//! Is the file what its author thinks it is?

mod tree;

rules! { "values": "is the file what its author thinks it is?";
    syntax_error = "syntax-error",
    duplicate_key = "duplicate-key",
    missing_attribute = "missing-attribute",
    placeholder_value = "placeholder-value",
}
