//! Collects findings, with a limit so that they fit into memory.

use symlint_terraform::SortedMap;

use crate::finding::Finding;

/// How many findings of one rule are kept for all runs together.
const MOST: usize = 10_000;

/// How many findings of one rule are kept for one run, even if there are very many runs.
const FEWEST: usize = 200;

/// The findings of a run. If there are too many of one rule, a single finding states how many others there are.
pub(crate) struct KeptFindings {
    most: usize,
    kept: Vec<Finding>,
    rules: SortedMap<&'static str, Counted>,
}

#[derive(Default)]
struct Counted {
    kept: usize,
    left_out: usize,
    /// The first finding that is left out, and the highest level of those that are left out.
    first: Option<Finding>,
}

impl KeptFindings {
    /// An empty collection for one of `runs`.
    pub(crate) fn of_one_in(runs: usize) -> Self {
        Self { most: (MOST / runs.max(1)).max(FEWEST), kept: Vec::new(), rules: SortedMap::new() }
    }

    /// Adds a finding. The rule may still change it until the next one is added.
    pub(crate) fn push(&mut self, finding: Finding) {
        self.settle();
        self.rules.entry(finding.rule).or_default().kept += 1;
        self.kept.push(finding);
    }

    /// The finding that was added last.
    pub(crate) fn last(&mut self) -> Option<&mut Finding> {
        self.kept.last_mut()
    }

    /// Adds the findings of a later part.
    pub(crate) fn append(&mut self, later: Self) {
        later.kept.into_iter().for_each(|finding| self.push(finding));
        self.settle();
        for (rule, counted) in later.rules {
            let own = self.rules.entry(rule).or_default();
            own.leave_out(counted.left_out, counted.first);
        }
    }

    /// Removes the last finding, which is complete now, if there are already enough.
    fn settle(&mut self) {
        let counted = self.kept.last().and_then(|last| self.rules.get_mut(last.rule));
        if let Some(counted) = counted.filter(|counted| counted.kept > self.most) {
            counted.kept -= 1;
            counted.leave_out(1, self.kept.pop());
        }
    }

    /// The findings that were kept, and one more for each rule with findings that were left out.
    pub(crate) fn into_parts(mut self) -> (Vec<Finding>, Vec<Finding>) {
        self.settle();
        let left_out = self.rules.into_iter().filter_map(|(_, counted)| {
            let message = format!("{} more findings of this rule are not listed", counted.left_out);
            let help = "Resolve those that are listed, then check again.".to_owned();
            let first = counted.first?;
            Some(Finding {
                cause: Some(message.clone()),
                message,
                help: Some(help),
                tenant: None,
                path: None,
                tenants: Vec::new(),
                explains: None,
                related: Vec::new(),
                fixes: Vec::new(),
                ..first
            })
        });
        let left_out = left_out.collect();
        (self.kept, left_out)
    }
}

impl Counted {
    fn leave_out(&mut self, count: usize, first: Option<Finding>) {
        self.left_out += count;
        match (&mut self.first, first) {
            (Some(own), Some(other)) => own.level = own.level.max(other.level),
            (own, other) => *own = own.take().or(other),
        }
    }
}
