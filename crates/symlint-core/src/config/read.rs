//! Reads `.symlint.hcl`: HCL with literals only, and every mistake with its place.

use symlint_terraform::syntax::{self, Attribute, Block, Body, Expr, ExprKind, Item, Key, Name};
use symlint_terraform::{FileId, Sources, Span};
use time::{Date, Month};

use super::{Config, Exception, RoleNamePattern, TenantGroup, TenantSettings};
use crate::rule::{Catalogue, Level, Rule, closest};

/// A mistake in the configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ConfigError {
    /// What is wrong, and what to do.
    pub message: String,
    /// Where.
    pub span: Span,
}

type Read<T> = Result<T, ConfigError>;

/// Reads the file `file` of `sources`.
///
/// # Errors
///
/// The first mistake: unreadable text, an unknown key, block or rule id, or a value of the wrong kind.
pub fn read(sources: &Sources, file: FileId, catalogue: &Catalogue) -> Read<Config> {
    let tree = syntax::read(file, &sources.get(file));
    if let Some(error) = tree.errors.into_iter().next() {
        return Err(ConfigError { message: error.message, span: error.span });
    }
    let mut config = Config { file: Some(file), ..Config::default() };
    let reader = Reader { catalogue };
    reader.top(&tree.body, &mut config)?;
    Ok(config)
}

/// Attributes that can be mapped.
const ATTRIBUTES: [&str; 9] = [
    "sso_account_id",
    "sso_connector_settings",
    "cloud",
    "instance_arn",
    "region",
    "role_arn",
    "permission_set_arn",
    "target_account_id",
    "grants",
];

/// Arguments that can be mapped.
const ARGUMENTS: [&str; 5] = ["tenant_slug", "account_id", "permission_set_arn", "sso_connector_settings", "grants"];

const BLOCKS: [&str; 9] =
    ["tenants", "flow", "connector", "runtime", "rule", "exception", "customer", "organization", "tenant"];

/// Blocks of which there is one.
const SINGLE: [&str; 4] = ["tenants", "flow", "connector", "runtime"];

struct Reader<'a> {
    catalogue: &'a Catalogue,
}

impl Reader<'_> {
    fn top(&self, body: &Body, config: &mut Config) -> Read<()> {
        for attribute in &body.attributes {
            match attribute.name.text.as_str() {
                "allowed_partitions" => config.allowed_partitions = partitions(&attribute.value)?,
                "host_accounts" => config.host_accounts = accounts(&attribute.value)?,
                "exclude" => config.exclude = strings(&attribute.value)?,
                "values" => config.values = strings(&attribute.value)?,
                name if BLOCKS.contains(&name) => {
                    let shape = if name == "rule" {
                        "rule \"ID\" { level = \"error\" }".into()
                    } else {
                        format!("{name} {{ … }}")
                    };
                    return Err(error(format!("`{name}` is a block: write `{shape}`"), attribute.name.span));
                }
                _ => {
                    let known = ["allowed_partitions", "exclude", "host_accounts", "values"];
                    return Err(unknown("setting", "", &attribute.name, &known));
                }
            }
        }
        for (index, block) in body.blocks.iter().enumerate() {
            let kind = block.kind.text.as_str();
            let is_there = || body.blocks.iter().take(index).any(|other| other.kind.text.as_str() == kind);
            if SINGLE.contains(&kind) && is_there() {
                return Err(error(format!("there is a block `{kind}` already"), block.kind.span));
            }
            match kind {
                "tenants" => tenants(block, config)?,
                "flow" => flow(block, config)?,
                "connector" => connector(block, config)?,
                "runtime" => {
                    labels::<0>(block)?;
                    each(block, &["module"], |_, value| {
                        config.runtime_module = name(value)?;
                        Ok(())
                    })?;
                }
                "rule" => self.rule(block, config)?,
                "exception" => self.exception(block, config)?,
                "customer" => group(block, "a customer", &mut config.customers)?,
                "organization" => group(block, "an organization", &mut config.organizations)?,
                "tenant" => tenant(block, config)?,
                _ => return Err(unknown("block", "", &block.kind, &BLOCKS)),
            }
        }
        Ok(())
    }

    fn rule(&self, block: &Block, config: &mut Config) -> Read<()> {
        let [id] = labels(block)?;
        self.known_rule(id)?;
        each(block, &["level"], |_, value| {
            let level: Level = string(value)?.parse().map_err(|message| ConfigError { message, span: value.span })?;
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
            false => Err(error("a rule needs a `level`: `error`, `warning` or `off`".into(), block.kind.span)),
        }
    }

    fn exception(&self, block: &Block, config: &mut Config) -> Read<()> {
        let [id] = labels(block)?;
        self.known_rule(id)?;
        if !self.catalogue.get(&id.text).is_some_and(Rule::is_suppressible) {
            return Err(error(format!("there is no exception from `{}`", id.text), id.span));
        }
        let (mut tenant, mut path, mut reason, mut expires) = (None, None, None, None);
        each(block, &["tenant", "path", "reason", "expires"], |name, value| {
            let text = string(value)?;
            match name {
                "tenant" => tenant = Some(self::name(value)?),
                "path" => path = Some(self::path(value)?),
                "reason" => reason = Some(text).filter(|text| !text.trim().is_empty()),
                _ => expires = Some(date(text, value.span)?),
            }
            Ok(())
        })?;
        let reason = reason.ok_or_else(|| {
            error("an exception needs a `reason`: say why the finding is as it should be".into(), block.kind.span)
        })?;
        if tenant.is_none() && path.is_none() {
            let message = "an exception needs a `tenant` or a `path`; to switch a rule off, use \
                           `rule \"…\" { level = \"off\" }`";
            return Err(error(message.into(), block.kind.span));
        }
        let rule = id.text.to_string();
        config.exceptions.push(Exception { rule, tenant, path, reason, expires, span: id.span });
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
    each(block, &["variable", "attributes"], |name, value| {
        if name == "variable" {
            let names = match &value.kind {
                ExprKind::Tuple(names) if names.is_empty() => {
                    return Err(error("name at least one variable here".into(), value.span));
                }
                ExprKind::Tuple(names) => names.as_ref(),
                _ => std::slice::from_ref(value),
            };
            config.tenants_variables = names.iter().map(self::name).collect::<Read<_>>()?;
            config.tenants_variable_spans = names.iter().map(|name| name.span).collect();
            let mut rest = config.tenants_variables.iter().zip(&config.tenants_variable_spans);
            while let Some((name, _)) = rest.next() {
                if let Some((_, &again)) = rest.clone().find(|(other, _)| *other == name) {
                    return Err(error(format!("the variable `{name}` is named a second time"), again));
                }
            }
            return Ok(());
        }
        for item in items(value)? {
            let (ours, theirs) = mapping(item, &ATTRIBUTES, "attribute")?;
            let path: Vec<String> = theirs.split('.').map(str::to_owned).collect();
            if path.iter().any(String::is_empty) {
                return Err(error(format!("`{theirs}` is no path to an attribute"), item.value.span));
            }
            config.attribute_spans.insert(ours.clone(), item.value.span);
            if config.attributes.insert(ours, path).is_some() {
                return Err(twice(item));
            }
        }
        Ok(())
    })
}

fn flow(block: &Block, config: &mut Config) -> Read<()> {
    labels::<0>(block)?;
    each(block, &["module", "arguments"], |name, value| {
        if name == "module" {
            config.flow_module = self::name(value)?;
            return Ok(());
        }
        for item in items(value)? {
            let (ours, theirs) = mapping(item, &ARGUMENTS, "argument")?;
            config.flow_argument_spans.insert(ours.clone(), item.value.span);
            if config.flow_arguments.insert(ours, theirs).is_some() {
                return Err(twice(item));
            }
        }
        Ok(())
    })
}

fn connector(block: &Block, config: &mut Config) -> Read<()> {
    labels::<0>(block)?;
    each(block, &["module", "role_name"], |name, value| {
        if name == "module" {
            config.connector_module = self::name(value)?;
            return Ok(());
        }
        let text = string(value)?;
        config.role_name = RoleNamePattern::parse(&text).ok_or_else(|| {
            error(format!("`{text}` must have `{{environment}}` once, such as `SymSSO{{environment}}`"), value.span)
        })?;
        Ok(())
    })
}

/// Reads a block of tenants that belong together into `groups`, of which each is `what`.
fn group(block: &Block, what: &str, groups: &mut Vec<TenantGroup>) -> Read<()> {
    let [name] = labels(block)?;
    let kind = &block.kind.text;
    if groups.iter().any(|group| group.name == name.text.as_str()) {
        return Err(error(format!("there is already {what} `{}`", name.text), name.span));
    }
    let mut tenants = Vec::new();
    each(block, &["tenants"], |_, value| {
        tenants = strings(value)?;
        let other = |tenant: &&String| groups.iter().any(|other| other.tenants.contains(tenant));
        match tenants.iter().find(other) {
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
    let [key] = labels(block)?;
    let mut settings = TenantSettings::default();
    each(block, &["environment"], |_, value| {
        settings.environment = Some(string(value)?);
        Ok(())
    })?;
    if config.tenants.insert(key.text.to_string(), settings).is_some() {
        return Err(error(format!("there are settings for tenant `{}` already", key.text), key.span));
    }
    Ok(())
}

fn error(message: String, span: Span) -> ConfigError {
    ConfigError { message, span }
}

fn twice(item: &Item) -> ConfigError {
    error("this is set a second time".into(), item.key.span())
}

/// `what` there is not, and where: ``there is no setting `variabel` in `tenants` ``.
fn unknown(what: &str, place: &str, name: &Name, known: &[&str]) -> ConfigError {
    let hint = match closest(&name.text, known.iter().copied()) {
        Some(near) => format!("; did you mean `{near}`?"),
        None if known.len() <= 9 => format!("; known are `{}`", known.join("`, `")),
        None => String::new(),
    };
    error(format!("there is no {what} `{}`{place}{hint}", name.text), name.span)
}

/// Calls `set` with each attribute of `block`, which has no other attributes and no blocks.
fn each(block: &Block, known: &[&str], mut set: impl FnMut(&str, &Expr) -> Read<()>) -> Read<()> {
    if let Some(inner) = block.body.blocks.first() {
        return Err(error(format!("`{}` has no blocks inside", block.kind.text), inner.kind.span));
    }
    for attribute in &block.body.attributes {
        let Attribute { name, value, .. } = &**attribute;
        if !known.contains(&name.text.as_str()) {
            return Err(unknown("setting", &format!(" in `{}`", block.kind.text), name, known));
        }
        set(&name.text, value)?;
    }
    Ok(())
}

fn labels<const N: usize>(block: &Block) -> Read<&[Name; N]> {
    <&[Name; N]>::try_from(block.labels.as_slice()).map_err(|_| {
        let wanted = match N {
            0 => "no label",
            _ => "one label in quotes",
        };
        error(format!("`{}` takes {wanted}", block.kind.text), block.kind.span)
    })
}

fn string(expr: &Expr) -> Read<String> {
    match &expr.kind {
        ExprKind::String(literal) => Ok(literal.text.to_string()),
        _ => Err(error("a string in quotes is needed here".into(), expr.span)),
    }
}

/// A name, which is not empty.
fn name(expr: &Expr) -> Read<String> {
    let name = string(expr)?;
    if name.trim().is_empty() { Err(error("a name is needed here".into(), expr.span)) } else { Ok(name) }
}

/// The way to a value, as findings have it.
fn path(expr: &Expr) -> Read<String> {
    let path = name(expr)?;
    match path.strip_prefix("var.") {
        Some(rest) => Err(error(format!("a path starts with the name of the variable: write `{rest}`"), expr.span)),
        None => Ok(path),
    }
}

fn strings(expr: &Expr) -> Read<Vec<String>> {
    match &expr.kind {
        ExprKind::Tuple(elements) => elements.iter().map(string).collect(),
        _ => Err(error("a list of strings is needed here, such as `[\"a\", \"b\"]`".into(), expr.span)),
    }
}

fn partitions(expr: &Expr) -> Read<Vec<String>> {
    let partitions = strings(expr)?;
    if partitions.is_empty() {
        return Err(error("name at least one partition here, such as `aws`".into(), expr.span));
    }
    match partitions.iter().find(|partition| !crate::facts::is_partition(partition)) {
        Some(partition) => Err(error(format!("`{partition}` is no partition of AWS"), expr.span)),
        None => Ok(partitions),
    }
}

fn accounts(expr: &Expr) -> Read<Vec<String>> {
    let accounts = strings(expr)?;
    match accounts.iter().find(|account| !crate::tenants::arn::is_account_id(account)) {
        Some(account) => Err(error(format!("`{account}` is no account id of twelve digits"), expr.span)),
        None => Ok(accounts),
    }
}

fn items(expr: &Expr) -> Read<&[Item]> {
    match &expr.kind {
        ExprKind::Object(items) => Ok(items),
        _ => Err(error("a map is needed here, such as `{ ours = \"theirs\" }`".into(), expr.span)),
    }
}

fn mapping(item: &Item, known: &[&str], what: &str) -> Read<(String, String)> {
    let Key::Literal(name) = &item.key else {
        return Err(error("a plain name is needed here".into(), item.key.span()));
    };
    if !known.contains(&name.text.as_str()) {
        return Err(unknown(what, " to map", name, known));
    }
    Ok((name.text.to_string(), string(&item.value)?))
}

/// A day as `2027-01-31`, and in no other of the forms of ISO 8601: days are compared as texts.
fn date(text: String, span: Span) -> Read<String> {
    let number = |part: &str, width: usize| -> Option<u16> {
        (part.len() == width && part.bytes().all(|byte| byte.is_ascii_digit())).then(|| part.parse().ok()).flatten()
    };
    let day = |year: &str, month: &str, day: &str| {
        let month = Month::try_from(u8::try_from(number(month, 2)?).ok()?).ok()?;
        Date::from_calendar_date(number(year, 4)?.into(), month, u8::try_from(number(day, 2)?).ok()?).ok()
    };
    let is_day = match *text.split('-').collect::<Vec<_>>() {
        [year, month, of_month] => day(year, month, of_month).is_some(),
        _ => false,
    };
    if is_day { Ok(text) } else { Err(error(format!("`{text}` is not a date such as `2027-01-31`"), span)) }
}
