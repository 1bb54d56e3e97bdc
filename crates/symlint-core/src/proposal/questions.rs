//! Questions that only people can answer: which tenants are one customer, whose an account is, which values files
//! belong to a run.

use symlint_terraform::{SortedMap, SortedSet, title};

use super::part::{Proposal, ProposalPart, block, list, named, quote};
use crate::config::{Config, common_name};
use crate::coverage::Code;
use crate::facts;
use crate::tenants::{
    Model, NamingConventionKind, RelationKind, Tenant, TenantId, VariableState, environment_of, format, text_of,
};

/// How many names a question shows.
const NAMED: usize = 6;

pub(super) fn add(found: &[(&Model<'_>, &Config)], folder: &str, to: &mut Proposal) {
    groups(found, to);
    environments(found, to);
    accounts(found, to);
    values(found, folder, to);
}

/// Asks about tenants that share account and instance: they may be one customer, or several customers in one
/// organization.
fn groups(found: &[(&Model<'_>, &Config)], to: &mut Proposal) {
    let mut asked: Vec<Vec<&str>> = Vec::new();
    let mut used: SortedSet<String> = SortedSet::new();
    for (members, config) in sharing(found) {
        let mut keys: Vec<&str> = Vec::new();
        members.iter().map(|tenant| tenant.name()).for_each(|key| {
            if !keys.contains(&key) {
                keys.push(key);
            }
        });
        // Tenants with the same key need no question.
        if keys.len() < 2 || asked.contains(&keys) {
            continue;
        }
        let name = group_name(&members, &keys, config);
        let name = if used.insert(name.clone()) { name } else { keys.join("-") };
        let lines = |kind: &str| block(&format!("{kind} {}", quote(&name)), &[("tenants", list(&keys))]);
        let who = some(&keys);
        let one = format!("{who} share an SSO account and its instance. If they are one customer:");
        let several = "If they are several customers in one AWS organization:".to_owned();
        to.questions.push(ProposalPart {
            summary: format!("whether {who} are one customer"),
            choices: vec![(one, lines("customer")), (several, lines("organization"))],
        });
        asked.push(keys);
    }
}

/// The groups of tenants that share SSO account, instance, and region, in source order. They are in one run, or in
/// several with different names and grants.
fn sharing<'m, 'c>(found: &[(&'m Model<'_>, &'c Config)]) -> Vec<(Vec<&'m Tenant>, &'c Config)> {
    let mut places: SortedMap<[Option<&str>; 3], usize> = SortedMap::new();
    let mut groups: Vec<(Vec<(&Tenant, bool)>, &Config)> = Vec::new();
    for (model, config) in found {
        let shared = model.relations_of(RelationKind::SharedSsoAccount).flat_map(|it| [it.tenant, it.other]);
        let shared: SortedSet<TenantId> = shared.collect();
        for tenant in &model.tenants {
            let account = tenant.sso_account().map(|account| account.text());
            let instance = tenant.instance_id().map(|instance| instance.text());
            // Entries in the folder that their role is named after belong together.
            if account.is_none() || instance.is_none() || model.role_names.is_of_folder(tenant, config) {
                continue;
            }
            let place = *places.entry([account, instance, tenant.connector.region.as_str()]).or_insert(groups.len());
            if place == groups.len() {
                groups.push((Vec::new(), config));
            }
            if let Some((members, _)) = groups.get_mut(place) {
                members.push((tenant, shared.contains(&tenant.id)));
            }
        }
    }
    let grants = |tenant: &'m Tenant| {
        let grants = tenant.grants.iter();
        grants.map(|grant| [grant.permission_set_arn.as_str(), grant.target_account_id.as_str()]).collect::<Vec<_>>()
    };
    let are_related = |one: &'m Tenant, other: &'m Tenant| {
        one.id.run != other.id.run && one.name() != other.name() && grants(one) != grants(other)
    };
    let group = |(all, config): (Vec<(&'m Tenant, bool)>, &'c Config)| {
        let is_member = |(tenant, is_shared): &(&'m Tenant, bool)| {
            *is_shared || all.iter().any(|(other, _)| are_related(tenant, other))
        };
        (all.iter().filter(|it| is_member(it)).map(|(tenant, _)| *tenant).collect::<Vec<_>>(), config)
    };
    groups.into_iter().map(group).collect()
}

/// A name for the group: what the tenants' keys start with, or what their shared role is named after.
fn group_name(members: &[&Tenant], keys: &[&str], config: &Config) -> String {
    let mut environments = members.iter().map(|tenant| environment_of(tenant.role()?.name.text(), &config.role_name));
    let role = environments.next().flatten().filter(|first| environments.all(|it| it == Some(*first)));
    let name = common_name(keys).map(str::to_owned).or(role.map(str::to_ascii_lowercase));
    name.unwrap_or_else(|| keys.iter().take(3).copied().collect::<Vec<_>>().join("-"))
}

fn some<T: AsRef<str>>(names: &[T]) -> String {
    if names.len() <= NAMED {
        return named(names);
    }
    let shown: Vec<&str> = names.iter().take(NAMED).map(AsRef::as_ref).collect();
    format!("{} and {} more", named(&shown).replace(" and ", ", "), names.len() - NAMED)
}

/// Asks about roles whose name contains the tenant's name with something around it.
fn environments(found: &[(&Model<'_>, &Config)], to: &mut Proposal) {
    let mut blocks: SortedMap<String, String> = SortedMap::new();
    for (model, config) in found {
        let conventions = model.role_names.conventions().iter();
        for &id in conventions
            .filter(|convention| matches!(convention.kind, NamingConventionKind::Shorter(_)))
            .flat_map(|it| &it.tenants)
        {
            let tenant = model.tenant(id);
            let role = tenant.role().map(|role| role.name.text().to_owned());
            let Some(environment) = role.as_deref().and_then(|role| environment_of(role, &config.role_name)) else {
                continue;
            };
            // Written as it was passed to the connector's module, if that is known.
            let lower = environment.to_ascii_lowercase();
            let given = if title(&lower) == environment { lower } else { environment.to_owned() };
            let lines = block(&format!("tenant {}", quote(tenant.name())), &[("environment", quote(&given))]);
            blocks.entry(tenant.name().to_owned()).or_insert(lines);
        }
    }
    if !blocks.is_empty() {
        let keys: Vec<&String> = blocks.keys().collect();
        let about = format!(
            "The roles of {} have shorter names than the tenants. If these are the environments of their connectors:",
            some(&keys)
        );
        let lines = blocks.into_values().collect::<Vec<_>>().join("\n");
        to.questions.push(ProposalPart {
            summary: "which environments connectors were given".into(),
            choices: vec![(about, lines)],
        });
    }
}

/// Asks about accounts that the runtime may enter and that belong to no tenant.
fn accounts(found: &[(&Model<'_>, &Config)], to: &mut Proposal) {
    let mut extra: Vec<String> = Vec::new();
    let mut own: SortedSet<String> = SortedSet::new();
    for (model, config) in found {
        let is_set = model.variables.iter().all(|variable| variable.state == VariableState::Known);
        // The owner of an account is certain only if all tenants are known.
        if model.tenants.is_empty() || !is_set || !model.knows_its_flows() || !model.is_everything_readable() {
            return;
        }
        own.extend(config.host_accounts.iter().cloned());
        let values = model.tenants.iter().flat_map(Tenant::values).filter_map(|field| field.raw());
        own.extend(values.map(ToString::to_string));
        let roles = model.tenants.iter().filter_map(Tenant::role_account);
        own.extend(roles.map(|account| account.text().to_owned()));
        for list in model.runtimes.iter().flat_map(|runtime| &runtime.safelists) {
            let texts = list.elements().unwrap_or_default().iter().filter_map(text_of);
            for account in texts.map(|text| text.to_string()) {
                let is_account = format::is_account_id(&account) && !facts::is_placeholder_account(&account);
                if is_account && !extra.contains(&account) {
                    extra.push(account);
                }
            }
        }
    }
    extra.retain(|account| !own.contains(account));
    if extra.is_empty() {
        return;
    }
    let is_one = extra.len() == 1;
    let (are, they) = if is_one { ("is", "it is") } else { ("are", "they are") };
    let about = format!(
        "{} {are} in the safelist and {} to any tenant. If {they} your own, so that no tenant may use",
        some(&extra),
        if is_one { "does not belong" } else { "do not belong" }
    );
    let them = if is_one { "it" } else { "them" };
    to.questions.push(ProposalPart {
        summary: format!("whose {} {are}", some(&extra)),
        choices: vec![
            (format!("{about} {them}:"), format!("host_accounts = {}", list(&extra))),
            (
                format!("If {they} someone else's, and the runtime may also enter {them}:"),
                format!("safelist_extra = {}", list(&extra)),
            ),
        ],
    });
}

/// Asks about values files that would set the tenants, but that no run loads.
fn values(found: &[(&Model<'_>, &Config)], folder: &str, to: &mut Proposal) {
    let mut files: Vec<String> = Vec::new();
    for (model, _) in found {
        for gap in model.not_checked.iter().filter(|gap| gap.code == Code::UnloadedValues) {
            let name = gap.span.map(|span| model.sources().get(span.file).name().to_owned());
            // Patterns are relative to the file's folder.
            let name = name.map(|name| below(&name, folder).to_owned());
            files.extend(name.filter(|name| !files.contains(name)));
        }
    }
    if !files.is_empty() {
        let files_named = some(&files);
        let (about, verb, example) = match files.len() {
            1 => ("no run loads it. To make it a run of its own:", "is", "If it is an example:"),
            _ => ("no run loads them. To make each a run of its own:", "are", "If they are examples:"),
        };
        to.questions.push(ProposalPart {
            summary: format!("whether {files_named} {verb} to be checked"),
            choices: vec![
                (format!("{files_named} would set tenants, and {about}"), format!("values = {}", list(&files))),
                (example.to_owned(), format!("exclude = {}", list(&files))),
            ],
        });
    }
}

fn below<'n>(name: &'n str, folder: &str) -> &'n str {
    name.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')).unwrap_or(name)
}
