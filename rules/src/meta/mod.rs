//! Is the linter itself used well?

rules! { "meta": "is the linter itself used well?";
    suppression_invalid = "suppression-invalid",
    suppression_unused = "suppression-unused",
}
