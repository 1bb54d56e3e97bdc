//! Where the runs are, and whether the folders and values files there are named after customers.

use foldhash::HashMap;
use symlint_terraform::SortedSet;

use super::id::TenantId;
use super::names::normalise;
use super::role_names::{folders, role_word};
use super::tenant::Tenant;
use crate::config::Config;

/// Where a run is.
pub(super) struct RunFolders {
    /// What its root module is called. Where the values files of one are named after customers, each of them is like a root
    /// module of its own.
    pub(super) root: String,
    /// The names of the folders, normalized, where they may be those of customers.
    pub(super) folders: Vec<String>,
}

/// The name of a tenant, or the environment of its connector, and what its role is named after.
pub(super) fn words_of(tenant: &Tenant, environment: Option<&str>, config: &Config) -> Option<(String, String)> {
    let key = environment.or(tenant.key.as_str()).unwrap_or_default();
    Some((normalise(key), role_word(tenant, config)?))
}

/// A run, as far as it says what folders and values files are named after.
pub(super) struct NamedRun<'a> {
    /// The root module.
    pub(super) root: &'a str,
    /// The values file for which there is the run.
    pub(super) values: &'a str,
    /// The names of the tenants, or the environments of their connectors, and what their roles are named after.
    pub(super) words: Vec<(String, String)>,
}

/// Where the runs are. The names of roles say what folders and values files are named after.
pub(super) fn sites(runs: &[NamedRun<'_>]) -> Vec<RunFolders> {
    let name_of = |run: &NamedRun<'_>| {
        let stem = run.values.trim_end_matches(".json").trim_end_matches(".tfvars");
        let folders: Vec<String> = folders(stem).collect();
        run.words.iter().find(|(key, role)| key != role && folders.contains(role)).map(|(_, role)| role.clone())
    };
    let mut names: HashMap<&str, SortedSet<String>> = HashMap::default();
    for run in runs {
        if let Some(name) = name_of(run) {
            names.entry(run.root).or_default().insert(name);
        }
    }
    let roots = runs.iter().map(|run| {
        let are_several = names.get(run.root).is_some_and(|names| names.len() > 1);
        match are_several && !run.values.is_empty() {
            true => format!("{}/{}", run.root, name_of(run).unwrap_or_else(|| run.values.to_owned())),
            false => run.root.to_owned(),
        }
    });
    let roots: Vec<String> = roots.collect();
    let counts: Vec<[usize; 2]> = roots
        .iter()
        .zip(runs)
        .map(|(root, NamedRun { words, .. })| {
            let folders: Vec<String> = folders(root).collect();
            let of_folders = words.iter().filter(|(_, role)| folders.contains(role)).count();
            [of_folders, words.iter().filter(|(key, role)| key == role && !folders.contains(role)).count()]
        })
        .collect();
    let is_habit = counts.iter().map(|[of_folders, _]| of_folders).sum::<usize>()
        > counts.iter().map(|[_, of_keys]| of_keys).sum::<usize>();
    let named = roots.into_iter().zip(counts).map(|(root, [of_folders, of_keys])| {
        // Where roles are named after keys, folders are named after something else, as environments.
        let may_be_names = of_folders > of_keys || of_folders == of_keys && (is_habit || of_keys == 0);
        let folders = if may_be_names { folders(&root).collect() } else { Vec::new() };
        RunFolders { root, folders }
    });
    named.collect()
}

/// The folders that the roles of tenants in them are named after, by the first of these.
pub(super) fn named_folders<'t>(
    tenants: impl Iterator<Item = (&'t Tenant, &'t Config, &'t RunFolders)>,
) -> HashMap<String, TenantId> {
    let mut named = HashMap::default();
    for (tenant, config, site) in tenants {
        if let Some(word) = role_word(tenant, config).filter(|word| site.folders.contains(word)) {
            named.entry(word).or_insert(tenant.id);
        }
    }
    named
}
