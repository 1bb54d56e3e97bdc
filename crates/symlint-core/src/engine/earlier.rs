//! Reports of earlier checks. Their tenants are compared with those of this check.

use foldhash::HashMap;
use serde::Deserialize;
use symlint_terraform::{Form, Kind, Origin, Path, PathStep, Root, Sources, Span, Str, Value};

use crate::coverage::Code;
use crate::report::{Location, Point, Problem, ProblemKind, VERSION};
use crate::tenants::{
    Connector, Earlier, EarlierTenant, Field, FieldKind, Grant, Part, Provenance, RunId, Tenant, TenantId, Whole,
};

/// The runs of earlier reports, with the names and places of their tenants.
#[derive(Default)]
pub(super) struct EarlierRuns {
    pub(super) runs: Vec<Earlier>,
    /// The report that each run is from, and what it checked.
    sites: Vec<(String, Site)>,
    pub(super) places: HashMap<TenantId, (String, Location)>,
    /// Gaps in the reports.
    pub(super) gaps: Vec<String>,
    /// Runs that were left out.
    pub(super) left_out: Vec<String>,
}

/// What a run checks, by names that are the same in all jobs.
#[derive(PartialEq, Eq)]
pub(super) struct Site {
    /// Relative to the root of the repository.
    root: String,
    /// Relative to the root module.
    values: Vec<String>,
    workspace: Option<String>,
}

impl Site {
    /// `folder` is the root module's path in the names of the values files.
    pub(super) fn new<'v>(
        root: String,
        folder: &str,
        values: impl Iterator<Item = &'v str>,
        workspace: Option<&str>,
    ) -> Self {
        let below = |path: &str| path.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')).map(str::to_owned);
        let values = values.map(|path| below(path).unwrap_or_else(|| path.to_owned())).collect();
        Self { root, values, workspace: workspace.map(str::to_owned) }
    }
}

/// A run of this check.
pub(super) struct Now<'a> {
    pub(super) site: Site,
    /// The name of its root module.
    pub(super) root: String,
    pub(super) tenants: &'a [Tenant],
}

/// The parts of a report that are read.
#[derive(Deserialize)]
struct EarlierReport {
    runs: Vec<EarlierRun>,
    tenants: Vec<ReportedEarlier>,
    summary: EarlierSummary,
}

#[derive(Deserialize)]
struct Version {
    version: u32,
}

#[derive(Deserialize)]
struct EarlierSummary {
    exit_code: u8,
}

#[derive(Deserialize)]
struct EarlierRun {
    root: String,
    repository_root: String,
    values: Vec<String>,
    workspace: Option<String>,
    safelists: usize,
    not_checked: Vec<EarlierGap>,
}

#[derive(Deserialize)]
struct EarlierGap {
    code: String,
}

#[derive(Deserialize)]
struct ReportedEarlier {
    key: String,
    is_named: bool,
    run: usize,
    customer: Option<String>,
    organization: Option<String>,
    environment: Option<String>,
    repository_file: String,
    sso_account_id: Option<EarlierValue>,
    instance_id: Option<EarlierValue>,
    region: Option<EarlierValue>,
    role_arn: Option<EarlierValue>,
    grants: Vec<EarlierGrant>,
    location: ReportedLocation,
}

#[derive(Deserialize)]
struct EarlierGrant {
    permission_set_arn: Option<EarlierValue>,
    target_account_id: Option<EarlierValue>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum EarlierValue {
    Text(String),
    Unknown {
        unknown: String,
    },
    /// Anything else that replaces a value, such as a hidden one.
    Hidden(serde::de::IgnoredAny),
}

#[derive(Deserialize)]
struct ReportedLocation {
    start: Point,
    end: Point,
}

impl EarlierRuns {
    /// Adds the runs of the report in the file `name`.
    pub(super) fn add(&mut self, name: &str, bytes: &[u8]) -> Result<(), Problem> {
        let problem = |reason: String| {
            let help = "write one with `symlint check --format json=REPORT.json`";
            Problem::new(ProblemKind::Unreadable, format!("cannot use {name} for `--with`: {reason}")).help(help)
        };
        let is_not = |_: serde_json::Error| problem("it is not a JSON report of symlint".into());
        let text = std::str::from_utf8(bytes).map_err(|error| problem(format!("it is not UTF-8: {error}")))?;
        let Version { version } = serde_json::from_str(text).map_err(is_not)?;
        if version != VERSION {
            return Err(problem(format!("it has version {version}, and this symlint reads version {VERSION}")));
        }
        let report: EarlierReport = serde_json::from_str(text).map_err(is_not)?;
        let is_unread = |run: &EarlierRun| run.not_checked.iter().any(|gap| gap.code == Code::SyntaxError.as_str());
        let failure = match report.summary.exit_code {
            2 => Some("do its work"),
            _ => report.runs.iter().any(is_unread).then_some("read every file"),
        };
        let gap = |what| format!("the check that wrote {name} could not {what}, so tenants may be missing in it");
        self.gaps.extend(failure.map(gap));
        let span = nowhere(name)?;
        let first = self.runs.len();
        for (at, run) in report.runs.into_iter().enumerate() {
            let has_safelist = run.safelists > 0;
            let root = format!("{name}: {}", run.repository_root);
            let run_id = RunId::at(first + at);
            let values = run.values.join("/");
            self.runs.push(Earlier { run: run_id, root, values, tenants: Vec::new(), has_safelist, report: None });
            let values = run.values.iter().map(String::as_str);
            let site = Site::new(run.repository_root, &run.root, values, run.workspace.as_deref());
            self.sites.push((name.to_owned(), site));
        }
        for reported in report.tenants {
            let Some(run) = self.runs.get_mut(first + reported.run) else { continue };
            let id = TenantId::new(run.run, run.tenants.len());
            let tenant = tenant(id, &reported, span);
            let ReportedLocation { start, end } = reported.location;
            let file = Str::from(reported.repository_file.as_str());
            let offset = start.offset;
            let location = Location { file: file.clone(), start, end };
            self.places.insert(id, (reported.key.clone(), location));
            run.tenants.push(EarlierTenant {
                tenant,
                configured: [reported.customer, reported.organization],
                environment: reported.environment,
                written: (file, offset),
            });
        }
        Ok(())
    }

    /// Leaves out the runs that are checked `now`, and joins the others with those of the same root module. Checkouts
    /// of different repositories may have the same names for different root modules; their tenants tell them apart.
    pub(super) fn meet(&mut self, now: &[Now<'_>]) {
        let runs = std::mem::take(&mut self.runs);
        for (mut run, (file, site)) in runs.into_iter().zip(std::mem::take(&mut self.sites)) {
            let same: Vec<&Now<'_>> = now.iter().filter(|it| it.site == site).collect();
            let tenants: HashMap<&str, &Tenant> =
                same.iter().flat_map(|it| it.tenants).map(|tenant| (tenant.name(), tenant)).collect();
            let there = |it: &EarlierTenant| tenants.get(it.tenant.name()).copied();
            let is_known = |it: &EarlierTenant| there(it).is_some_and(|tenant| are_alike(&it.tenant, tenant));
            if !same.is_empty() && (run.tenants.is_empty() || run.tenants.iter().any(is_known)) {
                let gone =
                    run.tenants.iter().filter(|it| there(it).is_none()).map(|it| format!("`{}`", it.tenant.name()));
                let without = match gone.collect::<Vec<_>>() {
                    gone if gone.is_empty() => String::new(),
                    gone => format!(", without {}", gone.join(", ")),
                };
                self.left_out.push(format!("`{}` in {file} was left out: it is checked now{without}", site.root));
                continue;
            }
            if !same.is_empty() {
                run.report = Some(file);
            } else if let Some(now) = now.iter().find(|it| it.site.root == site.root) {
                run.root.clone_from(&now.root);
            }
            self.runs.push(run);
        }
    }
}

/// Whether two tenants with the same key can be one tenant at different times, at which the account or the instance was
/// corrected.
fn are_alike(one: &Tenant, other: &Tenant) -> bool {
    let equal = |of: fn(&Tenant) -> Option<Part<'_>>| Some(of(one)?.text() == of(other)?.text());
    let [account, instance] = [equal(Tenant::sso_account), equal(Tenant::instance_id)];
    account == Some(true) || instance == Some(true) || account.is_none() && instance.is_none()
}

/// A span in a file without a text.
fn nowhere(name: &str) -> Result<Span, Problem> {
    Ok(Span::new(Sources::new().add(name, Vec::new())?, 0..0))
}

fn tenant(id: TenantId, reported: &ReportedEarlier, span: Span) -> Tenant {
    let field = |kind, value: Option<&EarlierValue>| {
        let value = value.map(|value| match value {
            EarlierValue::Text(text) => text_at(text, span),
            EarlierValue::Unknown { unknown } => Value::unknown(unknown, span),
            EarlierValue::Hidden(_) => Value::unknown("the report hides it", span),
        });
        Field::new(kind, id, value, span)
    };
    // The ARN is built from the id.
    let instance = reported.instance_id.as_ref().map(|known| match known {
        EarlierValue::Text(id) if !id.starts_with("arn:") => EarlierValue::Text(format!("arn:aws:sso:::instance/{id}")),
        EarlierValue::Text(text) => EarlierValue::Text(text.clone()),
        EarlierValue::Unknown { unknown } => EarlierValue::Unknown { unknown: unknown.clone() },
        EarlierValue::Hidden(any) => EarlierValue::Hidden(*any),
    });
    let path = Path::root(Root::Inline(span));
    let grants = reported.grants.iter().map(|grant| {
        Grant::new(
            field(FieldKind::PermissionSetArn, grant.permission_set_arn.as_ref()),
            field(FieldKind::TargetAccountId, grant.target_account_id.as_ref()),
        )
    });
    Tenant {
        id,
        key: Field::new(FieldKind::Key, id, Some(text_at(&reported.key, span)), span),
        other_names: Vec::new(),
        sso_account_id: field(FieldKind::SsoAccountId, reported.sso_account_id.as_ref()),
        connector: Connector {
            cloud: field(FieldKind::Cloud, None),
            instance_arn: field(FieldKind::InstanceArn, instance.as_ref()),
            region: field(FieldKind::Region, reported.region.as_ref()),
            role_arn: field(FieldKind::RoleArn, reported.role_arn.as_ref()),
            is_common: false,
        },
        grants: grants.collect(),
        provenance: if reported.is_named { Provenance::Collection(0) } else { Provenance::FlowCall(0) },
        whole: Whole::Object,
        span,
        path: if reported.is_named { path.join(PathStep::Key(reported.key.as_str().into())) } else { path },
        missing: Vec::new(),
        misfits: Vec::new(),
    }
}

fn text_at(text: &str, span: Span) -> Value {
    Value::new(Kind::String(text.into()), Origin::written(span, Form::Whole))
}
