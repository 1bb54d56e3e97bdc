//! Joins findings of several runs about one mistake in a file that they share.

use foldhash::{HashMap, HashSet};
use symlint_terraform::{SortedMap, SortedSet};

use super::place::Location;
use super::summary::count;
use super::wire::{RelatedPlace, Report, ReportedFinding, ReportedRun, ReportedTenant, RuleDescription};

/// How many other runs are named.
const NAMED: usize = 3;

/// The runs and the rules of a report.
#[derive(Clone, Copy)]
pub(super) struct RunsAndRules<'a> {
    pub(super) runs: &'a [ReportedRun],
    /// The tenants of all runs.
    pub(super) tenants: &'a [ReportedTenant],
    pub(super) rules: &'a SortedMap<String, RuleDescription>,
}

impl<'a> RunsAndRules<'a> {
    /// The names of the tenants of a run.
    fn names(&self, run: usize) -> HashSet<&'a str> {
        let from = self.tenants.partition_point(|tenant| tenant.run < run);
        let own = self.tenants.iter().skip(from).take_while(|tenant| tenant.run == run);
        own.map(|tenant| tenant.key.as_str()).collect()
    }
}

/// The order of findings: by place, then by rule.
pub(super) fn sort_key(finding: &ReportedFinding) -> impl Ord + '_ {
    let Location { file, start, end } = &finding.location;
    (file, start.offset, &finding.rule, end.offset, &finding.message, &finding.path)
}

/// Joins some of the findings of `report`, in any order.
pub(crate) fn join_some(findings: &mut Vec<ReportedFinding>, report: &Report) {
    findings.sort_by(|a, b| sort_key(a).cmp(&sort_key(b)));
    let Report { runs, tenants, rules, .. } = report;
    join(findings, RunsAndRules { runs, tenants, rules });
}

/// Joins findings of several runs in one place, if they differ only in the tenants that they name or are about the
/// wiring. The findings must be sorted. Returns the fingerprint of each finding that was joined to another one, with
/// the fingerprint of that one.
pub(super) fn join(findings: &mut Vec<ReportedFinding>, known: RunsAndRules<'_>) -> SortedMap<String, String> {
    let mut replaced = SortedMap::new();
    let is_same_place = |a: &ReportedFinding, b: &ReportedFinding| a.location == b.location && a.rule == b.rule;
    if !findings.windows(2).any(|pair| matches!(pair, [a, b] if is_same_place(a, b) && a.run != b.run)) {
        return replaced;
    }
    let is_wiring = |rule: &String| known.rules.get(rule).is_some_and(|rule| rule.needs_wiring);
    let mut tenants: HashMap<usize, HashSet<&str>> = HashMap::default();
    let mut shape_of = |finding: &ReportedFinding| {
        let names = tenants.entry(finding.run).or_insert_with(|| known.names(finding.run));
        let help = finding.help.as_deref().unwrap_or_default();
        // Each run may show a mistake in the wiring with another tenant.
        let texts = match is_wiring(&finding.rule) {
            true => Default::default(),
            false => (shape(&finding.message, names), shape(help, names)),
        };
        (texts, finding.level, finding.suppressed.clone())
    };
    // Findings in one place, by their texts.
    let mut places = HashMap::default();
    let mut joined: Vec<Joined> = Vec::with_capacity(findings.len());
    for finding in std::mem::take(findings) {
        match joined.last() {
            Some(Joined { finding: last, .. }) if is_same_place(last, &finding) => {
                if places.is_empty() {
                    places.insert(shape_of(last), joined.len() - 1);
                }
            }
            _ => {
                places.clear();
                joined.push(Joined::of(finding));
                continue;
            }
        }
        let place = *places.entry(shape_of(&finding)).or_insert(joined.len());
        match joined.get_mut(place).filter(|first| first.is_same(&finding, is_wiring(&finding.rule))) {
            Some(first) => {
                replaced.insert(finding.fingerprint.clone(), first.finding.fingerprint.clone());
                first.add(finding);
            }
            None => joined.push(Joined::of(finding)),
        }
    }
    *findings = joined.into_iter().map(|joined| joined.named(known.runs)).collect();
    replaced
}

/// A finding, with what the same finding is about in other runs.
struct Joined {
    finding: ReportedFinding,
    runs: SortedSet<usize>,
    /// The differing messages of other runs, and their places.
    differing: Vec<(usize, String, Location)>,
    /// All tenants that it is about.
    tenants: HashSet<String>,
}

impl Joined {
    fn of(finding: ReportedFinding) -> Self {
        let tenants = finding.tenant.iter().chain(&finding.others).cloned().collect();
        Self { finding, runs: SortedSet::new(), differing: Vec::new(), tenants }
    }

    /// Whether a finding with the same texts is the same finding. It is not if it compares with other places. A mistake
    /// in the wiring in one place is one mistake, for any number of tenants.
    fn is_same(&self, later: &ReportedFinding, is_wiring: bool) -> bool {
        let is_about = |tenant: &String| self.tenants.contains(tenant);
        self.finding.run != later.run && (is_wiring || !later.tenant.iter().chain(&later.others).any(is_about))
    }

    fn add(&mut self, later: ReportedFinding) {
        if self.finding.tenant != later.tenant {
            (self.finding.tenant, self.finding.path) = (None, None);
        }
        self.runs.insert(later.run);
        if later.message != self.finding.message {
            let is_new = |place: &&RelatedPlace| self.finding.related.iter().all(|it| it.location != place.location);
            let place = later.related.iter().find(is_new).map_or(later.location, |place| place.location.clone());
            self.differing.push((later.run, later.message, place));
        }
        self.tenants.extend(later.tenant.into_iter().chain(later.others));
    }

    fn named(self, runs: &[ReportedRun]) -> ReportedFinding {
        let Self { mut finding, runs: more, differing, tenants } = self;
        if more.is_empty() {
            return finding;
        }
        let names: Vec<&str> = more.iter().take(NAMED).filter_map(|run| Some(runs.get(*run)?.name.as_str())).collect();
        for (run, message, location) in differing.into_iter().take(NAMED) {
            let run = runs.get(run).map(|run| run.name.as_str()).unwrap_or_default();
            finding.related.push(RelatedPlace { message: format!("in {run}: {message}"), location });
        }
        let rest = if more.len() > NAMED { ", …" } else { "" };
        let number = count(more.len(), "more run");
        let message = format!("{} (the same in {number}: {}{rest})", finding.message, names.join(", "));
        let own = finding.tenant.clone();
        let mut others: Vec<String> = tenants.into_iter().filter(|tenant| own.as_ref() != Some(tenant)).collect();
        others.sort_unstable();
        ReportedFinding { message, others, also_in: more.into_iter().collect(), ..finding }
    }
}

/// A text without the parts that depend on the tenants: their names, and their number.
fn shape(text: &str, tenants: &HashSet<&str>) -> String {
    let mut shape = String::new();
    for (at, part) in text.split('`').enumerate() {
        if at % 2 == 1 {
            if !tenants.contains(part) {
                shape.extend(["`", part, "`"]);
            }
            continue;
        }
        for word in part.split_whitespace().map(|word| word.trim_matches(['(', ')', ',', ':', '…'])) {
            let is_number = word.bytes().all(|byte| byte.is_ascii_digit());
            if !is_number && !matches!(word, "both" | "all" | "in" | "of" | "tenants") {
                shape.extend([" ", word]);
            }
        }
    }
    shape
}
