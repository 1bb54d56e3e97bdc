//! A first `.symlint.hcl`, made of what a project has.

use std::collections::BTreeMap;
use std::fmt::Write;

use symlint_terraform::{Evaluator, ModuleCall, Project, Span, Value};

use super::{ArgumentKind, Config, RoleNamePattern, common_name};
use crate::discover::{self, module_names};
use crate::tenants::{FieldKind, Model, RelationKind, Tenant, TenantId, normalise};

/// A commented configuration for `project`. What differs from the defaults is set, everything else is a comment.
pub fn propose(project: &Project) -> String {
    let defaults = Config::default();
    let mut config = defaults.clone();
    if let Some(names) = tenants_variables(project, &defaults) {
        config.tenants_variables = names;
    }
    if let Some((name, _)) = flow_module(project, &defaults) {
        config.flow_module = name;
    }
    let model = discover::build(project, &config);
    if let Some(pattern) = role_name(&model.tenants) {
        config.role_name = pattern;
    }
    render(&config, &defaults, &groups(&model))
}

/// The variables that look as if their entries were tenants, where the usual one is not there.
fn tenants_variables(project: &Project, defaults: &Config) -> Option<Vec<String>> {
    let evaluator = Evaluator::new(project);
    let root = evaluator.root();
    let mut names: Vec<String> = Vec::new();
    let declared = project.root()?.variables.iter().map(|variable| variable.name.text.as_str());
    let assigned = project.assignments().iter().map(|assignment| assignment.variable.text.as_str());
    for name in declared.chain(assigned) {
        let is_new = names.iter().all(|other| other != name);
        if is_new && evaluator.variable(&root, name).is_some_and(|value| has_tenants(&value)) {
            names.push(name.to_owned());
        }
    }
    (!names.is_empty() && names != defaults.tenants_variables).then_some(names)
}

/// Whether some entry has two attributes that only tenants have, or most have ARNs as tenants have.
pub(crate) fn has_tenants(value: &Value) -> bool {
    let kinds = [
        FieldKind::SsoAccountId,
        FieldKind::InstanceArn,
        FieldKind::RoleArn,
        FieldKind::PermissionSetArn,
        FieldKind::TargetAccountId,
    ];
    let looks_like_one = |tenant: &Value| {
        let settings = tenant.get("sso_connector_settings");
        let has = |kind: &FieldKind| {
            tenant
                .get(kind.name())
                .or_else(|| settings.as_ref().and_then(|settings| settings.get(kind.name())))
                .is_some()
        };
        kinds.iter().filter(|kind| has(kind)).count() >= 2
    };
    value.entries().is_some_and(|entries| entries.iter().any(|entry| looks_like_one(&entry.value)))
        || discover::looks_like_tenants(value)
}

/// The name of the module that is called as the flow module is, and the name of the call, where none has the name that
/// `config` says.
pub(crate) fn flow_module(project: &Project, config: &Config) -> Option<(String, Span)> {
    let arguments = [
        ArgumentKind::TenantSlug,
        ArgumentKind::AccountId,
        ArgumentKind::PermissionSetArn,
        ArgumentKind::SsoConnectorSettings,
    ];
    let mut calls = project.modules().iter().flat_map(|module| &module.calls);
    let names = |call: &ModuleCall| call.source.as_ref().map(|source| module_names(&source.text)).unwrap_or_default();
    if calls.clone().any(|call| names(call).contains(&config.flow_module)) {
        return None;
    }
    let is_given = |call: &ModuleCall, kind: ArgumentKind| call.argument(config.argument_name(kind)).is_some();
    let call = calls.find(|call| arguments.into_iter().filter(|kind| is_given(call, *kind)).count() >= 3)?;
    Some((names(call).into_iter().next()?, call.name.span))
}

/// What most roles have around their tenant's name, if it is not the same as ever.
fn role_name(tenants: &[Tenant]) -> Option<RoleNamePattern> {
    let mut patterns: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut roles = 0;
    for tenant in tenants {
        let Some(role) = tenant.role() else { continue };
        roles += 1;
        if let Some(affixes) = around(role.name.text(), &normalise(tenant.name())) {
            *patterns.entry(affixes).or_default() += 1;
        }
    }
    let (&(prefix, suffix), &count) = patterns.iter().max_by_key(|(_, count)| **count)?;
    // What has braces of its own could not be read again.
    let pattern = RoleNamePattern::parse(&format!("{prefix}{{environment}}{suffix}"))?;
    (count >= 2 && count * 2 > roles).then_some(pattern)
}

/// What stands in `name` before and behind the part that is `wanted` when it is normalised.
fn around<'n>(name: &'n str, wanted: &str) -> Option<(&'n str, &'n str)> {
    let is_own = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphanumeric())
            && part.ends_with(|c: char| c.is_ascii_alphanumeric())
            && normalise(part) == wanted
    };
    let starts = (0..name.len()).filter_map(|start| Some((name.get(..start)?, name.get(start..)?)));
    starts
        .flat_map(|(prefix, rest)| {
            (1..=rest.len()).filter_map(move |end| Some((prefix, rest.get(..end)?, rest.get(end..)?)))
        })
        .find(|(_, part, _)| is_own(part))
        .map(|(prefix, _, suffix)| (prefix, suffix))
}

/// The keys of tenants that share account, instance and region.
fn groups(model: &Model<'_>) -> Vec<Vec<String>> {
    let mut groups: BTreeMap<TenantId, Vec<String>> = BTreeMap::new();
    let name = |id| model.tenant(id).name().to_owned();
    for relation in model.relations_of(RelationKind::SharedSsoAccount) {
        groups.entry(relation.other).or_insert_with(|| vec![name(relation.other)]).push(name(relation.tenant));
    }
    groups.into_values().collect()
}

fn render(config: &Config, defaults: &Config, groups: &[Vec<String>]) -> String {
    let mut text = String::from(
        "# What symlint cannot know of itself. Everything here is optional: what is commented out is the default, or an\n\
         # example. `symlint rules` lists the rules, `symlint explain RULE` shows one.\n\n",
    );
    let mut block = |about: &str, is_set: bool, lines: &str| {
        let mark = if is_set { "" } else { "# " };
        for line in about.lines() {
            let _ = writeln!(text, "# {line}");
        }
        for line in lines.lines() {
            let _ = writeln!(text, "{}", format!("{mark}{line}").trim_end());
        }
        text.push('\n');
    };
    let variables = match config.tenants_variables.as_slice() {
        [name] => quote(name),
        names => list(names),
    };
    block(
        "The variable whose entries are tenants, and the attributes that are called otherwise: ours = theirs.",
        config.tenants_variables != defaults.tenants_variables,
        &format!(
            "tenants {{\n  variable = {variables}\n  # attributes = {{ target_account_id = \"workload_account\" }}\n}}"
        ),
    );
    block(
        "The module that makes the flow of one tenant: the last segment of its source.",
        config.flow_module != defaults.flow_module,
        &format!(
            "flow {{\n  module = {}\n  # arguments = {{ account_id = \"target_account\" }}\n}}",
            quote(&config.flow_module)
        ),
    );
    block(
        "The module that makes the connector of one tenant, and what it calls its role.",
        config.role_name != defaults.role_name,
        &format!(
            "connector {{\n  module    = {}\n  role_name = {}\n}}",
            quote(&config.connector_module),
            quote(&config.role_name.to_string())
        ),
    );
    block(
        "The module of the runtime, which may assume the connector roles.",
        false,
        &format!("runtime {{\n  module = {}\n}}", quote(&config.runtime_module)),
    );
    block(
        "The partitions in which tenants may be, and the accounts of the provider itself, which no tenant may use.",
        false,
        &format!("allowed_partitions = {}\nhost_accounts      = []", list(&config.allowed_partitions)),
    );
    for keys in groups {
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        let name = common_name(&keys).map_or_else(|| keys.join("-"), str::to_owned);
        let group = |kind: &str| format!("{kind} {} {{\n  tenants = {}\n}}", quote(&name), list(&keys));
        block("These share account, instance and region. Are they one customer?", false, &group("customer"));
        block(
            "Or are they several customers in one AWS organization? If neither, one was copied from another.",
            false,
            &group("organization"),
        );
    }
    if groups.is_empty() {
        block(
            "Tenants that are one customer: they may share names, accounts and targets.",
            false,
            "customer \"acme\" {\n  tenants = [\"acme_admin\", \"acme_readonly\"]\n}",
        );
        block(
            "Customers in one AWS organization: they may share the SSO account and the instance, and nothing else.",
            false,
            "organization \"reseller\" {\n  tenants = [\"north\", \"south\"]\n}",
        );
    }
    block(
        "The `environment` that a tenant's connector was given, where it is not the tenant's name.",
        false,
        "tenant \"acme_admin\" {\n  environment = \"acme-prod\"\n}",
    );
    block(
        "Another level for a rule: error, warning or off.",
        false,
        "rule \"target-is-sso-account\" {\n  level = \"error\"\n}",
    );
    block(
        "A finding that is as it should be. The reason is required, the last day is not.",
        false,
        "exception \"target-is-sso-account\" {\n  tenant  = \"acme_admin\"\n  reason  = \"the customer has one account only\"\n  expires = \"2030-12-31\"\n}",
    );
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace("${", "$${").replace("%{", "%%{"))
}

fn list<T: AsRef<str>>(texts: &[T]) -> String {
    let quoted: Vec<String> = texts.iter().map(|text| quote(text.as_ref())).collect();
    format!("[{}]", quoted.join(", "))
}
