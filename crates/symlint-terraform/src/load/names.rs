//! What the names of files say.

/// Whether a file with this name is one of configuration.
pub fn is_configuration(name: &str) -> bool {
    EXTENSIONS.iter().any(|extension| name.ends_with(extension))
}

/// How the names of configuration end.
const EXTENSIONS: [&str; 4] = [".tf", ".tf.json", ".tofu", ".tofu.json"];

/// The name of the file that OpenTofu reads in place of the file `name`, if there is one.
pub(super) fn preferred(name: &str) -> Option<String> {
    let instead = |end: &str, other: &str| name.strip_suffix(end).map(|stem| format!("{stem}{other}"));
    instead(".tf", ".tofu").or_else(|| instead(".tf.json", ".tofu.json"))
}

/// Whether only OpenTofu reads a file of configuration with this name.
pub(super) fn is_opentofu(name: &str) -> bool {
    name.ends_with(".tofu") || name.ends_with(".tofu.json")
}

/// Whether a file with this name is one of values.
pub fn is_values(name: &str) -> bool {
    name.ends_with(".tfvars") || name.ends_with(".tfvars.json")
}

/// Whether Terraform reads a values file with this name by itself.
pub fn is_automatic(name: &str) -> bool {
    matches!(name, "terraform.tfvars" | "terraform.tfvars.json")
        || name.ends_with(".auto.tfvars")
        || name.ends_with(".auto.tfvars.json")
}

/// Whether a file with this name changes the blocks of others.
pub(super) fn is_override(name: &str) -> bool {
    let stem = EXTENSIONS.iter().find_map(|extension| name.strip_suffix(extension)).unwrap_or(name);
    stem == "override" || stem.ends_with("_override")
}
