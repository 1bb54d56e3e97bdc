//! Searches a folder for modules and values files, and notes what was left out.

use fast_glob::glob_match;
use symlint_terraform::{
    EntryKind, FileError, FileTree, SortedMap, SortedSet, TreeEntry, is_automatic, is_configuration, is_values,
};

use super::paths::{above, is_below, join};

/// The name of the configuration file.
pub const CONFIG: &str = ".symlint.hcl";

/// The name of Terragrunt's file.
pub(super) const TERRAGRUNT: &str = "terragrunt.hcl";

/// Its name in JSON.
const TERRAGRUNT_JSON: &str = "terragrunt.hcl.json";

/// Folders that never contain a root module.
const SKIPPED: [&str; 3] = [".git", ".terraform", "node_modules"];

/// How many levels of folders are searched.
const DEPTH: usize = 200;

/// How many files and folders are examined to find out whether a folder that is left out contains anything for
/// Terraform.
const LOOK: usize = 2_000;

/// What a search found.
#[derive(Debug, Default)]
pub(super) struct SearchResult {
    /// By the shown paths of the folders.
    pub(super) folders: SortedMap<String, Folder>,
    /// The folders that were left out, and why.
    pub(super) left_out: Vec<(String, String)>,
    /// The exclude patterns that match nothing, each with its configuration file.
    pub(super) unmatched: Vec<(String, String)>,
}

/// The relevant contents of a folder.
#[derive(Debug, Default)]
pub(super) struct Folder {
    /// Whether it has Terraform configuration.
    pub(super) is_module: bool,
    /// The names of the values files.
    pub(super) values: Vec<String>,
    /// The name of the Terragrunt configuration in it.
    pub(super) terragrunt: Option<&'static str>,
}

/// Exclude patterns, and the folder that they are relative to.
pub(super) struct Excluded {
    pub(super) file: String,
    pub(super) folder: String,
    pub(super) patterns: Vec<String>,
    /// The indexes of the patterns that match something.
    pub(super) matched: SortedSet<usize>,
}

impl Excluded {
    fn has(&mut self, path: &str) -> bool {
        let is_match = |pattern: &String| matches(std::slice::from_ref(pattern), &self.folder, path);
        let own = self.patterns.iter().enumerate().filter(|(_, pattern)| is_match(pattern));
        let own: Vec<usize> = own.map(|(at, _)| at).collect();
        self.matched.extend(own.iter().copied());
        !own.is_empty()
    }
}

/// Whether any of the `rules` excludes `path`. All rules that match it note that.
fn is_excluded(rules: &mut [Excluded], path: &str) -> bool {
    rules.iter_mut().filter_map(|rule| rule.has(path).then_some(())).count() > 0
}

/// Whether one of `patterns`, which are relative to `folder`, matches `path`.
pub(super) fn matches(patterns: &[String], folder: &str, path: &str) -> bool {
    patterns.iter().any(|pattern| {
        let (mut pattern, mut folder) = (pattern.trim_start_matches("./").trim_end_matches('/'), folder.to_owned());
        while let Some(rest) = pattern.strip_prefix("../") {
            (pattern, folder) = (rest, above(&folder));
        }
        let below = match folder.as_str() {
            "." => Some(path),
            folder => path.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')),
        };
        below.is_some_and(|path| glob_match(pattern, path))
    })
}

/// Searches everything at and below `top`. `excluded` returns the exclude patterns of the configuration in a folder.
pub(super) fn search(
    tree: &dyn FileTree,
    top: &str,
    excluded: &mut dyn FnMut(&str, bool) -> Option<Excluded>,
) -> Result<SearchResult, FileError> {
    let mut found = SearchResult::default();
    let mut rules: Vec<Excluded> = excluded(top, true).into_iter().collect();
    let real_top = tree.real(top);
    let mut work = vec![top.to_owned()];
    while let Some(dir) = work.pop() {
        let entries = match tree.entries(&dir) {
            Ok(entries) => entries.unwrap_or_default(),
            Err(error) if dir == top => return Err(error),
            Err(error) => {
                found.left_out.push((dir, error.reason));
                continue;
            }
        };
        if dir != top && entries.iter().any(|entry| entry.name == CONFIG) {
            rules.extend(excluded(&dir, false));
        }
        let mut folder = Folder::default();
        for entry in entries {
            if entry.kind != EntryKind::Folder {
                folder.add(entry);
                continue;
            }
            let path = join(&dir, &entry.name);
            // Resolving the path of a folder takes a step for each folder above it.
            if path.matches('/').count() > top.matches('/').count() + DEPTH {
                found.left_out.push((path, format!("it is nested deeper than {DEPTH} folders")));
                continue;
            }
            match reason_to_skip(tree, &entry, &path, real_top.as_deref(), &mut rules) {
                Skip::No => work.push(path),
                Skip::Silently => {}
                Skip::Because(reason) => {
                    // Links are not followed, and an entry without a readable name cannot be read.
                    if entry.is_link || !entry.is_text || has_terraform(tree, &path) {
                        found.left_out.push((path, reason));
                    }
                }
            }
        }
        let is_module = folder.is_module;
        folder.values.retain(|name| {
            let path = join(&dir, name);
            // Terraform loads it regardless.
            let is_loaded = is_module && is_automatic(name);
            let is_excluded = is_excluded(&mut rules, &path) && !is_loaded;
            if is_excluded {
                found.left_out.push((path, "the configuration excludes it".to_owned()));
            }
            !is_excluded
        });
        if folder.is_module || folder.terragrunt.is_some() || !folder.values.is_empty() {
            found.folders.insert(dir, folder);
        }
    }
    found.left_out.sort();
    // A pattern in a configuration file above `top` may match outside of `top`, so it is not reported as unmatched.
    for rule in rules.into_iter().filter(|rule| top == "." || is_below(&rule.folder, top)) {
        let unmatched = rule.patterns.into_iter().enumerate().filter(|(at, _)| !rule.matched.contains(at));
        let unmatched = unmatched.map(|(_, pattern)| pattern).filter(|pattern| !pattern.starts_with("../"));
        found.unmatched.extend(unmatched.map(|pattern| (rule.file.clone(), pattern)));
    }
    Ok(found)
}

impl Folder {
    fn add(&mut self, entry: TreeEntry) {
        if is_configuration(&entry.name) && !entry.name.starts_with('.') {
            self.is_module = true;
        } else if let Some(name) = [TERRAGRUNT, TERRAGRUNT_JSON].into_iter().find(|name| entry.name == **name) {
            self.terragrunt.get_or_insert(name);
        } else if is_values(&entry.name) && entry.kind == EntryKind::File && entry.is_text {
            self.values.push(entry.name);
        }
    }
}

enum Skip {
    No,
    Silently,
    Because(String),
}

fn reason_to_skip(
    tree: &dyn FileTree,
    entry: &TreeEntry,
    path: &str,
    top: Option<&str>,
    rules: &mut [Excluded],
) -> Skip {
    let is_excluded = is_excluded(rules, path);
    if SKIPPED.contains(&entry.name.as_str()) {
        // If git tracks the folder, it was added on purpose, so skipping it is reported.
        return match entry.name != ".git" && tree.git_tracks(path) {
            true => Skip::Because(format!("folders called `{}` are not searched", entry.name)),
            false => Skip::Silently,
        };
    }
    if !entry.is_text {
        return Skip::Because("its name is not UTF-8".to_owned());
    }
    if entry.is_link {
        // If a link leads to something within the folder, that is found under its own name.
        let leads_within = tree.real(path).zip(top).is_some_and(|(real, top)| is_below(&real, top));
        return if leads_within { Skip::Silently } else { Skip::Because("it is a link to another place".to_owned()) };
    }
    if is_excluded {
        return Skip::Because("the configuration excludes it".to_owned());
    }
    if tree.git_ignores(path) && !tree.git_tracks(path) {
        return Skip::Because("git ignores it".to_owned());
    }
    Skip::No
}

/// Whether there is anything for Terraform at or below `dir`, within the limit of the search.
fn has_terraform(tree: &dyn FileTree, dir: &str) -> bool {
    let mut left = LOOK;
    let mut work = vec![dir.to_owned()];
    while let Some(dir) = work.pop() {
        for entry in tree.entries(&dir).ok().flatten().unwrap_or_default() {
            left = left.saturating_sub(1);
            if left == 0 {
                // The limit was reached, so it is reported.
                return true;
            }
            if entry.kind != EntryKind::Folder {
                if is_configuration(&entry.name) || is_values(&entry.name) {
                    return true;
                }
            } else if !entry.is_link && !SKIPPED.contains(&entry.name.as_str()) {
                work.push(join(&dir, &entry.name));
            }
        }
    }
    false
}
