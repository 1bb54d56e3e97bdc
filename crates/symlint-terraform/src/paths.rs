//! Paths as text, with `/` between the parts and without `.`.

/// `path`, which is relative to the folder `dir`, as a path relative to the same folder as `dir`; empty for that folder
/// itself.
///
/// `..` in `path` removes a folder, as in Terraform's sources of modules. `..` in `dir` stays, because a link may lead
/// elsewhere.
pub(crate) fn join(dir: &str, path: &str) -> String {
    let absolute = path.starts_with('/') || (dir.starts_with('/') && !path.starts_with('/'));
    let dir = if path.starts_with('/') { "" } else { dir };
    let mut parts: Vec<&str> = dir.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if absolute => {}
            part => parts.push(part),
        }
    }
    format!("{}{}", if absolute { "/" } else { "" }, parts.join("/"))
}

/// The form in which a folder is read: `.` for an empty path.
pub(crate) fn folder(dir: &str) -> &str {
    if dir.is_empty() { "." } else { dir }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_joined_without_a_disk() {
        assert_eq!(join("", "."), "");
        assert_eq!(join(".", "terraform.tfvars"), "terraform.tfvars");
        assert_eq!(join("a/b", "../c"), "a/c");
        assert_eq!(join("a", "../../c"), "../c");
        assert_eq!(join("..", "./x"), "../x");
        assert_eq!(join("./a//../b/", "x"), "a/../b/x");
        assert_eq!(join("/etc", "../../x"), "/x");
        assert_eq!(join("a", "/x"), "/x");
    }
}
