//! The roles of files according to their names.

/// Whether a file with this name contains configuration.
pub fn is_configuration(name: &str) -> bool {
    EXTENSIONS.iter().any(|extension| name.ends_with(extension))
}

/// The name extensions of configuration files.
const EXTENSIONS: [&str; 4] = [".tf", ".tf.json", ".tofu", ".tofu.json"];

/// The name of the file that OpenTofu prefers to the file `name`, if there is one.
pub(super) fn preferred(name: &str) -> Option<String> {
    let instead = |end: &str, other: &str| name.strip_suffix(end).map(|stem| format!("{stem}{other}"));
    instead(".tf", ".tofu").or_else(|| instead(".tf.json", ".tofu.json"))
}

/// Whether only OpenTofu reads a configuration file with this name.
pub(super) fn is_opentofu(name: &str) -> bool {
    name.ends_with(".tofu") || name.ends_with(".tofu.json")
}

/// Whether a file with this name is a values file.
pub fn is_values(name: &str) -> bool {
    name.ends_with(".tfvars") || name.ends_with(".tfvars.json")
}

/// Whether Terraform loads a values file with this name automatically.
pub fn is_automatic(name: &str) -> bool {
    matches!(name, "terraform.tfvars" | "terraform.tfvars.json")
        || name.ends_with(".auto.tfvars")
        || name.ends_with(".auto.tfvars.json")
}

/// Whether a file with this name overrides blocks of other files.
pub(super) fn is_override(name: &str) -> bool {
    let stem = EXTENSIONS.iter().find_map(|extension| name.strip_suffix(extension)).unwrap_or(name);
    stem == "override" || stem.ends_with("_override")
}
