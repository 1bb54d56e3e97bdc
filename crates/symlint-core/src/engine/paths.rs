//! Paths as people see them: with `/` between the parts, without `./`, and with `.` for the working directory.

use symlint_terraform::FileTree;

/// `path` without `./`, `//`, and a `/` at the end; `.` for the working directory. `..` stays, because a link may lead
/// elsewhere.
pub fn shown(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    match (path.starts_with('/'), parts.is_empty()) {
        (true, _) => format!("/{}", parts.join("/")),
        (false, true) => ".".into(),
        (false, false) => parts.join("/"),
    }
}

/// The folder of a file, by shown paths.
pub fn parent(path: &str) -> &str {
    match path.rsplit_once('/') {
        Some(("", _)) => "/",
        Some((parent, _)) => parent,
        None => ".",
    }
}

/// The last part of a path.
pub(super) fn base(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, base)| base)
}

/// The shown path of `name` in `folder`.
pub(super) fn join(folder: &str, name: &str) -> String {
    match folder {
        "." => name.to_owned(),
        folder => format!("{}/{name}", folder.trim_end_matches('/')),
    }
}

/// The relative path from a folder to a file, by shown paths.
pub(super) fn relative(folder: &str, path: &str) -> String {
    let are_alike = folder.starts_with('/') == path.starts_with('/');
    let mut folder: Vec<&str> = folder.split('/').filter(|part| *part != ".").collect();
    let mut rest: Vec<&str> = path.split('/').collect();
    while !folder.is_empty() && folder.first() == rest.first() {
        folder.remove(0);
        rest.remove(0);
    }
    // The target of `..` is not known here.
    if folder.contains(&"..") || !are_alike {
        return path.to_owned();
    }
    [vec![".."; folder.len()], rest].concat().join("/")
}

/// The folder above a folder, by shown paths.
pub(super) fn above(folder: &str) -> String {
    match folder {
        "." => "..".to_owned(),
        folder if folder == ".." || folder.ends_with("/..") => format!("{folder}/.."),
        folder => parent(folder).to_owned(),
    }
}

/// `folder` and the folders above it, up to the one whose real path is `top`, as shown paths.
pub(super) fn upwards(tree: &dyn FileTree, folder: &str, top: &str) -> Vec<String> {
    let mut folders = vec![folder.to_owned()];
    let mut current = folder.to_owned();
    while let Some(real) = tree.real(&current) {
        if real == top || !is_below(&real, top) {
            break;
        }
        current = above(&current);
        folders.push(current.clone());
    }
    folders
}

/// The real path of the folder in which inputs may refer to files: the root of the repository that contains `path`, or
/// else the working directory if it contains `path`, or else `path` itself.
pub(super) fn boundary(tree: &dyn FileTree, path: &str) -> Option<String> {
    let is_folder = |path: &str| matches!(tree.kind(path), Ok(Some(symlint_terraform::EntryKind::Folder)));
    let real = tree.real(path)?;
    let folder = if is_folder(path) { real.as_str() } else { parent(&real) };
    let mut current = Some(folder);
    while let Some(folder) = current {
        if matches!(tree.kind(&join(folder, ".git")), Ok(Some(_))) {
            return Some(folder.to_owned());
        }
        current = (folder != "/").then(|| parent(folder));
    }
    let here = tree.real(".").filter(|here| is_below(folder, here));
    Some(here.unwrap_or_else(|| folder.to_owned()))
}

/// The path of a file relative to the root of its repository, independent of the working directory. Outside of
/// repositories, it is relative to the working directory, or else to the top of the tree. It is never absolute and
/// never contains `..`.
pub(super) fn repository_path(tree: &dyn FileTree, shown: &str) -> String {
    let plain = |path: &str| {
        let parts = path.split('/').filter(|part| !matches!(*part, "" | "." | ".."));
        parts.collect::<Vec<_>>().join("/")
    };
    // Following links also resolves `..`.
    let Some(folder) = tree.real(parent(shown)) else { return plain(shown) };
    let file = join(&folder, base(shown));
    let root = boundary(tree, parent(shown)).filter(|root| *root != folder || is_root(tree, root));
    let below = root.and_then(|root| file.strip_prefix(root.trim_end_matches('/')).map(plain));
    below.unwrap_or_else(|| plain(&file))
}

/// Whether a boundary is the root of a repository, or the working directory.
fn is_root(tree: &dyn FileTree, root: &str) -> bool {
    matches!(tree.kind(&join(root, ".git")), Ok(Some(_))) || tree.real(".").as_deref() == Some(root)
}

/// Whether a real path is that of `folder`, or below it.
pub(super) fn is_below(path: &str, folder: &str) -> bool {
    let rest = path.strip_prefix(folder.trim_end_matches('/'));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shown_paths_are_plain() {
        for (path, expected) in [
            (".", "."),
            ("./", "."),
            ("./a//b/", "a/b"),
            ("a/./b", "a/b"),
            ("../x/", "../x"),
            ("/a/b/", "/a/b"),
            ("/", "/"),
        ] {
            assert_eq!(shown(path), expected, "{path}");
        }
        for (folder, path, expected) in [
            (".", "a/b.tfvars", "a/b.tfvars"),
            ("a", "a/b.tfvars", "b.tfvars"),
            ("a/c", "a/d/b.tfvars", "../d/b.tfvars"),
            ("/a/c", "/a/b.tfvars", "../b.tfvars"),
            ("../c", "b.tfvars", "b.tfvars"),
        ] {
            assert_eq!(relative(folder, path), expected, "{folder} {path}");
        }
        assert_eq!(parent("a/b.tfvars"), "a");
        assert_eq!(parent("b.tfvars"), ".");
        assert_eq!(parent("/b.tfvars"), "/");
        assert_eq!([".", "..", "a/b", "a", "../a"].map(above), ["..", "../..", "a", ".", ".."]);
    }
}
