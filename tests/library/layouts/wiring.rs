//! Faults in how the configuration passes the tenants' values to Sym.

use crate::layouts::data::Effect::{self, Found, Impossible, Undetectable};
use crate::layouts::expect::{At, Expected};
use crate::layouts::inventory::{not_in_for_each, policy, safelist, safelist_of_targets};
use crate::layouts::list::{Layout, Reach};
use crate::layouts::marks::mark;
use crate::layouts::names::Names;
use crate::layouts::nodes::Form;
use crate::layouts::tenants::Tenant;
use crate::layouts::view::{Changes, Site};

/// The setup in which a fault is planted.
pub(crate) struct Setting<'a> {
    pub(crate) layout: &'a Layout,
    pub(crate) names: &'a Names,
    pub(crate) tenants: &'a [Tenant],
    pub(crate) site: &'a Site<'a>,
}

pub(crate) struct Fault {
    pub(crate) name: &'static str,
    pub(crate) make: fn(&Setting<'_>, &mut Changes) -> Effect,
}

const fn fault(name: &'static str, make: fn(&Setting<'_>, &mut Changes) -> Effect) -> Fault {
    Fault { name, make }
}

#[rustfmt::skip]
pub(crate) const FAULTS: [Fault; 48] = [
    // The account.
    fault("account is the SSO account", |s, c| s.view_sso().map_or(Impossible, |sso| s.wrong(c, "account", sso))),
    fault("account is a constant", |s, c| s.wrong(c, "account", s.account("\"533074268119\""))),
    fault("account is one tenant's, written out", |s, c| s.wrong(c, "account", s.account(&format!("\"{}\"", s.tenants[0].target)))),
    fault("account is unknown and constant", |s, c| { c.root += CALLER; s.wrong(c, "account", s.account("data.aws_caller_identity.current.account_id")) }),
    fault("account is another's", |s, c| s.wrong(c, "account", s.site.view.target(&s.site.others[0]))),
    fault("account is a constant behind a condition", |s, c| s.inner(c, "account", &format!("sha512(\"\") != \"\" ? {} : {}", mark("wrong", &s.account("\"533074268119\"")), s.site.view.target(&s.site.own)))),
    fault("account is another's for one tenant", for_one_tenant),
    fault("account is the permission set", |s, c| if s.layout.form == Form::Accounts { Impossible } else { s.wrong(c, "account", s.site.view.set(&s.site.own)) }),
    fault("account and permission set exchanged", exchanged),
    // The permission set.
    fault("permission set is another's", |s, c| s.wrong(c, "set", s.site.view.set(&s.site.others[0]))),
    fault("permission set is a constant", |s, c| s.wrong(c, "set", format!("\"arn:aws:sso:::permissionSet/{}/{}\"", s.tenants[0].instance, s.tenants[0].set))),
    fault("permission set is the instance", |s, c| s.wrong(c, "set", s.site.view.instance(&s.site.own))),
    fault("permission set is that of another grant", other_grant),
    fault("permission sets of two flows exchanged", |s, _| if s.layout.reach == Reach::TwoSets { Undetectable("both permission sets are the tenant's") } else { Impossible }),
    // The connector's settings.
    fault("settings are another's", |s, c| within_settings(s, s.settings(c, &others_settings(s)))),
    fault("settings are another connector's, unknown", unknown_settings),
    fault("settings are a constant", |s, c| within_settings(s, s.settings(c, &constant_settings(s)))),
    fault("role is another's", |s, c| s.part(c, "role", &s.site.view.role(&s.site.others[0], &format!("\"{}\"", s.tenants[0].key)))),
    fault("role is the instance", |s, c| s.part(c, "role", &s.site.view.instance(&s.site.own))),
    fault("instance is another's", |s, c| s.part(c, "instance", &s.site.view.instance(&s.site.others[0]))),
    fault("instance is the permission set", |s, c| s.part(c, "instance", &s.site.view.set(&s.site.own))),
    fault("region is a constant", |s, c| s.part(c, "region", "\"us-east-1\"")),
    fault("region is the cloud", |s, c| if s.layout.form == Form::Ids { Impossible } else { s.part(c, "region", &s.site.view.cloud(&s.site.own)) }),
    // The slug.
    fault("slug is a constant", |s, c| if s.site.prefix.is_empty() { s.wrong(c, "slug", "\"access\"".into()) } else { Impossible }),
    // Missing or wrong tenants.
    fault("a tenant is not in for_each", not_in_for_each),
    fault("safelist lacks a tenant", |s, c| safelist(s, c, true, false)),
    fault("safelist has an old account", |s, c| safelist(s, c, false, true)),
    fault("safelist has the targets", safelist_of_targets),
    fault("policy lacks a tenant", |s, c| policy(s, c, "key != \"KEY\"", "", "safelist-incomplete")),
    fault("policy is for every account", |s, c| policy(s, c, "true", "arn:aws:iam::*:role/sym/*", "safelist-wildcard")),
    fault("policy has an old account", |s, c| policy(s, c, "true", "arn:aws:iam::395817264400:role/sym/*", "safelist-stale")),
    fault("an argument is missing", missing_argument),
    fault("an argument is unknown", unknown_argument),
    fault("a second call for every tenant", second_call),
    // In the flow module, or in the resources of the root module.
    fault("external id is the role", |s, c| s.resource(c, "m.external_id", &s.module_role())),
    fault("role in the settings is the instance", |s, c| s.module_settings(c, "role_arn", &s.module_instance())),
    fault("instance in the settings is the role", |s, c| s.module_settings(c, "instance_arn", &s.module_role())),
    fault("target is the role's account", |s, c| s.resource(c, "m.account", &format!("split(\":\", {})[4]", s.module_role()))),
    fault("target is a constant", |s, c| s.resource(c, "m.account", "\"533074268119\"")),
    fault("permission set and account exchanged", resource_exchanged),
    fault("strategy is for Slack", |s, c| { let slack = s.slack(c); s.resource(c, "m.integration", &slack) }),
    fault("strategy without targets", |s, c| s.resource(c, "m.targets", "[]")),
    fault("strategy with a foreign target", |s, c| s.resource(c, "m.targets", "[\"7c0a5d1e-5b2f-4c1b-9a3e-2f4f6d8e0b17\"]")),
    fault("strategy's instance is the role", |s, c| s.resource(c, "m.strategy_instance", &s.module_role())),
    fault("integration's name is a constant", |s, c| s.named(c, "m.context_name", "\"context-main\"")),
    fault("target's name is a constant", |s, c| s.named(c, "m.target_name", "\"target-main\"")),
    fault("wrapper gets another's object", wrapper_object),
    fault("wrapper hands on the SSO account", wrapper_account),
];

const CALLER: &str = "data \"aws_caller_identity\" \"current\" {}\n";

impl Setting<'_> {
    fn slot(&self, name: &str) -> String {
        match (self.site.prefix, name) {
            ("", name) => name.to_owned(),
            (_, "slug") => "m.context_name".into(),
            (_, "instance") => "m.external_id".into(),
            (prefix, name) => format!("{prefix}{name}"),
        }
    }

    fn view_sso(&self) -> Option<String> {
        Some(self.account(&self.site.view.sso(&self.site.own)?))
    }

    /// One account, in the form that the flow module expects.
    fn account(&self, account: &str) -> String {
        if self.layout.form == Form::Accounts { format!("[{account}]") } else { account.to_owned() }
    }

    fn expected(&self, slot: &str) -> Effect {
        let at = vec![At::Whole("wrong".into()), At::Whole(slot.into())];
        Found(vec![Expected::new(self.site.rule, None, at)])
    }

    /// Replaces an argument.
    fn wrong(&self, changes: &mut Changes, slot: &str, expression: String) -> Effect {
        // A variable of another module is not accessible.
        let is_out_of_reach = expression.contains(&format!("var.{}[", self.names.tenants));
        if self.layout.reach == Reach::WrapperObject && is_out_of_reach {
            return Impossible;
        }
        let slot = self.slot(slot);
        changes.slots.insert(slot.clone(), expression);
        self.expected(&slot)
    }

    /// Replaces an argument with an expression in which a part is wrong and marked.
    fn inner(&self, changes: &mut Changes, slot: &str, expression: &str) -> Effect {
        self.wrong(changes, slot, expression.to_owned())
    }

    fn settings(&self, changes: &mut Changes, expression: &str) -> Effect {
        if matches!(self.layout.form, Form::Assignment) {
            return Impossible;
        }
        let expression = match self.site.prefix {
            "" => expression.to_owned(),
            _ if self.site.view.form.has_settings() => crate::layouts::flow::syms_settings(self.names, expression),
            _ => {
                let Names { cloud, instance_arn, region, role_arn, .. } = self.names;
                // The settings are written as an object with the names that Sym expects.
                [(cloud, "cloud"), (instance_arn, "instance_arn"), (region, "region"), (role_arn, "role_arn")]
                    .into_iter()
                    .fold(expression.to_owned(), |text, (from, to)| {
                        text.replace(&format!("    {from} = "), &format!("    {to} = "))
                    })
            }
        };
        self.wrong(changes, "settings", expression)
    }

    /// Replaces one part of the settings and keeps the others.
    fn part(&self, changes: &mut Changes, part: &str, wrong: &str) -> Effect {
        if matches!(self.layout.form, Form::Assignment) {
            return if part == "instance" { self.wrong(changes, "instance", wrong.to_owned()) } else { Impossible };
        }
        let (view, own, key) = (&self.site.view, &self.site.own, &self.site.key);
        let wrong = mark("wrong", wrong);
        let choose = |name: &str, right: String| if name == part { wrong.clone() } else { right };
        let object = view.object(
            &view.cloud(own),
            &choose("instance", view.instance(own)),
            &choose("region", view.region(own)),
            &choose("role", view.role(own, key)),
        );
        if !self.site.prefix.is_empty() {
            let Names { cloud, instance_arn, region, role_arn, .. } = self.names;
            let object = [(cloud, "cloud"), (instance_arn, "instance_arn"), (region, "region"), (role_arn, "role_arn")]
                .into_iter()
                .fold(object, |text, (from, to)| text.replace(&format!("    {from} = "), &format!("    {to} = ")));
            return self.wrong(changes, "settings", object);
        }
        if view.form.has_settings() && part != "cloud" {
            let name = match part {
                "instance" => self.names.instance_arn,
                "region" => self.names.region,
                _ => self.names.role_arn,
            };
            return self.wrong(
                changes,
                "settings",
                format!("merge({}, {{ {name} = {wrong} }})", view.settings(own, key)),
            );
        }
        self.wrong(changes, "settings", object)
    }

    /// Whether the flow module can be read, or its resources are in the root.
    fn has_module(&self) -> bool {
        !matches!(self.layout.reach, Reach::Remote | Reach::Assignment)
    }

    fn module_role(&self) -> String {
        match self.site.prefix {
            "" => format!("var.{}.{}", self.names.settings, self.names.role_arn),
            _ => self.site.view.role(&self.site.own, &self.site.key),
        }
    }

    fn module_instance(&self) -> String {
        match self.site.prefix {
            "" => format!("var.{}.{}", self.names.settings, self.names.instance_arn),
            _ => self.site.view.instance(&self.site.own),
        }
    }

    /// Replaces an expression among Sym's resources.
    fn resource(&self, changes: &mut Changes, slot: &str, expression: &str) -> Effect {
        if !self.has_module() {
            return Impossible;
        }
        changes.slots.insert(slot.to_owned(), expression.to_owned());
        let at = vec![At::Whole("wrong".into()), At::Whole(slot.into())];
        Found(vec![Expected::new("flow-resource-miswired", None, at)])
    }

    fn module_settings(&self, changes: &mut Changes, setting: &str, wrong: &str) -> Effect {
        let settings = match self.site.prefix {
            "" => crate::layouts::flow::syms_settings(self.names, &format!("var.{}", self.names.settings)),
            _ if self.site.view.form.has_settings() => crate::layouts::flow::syms_settings(
                self.names,
                &self.site.view.settings(&self.site.own, &self.site.key),
            ),
            _ => return Impossible,
        };
        self.resource(changes, "m.settings", &format!("merge({settings}, {{ {setting} = {} }})", mark("wrong", wrong)))
    }

    fn named(&self, changes: &mut Changes, slot: &str, name: &str) -> Effect {
        let is_repeated = self.layout.form == Form::Accounts && slot == "m.target_name";
        if !self.has_module() || is_repeated {
            return Impossible;
        }
        changes.slots.insert(slot.to_owned(), name.to_owned());
        Found(vec![Expected::new("resource-not-tenant-scoped", None, vec![At::Whole(slot.into())])])
    }

    /// The ID of an existing Slack integration.
    fn slack(&self, changes: &mut Changes) -> String {
        if self.site.prefix.is_empty() || self.layout.reach == Reach::Inside {
            let slug =
                if self.site.prefix.is_empty() { format!("-${{var.{}}}", self.names.slug) } else { String::new() };
            changes.module += &format!(
                "\nresource \"sym_integration\" \"slack\" {{\n  type        = \"slack\"\n  name        = \"flow-slack{slug}\"\n  external_id = \"T05K8QZR2MB\"\n}}\n"
            );
        }
        "sym_integration.slack.id".into()
    }
}

fn for_one_tenant(s: &Setting<'_>, changes: &mut Changes) -> Effect {
    let (view, site) = (&s.site.view, s.site);
    let label = s.layout.label(&s.tenants[1], s.names);
    let key = if s.layout.reach == Reach::Grants { format!("{label}-0") } else { label.clone() };
    let slug = if s.layout.reach == Reach::TwoSets { "each.key" } else { site.key.as_str() };
    let expression =
        format!("{slug} == \"{key}\" ? {} : {}", mark("wrong", &view.target(&site.others[0])), view.target(&site.own));
    match s.inner(changes, "account", &expression) {
        Found(mut expected) => {
            expected[0].tenant = Some(label);
            Found(expected)
        }
        other => other,
    }
}

fn exchanged(s: &Setting<'_>, changes: &mut Changes) -> Effect {
    if s.layout.form == Form::Accounts || !s.site.prefix.is_empty() {
        return Impossible;
    }
    let (view, own) = (&s.site.view, &s.site.own);
    changes.slots.insert("account".into(), view.set(own));
    changes.slots.insert("set".into(), view.target(own));
    let at = |slot: &str| Expected::new(s.site.rule, None, vec![At::Whole(slot.into())]);
    Found(vec![at("account"), at("set")])
}

/// Every grant gets the permission set of the first grant.
fn other_grant(s: &Setting<'_>, changes: &mut Changes) -> Effect {
    if s.layout.reach != Reach::Grants {
        return Impossible;
    }
    let Names { tenants, organization, grants, set_arn, .. } = s.names;
    s.wrong(changes, "set", format!("var.{tenants}[each.value.{organization}].{grants}[0].{set_arn}"))
}

fn unknown_settings(s: &Setting<'_>, changes: &mut Changes) -> Effect {
    if !s.site.prefix.is_empty() {
        return Impossible;
    }
    let map =
        if s.layout.reach == Reach::Grants { format!("var.{}", s.names.tenants) } else { s.site.collection.clone() };
    changes.root += &format!(
        "module \"connector\" {{\n  source   = \"symopsio/sso-connector/aws\"\n  for_each = {map}\n\n  environment       = each.key\n  runtime_role_arns = [\"arn:aws:iam::590416234218:role/sym/SymRuntimeMain\"]\n}}\n"
    );
    let key = s.layout.label(&s.tenants[0], s.names);
    s.wrong(changes, "settings", format!("module.connector[\"{key}\"].settings"))
}

fn others_settings(s: &Setting<'_>) -> String {
    s.site.view.settings(&s.site.others[0], &format!("\"{}\"", s.tenants[0].key))
}

/// The finding may be at any part of the settings.
fn within_settings(s: &Setting<'_>, effect: Effect) -> Effect {
    match effect {
        Found(mut expected) => {
            expected[0].at.push(At::Within(s.slot("settings")));
            Found(expected)
        }
        other => other,
    }
}

fn constant_settings(s: &Setting<'_>) -> String {
    let text = |field| format!("\"{}\"", s.tenants[0].text(field));
    use crate::layouts::tenants::Field::{InstanceArn, Region, RoleArn};
    s.site.view.object("\"aws\"", &text(InstanceArn), &text(Region), &text(RoleArn))
}

fn missing_argument(s: &Setting<'_>, changes: &mut Changes) -> Effect {
    if !s.site.prefix.is_empty() || s.layout.reach == Reach::Remote {
        return Impossible;
    }
    changes.omitted.push("set".into());
    // The finding may be anywhere in the call.
    refused(s, Expected::new("flow-argument-missing", None, vec![At::Within("call".into())]))
}

/// A call of a wrapper is not a flow call, but Terraform rejects it as well.
fn refused(s: &Setting<'_>, mut expected: Expected) -> Effect {
    if s.layout.reach == Reach::Wrapper {
        expected.rules.push("evaluation-error");
    }
    Found(vec![expected])
}

fn unknown_argument(s: &Setting<'_>, changes: &mut Changes) -> Effect {
    if !s.site.prefix.is_empty() || s.layout.reach == Reach::Remote {
        return Impossible;
    }
    changes.arguments = format!("  {} = \"#help\"\n", mark("wrong", "chanel"));
    refused(s, Expected::new("flow-argument-unknown", None, vec![At::Within("wrong".into())]))
}

/// A second call repeats every grant under another name.
fn second_call(s: &Setting<'_>, changes: &mut Changes) -> Effect {
    let is_simple = matches!(s.layout.reach, Reach::ForEach | Reach::Keys) && s.layout.form != Form::Accounts;
    if !is_simple {
        return Impossible;
    }
    let (site, Names { slug, account, set, settings, folder, .. }) = (s.site, s.names);
    let (view, own, key) = (&site.view, &site.own, &site.key);
    let repeat = if s.layout.reach == Reach::Keys {
        format!("toset(keys({}))", site.collection)
    } else {
        site.collection.clone()
    };
    let call = format!(
        "module \"again\" {{\n  for_each = {repeat}\n  source = \"./{folder}\"\n\n  {slug} = \"${{{key}}}-again\"\n  {account} = {}\n  {set} = {}\n  {settings} = {}\n}}\n",
        view.target(own),
        view.set(own),
        view.settings(own, key)
    );
    changes.root += &call;
    // The finding may be at the values or at the calls, once or for each tenant.
    Found(vec![Expected::new("duplicate-entitlement", Some(Expected::ANY.into()), vec![At::Anywhere])])
}

fn resource_exchanged(s: &Setting<'_>, changes: &mut Changes) -> Effect {
    if !s.has_module() || s.layout.form == Form::Accounts {
        return Impossible;
    }
    let (set, account) = match s.site.prefix {
        "" => (format!("var.{}", s.names.set), format!("var.{}", s.names.account)),
        _ => (s.site.view.set(&s.site.own), s.site.view.target(&s.site.own)),
    };
    changes.slots.insert("m.set".into(), account);
    changes.slots.insert("m.account".into(), set);
    let expected = |slot: &str, argument: &str| {
        let mut expected = Expected::new("flow-resource-miswired", None, vec![At::Whole(slot.into())]);
        // If the names do not show what an argument is, the call may be wrong instead of the module.
        if s.names.style != "shipped" && s.site.prefix.is_empty() {
            expected.rules.push("flow-argument-miswired");
            expected.at.push(At::Whole(argument.into()));
        }
        expected
    };
    Found(vec![expected("m.set", "account"), expected("m.account", "set")])
}

fn wrapper_account(s: &Setting<'_>, changes: &mut Changes) -> Effect {
    if s.layout.reach != Reach::Wrapper {
        return Impossible;
    }
    let expression = format!("split(\":\", var.{}.{})[4]", s.names.settings, s.names.role_arn);
    changes.slots.insert("w.account".into(), expression);
    Found(vec![Expected::new("flow-argument-miswired", None, vec![At::Whole("w.account".into())])])
}

fn wrapper_object(s: &Setting<'_>, changes: &mut Changes) -> Effect {
    if s.layout.reach != Reach::WrapperObject {
        return Impossible;
    }
    changes.slots.insert("item".into(), s.site.others[0].clone());
    Found(vec![Expected::new("flow-argument-miswired", None, vec![At::Whole("item".into())])])
}
