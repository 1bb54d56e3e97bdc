//! Reports of earlier checks, whose tenants are compared with those of this one.

use foldhash::HashMap;
use serde::Deserialize;
use symlint_terraform::{Form, Kind, Origin, Path, PathStep, Root, SortedSet, Sources, Span, Str, Value};

use crate::report::{Location, Point, Problem, ProblemKind, VERSION};
use crate::tenants::{
    Connector, Earlier, EarlierTenant, Field, FieldKind, Grant, Provenance, RunId, Tenant, TenantId, Whole,
};

/// The runs of earlier reports, and what their tenants are called, and where they are.
#[derive(Default)]
pub(super) struct EarlierRuns {
    pub(super) runs: Vec<Earlier>,
    pub(super) places: HashMap<TenantId, (String, Location)>,
    /// What is missing in the reports.
    pub(super) gaps: Vec<String>,
}

/// What is read of a report.
#[derive(Deserialize)]
struct Report {
    runs: Vec<Run>,
    tenants: Vec<Reported>,
    summary: Summary,
}

#[derive(Deserialize)]
struct Version {
    version: u32,
}

#[derive(Deserialize)]
struct Summary {
    exit_code: u8,
}

#[derive(Deserialize)]
struct Run {
    repository_root: String,
    safelists: usize,
}

#[derive(Deserialize)]
struct Reported {
    key: String,
    is_named: bool,
    run: usize,
    customer: Option<String>,
    organization: Option<String>,
    environment: Option<String>,
    repository_file: String,
    sso_account_id: Option<Known>,
    instance_id: Option<Known>,
    region: Option<Known>,
    role_arn: Option<Known>,
    grants: Vec<ReportedGrant>,
    location: ReportedLocation,
}

#[derive(Deserialize)]
struct ReportedGrant {
    permission_set_arn: Option<Known>,
    target_account_id: Option<Known>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Known {
    Text(String),
    Unknown {
        unknown: String,
    },
    /// Anything else in place of a value, such as one that is hidden.
    Hidden(serde::de::IgnoredAny),
}

#[derive(Deserialize)]
struct ReportedLocation {
    start: ReportedPlace,
    end: ReportedPlace,
}

#[derive(Deserialize, Clone, Copy)]
struct ReportedPlace {
    line: u32,
    column: u32,
    offset: u32,
}

impl EarlierRuns {
    /// Adds the runs of the report in the file `name`, but those of root modules that are checked now.
    pub(super) fn add(&mut self, name: &str, bytes: &[u8], checked: &SortedSet<String>) -> Result<(), Problem> {
        let problem = |reason: String| {
            let help = "write one with `symlint check --format json=REPORT.json`";
            Problem::new(ProblemKind::Unreadable, format!("cannot use {name} for `--with`: {reason}")).help(help)
        };
        let is_not = |error: serde_json::Error| problem(format!("it is not a JSON report of symlint: {error}"));
        let text = std::str::from_utf8(bytes).map_err(|error| problem(format!("it is not UTF-8: {error}")))?;
        let Version { version } = serde_json::from_str(text).map_err(is_not)?;
        if version != VERSION {
            return Err(problem(format!("it has version {version}, and this symlint reads version {VERSION}")));
        }
        let report: Report = serde_json::from_str(text).map_err(is_not)?;
        if report.summary.exit_code == 2 {
            self.gaps
                .push(format!("the check that wrote {name} could not do its work, so tenants may be missing in it"));
        }
        let span = nowhere(name)?;
        let mut runs: Vec<Option<Earlier>> = Vec::new();
        for run in report.runs {
            let is_known = checked.contains(&run.repository_root);
            let has_safelist = run.safelists > 0;
            let root = format!("{name}: {}", run.repository_root);
            let id = RunId::at(self.runs.len() + runs.iter().flatten().count());
            runs.push((!is_known).then(|| Earlier { run: id, root, tenants: Vec::new(), has_safelist }));
        }
        for reported in report.tenants {
            let Some(Some(run)) = runs.get_mut(reported.run) else { continue };
            let id = TenantId::new(run.run, run.tenants.len());
            let place = |ReportedPlace { line, column, offset }| Point { line, column, offset };
            let ReportedLocation { start, end } = reported.location;
            let file = Str::from(reported.repository_file.as_str());
            let location = Location { file: file.clone(), start: place(start), end: place(end) };
            self.places.insert(id, (reported.key.clone(), location));
            run.tenants.push(EarlierTenant {
                tenant: tenant(id, &reported, span),
                configured: [reported.customer, reported.organization],
                environment: reported.environment,
                written: (file, start.offset),
            });
        }
        self.runs.extend(runs.into_iter().flatten());
        Ok(())
    }
}

/// A span in a file without a text.
fn nowhere(name: &str) -> Result<Span, Problem> {
    Ok(Span::new(Sources::new().add(name, Vec::new())?, 0..0))
}

fn tenant(id: TenantId, reported: &Reported, span: Span) -> Tenant {
    let field = |kind, value: Option<&Known>| {
        let value = value.map(|value| match value {
            Known::Text(text) => text_at(text, span),
            Known::Unknown { unknown } => Value::unknown(unknown, span),
            Known::Hidden(_) => Value::unknown("the report hides it", span),
        });
        Field::new(kind, id, value, span)
    };
    // An id is turned into its ARN.
    let instance = reported.instance_id.as_ref().map(|known| match known {
        Known::Text(id) if !id.starts_with("arn:") => Known::Text(format!("arn:aws:sso:::instance/{id}")),
        Known::Text(text) => Known::Text(text.clone()),
        Known::Unknown { unknown } => Known::Unknown { unknown: unknown.clone() },
        Known::Hidden(any) => Known::Hidden(*any),
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
