//! How an expression in the configuration refers to a tenant's values.

use std::collections::BTreeMap;

use crate::layouts::marks::mark;
use crate::layouts::names::Names;
use crate::layouts::nodes::{ACCESS, Form, ORIGIN};

/// How values are selected from the expression of an element.
#[derive(Debug, Clone)]
pub(crate) struct View<'n> {
    pub(crate) form: Form,
    pub(crate) names: &'n Names,
    /// The collection that has the connectors, by organization, if they are not in the element.
    pub(crate) joined: Option<String>,
    /// Whether each field has a map of its own, so that an element is only a key.
    pub(crate) tables: bool,
}

impl View<'_> {
    fn base(&self, element: &str) -> String {
        match &self.joined {
            Some(collection) => format!("{collection}[{element}.{}]", self.names.organization),
            None if self.form == Form::Deep => format!("{element}.{ORIGIN}"),
            None if self.tables => format!("var.{}[{element}]", self.names.tenants),
            None => element.to_owned(),
        }
    }

    fn setting(&self, element: &str, name: &str) -> String {
        if self.form.has_settings() {
            format!("{}.{}.{name}", self.base(element), self.names.connector)
        } else {
            format!("{}.{name}", self.base(element))
        }
    }

    pub(crate) fn sso(&self, element: &str) -> Option<String> {
        match self.form {
            Form::Bare | Form::Assignment => None,
            _ => Some(format!("{}.{}", self.base(element), self.names.sso)),
        }
    }

    pub(crate) fn target(&self, element: &str) -> String {
        match self.form {
            _ if self.tables => format!("var.{}s[{element}]", self.names.target),
            Form::Grants | Form::Organization => format!("{element}.{}", self.names.grant_target),
            Form::Accounts => format!("{element}.{}", self.names.accounts),
            Form::Deep => format!("{element}.{ACCESS}.{}", self.names.target),
            _ => format!("{element}.{}", self.names.target),
        }
    }

    pub(crate) fn set(&self, element: &str) -> String {
        match self.form {
            _ if self.tables => format!("var.{}s[{element}]", self.names.set_arn),
            Form::Ids => {
                let (instance, set) = (self.names.instance_id, self.names.set_id);
                format!("\"arn:aws:sso:::permissionSet/${{{element}.{instance}}}/${{{element}.{set}}}\"")
            }
            Form::Deep => format!("{element}.{ACCESS}.{}", self.names.set_arn),
            _ => format!("{element}.{}", self.names.set_arn),
        }
    }

    pub(crate) fn instance(&self, element: &str) -> String {
        match self.form {
            Form::Ids => format!("\"arn:aws:sso:::instance/${{{element}.{}}}\"", self.names.instance_id),
            _ => self.setting(element, self.names.instance_arn),
        }
    }

    pub(crate) fn region(&self, element: &str) -> String {
        self.setting(element, self.names.region)
    }

    pub(crate) fn role(&self, element: &str, key: &str) -> String {
        match self.form {
            Form::Ids => format!(
                "\"arn:aws:iam::${{{element}.{}}}:role/sym/SymSSO${{title(replace({key}, \"_\", \"-\"))}}\"",
                self.names.sso
            ),
            _ => self.setting(element, self.names.role_arn),
        }
    }

    pub(crate) fn cloud(&self, element: &str) -> String {
        if self.form == Form::Ids { "\"aws\"".into() } else { self.setting(element, self.names.cloud) }
    }

    /// The settings as the flow module expects them.
    pub(crate) fn settings(&self, element: &str, key: &str) -> String {
        if self.form.has_settings() {
            return format!("{}.{}", self.base(element), self.names.connector);
        }
        self.object(&self.cloud(element), &self.instance(element), &self.region(element), &self.role(element, key))
    }

    /// A settings object built from its parts.
    pub(crate) fn object(&self, cloud: &str, instance: &str, region: &str, role: &str) -> String {
        let names = self.names;
        format!(
            "{{\n    {} = {cloud}\n    {} = {instance}\n    {} = {region}\n    {} = {role}\n  }}",
            names.cloud, names.instance_arn, names.region, names.role_arn
        )
    }
}

/// What a fault changes in the configuration.
#[derive(Debug, Clone, Default)]
pub(crate) struct Changes {
    /// Expressions that are replaced.
    pub(crate) slots: BTreeMap<String, String>,
    /// Arguments and settings that are left out.
    pub(crate) omitted: Vec<String>,
    /// Further arguments of the flow call.
    pub(crate) arguments: String,
    /// The policy in place of the runtime connector.
    pub(crate) policy: Option<String>,
    /// Further text in the root, and in the flow module.
    pub(crate) root: String,
    pub(crate) module: String,
}

impl Changes {
    /// The expression for a place, with its mark.
    pub(crate) fn slot(&self, name: &str, right: &str) -> String {
        mark(name, self.slots.get(name).map_or(right, String::as_str))
    }

    /// A line that sets an argument.
    pub(crate) fn line(&self, name: &str, argument: &str, right: &str) -> String {
        if self.omitted.iter().any(|omitted| omitted == name) {
            return String::new();
        }
        format!("  {argument} = {}\n", self.slot(name, right))
    }
}

/// A place where the configuration passes on tenants' values, so that a fault can be planted in it.
#[derive(Debug, Clone)]
pub(crate) struct Site<'n> {
    pub(crate) view: View<'n>,
    /// The element of the instance, and its key.
    pub(crate) own: String,
    pub(crate) key: String,
    /// The element of each tenant, with a literal key.
    pub(crate) others: Vec<String>,
    /// The collection, as a map.
    pub(crate) collection: String,
    /// The prefix of the slots' names.
    pub(crate) prefix: &'static str,
    /// The rule that reports a wrong expression here.
    pub(crate) rule: &'static str,
}
