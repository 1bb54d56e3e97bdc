//! Functions that read files of the project, or take paths apart.
//!
//! Paths are relative to the root module's folder, as they are when Terraform runs in it. A missing file in a folder of
//! the project is an error, as in Terraform; files outside of the tree are unknown.

use crate::eval::{Answer, Scope, Stop};
use crate::form::Form;
use crate::limits::BYTES;
use crate::origin::Origin;
use crate::source::{FileId, Str};
use crate::syntax::read_template;
use crate::tree::EntryKind;
use crate::types::make_set;
use crate::value::{Kind, Type, Value};

use super::arguments::{Arguments, Function, function};

pub(super) const FUNCTIONS: &[Function] = &[
    function("abspath", 1, 1, abspath),
    function("basename", 1, 1, |args| args.made(base(&args.text(0)?))),
    function("dirname", 1, 1, |args| args.made(&directory(&args.text(0)?))),
    function("file", 1, 1, file),
    function("fileexists", 1, 1, |args| {
        let path = args.text(0)?;
        args.truth(exists(args, &path)?)
    }),
    function("fileset", 2, 2, fileset),
    function("templatefile", 2, 2, templatefile),
    function("templatestring", 2, 2, templatestring),
];

/// `path` in the form of Go's `path.Clean`: as short as possible without reading the disk.
fn clean(path: &str) -> String {
    let short = crate::paths::join("", path);
    match (short.is_empty(), path.starts_with('/')) {
        (true, true) => "/".to_owned(),
        (true, false) => ".".to_owned(),
        (false, _) => short,
    }
}

fn base(path: &str) -> &str {
    match path.trim_end_matches('/') {
        "" if path.is_empty() => ".",
        "" => "/",
        trimmed => trimmed.rsplit('/').next().unwrap_or(trimmed),
    }
}

fn directory(path: &str) -> String {
    clean(path.rfind('/').and_then(|at| path.get(..=at)).unwrap_or_default())
}

fn abspath(args: &Arguments<'_, '_>) -> Answer {
    let path = args.text(0)?;
    if path.starts_with('/') {
        return args.made(&clean(&path));
    }
    match &args.evaluator.project().surroundings().cwd {
        Some(cwd) => args.made(&clean(&format!("{cwd}/{path}"))),
        None => Err(Stop::reason("an absolute path depends on where Terraform runs")),
    }
}

/// `path` in the form in which the project's files are read, split into folder and name.
fn located(args: &Arguments<'_, '_>, path: &str) -> Answer<(String, String)> {
    let project = args.evaluator.project();
    let outside = || Stop::reason("this file is not part of the project");
    let cwd = project.surroundings().cwd.as_ref();
    let relative = match path.strip_prefix('/') {
        None if path.starts_with('~') => return Err(outside()),
        None => path,
        Some(_) => cwd.and_then(|cwd| path.strip_prefix(cwd.as_str())?.strip_prefix('/')).ok_or_else(outside)?,
    };
    let dir = project.root().map_or("", |root| root.dir.as_str());
    let full = crate::paths::join(dir, relative);
    let (folder, name) = full.rsplit_once('/').unwrap_or((".", &full));
    Ok((folder.to_owned(), name.to_owned()))
}

/// The names in `folder`; `None` if the folder does not exist.
fn list(args: &Arguments<'_, '_>, folder: &str) -> Answer<Option<Vec<String>>> {
    let files = args.evaluator.project().surroundings().files.as_ref();
    let files = files.ok_or_else(|| Stop::reason("there are no files here"))?;
    let names = files.list(if folder.is_empty() { "." } else { folder });
    let names = names.map_err(|error| Stop::reason(error.to_string()))?;
    args.spend(names.as_ref().map_or(0, Vec::len))?;
    Ok(names)
}

fn exists(args: &Arguments<'_, '_>, path: &str) -> Answer<bool> {
    let (folder, name) = located(args, path)?;
    // It is only known that a file is missing if its folder is part of the project.
    let names = list(args, &folder)?.ok_or_else(|| Stop::reason(format!("there is no file `{path}` here")))?;
    if names.contains(&name) {
        return Ok(true);
    }
    let full = crate::paths::join(&folder, &name);
    if name.is_empty() || list(args, &full)?.is_some() {
        return Err(args.refuse("expects the path of a file, not of a folder"));
    }
    if is_made_by_terraform(&full) { Err(missing(path, &folder, &name)) } else { Ok(false) }
}

/// The error for a file that is not in `folder`. Folders above the project may be incomplete here, but not where
/// Terraform runs.
fn missing(path: &str, folder: &str, name: &str) -> Stop {
    if is_made_by_terraform(&format!("{folder}/{name}")) {
        return Stop::reason(format!("Terraform itself may write `{path}`"));
    }
    let message = format!("there is no file `{path}` here");
    if folder == ".." || folder.starts_with("../") { Stop::reason(message) } else { Stop::error(message) }
}

/// Files that Terraform writes into the folder of a root module, so that they exist when it plans.
const WRITTEN: [&str; 4] =
    [".terraform.lock.hcl", ".terraform/modules/modules.json", ".terraform/terraform.tfstate", "terraform.tfstate"];

/// Whether `path` may exist when Terraform plans, although a checkout does not have it.
fn is_made_by_terraform(path: &str) -> bool {
    path.split('/')
        .any(|part| part == ".terraform" || part.starts_with(".terraform.") || part.starts_with("terraform.tfstate"))
}

/// The file at `path`, which is read only once.
fn read(args: &Arguments<'_, '_>, path: &str) -> Answer<FileId> {
    let (folder, name) = located(args, path)?;
    // A file that is not regular, such as a device, is not in the list. Reading it might never end.
    if !list(args, &folder)?.is_some_and(|names| names.contains(&name)) {
        return Err(missing(path, &folder, &name));
    }
    let full = if folder == "." { name } else { format!("{folder}/{name}") };
    let vanished = || Stop::reason(format!("there is no file `{path}` here"));
    let project = args.evaluator.project();
    if let Some(id) = args.evaluator.read_files().borrow().get(&full) {
        return Ok(*id);
    }
    let files = project.surroundings().files.as_ref().ok_or_else(vanished)?;
    let bytes = files.read(&full).map_err(|error| Stop::reason(error.to_string()))?;
    let bytes = bytes.ok_or_else(vanished)?;
    args.evaluator.meter().spend(bytes.len() / 16)?;
    if bytes.len() > BYTES {
        return Err(Stop::limit("this file is too long to be evaluated"));
    }
    let id = project.sources().add(full.clone(), bytes).map_err(|error| Stop::reason(error.to_string()))?;
    args.evaluator.read_files().borrow_mut().insert(full, id);
    Ok(id)
}

fn file(args: &Arguments<'_, '_>) -> Answer {
    let (path, origin) = args.string(0)?;
    let id = read(args, &path)?;
    let source = args.evaluator.project().sources().get(id);
    if !source.invalid_bytes().is_empty() {
        return Err(args.refuse("expects a file in UTF-8"));
    }
    let (text, form) = match crate::syntax::normalised(source.text()) {
        Some(normalised) => (Str::from(normalised), Form::Whole),
        None => (source.substr(0..source.text().len()), Form::Verbatim),
    };
    let whole = Origin::written(source.whole(id), form).depending_on(&origin);
    Ok(Value::new(Kind::String(text), whole).marked(origin.sensitive))
}

/// The files below a folder whose paths match a pattern, one level of folders after the other.
fn fileset(args: &Arguments<'_, '_>) -> Answer {
    let (dir, pattern) = (args.text(0)?, args.text(1)?);
    let not_evaluated = || Stop::reason("this pattern of files is not evaluated");
    if pattern.contains(['[', '\\']) || pattern.starts_with(['/', '.']) {
        return Err(not_evaluated());
    }
    let levels: Vec<Vec<String>> =
        pattern.split('/').map(|level| alternatives(level)?.ok_or_else(not_evaluated)).collect::<Answer<_>>()?;
    let (folder, _) = located(args, &format!("{dir}/x"))?;
    let mut paths = Vec::new();
    if !add_matching(args, &folder, "", &levels, &mut paths)? {
        return Err(Stop::reason(format!("there is no folder `{folder}` here")));
    }
    // A file may be found several times through `**`.
    paths.sort_unstable();
    paths.dedup();
    let root = args.evaluator.project().root().map_or("", |root| root.dir.as_str());
    if crate::paths::join("", &folder) == crate::paths::join("", root) {
        let is_open = |name: &&&str| {
            let parts: Vec<&str> = name.split('/').collect();
            fits(&levels, &parts) && !paths.iter().any(|path| path == **name)
        };
        if let Some(name) = WRITTEN.iter().find(is_open) {
            return Err(missing(name, &folder, name));
        }
    }
    let found = paths.into_iter().map(|path| args.result(Kind::String(Str::from(path)))).collect();
    Ok(Value::typed(make_set(found, args.evaluator.meter())?, args.origin(), Type::String))
}

/// The alternatives of one level of a pattern, such as those of `{a,b}`. `None` if braces are nested or not closed on
/// this level.
fn alternatives(level: &str) -> Answer<Option<Vec<String>>> {
    /// How many alternatives are tried with each name.
    const MOST: usize = 1 << 10;
    let mut all = vec![String::new()];
    let mut left = level;
    while let Some((before, rest)) = left.split_once('{') {
        let Some((inside, after)) = rest.split_once('}').filter(|(inside, _)| !inside.contains('{')) else {
            return Ok(None);
        };
        if all.len() * inside.split(',').count() > MOST || level.len() > MOST {
            return Err(Stop::limit("this pattern expands to too many others to be evaluated"));
        }
        let with = |start: String| inside.split(',').map(move |one| format!("{start}{before}{one}"));
        all = all.into_iter().flat_map(with).collect();
        left = after;
    }
    all.iter_mut().for_each(|one| one.push_str(left));
    Ok((!left.contains('}')).then_some(all))
}

/// Adds the files in `folder` that match the rest of a pattern, and returns whether the folder exists. `path` is
/// relative to the folder where the search started.
fn add_matching(
    args: &Arguments<'_, '_>,
    folder: &str,
    path: &str,
    levels: &[Vec<String>],
    paths: &mut Vec<String>,
) -> Answer<bool> {
    let Some((level, rest)) = levels.split_first() else { return Ok(true) };
    let below = |path: &str, name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") };
    if let ([name], false) = (level.as_slice(), rest.is_empty())
        && !name.contains(['*', '?'])
    {
        return add_matching(args, &crate::paths::join(folder, name), &below(path, name), rest, paths);
    }
    let files = args.evaluator.project().surroundings().files.as_ref();
    let files = files.ok_or_else(|| Stop::reason("there are no files here"))?;
    let entries = files.entries(if folder.is_empty() { "." } else { folder });
    let Some(entries) = entries.map_err(|error| Stop::reason(error.to_string()))? else { return Ok(false) };
    args.spend(entries.len())?;
    let is_any_depth = level.iter().any(|level| level == "**");
    if is_any_depth {
        add_matching(args, folder, path, rest, paths)?;
    }
    for entry in entries.iter().filter(|entry| entry.is_text) {
        let name = &entry.name;
        let own = below(path, name);
        let is_match = is_any_depth || level.iter().any(|level| matches(level, name));
        match entry.kind {
            EntryKind::File if rest.is_empty() && is_match => paths.push(own),
            // A link may lead in a circle.
            EntryKind::Folder if is_match && !(is_any_depth && entry.is_link) => {
                let inside = if is_any_depth { levels } else { rest };
                add_matching(args, &crate::paths::join(folder, name), &own, inside, paths)?;
            }
            _ => {}
        }
    }
    Ok(true)
}

/// Whether a path with these parts matches a pattern.
fn fits(levels: &[Vec<String>], parts: &[&str]) -> bool {
    let Some((level, rest)) = levels.split_first() else { return parts.is_empty() };
    let Some((part, inside)) = parts.split_first() else { return false };
    let is_any_depth = level.iter().any(|level| level == "**");
    let is_match = is_any_depth || level.iter().any(|level| matches(level, part));
    is_match && fits(rest, inside) || is_any_depth && (fits(rest, parts) || fits(levels, inside))
}

/// Whether `name` matches `pattern`, in which `*` stands for any text and `?` for any character.
fn matches(pattern: &str, name: &str) -> bool {
    let mut rest = name;
    let mut pieces = pattern.split('*').peekable();
    let mut first = true;
    while let Some(piece) = pieces.next() {
        let last = pieces.peek().is_none();
        let starts = |text: &str| {
            let mut chars = text.chars();
            let fits = piece.chars().all(|wanted| chars.next().is_some_and(|c| wanted == '?' || wanted == c));
            fits.then_some(text.len() - chars.as_str().len())
        };
        // The first piece must be at the start and the last at the end; each of the others is found as early as
        // possible.
        let places = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
        let fits = |at: usize| {
            let taken = starts(rest.get(at..)?)?;
            (!last || at + taken == rest.len()).then_some(at + taken)
        };
        let found = if first { fits(0) } else { places.into_iter().find_map(fits) };
        let Some(end) = found else { return false };
        rest = rest.get(end..).unwrap_or_default();
        first = false;
    }
    true
}

fn templatefile(args: &Arguments<'_, '_>) -> Answer {
    let (path, origin) = args.string(0)?;
    let id = read(args, &path)?;
    if !args.evaluator.project().sources().get(id).invalid_bytes().is_empty() {
        return Err(args.refuse("expects a file in UTF-8"));
    }
    Ok(rendered(args, id)?.depending_on(&origin))
}

fn templatestring(args: &Arguments<'_, '_>) -> Answer {
    let (text, origin) = args.string(0)?;
    args.evaluator.meter().spend(text.len() / 16)?;
    // A private text is not added to the sources, because reports would show parts of it.
    if args.evaluator.project().is_private(&origin) {
        let is_plain = !text.contains("${") && !text.contains("%{");
        let unread = || Stop::reason("a text that may not be shown is not read as a template");
        return is_plain.then(|| Value::new(Kind::String(text), origin)).ok_or_else(unread);
    }
    // Equal texts share one source, so that each part of the text has one place. No file has such a name.
    let name = format!("\0{text}");
    let known = args.evaluator.read_files().borrow().get(&name).copied();
    let id = match known {
        Some(id) => id,
        None => {
            let added = args.evaluator.project().sources().add("template", text.as_bytes().to_vec());
            let id = added.map_err(|error| Stop::reason(error.to_string()))?;
            args.evaluator.read_files().borrow_mut().insert(name, id);
            id
        }
    };
    rendered(args, id)
}

/// The template in the file `id`, with the values of the second argument.
fn rendered(args: &Arguments<'_, '_>, id: FileId) -> Answer {
    let values = args.value(1)?;
    if values.entries().is_none() {
        return Err(args.refuse("expects the values for the template as an object"));
    }
    let source = args.evaluator.project().sources().get(id);
    let template = read_template(id, &source).map_err(|error| Stop::error_at(error.message, error.span))?;
    args.evaluator.check_template(&template, values)?;
    let value = args.evaluator.eval(&template, &Scope::template(values));
    if value.as_unknown().is_some() {
        return Err(Stop::Unknown(value));
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, name, wanted) in [
            ("*.yaml", "a.yaml", true),
            ("*.yaml", "a.yml", false),
            ("*", "", true),
            ("a*b*c", "a1b2b3c", true),
            ("a*b*c", "a1b2b3", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("a.yaml", "a.yaml", true),
            ("a.yaml", "ba.yaml", false),
            ("*a", "aab", false),
            ("*ab", "aab", true),
        ] {
            assert_eq!(matches(pattern, name), wanted, "{pattern} {name}");
        }
    }

    #[test]
    fn paths_are_taken_apart_as_go_does() {
        assert_eq!(["a/b/c", "", "a/", "/", "a"].map(base), ["c", ".", "a", "/", "a"]);
        assert_eq!(["a/b/c", "", "a/", "/", "a", "a/b/", "/x"].map(directory), ["a/b", ".", "a", "/", ".", "a/b", "/"]);
    }
}
