//! Paths as text: `/` between the parts, and no `.`.

/// `path` as seen from the folder `dir`; empty for the folder from which both are seen.
///
/// `..` in `path` takes a folder away, as Terraform does with the sources of modules; in `dir` it stays, since a link
/// may lead elsewhere.
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

/// How a folder is asked for.
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
