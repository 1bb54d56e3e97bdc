//! Checks two trees, before and after a change, each with its own configuration. If the configurations differ, the new
//! tree is also checked with the old configuration.

use std::sync::Arc;

use symlint_terraform::syntax::{self, Attribute, Block, Expr, ExprKind};
use symlint_terraform::{FileTree, Given, SortedMap, SortedSet, SourceFile, Sources, Span};

use super::Engine;
use super::paths::{base, is_below, parent, shown};
use super::request::{ConfigChoice, Named, Request};
use super::tree::Overlay;
use crate::diff::{self, Comparison, Diff, SettingChange, Trial};
use crate::report::{self, Problem, Report};

/// How many settings are tried one by one, at most.
const TRIALS: usize = 16;

/// A tree, and the request for it.
pub struct Side {
    pub tree: Arc<dyn FileTree>,
    pub request: Request,
}

/// The texts of configuration files, by their names in the new tree. `None` means that the file does not exist.
type Texts = SortedMap<String, Option<Vec<u8>>>;

impl Engine<'_> {
    /// The changes from `old` to `new`. `tops` are the folders that each side's paths are relative to, if these differ.
    /// `base` describes `old`.
    ///
    /// # Errors
    ///
    /// Errors of [`Engine::check`].
    pub fn diff(&self, old: &Side, new: &Side, tops: Option<[&str; 2]>, base: String) -> Result<Diff, Problem> {
        let (before, after) = self.both(old, new)?;
        let (mut old_configs, new_configs) = (configs(&before, tops), configs(&after, None));
        follow_moves(&mut old_configs, &new_configs, &roots(&before, tops), &roots(&after, None));
        let mut unchanged_policy = None;
        let mut trials: Vec<Trial> = Vec::new();
        let mut settings = Vec::new();
        if old_configs != new_configs {
            let mut texts = old_configs.clone();
            for name in new_configs.keys() {
                texts.entry(name.clone()).or_insert(None);
            }
            let reverted = self.under(new, texts);
            let changes = changes(&old_configs, &new_configs);
            // The check runs once for each setting, so this is done only if something is hidden.
            let is_hiding = reverted.as_ref().is_some_and(|before| diff::loses_findings(before, &after));
            if is_hiding && changes.len() <= TRIALS {
                for (setting, text) in &changes {
                    let texts = SortedMap::from([(setting.file.clone(), text.clone())]);
                    let report = self.under(new, texts);
                    trials.extend(report.map(|report| Trial { setting: setting.clone(), report }));
                }
            }
            unchanged_policy = reverted;
            settings = changes.into_iter().map(|(setting, _)| setting).collect();
        }
        Ok(diff::compare(&Comparison {
            old: &before,
            new: &after,
            tops,
            unchanged_policy: unchanged_policy.as_ref(),
            trials: &trials,
            settings,
            base,
            fail_on: new.request.fail_on,
        }))
    }

    /// Checks `new`, and lets only the findings count that `old` does not have. `base` describes `old`. Unless `old`
    /// `is_whole`, something that cannot be read now may have been readable then.
    ///
    /// # Errors
    ///
    /// Errors of [`Engine::check`].
    pub fn check_since(&self, old: &Side, new: &Side, base: &str, is_whole: bool) -> Result<Report, Problem> {
        let (before, mut after) = self.both(old, new)?;
        diff::mark_known(&before, &mut after, new.request.fail_on, base, is_whole);
        Ok(after)
    }

    /// Checks both sides. Each side only gets the requested paths that it has.
    fn both(&self, old: &Side, new: &Side) -> Result<(Report, Report), Problem> {
        let own = adapted(&new.tree, &new.request, Some(&old.tree))?;
        let others = adapted(&old.tree, &old.request, Some(&new.tree))?;
        // Earlier reports are not part of the change.
        let text = |path: &String| Ok::<_, Problem>((shown(path), new.tree.read(&shown(path))?));
        let texts = old.request.with.iter().map(text).collect::<Result<Texts, Problem>>()?;
        let before: Arc<dyn FileTree> = Arc::new(Overlay { tree: Arc::clone(&old.tree), texts });
        let after = self.detailed(&new.tree, &own)?;
        Ok((self.detailed(&before, &others)?, after))
    }

    /// The report of the new tree with other texts of configuration files; `None` if it cannot be checked that way.
    fn under(&self, side: &Side, texts: Texts) -> Option<Report> {
        let tree: Arc<dyn FileTree> = Arc::new(Overlay { tree: Arc::clone(&side.tree), texts });
        let request = adapted(&tree, &side.request, None).ok()?;
        self.detailed(&tree, &request).ok()
    }

    /// Like [`Engine::check`], with the details that a comparison needs.
    fn detailed(&self, tree: &Arc<dyn FileTree>, request: &Request) -> Result<Report, Problem> {
        self.checked(tree, request, |checked, _, _| report::build(&checked, true))
    }
}

/// The request without the files and folders that the tree does not have, and with the details that a comparison needs.
/// A path that neither tree has is a mistake of the caller. It stays, so that the check reports it.
fn adapted(tree: &Arc<dyn FileTree>, request: &Request, other: Option<&Arc<dyn FileTree>>) -> Result<Request, Problem> {
    let is_kept = |path: &str| {
        let is_in = |tree: &Arc<dyn FileTree>| Ok::<bool, Problem>(tree.kind(&shown(path))?.is_some());
        Ok::<bool, Problem>(is_in(tree)? || other.map(is_in).transpose()?.is_some_and(|is_in_other| !is_in_other))
    };
    let mut adapted = Request { accept: false, ..request.clone() };
    adapted.paths.clear();
    for named in &request.paths {
        let (Named::Path(path) | Named::Alone(path)) = named;
        if is_kept(path)? {
            adapted.paths.push(named.clone());
        }
    }
    adapted.given.clear();
    for given in &request.given {
        if match given {
            Given::File(path) => is_kept(path)?,
            Given::Value(..) => true,
        } {
            adapted.given.push(given.clone());
        }
    }
    if let ConfigChoice::File(path) = &request.config
        && !is_kept(path)?
    {
        adapted.config = ConfigChoice::None;
    }
    if let Some(path) = &request.baseline
        && !is_kept(path)?
    {
        adapted.baseline = None;
    }
    Ok(adapted)
}

/// The name in the new tree of a file or folder in the old tree. The compared folders may have different names; paths
/// above them are matched if the folders' paths end alike.
fn name_in_new(name: &str, tops: Option<[&str; 2]>) -> String {
    match tops.map(without_common_end) {
        Some([old, new]) if old == "." && is_relative_below(name) => shown(&format!("{new}/{name}")),
        Some([old, new]) if is_below(name, old) => {
            let rest = name.strip_prefix(old).unwrap_or_default();
            shown(&format!("{new}{rest}"))
        }
        _ => name.to_owned(),
    }
}

/// The texts of the configuration files of a report, by their names in the new tree.
fn configs(report: &Report, tops: Option<[&str; 2]>) -> Texts {
    let configs = report.details.iter().flat_map(|details| &details.configs);
    configs.map(|(path, text)| (name_in_new(path, tops), Some(text.clone()))).collect()
}

/// The root modules that each configuration file applies to, by their names in the new tree.
fn roots(report: &Report, tops: Option<[&str; 2]>) -> SortedMap<String, SortedSet<String>> {
    let mut roots: SortedMap<String, SortedSet<String>> = SortedMap::new();
    for run in &report.runs {
        if let Some(config) = &run.config {
            roots.entry(name_in_new(config, tops)).or_default().insert(name_in_new(&run.root, tops));
        }
    }
    roots
}

/// Renames configuration files that were moved: those that apply to the same root modules as before.
fn follow_moves(
    old: &mut Texts,
    new: &Texts,
    before: &SortedMap<String, SortedSet<String>>,
    after: &SortedMap<String, SortedSet<String>>,
) {
    for (to, roots) in after.iter().filter(|(to, _)| !before.contains_key(*to)) {
        let moved = before.iter().find(|(from, own)| *own == roots && !new.contains_key(*from));
        if let Some(text) = moved.and_then(|(from, _)| old.remove(from)) {
            old.insert(to.clone(), text);
        }
    }
}

/// Two folders without the last parts of their paths, as far as these are equal.
fn without_common_end(mut tops: [&str; 2]) -> [&str; 2] {
    while tops[0] != tops[1] && tops.iter().all(|top| *top != "." && *top != "/") && base(tops[0]) == base(tops[1]) {
        tops = tops.map(parent);
    }
    tops
}

/// Whether a path leads into the current folder.
fn is_relative_below(path: &str) -> bool {
    !path.starts_with('/') && path != ".." && !path.starts_with("../")
}

/// A setting or a block in a configuration file.
struct ConfigItem {
    name: String,
    text: String,
    /// What it sets, in one line: as it is written, except that the order is normalized.
    shown: String,
    sets: String,
}

/// The settings of a file in order. Comments are ignored.
fn items(file: &str, text: Option<&Vec<u8>>) -> Vec<ConfigItem> {
    let Some(text) = text else { return Vec::new() };
    let sources = Sources::new();
    let Ok(id) = sources.add(file, text.clone()) else { return Vec::new() };
    let source = sources.get(id);
    let body = syntax::read(id, &source).body;
    let mut items: Vec<(Span, ConfigItem)> = Vec::new();
    for attribute in &body.attributes {
        let Attribute { name, value, .. } = &**attribute;
        let text = format!("{} = {}", name.text, source.slice(value.span));
        let sets = |sorted| set(&source, attribute, sorted);
        items.push((
            name.span,
            ConfigItem { name: format!("`{}`", name.text), text, shown: sets(false), sets: sets(true) },
        ));
    }
    for block in &body.blocks {
        let Block { kind, labels, span, body, .. } = &**block;
        let labels: String = labels.iter().map(|label| format!(" \"{}\"", label.text)).collect();
        let name = format!("{}{labels}", kind.text);
        let sets = |sorted| {
            let attributes = body.attributes.iter().map(|attribute| set(&source, attribute, sorted));
            format!("{name} {{ {} }}", listed(attributes.collect(), sorted, " "))
        };
        let text = source.slice(*span).to_owned();
        items.push((*span, ConfigItem { shown: sets(false), sets: sets(true), name: format!("`{name}`"), text }));
    }
    items.sort_by_key(|(span, _)| *span);
    items.into_iter().map(|(_, item)| item).collect()
}

/// The settings that differ, each with the text of the new file in which this setting has its old value.
fn changes(old: &Texts, new: &Texts) -> Vec<(SettingChange, Option<Vec<u8>>)> {
    let names: SortedSet<&String> = old.keys().chain(new.keys()).collect();
    let mut changes = Vec::new();
    for file in names {
        let text = |texts: &'_ Texts| texts.get(file).cloned().flatten();
        let (before, after) = (items(file, text(old).as_ref()), items(file, text(new).as_ref()));
        let mut left: Vec<&ConfigItem> = before.iter().collect();
        let mut added: Vec<usize> = Vec::new();
        for (at, item) in after.iter().enumerate() {
            match left.iter().position(|other| other.sets == item.sets) {
                Some(place) => drop(left.remove(place)),
                None => added.push(at),
            }
        }
        let with = |without: Option<usize>, more: Option<&ConfigItem>| {
            let kept = after.iter().enumerate().filter(|(at, _)| Some(*at) != without).map(|(_, item)| item);
            let texts: Vec<&str> = kept.chain(more).map(|item| item.text.as_str()).collect();
            // A file without settings is the same as no file.
            let is_gone = texts.is_empty() && !old.contains_key(file);
            (!is_gone).then(|| (texts.join("\n") + "\n").into_bytes())
        };
        for at in added {
            let Some(item) = after.get(at) else { continue };
            let was = left.iter().position(|other| other.name == item.name).map(|place| left.remove(place));
            let setting = SettingChange {
                file: file.clone(),
                name: item.name.clone(),
                old: was.map(|was| was.shown.clone()),
                new: Some(item.shown.clone()),
            };
            changes.push((setting, with(Some(at), was)));
        }
        for item in left {
            let setting =
                SettingChange { file: file.clone(), name: item.name.clone(), old: Some(item.shown.clone()), new: None };
            changes.push((setting, with(None, Some(item))));
        }
    }
    changes
}

/// The value of an attribute, independent of its formatting, and if it is `sorted`, of its order.
fn set(source: &SourceFile, attribute: &Attribute, sorted: bool) -> String {
    let name = match attribute.name.text.as_str() {
        "variable" if sorted => "from",
        name => name,
    };
    format!("{name} = {}", value(source, &attribute.value, sorted))
}

fn value(source: &SourceFile, expr: &Expr, sorted: bool) -> String {
    match &expr.kind {
        ExprKind::String(literal) => format!("{:?}", literal.text.as_str()),
        ExprKind::Tuple(elements) => match &**elements {
            [one] if sorted => value(source, one, sorted),
            elements => {
                let elements = elements.iter().map(|element| value(source, element, sorted));
                format!("[{}]", listed(elements.collect(), sorted, ", "))
            }
        },
        ExprKind::Object(items) => {
            let items = items.iter().map(|item| {
                let key = source.slice(item.key.span());
                let key = if sorted { key.trim_matches('"') } else { key };
                format!("{key} = {}", value(source, &item.value, sorted))
            });
            format!("{{ {} }}", listed(items.collect(), sorted, ", "))
        }
        _ => source.slice(expr.span).split_whitespace().collect::<Vec<_>>().join(" "),
    }
}

fn listed(mut texts: Vec<String>, sorted: bool, between: &str) -> String {
    if sorted {
        texts.sort_unstable();
    }
    texts.join(between)
}
