//! `symlint inspect`

mod words;

use std::collections::BTreeSet;
use std::fmt::Write;
use std::process::ExitCode;

use symlint_core::engine::Engine;
use symlint_core::inspection::{
    self, Contents, FoundBy, InspectedCall, InspectedCollection, InspectedFlow, InspectedRun, Inspection, ValuesChoice,
};
use symlint_core::report::{self, Location, Problem, ProblemKind, count, in_a_line};
use symlint_rules::catalogue;
use textwrap::core::display_width;
use textwrap::{WordSeparator, WordSplitter, WrapAlgorithm};

use crate::args::{InspectFormat, InspectOptions};
use crate::excerpt::printable;
use crate::output::{self, Failure};
use crate::request::asked_places;
use crate::style;
use words::{FEW, KEPT, LINES, argument_line, bracketed, evidence, is_alike, listed, values_line};

/// Shows what was found in the places that the options name, and how.
pub(crate) fn run(options: &InspectOptions) -> Result<ExitCode, Failure> {
    let (tree, request) = asked_places(&options.places)?;
    let inspection = Engine::new(catalogue()).inspect(&tree, &request)?;
    match options.format {
        InspectFormat::Human => output::print(&report::printable(&human(&inspection, style::width())))?,
        InspectFormat::Json => output::print_with(|to| inspection::json(&inspection, to))?,
    }
    // It is a valid result that nothing was found.
    let failures = || inspection.problems.iter().filter(|problem| problem.kind != ProblemKind::NothingChecked);
    failures().for_each(output::print_problem);
    Ok(ExitCode::from(if failures().next().is_some() { 2 } else { 0 }))
}

/// How many names of each list are shown.
const NAMES: usize = 60;

/// How many lines of a configuration file are shown.
const SETTINGS: usize = 40;

/// The indentation of tables.
const TABLE: usize = 4;

/// The minimum width of a table's last column. If there is less room, it gets lines of its own.
const NARROW: usize = 36;

/// The column in which the text after a label starts.
const TEXT: usize = 17;

fn human(inspection: &Inspection, width: usize) -> String {
    let mut page = InspectPage { text: String::new(), width, root: String::new() };
    let (idle, busy): (Vec<_>, Vec<_>) = inspection.runs.iter().partition(|run| is_idle(run));
    // Runs that differ only in their names and numbers are shown once.
    let mut groups: Vec<(String, Vec<&InspectedRun>)> = Vec::new();
    for run in busy {
        let shape = shape(run);
        match groups.iter_mut().find(|(known, _)| *known == shape) {
            Some((_, runs)) => runs.push(run),
            None => groups.push((shape, vec![run])),
        }
    }
    for (first, others) in groups.iter().filter_map(|(_, runs)| runs.split_first()) {
        page.run(first);
        page.alike(others);
        page.text.push('\n');
    }
    page.idle(&idle, groups.is_empty());
    page.rest(inspection);
    page.text
}

/// Whether a run has nothing to show.
fn is_idle(run: &InspectedRun) -> bool {
    run.tenants == 0
        && run.collections.is_empty()
        && run.flows.is_empty()
        && run.safelists.is_empty()
        && run.connectors.is_empty()
        && run.not_checked.is_empty()
}

/// The text about a run, without its name and its numbers.
fn shape(run: &InspectedRun) -> String {
    let mut run = run.clone();
    for values in &mut run.values {
        values.file = values.file.take().filter(|_| values.chosen == ValuesChoice::Automatic);
    }
    for collection in &mut run.collections {
        (collection.count, collection.files) = (collection.count.min(1), Vec::new());
        collection.tenants.clear();
        for attribute in &mut collection.attributes {
            let cases = attribute.reaches.iter_mut().map(|reach| &mut reach.cases).chain(attribute.cases.as_mut());
            cases.filter(|cases| cases.count == cases.of).for_each(|cases| (cases.count, cases.of) = (1, 1));
        }
    }
    for flow in &mut run.flows {
        if flow.instances.iter().all(|instance| instance.tenant.is_some()) {
            flow.instances.truncate(1);
        }
    }
    let calls = run.flows.iter_mut().filter_map(|flow| flow.call.as_mut()).chain(&mut run.connectors);
    calls.for_each(|call| call.instances = call.instances.min(1));
    for safelist in &mut run.safelists {
        safelist.accounts = safelist.accounts.map(|accounts| accounts.min(1));
    }
    let mut page = InspectPage { text: String::new(), width: usize::MAX, root: String::new() };
    page.run(&run);
    page.text.split_once('\n').map(|(_, rest)| rest.to_owned()).unwrap_or_default()
}

struct InspectPage {
    text: String,
    width: usize,
    /// The folder that places are relative to.
    root: String,
}

impl InspectPage {
    /// Adds a label and a text, which is wrapped and indented.
    fn line(&mut self, label: &str, text: &str) {
        self.at(2, label, TEXT, text);
    }

    /// Adds another line below one with a label.
    fn more(&mut self, text: &str) {
        self.line("", text);
    }

    /// Adds `label` and `text`, each at its column.
    fn at(&mut self, label_at: usize, label: &str, text_at: usize, text: &str) {
        let mut first = format!("{:label_at$}{label}", "");
        let gap = text_at.saturating_sub(display_width(&first)).max(1);
        let _ = write!(first, "{:gap$}", "");
        let below = " ".repeat(text_at);
        let options = textwrap::Options::new(self.width)
            .initial_indent(&first)
            .subsequent_indent(&below)
            .break_words(false)
            .word_separator(WordSeparator::AsciiSpace)
            .word_splitter(WordSplitter::NoHyphenation)
            .wrap_algorithm(WrapAlgorithm::FirstFit);
        let text = textwrap::fill(&printable(text), options).replace(KEPT, " ");
        self.text.push_str(text.trim_end());
        self.text.push('\n');
    }

    /// Adds a row of a table, whose first columns have the given width.
    fn row(&mut self, label: &str, width: usize, text: &str) {
        let text_at = TABLE + width + 2;
        if text_at + NARROW > self.width {
            let _ = writeln!(self.text, "{:TABLE$}{}", "", label.trim_end());
            return self.at(0, "", 2 * TABLE, text);
        }
        self.at(TABLE, label, text_at, text);
    }

    fn run(&mut self, run: &InspectedRun) {
        self.root = if run.root == "." { String::new() } else { format!("{}/", run.root) };
        let _ = writeln!(self.text, "{}", printable(&run.name()));
        if let Some(workspace) = &run.workspace {
            self.line("workspace", workspace);
        }
        if let Some(config) = &run.config {
            self.line("configuration", &config.file);
            let lines: Vec<&str> = config.sets.iter().flat_map(|text| text.lines()).collect();
            for line in lines.iter().take(SETTINGS) {
                let _ = writeln!(self.text, "{:TEXT$}  {}", "", printable(line));
            }
            if lines.len() > SETTINGS {
                self.more(&format!("… and {} more lines", lines.len() - SETTINGS));
            }
        }
        for (at, values) in run.values.iter().enumerate() {
            let file = values.file.as_ref().map(|file| self.file(file).to_owned());
            self.line(if at == 0 { "values" } else { "" }, &values_line(values, file));
        }
        if run.values.is_empty() {
            self.line("values", "the defaults of the variables: there are no values files");
        }
        if run.collections.iter().all(|it| it.found_by == FoundBy::Selection) {
            self.line("tenants", "none");
        }
        let is_call = |collection: &&InspectedCollection| collection.found_by == FoundBy::Call;
        let calls: Vec<&InspectedCollection> = run.collections.iter().filter(is_call).collect();
        for collection in run.collections.iter().filter(|it| calls.len() < 2 || !is_call(it)) {
            self.collection(collection);
        }
        if calls.len() > 1 {
            self.called(&calls);
        }
        for (at, flow) in run.flows.iter().enumerate() {
            let before = run.flows.get(..at).unwrap_or_default();
            self.flow(flow, before.iter().find(|other| is_alike(other, flow)));
        }
        if run.flows.is_empty() {
            self.line("flows", "none");
        }
        for (at, safelist) in run.safelists.iter().enumerate() {
            let what = match (safelist.accounts, &safelist.unknown) {
                (None, None) => "there is no list".to_owned(),
                (None, Some(why)) => format!("not known: {why}"),
                (Some(accounts), None) => count(accounts, "account"),
                (Some(accounts), Some(why)) => format!("{}, others are not known: {why}", count(accounts, "account")),
            };
            let label = if at == 0 { "safelists" } else { "" };
            self.line(label, &format!("`{}` ({}): {what}", safelist.path, self.place(&safelist.location)));
        }
        if run.safelists.is_empty() {
            self.line("safelists", "none");
        }
        for (at, call) in run.connectors.iter().enumerate() {
            self.line(if at == 0 { "connectors" } else { "" }, &self.call(call));
        }
        if run.connectors.is_empty() {
            self.line("connectors", "none");
        }
        for (at, gap) in run.not_checked.iter().take(LINES).enumerate() {
            let at_place =
                gap.location.as_ref().map(|location| format!(" ({})", self.place(location))).unwrap_or_default();
            let help =
                gap.help.as_ref().map(|help| format!(". {}", report::capital(&in_a_line(help)))).unwrap_or_default();
            let label = if at == 0 { "not checked" } else { "" };
            self.line(label, &format!("[{}] {}{at_place}{help}", gap.code.as_str(), gap.reason));
        }
        if run.not_checked.len() > LINES {
            self.more(&format!("… and {} more: see `--format json`", run.not_checked.len() - LINES));
        }
        let is_nothing = run.flows.is_empty() && run.safelists.is_empty() && run.connectors.is_empty();
        if let Some(contents) = run.contents.as_ref().filter(|_| is_nothing) {
            self.contents("there is", contents);
        }
    }

    /// Adds the runs that are like the previous one, with their tenants.
    fn alike(&mut self, runs: &[&InspectedRun]) {
        let width = runs.iter().map(|run| run.name().chars().count()).max().unwrap_or(0).min(40);
        if !runs.is_empty() {
            self.line("the same", &format!("in {}:", count(runs.len(), "more run")));
        }
        for run in runs.iter().take(NAMES) {
            let keys = run.collections.iter().filter(|it| it.found_by != FoundBy::Selection);
            let keys: Vec<String> = keys.flat_map(|it| &it.tenants).filter_map(|tenant| tenant.key.clone()).collect();
            let keys = if keys.is_empty() { String::new() } else { format!(" ({})", listed(&keys, FEW)) };
            self.row(&printable(&run.name()), width, &format!("{}{keys}", count(run.tenants, "tenant")));
        }
        if runs.len() > NAMES {
            self.more(&format!("… and {} more: see `--format json`", runs.len() - NAMES));
        }
    }

    /// Adds runs without anything to check. If `is_all`, that is all that was found, and the actual contents are shown.
    fn idle(&mut self, runs: &[&InspectedRun], is_all: bool) {
        if runs.is_empty() {
            return;
        }
        let names: Vec<String> = runs.iter().map(|run| run.name()).collect();
        let text = format!("there are no tenants, flows, safelists, or connectors in {}", listed(&names, NAMES));
        self.at(0, "nothing found", TEXT, &text);
        for run in runs.iter().take(if is_all { LINES } else { 0 }) {
            let _ = writeln!(self.text, "{}", printable(&run.name()));
            if let Some(contents) = &run.contents {
                self.contents("there is", contents);
            }
        }
        self.text.push('\n');
    }

    fn collection(&mut self, collection: &InspectedCollection) {
        let declared =
            collection.location.as_ref().map(|location| format!(" ({})", self.place(location))).unwrap_or_default();
        let files: Vec<String> = collection.files.iter().map(|file| self.file(file).to_owned()).collect();
        let files = match files.as_slice() {
            [] => String::new(),
            files => format!(", written in {}", listed(files, LINES)),
        };
        let from = &collection.from;
        if collection.found_by == FoundBy::Selection {
            let of = count(collection.count, "element");
            let belong = if collection.count == 1 { "belongs" } else { "belong" };
            self.line("", &format!("{of} of `{from}`{declared} {belong} to them: selected for each tenant"));
        } else {
            let from = if from.contains(' ') { from.clone() } else { format!("`{from}`") };
            self.line("tenants", &format!("{} in {from}{declared}{files}", collection.count));
        }
        let flows: Vec<String> = collection
            .flows
            .iter()
            .map(|flow| if flow.contains(' ') { flow.clone() } else { format!("`{flow}`") })
            .collect();
        let by_flows = match flows.is_empty() {
            true => String::new(),
            false => format!("by {}, whose instances belong to its elements", flows.join(", ")),
        };
        let reasons = match collection.found_by {
            FoundBy::Configuration => vec!["by the configuration".to_owned(), by_flows],
            FoundBy::Name => vec!["by its name".to_owned(), by_flows],
            FoundBy::Flows => vec![by_flows],
            FoundBy::Shape => {
                vec!["by its elements, which contain ARNs like those of tenants; no flow receives it".to_owned()]
            }
            FoundBy::Call => {
                vec!["by themselves: they are given values directly, so each instance is a tenant".to_owned()]
            }
            FoundBy::Selection => Vec::new(),
        };
        let reasons: Vec<String> = reasons.into_iter().filter(|reason| !reason.is_empty()).collect();
        if !reasons.is_empty() {
            self.more(&format!("found {}", reasons.join(" and ")));
        }
        let keys: Vec<String> = collection.tenants.iter().filter_map(|tenant| tenant.key.clone()).collect();
        let hidden = collection.tenants.len() - keys.len();
        if !keys.is_empty() {
            self.more(&format!("keys: {}", listed(&keys, NAMES)));
        }
        if hidden > 0 {
            self.more(&format!("{} not shown, because they are sensitive", count(hidden, "key")));
        }
        let fields = collection.attributes.iter().map(|it| it.field.len()).max().unwrap_or(0);
        let names = collection.attributes.iter().map(|it| it.attribute.chars().count()).max().unwrap_or(0).min(40);
        for attribute in &collection.attributes {
            let name = if attribute.attribute.is_empty() { "(the element)" } else { &attribute.attribute };
            let label = format!("{:fields$}  {}", attribute.field, printable(name));
            self.row(&label, fields + 2 + names, &evidence(attribute));
        }
        let absent = |is_elsewhere: bool| {
            let fields = collection.absent.iter().filter(|absent| absent.is_elsewhere == is_elsewhere);
            fields.map(|absent| absent.field.to_owned()).collect::<Vec<_>>()
        };
        let (elsewhere, missing) = (absent(true), absent(false));
        if !elsewhere.is_empty() && collection.found_by != FoundBy::Call {
            self.more(&format!("not in the elements, but set elsewhere: {}", elsewhere.join(", ")));
        }
        if !missing.is_empty() {
            self.more(&format!("not found: {}", missing.join(", ")));
        }
        if !collection.other_attributes.is_empty() {
            let others = collection.other_attributes.iter().map(|other| match other.looks_like.as_slice() {
                [] => other.attribute.clone(),
                looks => format!("{} (looks like {})", other.attribute, looks.join(" or ")),
            });
            self.more(&format!("other attributes: {}", listed(&others.collect::<Vec<_>>(), NAMES)));
        }
    }

    /// Adds the tenants of several calls that set the values directly.
    fn called(&mut self, calls: &[&InspectedCollection]) {
        let tenants: usize = calls.iter().map(|call| call.count).sum();
        let files: BTreeSet<&str> = calls.iter().flat_map(|call| &call.files).map(|file| self.file(file)).collect();
        let files: Vec<String> = files.into_iter().map(str::to_owned).collect();
        let written = format!("written in {}", listed(&files, LINES));
        self.line(
            "tenants",
            &format!("{tenants} in {} that are given values directly, {written}", count(calls.len(), "call")),
        );
        let keys = |call: &InspectedCollection| {
            let keys: Vec<String> = call.tenants.iter().filter_map(|tenant| tenant.key.clone()).collect();
            if keys.is_empty() { "(not shown)".to_owned() } else { listed(&keys, FEW) }
        };
        let width = calls.iter().map(|call| keys(call).chars().count()).max().unwrap_or(0).min(40);
        for call in calls.iter().take(NAMES) {
            let place = call.location.as_ref().map(|location| format!(" ({})", self.place(location)));
            self.row(&printable(&keys(call)), width, &format!("`{}`{}", call.from, place.unwrap_or_default()));
        }
        if calls.len() > NAMES {
            self.more(&format!("… and {} more: see `--format json`", calls.len() - NAMES));
        }
    }

    /// Adds a flow. `before` is an earlier one with the same module and arguments.
    fn flow(&mut self, flow: &InspectedFlow, before: Option<&InspectedFlow>) {
        let about = match &flow.call {
            Some(call) => self.call(call),
            None => format!("the root module's own resources: {}", count(flow.instances.len(), "instance")),
        };
        let lost: Vec<String> =
            flow.instances.iter().filter(|it| it.tenant.is_none()).map(|it| it.address.clone()).collect();
        let tenants = if lost.is_empty() {
            String::new()
        } else {
            format!(", {} of no known tenant{}", lost.len(), bracketed(&lost))
        };
        let unknown = flow.unknown.as_ref().map(|why| format!("; there may be others: {why}")).unwrap_or_default();
        self.line("flows", &format!("{about}{tenants}{unknown}"));
        if let Some(call) = before.and_then(|before| before.call.as_ref()) {
            self.more(&format!("with the same arguments and resources as `{}`", call.name));
            return;
        }
        let width = flow.arguments.iter().map(|argument| argument.name.chars().count()).max().unwrap_or(0).min(40);
        for argument in &flow.arguments {
            self.row(&printable(&argument.name), width, &argument_line(argument));
        }
        if !flow.resources.is_empty() {
            self.more(&format!("acts through {}", listed(&flow.resources, LINES)));
        }
    }

    fn call(&self, call: &InspectedCall) -> String {
        let source = call.source.as_ref().map(|source| format!(" from {source}")).unwrap_or_default();
        let module = match &call.module {
            Some(_) => "",
            None => ", which is not available",
        };
        let instances = count(call.instances, "instance");
        format!("`{}` ({}){source}{module}: {instances}", call.name, self.place(&call.location))
    }

    /// A place relative to the root module.
    fn place(&self, location: &Location) -> String {
        format!("{}:{}", self.file(&location.file), location.start.line)
    }

    fn file<'f>(&self, file: &'f str) -> &'f str {
        file.strip_prefix(self.root.as_str()).unwrap_or(file)
    }

    fn contents(&mut self, label: &str, contents: &Contents) {
        let kinds: Vec<String> = contents
            .resources
            .iter()
            .map(|kind| if kind.count == 1 { kind.kind.clone() } else { format!("{} ({})", kind.kind, kind.count) })
            .collect();
        let calls: Vec<String> = contents
            .calls
            .iter()
            .map(|call| match &call.source {
                Some(source) => format!("`module.{}` from {source}", call.name),
                None => format!("`module.{}`", call.name),
            })
            .collect();
        let lists = [
            ("resources", kinds),
            ("calls", calls),
            ("variables", contents.variables.clone()),
            ("locals", contents.locals.clone()),
        ];
        let mut label = label;
        for (what, names) in lists.iter().filter(|(_, names)| !names.is_empty()) {
            self.line(label, &format!("{what}: {}", listed(names, LINES)));
            label = "";
        }
        if !label.is_empty() {
            self.line(label, "nothing: no resources, calls, variables, or locals");
        }
    }

    fn rest(&mut self, inspection: &Inspection) {
        for problem in inspection.problems.iter().filter(|problem| problem.kind == ProblemKind::NothingChecked) {
            let Problem { message, help, .. } = problem;
            self.at(0, "problem", TEXT, message);
            if let Some(help) = help {
                self.more(help);
            }
        }
        for (at, line) in inspection.looked_for.iter().enumerate() {
            self.at(0, if at == 0 { "looked for" } else { "" }, TEXT, line);
        }
        let others = &inspection.other_roots;
        if !others.is_empty() {
            let have = if others.len() == 1 { "other root module has" } else { "other root modules have" };
            let names: Vec<String> = others.iter().map(|other| other.root.clone()).collect();
            let names = listed(&names, NAMES);
            self.at(0, "elsewhere", TEXT, &format!("{} {have} nothing to check: {names}", others.len()));
            // If something was found, it does not matter what else is there.
            if !inspection.looked_for.is_empty() {
                for other in others.iter().take(LINES) {
                    let _ = writeln!(self.text, "{}", printable(&other.root));
                    self.contents("there is", &other.contents);
                }
            }
        }
        for (at, line) in inspection.left_out.iter().take(LINES).enumerate() {
            self.at(0, if at == 0 { "left out" } else { "" }, TEXT, line);
        }
        if inspection.left_out.len() > LINES {
            self.more(&format!("… and {} more: see `--format json`", inspection.left_out.len() - LINES));
        }
        let check = &inspection.check;
        let mut parts = vec![count(check.errors, "error"), count(check.warnings, "warning")];
        if check.suppressed > 0 {
            parts.push(format!("{} suppressed", count(check.suppressed, "finding")));
        }
        let fails = if inspection.problems.is_empty() { "" } else { ", and exits with 2" };
        let tool = format!("{} {}", inspection.tool.name, inspection.tool.version);
        self.at(0, "check", TEXT, &format!("{tool} reports {}{fails}", parts.join(", ")));
    }
}
