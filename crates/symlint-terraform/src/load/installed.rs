//! Remote modules that `terraform init` has installed, according to `.terraform/modules/modules.json`.

use foldhash::HashMap;
use jsonc_parser::ast::Value as Json;

use crate::json;
use crate::tree::{FileError, FileTree};

use crate::paths::join;

const LIST: &str = ".terraform/modules/modules.json";

/// Prefixes of the address of a registry module. The first is empty because the address may name no registry.
const REGISTRIES: [&str; 3] = ["", "registry.terraform.io/", "registry.opentofu.org/"];

/// The modules that `terraform init` has installed.
#[derive(Debug, Default)]
pub(super) struct Installed {
    root: String,
    /// Whether the list is committed, so that it is not trusted for remote modules.
    is_committed: bool,
    /// By the names of the calls that lead to them, joined by dots.
    modules: HashMap<String, InstalledModule>,
}

#[derive(Debug)]
struct InstalledModule {
    source: String,
    /// Set for a module from a registry.
    version: Option<String>,
    /// Relative to the root module's folder.
    dir: String,
}

/// A source without the additions of Terraform that tell how it is fetched.
fn plain(source: &str) -> String {
    let rest = source.strip_prefix("git::").unwrap_or(source);
    let rest = ["https://", "ssh://"].iter().find_map(|scheme| rest.strip_prefix(scheme)).unwrap_or(rest);
    let rest = rest.strip_prefix("git@").unwrap_or(rest);
    rest.replacen(".git", "", 1).replacen(':', "/", 1)
}

impl Installed {
    /// Reads the list of the root module in `root`. A list that cannot be read is treated as empty, because its format
    /// is private to Terraform.
    pub(super) fn read(files: &dyn FileTree, root: &str, is_committed: bool) -> Result<Self, FileError> {
        let mut installed = Self { root: root.to_owned(), is_committed, modules: HashMap::default() };
        let Some(bytes) = files.read(&join(root, LIST))? else { return Ok(installed) };
        let text = String::from_utf8_lossy(&bytes);
        let Ok(Json::Object(list)) = json::parse(&text) else { return Ok(installed) };
        for module in list.get_array("Modules").iter().flat_map(|array| &array.elements) {
            let Json::Object(module) = module else { continue };
            let field = |name: &str| module.get_string(name).map(|text| text.value.to_string());
            if let (Some(key), Some(source), Some(dir)) = (field("Key"), field("Source"), field("Dir")) {
                installed.modules.insert(key, InstalledModule { source, version: field("Version"), dir });
            }
        }
        Ok(installed)
    }

    /// The folder in the list for the local module that the calls `key` lead to, if it is not `dir`.
    pub(super) fn elsewhere(&self, key: &str, source: &str, dir: &str) -> Option<String> {
        let entry = self.modules.get(key).filter(|entry| entry.source == source)?;
        let own = join(&self.root, &entry.dir);
        (own != dir).then_some(own)
    }

    /// The folder of the module that the calls `key` lead to, and its `path.module`. `None` if it is not installed, was
    /// installed from another source, or has a version that `constraint` does not allow, so that `terraform init` would
    /// replace it.
    pub(super) fn find(&self, key: &str, source: &str, constraint: Option<&str>) -> Option<(String, String)> {
        let entry = self.modules.get(key).filter(|_| !self.is_committed)?;
        // The list has full addresses: `registry.terraform.io/…`, `git::https://github.com/….git`.
        let full = plain(&entry.source);
        let is_same = full.strip_suffix(&plain(source)).is_some_and(|before| REGISTRIES.contains(&before));
        let is_allowed = constraint.zip(entry.version.as_deref()).is_none_or(|(all, version)| allows(all, version));
        (is_same && is_allowed).then(|| (join(&self.root, &entry.dir), join("", &entry.dir)))
    }
}

/// Whether a constraint such as `~> 1.2, != 1.4.0` allows `version`. A constraint that cannot be parsed allows all.
fn allows(constraint: &str, version: &str) -> bool {
    constraint.split(',').all(|part| allows_by(part.trim(), version).unwrap_or(true))
}

fn allows_by(constraint: &str, version: &str) -> Option<bool> {
    let end = constraint.find(|c: char| c.is_ascii_digit() || c == 'v')?;
    let (operator, wanted) = constraint.split_at(end);
    let (wanted, given) = (numbers(wanted)?, numbers(version)?);
    let at_least = given >= wanted;
    Some(match operator.trim() {
        "" | "=" => given == wanted && suffix(constraint) == suffix(version),
        "!=" => given != wanted,
        ">" => given > wanted,
        ">=" => at_least,
        "<" => given < wanted,
        "<=" => given <= wanted,
        // All written numbers except the last one must be equal.
        "~>" => {
            let kept = constraint.split('.').count().saturating_sub(1);
            at_least && given.iter().zip(&wanted).take(kept).all(|(given, wanted)| given == wanted)
        }
        _ => return None,
    })
}

/// The suffix of a prerelease version after its numbers.
fn suffix(version: &str) -> Option<&str> {
    version.split_once('-').map(|(_, suffix)| suffix)
}

/// The three numbers of a version. Those that are not written are zero.
fn numbers(version: &str) -> Option<[u64; 3]> {
    let release = version.trim_start_matches('v').split(['-', '+']).next().unwrap_or_default();
    let mut all = [0; 3];
    let mut parts = release.trim().split('.');
    for number in &mut all {
        match parts.next() {
            Some(part) => *number = part.parse().ok()?,
            None => break,
        }
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constraints() {
        for (constraint, version, is_allowed) in [
            ("2.0.0", "2.0.0", true),
            ("2.0.0", "1.0.0", false),
            ("= 2.0", "2.0.0", true),
            (">= 1.0.0", "3.1.0", true),
            (">= 1.0, < 2.0", "1.9.9", true),
            (">= 1.0, < 2.0", "2.0.0", false),
            ("~> 1.2", "1.9.0", true),
            ("~> 1.2", "2.0.0", false),
            ("~> 1.2.3", "1.2.9", true),
            ("~> 1.2.3", "1.3.0", false),
            ("~> 1", "2.7.0", true),
            ("!= 1.4.0", "1.4.0", false),
            ("> v1.4.0", "1.4.1", true),
            ("2.0.0-rc1", "2.0.0", false),
            ("newest", "2.0.0", true),
        ] {
            assert_eq!(allows(constraint, version), is_allowed, "{constraint} {version}");
        }
    }
}
