//! Parses `.symlint.hcl`, which is HCL with literals only. Every mistake has a place.

use foldhash::HashSet;
use symlint_terraform::syntax::{self, Block, Body, Expr, ExprKind, Name};
use symlint_terraform::{FileId, Sources};

use super::literal::{
    Read, accounts, date, each, error, items, label, labels, mapping, name, names, partitions, path, string, strings,
    twice, unknown, version,
};
use super::settings::{ARGUMENTS, ATTRIBUTES, BLOCKS, SINGLE, TOP};
use super::{Config, Exception, TenantGroup, TenantSettings};
use crate::level::Level;
use crate::rule::{Catalogue, Rule};
use crate::tenants::RoleNamePattern;

/// Reads the file `file` in `sources`.
///
/// # Errors
///
/// The first mistake: text that cannot be parsed, an unknown key, block, or rule id, or a value of the wrong kind.
pub fn read(sources: &Sources, file: FileId, catalogue: &Catalogue) -> Read<Config> {
    let tree = syntax::read(file, &sources.get(file));
    if let Some(first) = tree.errors.into_iter().next() {
        return Err(error(first.message, first.span));
    }
    let mut config = Config { file: Some(file), ..Config::default() };
    let reader = ConfigReader { catalogue };
    reader.top(&tree.body, &mut config)?;
    Ok(config)
}

struct ConfigReader<'a> {
    catalogue: &'a Catalogue,
}

impl ConfigReader<'_> {
    fn top(&self, body: &Body, config: &mut Config) -> Read<()> {
        // This is reported first, because a newer version may know keys that this one does not.
        let required = body.attribute("required_version");
        required.map_or(Ok(()), |required| version(&required.value))?;
        for attribute in &body.attributes {
            match attribute.name.text.as_str() {
                "allowed_partitions" => config.allowed_partitions = partitions(&attribute.value)?,
                "host_accounts" => config.host_accounts = accounts(&attribute.value)?,
                "required_version" => {}
                "safelist_extra" => config.safelist_extra = accounts(&attribute.value)?,
                "exclude" => config.exclude = strings(&attribute.value)?,
                "values" => config.values = strings(&attribute.value)?,
                name if BLOCKS.iter().any(|(block, _)| *block == name) => {
                    let shape = if name == "rule" {
                        "rule \"ID\" { level = \"error\" }".into()
                    } else {
                        format!("{name} {{ … }}")
                    };
                    return Err(error(format!("`{name}` is a block: write `{shape}`"), attribute.name.span));
                }
                _ => {
                    let blocks = BLOCKS.iter().map(|(block, _)| *block);
                    let known: Vec<&str> = TOP.into_iter().chain(blocks).collect();
                    return Err(unknown("setting", "", &attribute.name, &known));
                }
            }
        }
        // The tenants that are already in a block of each kind.
        let (mut of_customers, mut of_organizations) = <((_, _), (_, _))>::default();
        for (index, block) in body.blocks.iter().enumerate() {
            let kind = block.kind.text.as_str();
            let is_there = || body.blocks.iter().take(index).any(|other| other.kind.text.as_str() == kind);
            if SINGLE.contains(&kind) && is_there() {
                return Err(error(format!("there is already a block `{kind}`"), block.kind.span));
            }
            match kind {
                "tenants" => tenants(block, config)?,
                "flow" => flow(block, config)?,
                "connector" => connector(block, config)?,
                "runtime" => {
                    labels::<0>(block)?;
                    each(block, |_, value| {
                        config.runtime_module = name(value)?;
                        Ok(())
                    })?;
                }
                "rule" => self.rule(block, config)?,
                "exception" => self.exception(block, config)?,
                "customer" => group(block, "a customer", &mut config.customers, &mut of_customers)?,
                "organization" => group(block, "an organization", &mut config.organizations, &mut of_organizations)?,
                "tenant" => tenant(block, config)?,
                _ => {
                    let known: Vec<&str> = BLOCKS.iter().map(|(block, _)| *block).collect();
                    return Err(unknown("block", "", &block.kind, &known));
                }
            }
        }
        Ok(())
    }

    fn rule(&self, block: &Block, config: &mut Config) -> Read<()> {
        let [id] = labels(block)?;
        self.known_rule(id)?;
        each(block, |_, value| {
            let level: Level = string(value)?.parse().map_err(|message| error(message, value.span))?;
            if level == Level::Off && self.catalogue.get(&id.text).is_some_and(Rule::always_runs) {
                let message = format!("`{}` cannot be switched off: what cannot be read cannot be checked", id.text);
                return Err(error(message, value.span));
            }
            if config.levels.insert(id.text.to_string(), level).is_some() {
                return Err(error(format!("the level of `{}` is set a second time", id.text), id.span));
            }
            Ok(())
        })?;
        match config.levels.contains_key(id.text.as_str()) {
            true => Ok(()),
            false => Err(error("a rule needs a `level`: `error`, `warning`, or `off`".into(), block.kind.span)),
        }
    }

    fn exception(&self, block: &Block, config: &mut Config) -> Read<()> {
        let [id] = labels(block)?;
        self.known_rule(id)?;
        if !self.catalogue.get(&id.text).is_some_and(Rule::is_suppressible) {
            return Err(error(format!("`{}` cannot be suppressed, so it cannot have an exception", id.text), id.span));
        }
        let (mut tenant, mut path, mut reason, mut expires, mut expected) = (None, None, None, None, None);
        each(block, |name, value| {
            let text = string(value)?;
            match name {
                "tenant" => tenant = Some(self::name(value)?),
                "path" => path = Some(self::path(value)?),
                "reason" => reason = Some(text).filter(|text| !text.trim().is_empty()),
                "value" => expected = Some(text),
                _ => expires = Some(date(text, value.span)?),
            }
            Ok(())
        })?;
        let reason = reason.ok_or_else(|| {
            error("an exception needs a `reason`: say why this value is intended".into(), block.kind.span)
        })?;
        if tenant.is_none() && path.is_none() {
            let message = "an exception needs a `tenant` or a `path`; to switch a rule off, use \
                           `rule \"…\" { level = \"off\" }`";
            return Err(error(message.into(), block.kind.span));
        }
        let rule = id.text.to_string();
        config.exceptions.push(Exception { rule, tenant, path, reason, expires, value: expected, span: id.span });
        Ok(())
    }

    fn known_rule(&self, id: &Name) -> Read<()> {
        if self.catalogue.get(&id.text).is_some() {
            return Ok(());
        }
        let known: Vec<&str> = self.catalogue.ids().collect();
        Err(unknown("rule", "", id, &known))
    }
}

fn tenants(block: &Block, config: &mut Config) -> Read<()> {
    labels::<0>(block)?;
    each(block, |name, value| {
        if name != "attributes" {
            return tenants_from(value, config);
        }
        for item in items(value)? {
            let (ours, theirs) = mapping(item, &ATTRIBUTES, "attribute")?;
            let theirs = theirs.unwrap_or_default();
            let path: Vec<String> = theirs.split('.').filter(|_| !theirs.is_empty()).map(str::to_owned).collect();
            if path.iter().any(String::is_empty) {
                return Err(error(format!("`{theirs}` is not a path to an attribute"), item.value.span));
            }
            config.attribute_spans.insert(ours.to_owned(), item.value.span);
            if config.attributes.insert(ours.to_owned(), path).is_some() {
                return Err(twice(item));
            }
        }
        Ok(())
    })
}

/// Reads the setting for where the tenants are: variables, and locals as `local.NAME`.
fn tenants_from(value: &Expr, config: &mut Config) -> Read<()> {
    if !config.tenants_variable_spans.is_empty() {
        let message = "`from` and `variable` mean the same: set only one of them";
        return Err(error(message.into(), value.span));
    }
    let names = match &value.kind {
        ExprKind::Tuple(names) if names.is_empty() => {
            return Err(error("name at least one variable here".into(), value.span));
        }
        ExprKind::Tuple(names) => names.as_ref(),
        _ => std::slice::from_ref(value),
    };
    for expr in names {
        let name = name(expr)?;
        let name = name.strip_prefix("var.").unwrap_or(&name);
        if config.tenants_variables_named().any(|known| known == name) {
            return Err(error(format!("`{name}` is listed twice"), expr.span));
        }
        let is_name = name.strip_prefix("local.").unwrap_or(name);
        if is_name.is_empty() || is_name.contains('.') {
            let message = format!("`{name}` is neither the name of a variable nor `local.NAME`");
            return Err(error(message, expr.span));
        }
        let name = name.to_owned();
        match config.tenants_variable_spans.is_empty() {
            true => config.tenants_variables = vec![name],
            false => config.tenants_variables.push(name),
        }
        config.tenants_variable_spans.push(expr.span);
    }
    Ok(())
}

fn flow(block: &Block, config: &mut Config) -> Read<()> {
    labels::<0>(block)?;
    each(block, |name, value| {
        if name == "module" {
            config.flow_module = self::name(value)?;
            return Ok(());
        }
        for item in items(value)? {
            let (ours, theirs) = mapping(item, &ARGUMENTS, "argument")?;
            if config.flow_arguments.insert(ours.to_owned(), theirs.unwrap_or_default()).is_some() {
                return Err(twice(item));
            }
            config.flow_argument_spans.insert(ours.to_owned(), item.value.span);
        }
        Ok(())
    })
}

fn connector(block: &Block, config: &mut Config) -> Read<()> {
    labels::<0>(block)?;
    each(block, |name, value| {
        let text = self::name(value)?;
        if name == "module" {
            config.connector_module = text;
            return Ok(());
        }
        config.role_name = RoleNamePattern::parse(&text).ok_or_else(|| {
            let message = format!(
                "`{text}` is not a role name: write `{{environment}}` once, such as `SymSSO{{environment}}`, or a name \
                 without braces"
            );
            error(message, value.span)
        })?;
        Ok(())
    })
}

/// Reads a block with tenants that belong together, and adds it to `groups`. `what` is the word for such a group. The
/// names of all groups and their members are collected.
fn group(
    block: &Block,
    what: &str,
    groups: &mut Vec<TenantGroup>,
    (names_so_far, members): &mut (HashSet<String>, HashSet<String>),
) -> Read<()> {
    let name = label(block)?;
    let kind = &block.kind.text;
    if !names_so_far.insert(name.text.to_string()) {
        return Err(error(format!("there is already {what} `{}`", name.text), name.span));
    }
    let mut tenants = Vec::new();
    each(block, |_, value| {
        tenants = names(value)?;
        match tenants.iter().find(|tenant| !members.insert((*tenant).clone())) {
            Some(tenant) => Err(error(format!("`{tenant}` already belongs to another {kind}"), value.span)),
            None => Ok(()),
        }
    })?;
    if tenants.is_empty() {
        return Err(error(format!("{what} needs `tenants`: the keys of its members"), block.kind.span));
    }
    groups.push(TenantGroup { name: name.text.to_string(), tenants, span: block.span });
    Ok(())
}

fn tenant(block: &Block, config: &mut Config) -> Read<()> {
    let key = label(block)?;
    let mut settings = TenantSettings::default();
    each(block, |_, value| {
        settings.environment = Some(string(value)?);
        Ok(())
    })?;
    if config.tenants.insert(key.text.to_string(), settings).is_some() {
        return Err(error(format!("there is already a block for tenant `{}`", key.text), key.span));
    }
    Ok(())
}
