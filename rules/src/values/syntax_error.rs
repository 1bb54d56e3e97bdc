//! See syntax-error.md.

use symlint_core::rule::Context;

pub(super) fn check(cx: &mut Context<'_>) {
    let sources = cx.sources();
    for file in cx.model.project.files() {
        // A value that the command line or the environment gives is in no file.
        let is_given = cx.model.project.is_environment(file.id) || sources.get(file.id).name().starts_with("--var ");
        for error in &file.file.errors {
            let report = cx.report(error.span, error.message.as_str());
            if is_given {
                report.help("Correct this value first: Terraform cannot read it.");
            }
        }
    }
}
