//! A tenant as data, and the formats in which data is written. All formats keep the marks.

use crate::layouts::marks::{mark, unmarked};
use crate::layouts::names::Names;
use crate::layouts::tenants::{Field, Tenant, Written};

#[derive(Debug, Clone)]
pub(crate) enum Node {
    Text(String),
    /// Text that is written unchanged.
    Raw(String),
    Null,
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
    Marked(String, Box<Node>),
}

/// What an element of the tenants' collection looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Form {
    /// As in the shipped example.
    Nested,
    /// All ARNs in one object.
    Flat,
    /// IDs from which the configuration builds the ARNs.
    Ids,
    /// Without an SSO account.
    Bare,
    /// Two grants in a list.
    Grants,
    /// Two accounts next to one permission set.
    Accounts,
    /// Two permission sets for one account.
    TwoSets,
    /// An instance, a permission set and an account.
    Assignment,
    /// Nested objects.
    Deep,
    /// The values of an organization, whose grants are elsewhere.
    Organization,
}

impl Form {
    /// The fields that are written for a tenant.
    pub(crate) fn fields(self) -> &'static [Field] {
        use Field::*;
        match self {
            Self::Nested | Self::Flat | Self::Deep => &[Sso, Cloud, InstanceArn, Region, RoleArn, SetArn, Target],
            Self::Ids => &[Sso, InstanceId, Region, SetId, Target],
            Self::Bare => &[Cloud, InstanceArn, Region, RoleArn, SetArn, Target],
            Self::Grants => &[Sso, Cloud, InstanceArn, Region, RoleArn, SetArn, Target, SecondSetArn, SecondTarget],
            Self::Accounts => &[Sso, Cloud, InstanceArn, Region, RoleArn, SetArn, Target, SecondTarget],
            Self::TwoSets => &[Sso, Cloud, InstanceArn, Region, RoleArn, SetArn, SecondSetArn, Target],
            Self::Assignment => &[InstanceArn, SetArn, Target],
            Self::Organization => &[Sso, Cloud, InstanceArn, Region, RoleArn],
        }
    }

    /// Whether the connector's settings are an object of their own.
    pub(crate) fn has_settings(self) -> bool {
        !matches!(self, Self::Flat | Self::Ids | Self::Assignment)
    }
}

/// The objects in [`Form::Deep`]: for the connector, and for the grants.
pub(crate) const ORIGIN: &str = "identity";
pub(crate) const ACCESS: &str = "access_to";

/// Writes tenants with the names of a setup.
pub(crate) struct Writer<'n> {
    pub(crate) names: &'n Names,
    /// Fields that are left to a default.
    pub(crate) omitted: &'n [Field],
}

impl Writer<'_> {
    /// The attributes for a field, usually one.
    pub(crate) fn field(&self, tenant: &Tenant, index: usize, field: Field) -> Vec<(String, Node)> {
        self.field_as(tenant, index, field, self.names.of(field))
    }

    pub(crate) fn field_as(&self, tenant: &Tenant, index: usize, field: Field, name: &str) -> Vec<(String, Node)> {
        if self.omitted.contains(&field) {
            return Vec::new();
        }
        let at = format!("t{index}.{}", field.name());
        let text = || Node::Text(mark(&at, &tenant.text(field)));
        let name = name.to_owned();
        match tenant.written.get(&field) {
            None | Some(Written::As(_)) => vec![(name, text())],
            Some(Written::Missing) => Vec::new(),
            Some(Written::Null) => vec![(name, Node::Null)],
            Some(Written::Number(number)) => vec![(name, Node::Raw(mark(&at, number)))],
            Some(Written::Listed) => {
                vec![(name, Node::Marked(at, Box::new(Node::List(vec![Node::Text(tenant.text(field))]))))]
            }
            Some(Written::Twice(first)) => {
                vec![(mark(&format!("{at}.first"), &name), Node::Text(first.clone())), (name, text())]
            }
            Some(Written::Misspelt) => {
                let middle = name.len() / 2;
                vec![(mark(&format!("{at}.misspelt"), &format!("{}{}", &name[..middle], &name[middle + 1..])), text())]
            }
        }
    }

    fn fields(&self, tenant: &Tenant, index: usize, fields: &[Field]) -> Vec<(String, Node)> {
        fields.iter().flat_map(|&field| self.field(tenant, index, field)).collect()
    }

    /// The settings as an object.
    pub(crate) fn settings(&self, tenant: &Tenant, index: usize) -> Node {
        use Field::{Cloud, InstanceArn, Region, RoleArn};
        Node::Object(self.fields(tenant, index, &[Cloud, InstanceArn, Region, RoleArn]))
    }

    /// An element of the collection.
    pub(crate) fn element(&self, tenant: &Tenant, index: usize, form: Form) -> Node {
        use Field::{SecondSetArn, SecondTarget, SetArn, Sso, Target};
        let all = form.fields();
        if form == Form::Deep {
            let mut origin = self.fields(tenant, index, &[Sso]);
            origin.push((self.names.connector.to_owned(), self.settings(tenant, index)));
            let access = Node::Object(self.fields(tenant, index, &[SetArn, Target]));
            let entries = vec![(ORIGIN.to_owned(), Node::Object(origin)), (ACCESS.to_owned(), access)];
            return Node::Marked(format!("t{index}.entry"), Box::new(Node::Object(entries)));
        }
        let mut entries = self.fields(tenant, index, if all.first() == Some(&Sso) { &[Sso] } else { &[] });
        if form.has_settings() {
            entries.push((self.names.connector.to_owned(), self.settings(tenant, index)));
        }
        let grant = |set: Field, target: Field| {
            let mut grant = self.field_as(tenant, index, set, self.names.set_arn);
            grant.extend(self.field_as(tenant, index, target, self.names.grant_target));
            Node::Object(grant)
        };
        match form {
            Form::Flat | Form::Ids | Form::Assignment => {
                let rest: Vec<Field> = all.iter().copied().filter(|&field| field != Sso).collect();
                entries.extend(self.fields(tenant, index, &rest));
            }
            Form::Nested | Form::Bare => entries.extend(self.fields(tenant, index, &[SetArn, Target])),
            Form::TwoSets => entries.extend(self.fields(tenant, index, &[SetArn, SecondSetArn, Target])),
            Form::Grants => entries.push((
                self.names.grants.to_owned(),
                Node::List(vec![grant(SetArn, Target), grant(SecondSetArn, SecondTarget)]),
            )),
            Form::Accounts => {
                entries.extend(self.field(tenant, index, SetArn));
                let accounts = [Target, SecondTarget].into_iter().flat_map(|field| self.field(tenant, index, field));
                entries.push((self.names.accounts.to_owned(), Node::List(accounts.map(|(_, node)| node).collect())));
            }
            Form::Organization | Form::Deep => {}
        }
        Node::Marked(format!("t{index}.entry"), Box::new(Node::Object(entries)))
    }

    /// All tenants by their keys.
    pub(crate) fn map(&self, tenants: &[Tenant], form: Form) -> Node {
        self.map_of(tenants.iter().enumerate(), form)
    }

    pub(crate) fn map_of<'t>(&self, tenants: impl Iterator<Item = (usize, &'t Tenant)>, form: Form) -> Node {
        Node::Object(tenants.map(|(index, tenant)| (key(tenant, index), self.element(tenant, index, form))).collect())
    }

    /// All tenants, each with its key as an attribute.
    pub(crate) fn list(&self, tenants: &[Tenant], form: Form) -> Node {
        Node::List(tenants.iter().enumerate().map(|(index, tenant)| self.named(tenant, index, form)).collect())
    }

    fn named(&self, tenant: &Tenant, index: usize, form: Form) -> Node {
        let Node::Marked(name, mut inner) = self.element(tenant, index, form) else { unreachable!() };
        let Node::Object(entries) = &mut *inner else { unreachable!() };
        entries.insert(0, (self.names.name.to_owned(), Node::Text(key(tenant, index))));
        Node::Marked(name, inner)
    }
}

/// A tenant's key, where it is written.
pub(crate) fn key(tenant: &Tenant, index: usize) -> String {
    mark(&format!("t{index}.key"), &tenant.key)
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

fn is_identifier(text: &str) -> bool {
    text.starts_with(|char: char| char.is_ascii_alphabetic() || char == '_')
        && text.chars().all(|char| char.is_ascii_alphanumeric() || char == '_' || char == '-')
}

impl Node {
    pub(crate) fn hcl(&self, indent: usize) -> String {
        let (inner, outer) = (" ".repeat(indent + 2), " ".repeat(indent));
        match self {
            Self::Text(text) => quoted(text),
            Self::Raw(text) => text.clone(),
            Self::Null => "null".into(),
            Self::Marked(name, node) => mark(name, &node.hcl(indent)),
            Self::List(nodes) => {
                let items: String = nodes.iter().map(|node| format!("{inner}{},\n", node.hcl(indent + 2))).collect();
                format!("[\n{items}{outer}]")
            }
            Self::Object(entries) => {
                let line = |(key, node): &(String, Self)| {
                    let key = if is_identifier(&unmarked(key)) { key.clone() } else { quoted(key) };
                    format!("{inner}{key} = {}\n", node.hcl(indent + 2))
                };
                format!("{{\n{}{outer}}}", entries.iter().map(line).collect::<String>())
            }
        }
    }

    /// The type that a variable with this value would declare.
    pub(crate) fn hcl_type(&self) -> String {
        match self {
            Self::Text(_) | Self::Raw(_) | Self::Null => "string".into(),
            Self::Marked(_, node) => node.hcl_type(),
            Self::List(nodes) => format!("list({})", nodes.first().expect("an element").hcl_type()),
            Self::Object(entries) => {
                let attribute = |(name, node): &(String, Self)| format!("    {name} = {}\n", node.hcl_type());
                format!("object({{\n{}  }})", entries.iter().map(attribute).collect::<String>())
            }
        }
    }

    pub(crate) fn json(&self) -> String {
        match self {
            Self::Text(text) => quoted(text),
            Self::Raw(text) => text.clone(),
            Self::Null => "null".into(),
            Self::Marked(name, node) => mark(name, &node.json()),
            Self::List(nodes) => format!("[{}]", nodes.iter().map(Self::json).collect::<Vec<_>>().join(", ")),
            Self::Object(entries) => {
                let member = |(key, node): &(String, Self)| format!("{}: {}", quoted(key), node.json());
                format!("{{{}}}\n", entries.iter().map(member).collect::<Vec<_>>().join(",\n  "))
            }
        }
    }

    /// As YAML after a key or a dash, with the space or the line break in front.
    pub(crate) fn yaml(&self, indent: usize) -> String {
        let outer = " ".repeat(indent);
        match self {
            Self::Text(text) => {
                let is_plain = |char: char| char.is_ascii_alphanumeric() || ":/._-".contains(char);
                let plain = unmarked(text);
                let needs_quotes = !plain.chars().all(is_plain) || plain.chars().all(|char| char.is_ascii_digit());
                format!(" {}\n", if needs_quotes { quoted(text) } else { text.clone() })
            }
            Self::Raw(text) => format!(" {text}\n"),
            Self::Null => " null\n".into(),
            // The space is not a part of the marked place.
            Self::Marked(name, node) => match &**node {
                Self::List(_) => format!(" {}\n", mark(name, &node.json())),
                node => mark(name, &node.yaml(indent)),
            },
            Self::List(nodes) => {
                let items = nodes.iter().map(|node| {
                    let (node, marked) = match node {
                        Self::Marked(name, node) => (&**node, Some(name)),
                        node => (node, None),
                    };
                    let text = node.yaml(indent + 2);
                    let text = text.strip_prefix('\n').map_or(text.as_str(), |text| text.trim_start());
                    let text = format!(" {}", text.trim_start());
                    format!("{outer}-{}", marked.map_or(text.clone(), |name| mark(name, &text)))
                });
                format!("\n{}", items.collect::<String>())
            }
            Self::Object(entries) => {
                let line = |(key, node): &(String, Self)| {
                    let bare = unmarked(key).chars().all(|char| char.is_ascii_alphanumeric() || "_-".contains(char));
                    let key = if bare { key.clone() } else { quoted(key) };
                    format!("{outer}{key}:{}", node.yaml(indent + 2))
                };
                format!("\n{}", entries.iter().map(line).collect::<String>())
            }
        }
    }

    /// A list of flat objects as CSV. A null or missing value is an empty cell.
    pub(crate) fn csv(&self) -> String {
        let Self::List(rows) = self else { unreachable!("a table is a list") };
        let object = |node: &Self| match node {
            Self::Marked(name, node) => match &**node {
                Self::Object(entries) => (name.clone(), entries.clone()),
                _ => unreachable!("a row is an object"),
            },
            _ => unreachable!("a row is marked"),
        };
        let mut header: Vec<String> = Vec::new();
        for (name, _) in rows.iter().flat_map(|row| object(row).1) {
            if !header.contains(&name) {
                header.push(name);
            }
        }
        let mut text = header.join(",") + "\n";
        for (mark_name, entries) in rows.iter().map(object) {
            let cell = |column: &String| {
                entries.iter().find(|(name, _)| name == column).map_or(String::new(), |(_, node)| match node {
                    Self::Text(text) | Self::Raw(text) => text.clone(),
                    _ => String::new(),
                })
            };
            text += &mark(&mark_name, &header.iter().map(cell).collect::<Vec<_>>().join(","));
            text.push('\n');
        }
        text
    }
}
