//! Proposes which attribute and which argument is which, if names and sinks do not decide, and how roles are named.

use symlint_terraform::syntax::{Expr, ExprKind};
use symlint_terraform::{ModuleCall, SortedMap, SortedSet};

use super::part::{Proposal, ProposalPart, block, named, quote};
use crate::config::{ArgumentKind, Config};
use crate::discover::module_names;
use crate::gaps::likely_flow;
use crate::tenants::{
    Affixes, Collection, Field, FieldKind, Model, NamingConvention, NamingConventionKind, OtherAttribute, Provenance,
    RoleNamePattern, Step, Tenant, known_role_kind,
};

/// How many letters of a name may be wrong. Such an attribute is misspelled, which is a finding.
const MISSPELT: usize = 2;

pub(super) fn add(found: &[(&Model<'_>, &Config)], to: &mut Proposal) {
    attributes(found, to);
    flow(found, to);
    roles(found, to);
}

/// The user's attribute for each of our names, with others that could be meant.
type Mapping = SortedMap<FieldKind, (String, Vec<String>)>;

fn attributes(found: &[(&Model<'_>, &Config)], to: &mut Proposal) {
    let mut mapping = Mapping::new();
    for (model, _) in found.iter().filter(|(model, _)| model.is_everything_readable()) {
        for (at, collection) in model.sources_of_values.collections().iter().enumerate() {
            let own = |tenant: &&Tenant| tenant.provenance == Provenance::Collection(at);
            let tenants: Vec<&Tenant> = model.tenants.iter().filter(own).collect();
            if !tenants.is_empty() {
                map_attributes(collection, &tenants, &mut mapping);
            }
        }
    }
    if mapping.is_empty() {
        return;
    }
    let is_sure = mapping.values().all(|(_, others)| others.is_empty());
    let lines: Vec<(&str, String)> = mapping.iter().map(|(field, (theirs, _))| (field.name(), quote(theirs))).collect();
    let width = lines.iter().map(|(ours, _)| ours.len()).max().unwrap_or(0);
    let lines: String = lines.iter().map(|(ours, theirs)| format!("    {ours:width$} = {theirs}\n")).collect();
    let text = format!("tenants {{\n  attributes = {{\n{lines}  }}\n}}");
    let fields: Vec<&str> = mapping.keys().map(|field| field.name()).collect();
    let about = match is_sure {
        true => {
            "Attributes that could not be identified by their names or by resources of Sym: ours = theirs.".to_owned()
        }
        false => {
            let could_be = mapping.iter().filter(|(_, (_, others))| !others.is_empty());
            let could_be = could_be.map(|(field, (theirs, others))| {
                let all: Vec<&String> = others.iter().chain([theirs]).collect::<SortedSet<_>>().into_iter().collect();
                format!("`{}` could be {}", field.name(), named(&all).replace(" and ", " or "))
            });
            format!("Which attribute is which? {}. Check these, and correct them: ours = theirs.", joined(could_be))
        }
    };
    let part = ProposalPart { summary: format!("which attribute is {}", named(&fields)), choices: vec![(about, text)] };
    if is_sure { to.settings.push(part) } else { to.questions.push(part) }
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

/// Maps values that were not found in any attribute and do not come from elsewhere.
fn map_attributes(collection: &Collection, tenants: &[&Tenant], mapping: &mut Mapping) {
    let is_missing = |field: &FieldKind| {
        let mut own = tenants.iter().flat_map(|tenant| tenant.values()).filter(|it| it.kind == *field);
        collection.ways.iter().all(|way| way.field != *field) && own.all(Field::is_unseen)
    };
    for field in FieldKind::VALUES.into_iter().filter(is_missing) {
        let candidates: Vec<&OtherAttribute> = collection.others.iter().filter(|other| may_be(other, field)).collect();
        let taken: Vec<&String> = mapping.values().map(|(theirs, _)| theirs).collect();
        let free = candidates.iter().filter(|other| !taken.contains(&&path(other)));
        // The attribute with the most similar name.
        let best = free.max_by_key(|other| likeness(other, field)).copied();
        if let (Some(best), false) = (best, mapping.contains_key(&field)) {
            let others = candidates.iter().map(|other| path(other)).filter(|other| *other != path(best)).collect();
            mapping.insert(field, (path(best), others));
        }
    }
}

/// Whether an attribute could be a value: it looks like one, is not in a list, and is not a misspelling of our name.
fn may_be(other: &OtherAttribute, field: FieldKind) -> bool {
    let is_misspelt = matches!(other.steps.last(), Some(Step::Name(name))
        if strsim::osa_distance(name, field.name()) <= MISSPELT);
    other.looks.contains(&field) && !is_misspelt && !other.steps.contains(&Step::Each)
}

/// How much the name of an attribute suggests that it is a value.
fn likeness(other: &OtherAttribute, field: FieldKind) -> usize {
    let words: &[&str] = match field {
        FieldKind::SsoAccountId => &["sso", "manage", "mgmt", "master", "payer", "root", "org", "admin", "identity"],
        FieldKind::TargetAccountId => &["target", "work", "prod", "member", "app", "access"],
        _ => &[],
    };
    let name = path(other).to_ascii_lowercase();
    words.iter().filter(|word| name.contains(*word)).count()
}

fn path(other: &OtherAttribute) -> String {
    let names =
        other.steps.iter().filter_map(|step| if let Step::Name(name) = step { Some(name.as_str()) } else { None });
    names.collect::<Vec<_>>().join(".")
}

/// Proposes the name of the flow module if it was not recognized, and its arguments if it cannot be read.
fn flow(found: &[(&Model<'_>, &Config)], to: &mut Proposal) {
    let mut modules: SortedMap<String, (bool, SortedMap<ArgumentKind, String>)> = SortedMap::new();
    for (model, config) in found {
        if let Some(likely) = likely_flow(model, config) {
            let arguments = likely.call.map(|call| arguments_of(model, config, call)).unwrap_or_default();
            let is_sure = likely.is_called_as_one || arguments.len() >= 2;
            if let Some(module) = likely.module {
                modules.entry(module).or_insert((is_sure, arguments));
            }
        }
        // If a module cannot be read, only the names of its arguments are known.
        for call in model.flows.iter().filter(|flow| flow.module.is_none()).filter_map(|flow| flow.call) {
            let arguments = arguments_of(model, config, call);
            let module = call.source.as_ref().and_then(|source| module_names(&source.text).into_iter().next());
            if let Some(module) = module.filter(|_| !arguments.is_empty()) {
                modules.entry(module).or_insert((true, arguments));
            }
        }
    }
    let is_one = modules.len() == 1;
    for (module, (is_sure, arguments)) in modules {
        let mut attributes = Vec::new();
        if module != Config::default().flow_module {
            attributes.push(("module", quote(&module)));
        }
        if !arguments.is_empty() {
            let pairs: Vec<String> =
                arguments.iter().map(|(ours, theirs)| format!("{} = {}", ours.name(), quote(theirs))).collect();
            attributes.push(("arguments", format!("{{ {} }}", pairs.join(", "))));
        }
        let about = match (is_sure, arguments.is_empty()) {
            (true, true) => "This module is called like a flow module.",
            (true, false) => "The flow module cannot be read. Its arguments: ours = theirs.",
            (false, _) => "Is this the module that gives one tenant's values to Sym?",
        };
        let part = ProposalPart {
            summary: format!("the flow module `{module}`"),
            choices: vec![(about.to_owned(), block("flow", &attributes))],
        };
        // The configuration can have only one such block.
        if is_sure && is_one { to.settings.push(part) } else { to.questions.push(part) }
    }
}

/// The arguments of a call that do not have one of our names and receive a known attribute.
fn arguments_of(model: &Model<'_>, config: &Config, call: &ModuleCall) -> SortedMap<ArgumentKind, String> {
    let is_given = |kind: ArgumentKind| call.argument(config.argument_name(kind)).is_some();
    let mut found = SortedMap::new();
    for argument in &call.arguments {
        let name = argument.name.text.as_str();
        let is_ours = ArgumentKind::ALL.into_iter().any(|kind| config.argument_name(kind) == name);
        if let Some(kind) = kind_of(model, &argument.value).filter(|kind| !is_ours && !is_given(*kind)) {
            found.entry(kind).or_insert_with(|| name.to_owned());
        }
    }
    found
}

/// The kind of argument that receives such a value: the key, or an attribute of a collection's elements.
fn kind_of(model: &Model<'_>, value: &Expr) -> Option<ArgumentKind> {
    let ExprKind::Attribute(base, name) = &value.kind else { return None };
    if matches!(&base.kind, ExprKind::Variable(root) if root.as_str() == "each") {
        return (name.text.as_str() == "key").then_some(ArgumentKind::TenantSlug);
    }
    let ways = || model.sources_of_values.collections().iter().flat_map(|collection| &collection.ways);
    let is_step = |step: Option<&Step>| matches!(step, Some(Step::Name(step)) if *step == name.text);
    let whole = ways().find(|way| is_step(way.steps.last()) && !way.is_fragment).map(|way| way.field);
    match whole {
        Some(FieldKind::TargetAccountId) => Some(ArgumentKind::AccountId),
        Some(FieldKind::PermissionSetArn) => Some(ArgumentKind::PermissionSetArn),
        Some(_) => None,
        None => {
            let holds = |field: FieldKind| {
                ways().any(|way| way.field == field && way.steps.len() > 1 && is_step(way.steps.first()))
            };
            FieldKind::CONNECTOR.into_iter().all(holds).then_some(ArgumentKind::SsoConnectorSettings)
        }
    }
}

/// Proposes the naming of connector roles, if most roles do not follow that of the stock module.
fn roles(found: &[(&Model<'_>, &Config)], to: &mut Proposal) {
    let mut patterns: SortedMap<String, (usize, SortedSet<String>)> = SortedMap::new();
    for (model, config) in found {
        let conventions = model.role_names.conventions().iter();
        let own: Vec<(String, usize)> =
            conventions.filter_map(|convention| pattern_of(convention, model, config)).collect();
        // A pattern that contains braces of its own could not be parsed again.
        for (pattern, count) in own.into_iter().filter(|(pattern, _)| RoleNamePattern::parse(pattern).is_some()) {
            let (tenants, roots) = patterns.entry(pattern).or_default();
            *tenants += count;
            roots.extend(model.project.root().map(|root| root.dir.trim_end_matches('/').to_owned()));
        }
    }
    if patterns.is_empty() {
        patterns.extend(same_name(found).map(|(name, count)| (name, (count, SortedSet::new()))));
    }
    // A pattern that would make other roles unexpected cannot apply to all root modules.
    let is_expected = |model: &Model<'_>, config: &Config, pattern: &RoleNamePattern| {
        let mut names = model.tenants.iter().filter_map(Tenant::role).map(|role| role.name.text());
        names.any(|name| config.role_name.matches(name) && !pattern.matches(name))
    };
    let parsed: Vec<RoleNamePattern> = patterns.keys().filter_map(|pattern| RoleNamePattern::parse(pattern)).collect();
    let is_broken = |pattern| found.iter().any(|(model, config)| is_expected(model, config, pattern));
    let is_one = parsed.len() == 1 && !parsed.iter().any(is_broken);
    for (pattern, (count, roots)) in patterns {
        let tenants = if count == 1 { "1 tenant".to_owned() } else { format!("{count} tenants") };
        let mut about = format!("The connector roles of {tenants} are named like this.");
        let folders: Vec<&String> = roots.iter().filter(|root| !root.is_empty()).collect();
        if !is_one && !folders.is_empty() {
            about = format!(
                "The connector roles of {tenants} in {} are named like this. A file can have only one such block: write \
                 each into a .symlint.hcl in its own folder, which is then used there in place of this file.",
                named(&folders)
            );
        }
        let lines = block("connector", &[("role_name", quote(&pattern))]);
        let summary = format!("connector roles are named `{pattern}`");
        let part = ProposalPart { summary, choices: vec![(about, lines)] };
        if is_one { to.settings.push(part) } else { to.questions.push(part) }
    }
}

/// The pattern of a naming convention, and how many tenants follow it.
fn pattern_of(convention: &NamingConvention, model: &Model<'_>, config: &Config) -> Option<(String, usize)> {
    let RoleNamePattern { prefix, suffix, .. } = &config.role_name;
    let pattern = match &convention.kind {
        NamingConventionKind::Longer(Affixes { prefix: before, suffix: after }) => {
            format!("{prefix}{before}{{environment}}{after}{suffix}")
        }
        NamingConventionKind::OtherForm(Affixes { prefix, suffix }) => format!("{prefix}{{environment}}{suffix}"),
        NamingConventionKind::SameName => model.tenant(*convention.tenants.first()?).role()?.name.text().to_owned(),
        NamingConventionKind::Shorter(_) => return None,
    };
    Some((pattern, convention.tenants.len()))
}

/// The name that most roles share in several accounts, if it does not have the expected form.
fn same_name(found: &[(&Model<'_>, &Config)]) -> Option<(String, usize)> {
    let roles = found.iter().flat_map(|(model, _)| &model.tenants).filter_map(Tenant::role);
    let roles: Vec<_> = roles.filter(|role| role.name.is_well_formed()).collect();
    let mut accounts: SortedMap<&str, SortedSet<&str>> = SortedMap::new();
    for role in &roles {
        accounts.entry(role.name.text()).or_default().insert(role.account.text());
    }
    let (name, _) = accounts.into_iter().filter(|(_, accounts)| accounts.len() >= 3).max_by_key(|(_, it)| it.len())?;
    let count = roles.iter().filter(|role| role.name.text() == name).count();
    let is_known = known_role_kind(name).is_some() || found.iter().any(|(_, config)| config.role_name.matches(name));
    let is_convention = count * 2 > roles.len() && !is_known;
    is_convention.then(|| (name.to_owned(), count))
}
