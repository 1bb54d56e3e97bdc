//! How many of the faults in a layout are reported correctly.

use std::fmt::Write;

use crate::layouts::adapter::{Found, Report};
use crate::layouts::expect::{At, Expected};
use crate::layouts::marks::{Place, Places};

/// What is correct about the report on a setup with a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// Every expected rule has a finding.
    pub(crate) rule: bool,
    /// The findings are also for the right tenants.
    pub(crate) tenant: bool,
    /// The findings are also at the right bytes.
    pub(crate) place: bool,
    /// Nothing else is reported.
    pub(crate) alone: bool,
    /// Nothing is reported at all.
    pub(crate) passed: bool,
}

impl Verdict {
    pub(crate) fn of(report: &Report, expected: &[Expected], places: &Places) -> Self {
        let all = |is_right: &dyn Fn(&Expected, &Found) -> bool| {
            expected.iter().all(|expected| report.findings.iter().any(|found| is_right(expected, found)))
        };
        let rule = |expected: &Expected, found: &Found| expected.rules.contains(&found.rule.as_str());
        let tenant = |expected: &Expected, found: &Found| {
            rule(expected, found)
                && (expected.tenant.as_deref() == Some(Expected::ANY) || expected.tenant == found.tenant)
        };
        let place = |expected: &Expected, found: &Found| {
            tenant(expected, found) && expected.at.iter().any(|at| is_at(at, found, places))
        };
        let place_is_right = all(&place);
        let is_expected = |found: &Found| expected.iter().any(|expected| place(expected, found));
        Self {
            rule: all(&rule),
            tenant: all(&tenant),
            place: place_is_right,
            alone: place_is_right && report.findings.iter().all(is_expected),
            passed: report.is_silent(),
        }
    }
}

fn is_at(at: &At, found: &Found, places: &Places) -> bool {
    let of = |name: &str| places.get(name).into_iter().flatten();
    match at {
        At::Anywhere => true,
        At::Part(name, text) => of(name).any(|place| is_inside(&found.place, place)) && found.text == *text,
        // A finding at a string does not include the quotes.
        At::Whole(name) => of(name).any(|place| *place == found.place || is_quoted(&found.place, place)),
        At::Within(name) => of(name).any(|place| is_inside(&found.place, place)),
    }
}

fn is_quoted(inner: &Place, outer: &Place) -> bool {
    (inner.file.as_str(), inner.start, inner.end) == (outer.file.as_str(), outer.start + 1, outer.end - 1)
}

fn is_inside(inner: &Place, outer: &Place) -> bool {
    inner.file == outer.file && outer.start <= inner.start && inner.end <= outer.end
}

/// The verdicts on one kind of fault in a layout.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Score {
    pub(crate) count: usize,
    pub(crate) rule: usize,
    pub(crate) tenant: usize,
    pub(crate) place: usize,
    pub(crate) alone: usize,
    pub(crate) passed: usize,
}

impl Score {
    pub(crate) fn add(&mut self, verdict: Verdict) {
        self.count += 1;
        self.rule += usize::from(verdict.rule);
        self.tenant += usize::from(verdict.tenant);
        self.place += usize::from(verdict.place);
        self.alone += usize::from(verdict.alone);
        self.passed += usize::from(verdict.passed);
    }

    /// The percentages of correct rules, tenants, and places, and of reports with nothing else, rounded down.
    pub(crate) fn percent(&self) -> [usize; 4] {
        [self.rule, self.tenant, self.place, self.alone]
            .map(|right| (right * 100).checked_div(self.count).unwrap_or(100))
    }

    /// The percentages, and how many faults pass.
    pub(crate) fn numbers(&self) -> [usize; 5] {
        let [rule, tenant, place, alone] = self.percent();
        [rule, tenant, place, alone, self.passed]
    }

    pub(crate) fn show(&self) -> String {
        let mut text = format!("{:4}:", self.count);
        for percent in self.percent() {
            write!(text, " {percent:3}").unwrap();
        }
        write!(text, " | {:3}", self.passed).unwrap();
        text
    }
}
