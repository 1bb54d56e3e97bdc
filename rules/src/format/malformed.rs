//! Malformed account IDs and ARNs of a tenant. Four rules share this, so that the same malformed text in two places is
//! one finding.

use foldhash::{HashMap, HashSet};
use symlint_core::rule::{Context, FindingBuilder};
use symlint_core::tenants::format::{
    instance_id_suffix, is_account_id, is_instance_id, is_partition, is_permission_set_id, is_placeholder_resource,
    is_role_name, is_role_path,
};
use symlint_core::tenants::{Arn, Field, FieldKind, Piece, RoleArn, Tenant};
use symlint_terraform::Span;

use crate::names::unexpected_characters;

/// A value with at least one flaw.
pub(super) struct Malformed<'a> {
    pub(super) field: &'a Field,
    /// Its flaws that no earlier value of the tenant has, in order; never empty.
    pub(super) flaws: Vec<Flaw<'a>>,
}

impl<'a> Malformed<'a> {
    /// Where the text of the first flaw is: in this value, and in later ones.
    pub(super) fn places(&self) -> impl Iterator<Item = Piece<'a>> {
        self.flaws.iter().take(1).flat_map(|flaw| std::iter::once(flaw.piece).chain(flaw.repeats.iter().copied()))
    }
}

/// A part of a value that is not in the form that AWS uses.
pub(super) struct Flaw<'a> {
    part: PartKind,
    piece: Piece<'a>,
    /// What is wrong, to follow the value's name in a message.
    what: String,
    /// Where later values of the tenant have the same text.
    repeats: Vec<Piece<'a>>,
}

/// Which part of a value a flaw is in. Parts of the same kind with the same text are one finding.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum PartKind {
    Prefix,
    Partition,
    Service,
    Region,
    NeedlessAccount,
    Account,
    InstanceId,
    PermissionSetId,
    /// A part that other values do not repeat.
    Own,
}

/// The malformed values of these kinds.
pub(super) fn in_values<'t>(tenant: &'t Tenant, kinds: &[FieldKind]) -> Vec<Malformed<'t>> {
    let mut values = tenant.values().filter(|field| kinds.contains(&field.kind));
    // Malformed values are rare, and without one the other values need not be checked.
    if values.all(|field| flaws_of(field).is_empty()) {
        return Vec::new();
    }
    let mut found = in_tenant(tenant);
    found.retain(|malformed| kinds.contains(&malformed.field.kind));
    found
}

/// The malformed values of `tenant`. Each malformed text is listed once, with the first value that has it.
fn in_tenant(tenant: &Tenant) -> Vec<Malformed<'_>> {
    let mut found: Vec<Malformed<'_>> = Vec::new();
    let mut seen: HashMap<(PartKind, Option<FieldKind>, &str), (usize, usize)> = HashMap::default();
    // Suspicious characters in a text that an ARN is built from are reported at that text.
    let has_suspicious = |it: &&Field| it.cleaned().is_some_and(|cleaned| !cleaned.suspicious.is_empty());
    let suspicious = tenant.values().filter(has_suspicious).filter_map(|it| Some((it.raw()?.as_str(), it.kind)));
    let suspicious: HashSet<(&str, FieldKind)> = suspicious.collect();
    // A name that is derived from a bad key contains the key's characters.
    let is_strange = |c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-');
    let key = tenant.key.as_str().filter(|key| key.contains(is_strange)).map(str::to_lowercase);
    for field in tenant.values() {
        let mut flaws: Vec<Flaw<'_>> = Vec::new();
        let is_reported = |flaw: &Flaw<'_>| {
            let text = flaw.piece.text;
            let mut others = FieldKind::VALUES.into_iter().filter(|kind| *kind != field.kind);
            others.any(|kind| suspicious.contains(&(text, kind)))
                || key.as_ref().is_some_and(|key| text.to_lowercase().contains(key))
        };
        for flaw in flaws_of(field).into_iter().filter(|flaw| !is_reported(flaw)) {
            // A part that no other value has can still be in several grants.
            let key = match flaw.part {
                PartKind::Own => (PartKind::Own, Some(field.kind), field.as_str().unwrap_or_default()),
                part => (part, None, flaw.piece.text),
            };
            let first = seen.get(&key).and_then(|&(value, flaw)| found.get_mut(value)?.flaws.get_mut(flaw));
            match first {
                Some(first) => first.repeats.push(flaw.piece),
                None => {
                    let belongs_elsewhere = field.kind == FieldKind::RoleArn && flaw.part == PartKind::Account;
                    if !belongs_elsewhere {
                        seen.entry(key).or_insert((found.len(), flaws.len()));
                    }
                    flaws.push(flaw);
                }
            }
        }
        // A value has only one part of each kind, so a part cannot be repeated within it.
        if !flaws.is_empty() {
            found.push(Malformed { field, flaws });
        }
    }
    found
}

/// Reports the malformed values of this kind, with one finding for each value.
pub(super) fn report_all(cx: &mut Context<'_>, tenant: &Tenant, kind: FieldKind) {
    report_hidden(cx, tenant, &[kind]);
    for malformed in in_values(tenant, &[kind]) {
        report(cx, &malformed);
    }
}

/// Reports malformed values of these kinds whose text must not be shown.
pub(super) fn report_hidden(cx: &mut Context<'_>, tenant: &Tenant, kinds: &[FieldKind]) {
    let mut reported: HashSet<(FieldKind, Span)> = HashSet::default();
    for field in tenant.values().filter(|field| field.is_hidden() && kinds.contains(&field.kind)) {
        if reported.insert((field.kind, field.span)) {
            let name = field.kind.name();
            let what = match field.kind {
                FieldKind::SsoAccountId | FieldKind::TargetAccountId => "an AWS account ID",
                FieldKind::InstanceArn => "the ARN of an instance",
                FieldKind::RoleArn => "the ARN of a role",
                FieldKind::PermissionSetArn => "the ARN of a permission set",
                FieldKind::Region => "a region",
                FieldKind::Cloud | FieldKind::Key => "a cloud that Sym supports",
            };
            cx.report(field, format!("{name} is not {what}; its value is sensitive, so it is not shown"));
        }
    }
}

/// Reports one malformed value.
pub(super) fn report<'c>(cx: &'c mut Context<'_>, malformed: &Malformed<'_>) -> FindingBuilder<'c> {
    let Malformed { field, flaws } = malformed;
    let whats: Vec<&str> = flaws.iter().map(|flaw| flaw.what.as_str()).collect();
    let message = format!("{} is malformed: {}", cx.name(field), whats.join("; "));
    let repeats: Vec<_> = flaws.iter().flat_map(|flaw| &flaw.repeats).map(|it| (it, cx.name(it.field))).collect();
    let mut report = match place(flaws) {
        Some(piece) => cx.report(piece, message),
        None => cx.report(*field, message),
    };
    report = report.label("malformed");
    for (repeat, name) in repeats {
        report = report.related(repeat, format!("{name} contains the same text"));
    }
    report
}

/// From the first flaw to the last; `None` if something is missing, because that has no place.
fn place<'a>(flaws: &[Flaw<'a>]) -> Option<Piece<'a>> {
    if flaws.iter().any(|flaw| flaw.piece.text.is_empty()) {
        return None;
    }
    let first = flaws.iter().map(|flaw| flaw.piece).min_by_key(|piece| piece.start)?;
    let last = flaws.iter().map(|flaw| flaw.piece).max_by_key(|piece| piece.start + piece.text.len())?;
    Some(first.to(last))
}

fn flaws_of(field: &Field) -> Vec<Flaw<'_>> {
    let Some(text) = field.text().filter(|piece| !piece.text.is_empty()) else { return Vec::new() };
    if field.is_garbled() || field.is_derived() {
        return Vec::new();
    }
    let mut judge = FormatJudge { flaws: Vec::new() };
    match field.kind {
        FieldKind::SsoAccountId | FieldKind::TargetAccountId => {
            judge.expect(is_account_id(text.text), PartKind::Account, text, || account_flaw(text.text));
        }
        FieldKind::InstanceArn => judge.arn(field, text, ArnResource::Instance),
        FieldKind::RoleArn => judge.arn(field, text, ArnResource::Role),
        FieldKind::PermissionSetArn => judge.arn(field, text, ArnResource::PermissionSet),
        FieldKind::Key | FieldKind::Cloud | FieldKind::Region => {}
    }
    judge.flaws
}

/// The resources that an ARN in a tenant can name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ArnResource {
    Instance,
    PermissionSet,
    Role,
}

impl ArnResource {
    fn service(self) -> &'static str {
        if self == ArnResource::Role { "iam" } else { "sso" }
    }

    /// The word at the start of the resource.
    fn word(self) -> &'static str {
        match self {
            ArnResource::Instance => "instance",
            ArnResource::PermissionSet => "permissionSet",
            ArnResource::Role => "role",
        }
    }

    /// The form of its ARNs.
    fn form(self) -> &'static str {
        match self {
            ArnResource::Instance => "arn:aws:sso:::instance/ssoins-…",
            ArnResource::PermissionSet => "arn:aws:sso:::permissionSet/ssoins-…/ps-…",
            ArnResource::Role => "arn:aws:iam::ACCOUNT:role/sym/SymSSO…",
        }
    }

    fn name(self) -> &'static str {
        match self {
            ArnResource::Instance => "an instance",
            ArnResource::PermissionSet => "a permission set",
            ArnResource::Role => "a role",
        }
    }
}

/// What the ARN names according to its service and the start of its resource, if that is not `wanted`.
fn other_kind(arn: &Arn<'_>, wanted: ArnResource) -> Option<&'static str> {
    let service = arn.service().text;
    let word = arn.resource().text.split('/').next().unwrap_or_default();
    if service == wanted.service() && word == wanted.word() {
        return None;
    }
    Some(match (service, word) {
        ("sso", "instance") => ArnResource::Instance.name(),
        ("sso", "permissionSet") => ArnResource::PermissionSet.name(),
        ("sso", "application") => "an application",
        ("sso", "trustedTokenIssuer") => "a trusted token issuer",
        ("iam", "role") => ArnResource::Role.name(),
        ("iam", "user") => "a user",
        ("iam", "group") => "a group",
        ("iam", "policy") => "a policy",
        ("iam", "instance-profile") => "an instance profile",
        ("iam", "root") => "an account",
        ("sts", "assumed-role") => "a session",
        ("sts", "federated-user") => "a federated user",
        _ => return None,
    })
}

struct FormatJudge<'a> {
    flaws: Vec<Flaw<'a>>,
}

impl<'a> FormatJudge<'a> {
    fn flaw(&mut self, part: PartKind, piece: Piece<'a>, what: impl Into<String>) {
        self.flaws.push(Flaw { part, piece, what: what.into(), repeats: Vec::new() });
    }

    fn expect(&mut self, is_right: bool, part: PartKind, piece: Piece<'a>, what: impl FnOnce() -> String) {
        if !is_right {
            self.flaw(part, piece, what());
        }
    }

    fn arn(&mut self, field: &'a Field, whole: Piece<'a>, wanted: ArnResource) {
        let Some(arn) = Arn::of(field) else { return self.flaw(PartKind::Own, whole, no_arn(whole.text, wanted)) };
        if let Some(kind) = other_kind(&arn, wanted) {
            let what = format!("this is the ARN of {kind}, not of {}", wanted.name());
            return self.flaw(PartKind::Own, whole, what);
        }
        if let Some(colon) = extra_colon(whole, &arn, wanted) {
            return self.flaw(PartKind::Own, colon, "there is one colon too many");
        }
        self.head(&arn, wanted);
        match arn.resource().split_once(b'/') {
            Some((word, rest)) if word.text.eq_ignore_ascii_case(wanted.word()) => {
                self.expect(word.text == wanted.word(), PartKind::Own, word, || {
                    format!("`{}` must be written `{}`", word.text, wanted.word())
                });
                match wanted {
                    ArnResource::Instance => self.instance(rest),
                    ArnResource::PermissionSet => self.permission_set(rest),
                    ArnResource::Role => self.role(field, arn.resource(), rest),
                }
            }
            _ => {
                let (resource, word) = (arn.resource(), wanted.word());
                let what = match resource.text.eq_ignore_ascii_case(word) {
                    true => format!("nothing follows `{}`; expected `{}`", resource.text, wanted.form()),
                    false => format!("`{}` does not begin with `{word}/`", resource.text),
                };
                self.flaw(PartKind::Own, resource, what);
            }
        }
    }

    fn head(&mut self, arn: &Arn<'a>, wanted: ArnResource) {
        self.expect(arn.prefix().text == "arn", PartKind::Prefix, arn.prefix(), || {
            format!("the ARN begins with `{}`, not with `arn`", arn.prefix().text)
        });
        self.expect(is_partition(arn.partition().text), PartKind::Partition, arn.partition(), || {
            let lower = arn.partition().text.to_ascii_lowercase();
            match arn.partition().text {
                "" => "the partition (`aws`) is missing".into(),
                text if is_partition(&lower) => format!("the partition `{text}` must be written `{lower}`"),
                text => format!("`{text}` is not a partition"),
            }
        });
        self.expect(arn.service().text == wanted.service(), PartKind::Service, arn.service(), || {
            format!("the service is `{}`, not `{}`", arn.service().text, wanted.service())
        });
        self.expect(arn.region().text.is_empty(), PartKind::Region, arn.region(), || {
            format!("the region must be empty, not `{}`", arn.region().text)
        });
        if wanted == ArnResource::Role {
            self.expect(is_account_id(arn.account().text), PartKind::Account, arn.account(), || {
                account_flaw(arn.account().text)
            });
        } else {
            self.expect(arn.account().text.is_empty(), PartKind::NeedlessAccount, arn.account(), || {
                format!("the account must be empty, not `{}`", arn.account().text)
            });
        }
    }

    fn instance(&mut self, rest: Piece<'a>) {
        if rest.text.starts_with('/') {
            return self.flaw(PartKind::Own, rest.slice(0..1), "there is one slash too many");
        }
        let Some((id, _)) = rest.split_once(b'/') else { return self.instance_id(rest) };
        self.instance_id(id);
        let tail = rest.slice(id.text.len()..rest.text.len());
        self.flaw(PartKind::Own, tail, format!("`{}` must not follow the instance ID", tail.text));
    }

    fn instance_id(&mut self, id: Piece<'a>) {
        let is_right = is_instance_id(id.text) || is_placeholder_resource(id.text);
        self.expect(is_right, PartKind::InstanceId, id, || {
            id_flaw(id.text, "ssoins-", instance_id_suffix(id.text), "-.")
        });
    }

    fn permission_set(&mut self, rest: Piece<'a>) {
        match rest.split_once(b'/') {
            Some((instance, id)) => {
                self.instance_id(instance);
                let is_right = is_permission_set_id(id.text) || is_placeholder_resource(id.text);
                self.expect(is_right, PartKind::PermissionSetId, id, || {
                    id_flaw(id.text, "ps-", id.text.strip_prefix("ps-"), "-./")
                });
            }
            None if rest.text.starts_with("ps-") => {
                self.flaw(PartKind::Own, rest, format!("the instance ID is missing in front of `{}`", rest.text));
            }
            None => {
                self.instance_id(rest);
                self.flaw(PartKind::Own, rest, format!("the permission set ID is missing after `{}`", rest.text));
            }
        }
    }

    fn role(&mut self, field: &'a Field, resource: Piece<'a>, rest: Piece<'a>) {
        // If the word has the wrong case, `RoleArn` does not split it, but the name still needs checking.
        let (path, name) = match RoleArn::of(field) {
            Some(role) => (Some(role.path), role.name.piece),
            None => (None, rest.rsplit_once(b'/').map_or(rest, |(_, name)| name)),
        };
        if let Some(path) = path {
            let doubled = path.text.find("//").map(|at| path.slice(at..at + 2));
            self.expect(is_role_path(path.text), PartKind::Own, doubled.unwrap_or(path), || path_flaw(path.text));
        }
        if name.text.is_empty() {
            let slash = resource.slice(resource.text.len().saturating_sub(1)..resource.text.len());
            let doubled = path.is_some_and(|path| path.text.ends_with("//"));
            return self
                .expect(doubled, PartKind::Own, slash, || "the name of the role is missing after the last `/`".into());
        }
        self.expect(is_role_name(name.text), PartKind::Own, name, || name_flaw(name.text));
    }
}

/// The extra colon that moves the resource (and for a role, its account) one field to the right.
fn extra_colon<'a>(whole: Piece<'a>, arn: &Arn<'a>, wanted: ArnResource) -> Option<Piece<'a>> {
    if arn.resource().text.starts_with(':') {
        return Some(arn.resource().slice(0..1));
    }
    let (account, _) = arn.resource().split_once(b':')?;
    let is_shifted = wanted == ArnResource::Role && arn.account().text.is_empty() && is_account_id(account.text);
    is_shifted.then(|| whole.slice(arn.account().start..arn.account().start + 1))
}

fn no_arn(text: &str, wanted: ArnResource) -> String {
    if text.starts_with("arn:") {
        let what = if text.matches(':').count() == 4 { "a colon is missing" } else { "the ARN is incomplete" };
        format!("{what}; expected `{}`", wanted.form())
    } else if is_account_id(text) {
        "this is an account ID, not an ARN".into()
    } else if text.starts_with("ps-") || instance_id_suffix(text).is_some() {
        "this is an ID, not an ARN".into()
    } else {
        "this is not an ARN".into()
    }
}

/// Whether `text` is a number like `2.59E+11`. (Rust's parser for floating-point numbers would add tables of 10 kB.)
fn is_scientific(text: &str) -> bool {
    let is_number = |text: &str| {
        let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    text.split_once(['e', 'E'])
        .is_some_and(|(number, power)| is_number(&number.replacen('.', "", 1)) && is_number(power))
}

fn account_flaw(text: &str) -> String {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    if text.is_empty() {
        "the account is missing".into()
    } else if digits == text.len() {
        format!("`{text}` has {digits} {}, but an account ID has 12", if digits == 1 { "digit" } else { "digits" })
    } else if is_scientific(text) {
        format!("`{text}` is how a spreadsheet shows a long number, not an account ID")
    } else if text.contains('*') {
        format!("`{text}` is a wildcard, not an account ID")
    } else if text.starts_with("arn:") {
        format!("`{text}` is an ARN, not an account ID")
    } else if let Some(plain) = without_separators(text) {
        format!("`{text}` must be written without separators, as `{plain}`")
    } else if let [strange] = text.chars().filter(|c| !c.is_ascii_digit()).collect::<Vec<_>>().as_slice() {
        let digit = match strange {
            'O' | 'o' => ", not the digit `0`",
            'I' | 'l' => ", not the digit `1`",
            _ => ", but an account ID has digits only",
        };
        format!("`{text}` contains `{strange}`{digit}")
    } else {
        format!("`{text}` does not consist of twelve digits")
    }
}

/// The twelve digits of an account ID that is written in groups, such as `1234-5678-9012`.
pub(super) fn without_separators(text: &str) -> Option<String> {
    let plain: String = text.chars().filter(|c| !matches!(c, '-' | ' ' | '_' | '.' | ',' | '\'')).collect();
    let is_grouped = text.starts_with(|c: char| c.is_ascii_digit()) && plain != text;
    (is_grouped && is_account_id(&plain)).then_some(plain)
}

/// What is wrong with `text`, which should be `prefix` followed by sixteen letters, digits, or characters in `others`.
fn id_flaw(text: &str, prefix: &str, suffix: Option<&str>, others: &str) -> String {
    let Some(suffix) = suffix else { return format!("`{text}` does not begin with `{prefix}`") };
    let prefix = text.strip_suffix(suffix).unwrap_or(prefix);
    let strange = unexpected_characters(suffix, |c| c.is_ascii_alphanumeric() || others.contains(c));
    match (suffix.chars().count(), strange) {
        (16, strange) => format!("`{text}` contains {strange}"),
        (count, strange) => {
            let and = if strange.is_empty() { String::new() } else { format!(", and contains {strange}") };
            let characters = if count == 1 { "character" } else { "characters" };
            format!("`{text}` has {count} {characters} after `{prefix}`, not 16{and}")
        }
    }
}

fn path_flaw(path: &str) -> String {
    if path.contains("//") {
        "the path has two slashes in a row".into()
    } else if path.len() > 512 {
        format!("the path has {} characters, but at most 512 are allowed", path.len())
    } else {
        let strange = unexpected_characters(path, |c| c.is_ascii_graphic() && !matches!(c, '*' | '?'));
        format!("the path `{path}` contains {strange}")
    }
}

fn name_flaw(name: &str) -> String {
    let strange = unexpected_characters(name, |c| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c));
    if strange.is_empty() {
        return format!("the name of the role has {} characters, but at most 64 are allowed", name.len());
    }
    let wildcard = if name.contains(['*', '?']) { " (a wildcard is not allowed)" } else { "" };
    format!("the name of the role, `{name}`, contains {strange}{wildcard}")
}
