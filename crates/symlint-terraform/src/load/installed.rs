//! Modules from elsewhere, where `terraform init` has put them: `.terraform/modules/modules.json`.

use foldhash::HashMap;
use jsonc_parser::ast::Value as Json;

use crate::json;
use crate::tree::{FileError, FileTree};

use crate::paths::join;

const LIST: &str = ".terraform/modules/modules.json";

/// The modules that are installed.
#[derive(Debug, Default)]
pub(super) struct Installed {
    root: String,
    /// Whether somebody committed the list, so that it says nothing of modules from elsewhere.
    is_committed: bool,
    /// By the names of the calls that lead to them, joined by dots.
    modules: HashMap<String, Entry>,
}

#[derive(Debug)]
struct Entry {
    source: String,
    /// As seen from the root module's folder.
    dir: String,
}

/// A source without what Terraform adds to it: how it is fetched.
fn plain(source: &str) -> String {
    let rest = source.strip_prefix("git::").unwrap_or(source);
    let rest = ["https://", "ssh://"].iter().find_map(|scheme| rest.strip_prefix(scheme)).unwrap_or(rest);
    let rest = rest.strip_prefix("git@").unwrap_or(rest);
    rest.replacen(".git", "", 1).replacen(':', "/", 1)
}

impl Installed {
    /// Reads the list of the root module in `root`. A list that cannot be read is one of nothing: it is written by
    /// Terraform, and not for us.
    pub(super) fn read(files: &dyn FileTree, root: &str, is_committed: bool) -> Result<Self, FileError> {
        let mut installed = Self { root: root.to_owned(), is_committed, modules: HashMap::default() };
        let Some(bytes) = files.read(&join(root, LIST))? else { return Ok(installed) };
        let text = String::from_utf8_lossy(&bytes);
        let Ok(Json::Object(list)) = json::parse(&text) else { return Ok(installed) };
        for module in list.get_array("Modules").iter().flat_map(|array| &array.elements) {
            let Json::Object(module) = module else { continue };
            let field = |name: &str| module.get_string(name).map(|text| text.value.to_string());
            if let (Some(key), Some(source), Some(dir)) = (field("Key"), field("Source"), field("Dir")) {
                installed.modules.insert(key, Entry { source, dir });
            }
        }
        Ok(installed)
    }

    /// Where the list has the local module that the calls `key` lead to, if that is not `dir`.
    pub(super) fn elsewhere(&self, key: &str, source: &str, dir: &str) -> Option<String> {
        let entry = self.modules.get(key).filter(|entry| entry.source == source)?;
        let own = join(&self.root, &entry.dir);
        (own != dir).then_some(own)
    }

    /// The folder of the module that the calls `key` lead to, and its `path.module`; `None` where it is not installed,
    /// or was from another source.
    pub(super) fn find(&self, key: &str, source: &str) -> Option<(String, String)> {
        let entry = self.modules.get(key).filter(|_| !self.is_committed)?;
        // The list has the address in full: `registry.terraform.io/…`, `git::https://github.com/….git`.
        let is_same = plain(&entry.source).contains(&plain(source));
        is_same.then(|| (join(&self.root, &entry.dir), join("", &entry.dir)))
    }
}
