//! `--format FORMAT=FILE`: the format of a report, and where to write it.

use std::path::PathBuf;
use std::str::FromStr;

use symlint_core::spelling::closest;

/// The format of a report, and where to write it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReportOutput<F> {
    pub(crate) format: F,
    /// The file; `None` for standard output.
    pub(crate) file: Option<PathBuf>,
}

/// The formats of a command.
pub(crate) trait Formats: Copy + 'static {
    /// All formats, by name.
    const ALL: &'static [(&'static str, Self)];
}

impl<F: Formats> FromStr for ReportOutput<F> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (format, file) = split_file(text)?;
        let known = F::ALL.iter().find(|(name, _)| *name == format);
        let format = known.map(|(_, format)| *format).ok_or_else(|| {
            let names: Vec<&str> = F::ALL.iter().map(|(name, _)| *name).collect();
            let suggestion = closest(format, names.iter().copied()).map(|name| format!("; did you mean `{name}`?"));
            format!("the formats are `{}`{}", names.join("`, `"), suggestion.unwrap_or_default())
        })?;
        Ok(Self { format, file })
    }
}

/// The parts of `FORMAT=FILE`.
fn split_file(text: &str) -> Result<(&str, Option<PathBuf>), String> {
    match text.split_once('=') {
        Some((_, "")) => Err("there is no file name after `=`".into()),
        Some((format, file)) => Ok((format, Some(PathBuf::from(file)))),
        None => Ok((text, None)),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Human,
    Concise,
    Json,
    Sarif,
    Github,
    Gitlab,
    Junit,
    Markdown,
}

impl Formats for Format {
    const ALL: &'static [(&'static str, Self)] = &[
        ("human", Self::Human),
        ("concise", Self::Concise),
        ("json", Self::Json),
        ("sarif", Self::Sarif),
        ("github", Self::Github),
        ("gitlab", Self::Gitlab),
        ("junit", Self::Junit),
        ("markdown", Self::Markdown),
    ];
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DiffFormat {
    Human,
    Json,
    Markdown,
    Summary,
}

impl Formats for DiffFormat {
    const ALL: &'static [(&'static str, Self)] =
        &[("human", Self::Human), ("json", Self::Json), ("markdown", Self::Markdown), ("summary", Self::Summary)];
}
