//! `symlint completions` and `symlint man`, which are generated from the arguments.

use std::process::ExitCode;

use clap::{Command, CommandFactory};
use clap_complete::Shell;

use crate::args::CommandLine;
use crate::output::{Failure, print_bytes};

/// Prints the script that completes the command line in a shell.
pub(crate) fn completions(shell: Shell) -> Result<ExitCode, Failure> {
    // Into memory first, because the generator would panic if a pipe is closed.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut CommandLine::command(), "symlint", &mut script);
    print_bytes(&script)?;
    Ok(ExitCode::SUCCESS)
}

/// Prints the manual page of the command `name`, or of symlint as a whole.
pub(crate) fn man(name: Option<&str>) -> Result<ExitCode, Failure> {
    let mut all = CommandLine::command();
    all.build();
    let command = match name {
        None => all,
        Some(name) => {
            let found: Option<&Command> = all.get_subcommands().find(|command| command.get_name() == name);
            found
                .cloned()
                .ok_or_else(|| Failure::usage(format!("there is no command `{name}`; `symlint --help` lists them")))?
        }
    };
    let mut page = Vec::new();
    let title = command.get_display_name().unwrap_or("symlint").to_owned();
    // Writing into memory cannot fail.
    let source = concat!("symlint ", env!("CARGO_PKG_VERSION"));
    let _ = clap_mangen::Man::new(command).title(title).source(source).render(&mut page);
    print_bytes(&page)?;
    Ok(ExitCode::SUCCESS)
}
