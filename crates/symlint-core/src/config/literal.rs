//! The values in `.symlint.hcl`: only literals are allowed, and every mistake has a place.

use foldhash::HashSet;
use symlint_terraform::syntax::{Block, Expr, ExprKind, Item, Key, Name};
use symlint_terraform::{SortedSet, Span};
use time::{Date, Month};

use super::settings::{ATTRIBUTES, settings_of};
use crate::spelling::closest;

/// A mistake in the configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ConfigError {
    /// What is wrong, and what to do.
    pub message: String,
    pub span: Span,
}

pub(super) type Read<T> = Result<T, ConfigError>;

pub(super) fn error(message: String, span: Span) -> ConfigError {
    ConfigError { message, span }
}

pub(super) fn twice(item: &Item) -> ConfigError {
    error("this is set a second time".into(), item.key.span())
}

/// The error that a name does not exist in a place: ``there is no setting `variabel` in `tenants` ``.
pub(super) fn unknown(what: &str, place: &str, name: &Name, known: &[&str]) -> ConfigError {
    let hint = match closest(&name.text, known.iter().copied()) {
        Some(near) => format!("; did you mean `{near}`?"),
        None if known.len() <= 16 => format!("; known are `{}`", known.join("`, `")),
        None => String::new(),
    };
    error(format!("there is no {what} `{}`{place}{hint}", name.text), name.span)
}

/// Calls `set` with each attribute of `block`. It is an error if an attribute is repeated or the block has inner
/// blocks.
pub(super) fn each(block: &Block, mut set: impl FnMut(&str, &Expr) -> Read<()>) -> Read<()> {
    let known = settings_of(&block.kind.text);
    if let Some(inner) = block.body.blocks.first() {
        return Err(error(format!("`{}` has no blocks inside", block.kind.text), inner.kind.span));
    }
    for attribute in &block.body.attributes {
        let (name, value) = (&attribute.name, &attribute.value);
        if !known.contains(&name.text.as_str()) {
            return Err(unknown("setting", &format!(" in `{}`", block.kind.text), name, known));
        }
        set(&name.text, value)?;
    }
    Ok(())
}

pub(super) fn labels<const N: usize>(block: &Block) -> Read<&[Name; N]> {
    <&[Name; N]>::try_from(block.labels.as_slice()).map_err(|_| {
        let wanted = match N {
            0 => "no label",
            _ => "one label in quotes",
        };
        error(format!("`{}` expects {wanted}", block.kind.text), block.kind.span)
    })
}

pub(super) fn string(expr: &Expr) -> Read<String> {
    match &expr.kind {
        ExprKind::String(literal) => Ok(literal.text.to_string()),
        _ => Err(error("a string in quotes is required here".into(), expr.span)),
    }
}

/// A name that is not empty.
pub(super) fn name(expr: &Expr) -> Read<String> {
    let name = string(expr)?;
    if name.trim().is_empty() { Err(error("a name is required here".into(), expr.span)) } else { Ok(name) }
}

/// A list of names without repetitions.
pub(super) fn names(expr: &Expr) -> Read<Vec<String>> {
    let ExprKind::Tuple(elements) = &expr.kind else { return strings(expr) };
    let mut names: Vec<String> = Vec::with_capacity(elements.len());
    let mut seen = HashSet::default();
    for element in elements {
        let name = name(element)?;
        if !seen.insert(name.clone()) {
            return Err(error(format!("`{name}` is listed twice"), element.span));
        }
        names.push(name);
    }
    Ok(names)
}

/// The only label of a block.
pub(super) fn label(block: &Block) -> Read<&Name> {
    let [name] = labels(block)?;
    if name.text.trim().is_empty() { Err(error("a name is required here".into(), name.span)) } else { Ok(name) }
}

/// The path of a value, in the form that findings use.
pub(super) fn path(expr: &Expr) -> Read<String> {
    let path = name(expr)?;
    match path.strip_prefix("var.") {
        Some(rest) => Err(error(format!("a path starts with the name of the variable: write `{rest}`"), expr.span)),
        None => Ok(path),
    }
}

pub(super) fn strings(expr: &Expr) -> Read<Vec<String>> {
    match &expr.kind {
        ExprKind::Tuple(elements) => elements.iter().map(string).collect(),
        _ => Err(error("a list of strings is required here, such as `[\"a\", \"b\"]`".into(), expr.span)),
    }
}

pub(super) fn partitions(expr: &Expr) -> Read<Vec<String>> {
    let partitions = strings(expr)?;
    if partitions.is_empty() {
        return Err(error("name at least one partition here, such as `aws`".into(), expr.span));
    }
    match partitions.iter().find(|partition| !crate::facts::is_partition(partition)) {
        Some(partition) => Err(error(format!("`{partition}` is not a partition of AWS"), expr.span)),
        None => Ok(partitions),
    }
}

pub(super) fn accounts(expr: &Expr) -> Read<SortedSet<String>> {
    let accounts = strings(expr)?;
    match accounts.iter().find(|account| !crate::tenants::format::is_account_id(account)) {
        Some(account) => Err(error(format!("`{account}` is not an account ID of twelve digits"), expr.span)),
        None => Ok(accounts.into_iter().collect()),
    }
}

pub(super) fn items(expr: &Expr) -> Read<&[Item]> {
    match &expr.kind {
        ExprKind::Object(items) => Ok(items),
        _ => Err(error("a map is required here, such as `{ ours = \"theirs\" }`".into(), expr.span)),
    }
}

/// A pair of our name and the user's name. `None` stands for the keyword `none`: the user has no such thing.
pub(super) fn mapping(item: &Item, known: &[&'static str], what: &str) -> Read<(&'static str, Option<String>)> {
    let Some(written) = key(&item.key) else {
        return Err(error("a plain name is required here".into(), item.key.span()));
    };
    let Some(ours) = known.iter().copied().find(|known| *known == plain(&written.text)) else {
        return Err(unknown(what, " to map", &written, known));
    };
    let is_none = |expr: &Expr| matches!(&expr.kind, ExprKind::Variable(name) if name.as_str() == NONE);
    if is_none(&item.value) {
        return Ok((ours, None));
    }
    let theirs = name(&item.value)?;
    Ok((ours, Some(theirs).filter(|theirs| theirs != NONE)))
}

/// The keyword for an attribute or argument that does not exist.
const NONE: &str = "none";

/// A key as it is written: `a`, `"a.b"`, or `a.b`.
fn key(key: &Key) -> Option<Name> {
    let expr = match key {
        Key::Literal(name) => return Some(name.clone()),
        Key::Computed(expr) => expr,
    };
    let mut parts = Vec::new();
    let mut rest = &**expr;
    while let ExprKind::Attribute(base, name) = &rest.kind {
        parts.push(name.text.as_str());
        rest = base;
    }
    let ExprKind::Variable(first) = &rest.kind else { return None };
    parts.push(first);
    parts.reverse();
    Some(Name { text: parts.join(".").as_str().into(), span: expr.span })
}

/// The name of an attribute without the object that contains it in the shipped example. Findings print both.
fn plain(name: &str) -> &str {
    let inside = ["sso_connector_settings", "grants"]
        .into_iter()
        .find_map(|holder| name.strip_prefix(holder)?.strip_prefix('.'));
    inside.filter(|inside| ATTRIBUTES.contains(inside)).unwrap_or(name)
}

/// Returns an error if a constraint, such as `>= 0.2, < 1.0`, does not allow this version of symlint.
pub(super) fn version(expr: &Expr) -> Read<()> {
    let text = string(expr)?;
    let constraints: Option<Vec<Constraint>> = text.split(',').map(|part| Constraint::parse(part.trim())).collect();
    let Some(constraints) = constraints else {
        return Err(error(format!("`{text}` is not a version constraint such as `>= 0.2`"), expr.span));
    };
    let own = env!("CARGO_PKG_VERSION");
    let is_met = numbers(own).is_some_and(|(own, _)| constraints.iter().all(|constraint| constraint.allows(own)));
    if is_met {
        return Ok(());
    }
    Err(error(format!("this configuration requires symlint {text}, but this is symlint {own}"), expr.span))
}

/// A version constraint, in Terraform's notation.
struct Constraint {
    operator: &'static str,
    version: [u64; 3],
    /// How many numbers are written.
    written: usize,
}

impl Constraint {
    fn parse(text: &str) -> Option<Self> {
        const OPERATORS: [&str; 7] = [">=", "<=", "!=", "~>", "=", ">", "<"];
        let operator = OPERATORS.into_iter().find(|operator| text.starts_with(operator));
        let rest = operator.and_then(|operator| text.strip_prefix(operator)).unwrap_or(text);
        let (version, written) = numbers(rest.trim())?;
        Some(Self { operator: operator.unwrap_or("="), version, written })
    }

    fn allows(&self, own: [u64; 3]) -> bool {
        match self.operator {
            ">=" => own >= self.version,
            "<=" => own <= self.version,
            ">" => own > self.version,
            "<" => own < self.version,
            "!=" => own != self.version,
            // Only the last number that is written may be larger.
            "~>" => {
                let fixed = self.written.saturating_sub(1).max(1);
                own >= self.version && own.iter().zip(&self.version).take(fixed).all(|(own, wanted)| own == wanted)
            }
            _ => own == self.version,
        }
    }
}

/// The numbers of `0.2` or `0.2.1`, and how many there are.
fn numbers(text: &str) -> Option<([u64; 3], usize)> {
    let mut version = [0; 3];
    let parts: Vec<&str> = text.split('.').collect();
    for (at, part) in parts.iter().enumerate() {
        *version.get_mut(at)? = part.parse().ok().filter(|_| part.bytes().all(|byte| byte.is_ascii_digit()))?;
    }
    Some((version, parts.len()))
}

/// A day in the form `2027-01-31`. Other forms of ISO 8601 are rejected, because days are compared as texts.
pub(super) fn date(text: String, span: Span) -> Read<String> {
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
