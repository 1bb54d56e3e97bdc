//! `symlint init`

use std::process::ExitCode;

use symlint_core::config;
use symlint_core::engine::CONFIG;
use symlint_terraform::{LoadOptions, Project};

use crate::disk::{Disk, shown};
use crate::output::{self, Failure};

/// Writes a commented configuration for the module in a folder; one that is there is never touched.
pub(crate) fn run(path: &str) -> Result<ExitCode, Failure> {
    let folder = shown(path);
    let project = Project::load(Disk::default(), &folder, &LoadOptions::default())?;
    let name = if folder == "." { CONFIG.to_owned() } else { format!("{}/{CONFIG}", folder.trim_end_matches('/')) };
    output::create(name.as_ref(), &config::propose(&project))?;
    output::print(&format!("wrote {name}\n"))?;
    Ok(ExitCode::SUCCESS)
}
