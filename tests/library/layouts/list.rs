//! The layouts: where the tenants are written, and how their values reach Sym.

use crate::layouts::calls::{arguments, calls, host, repeated};
use crate::layouts::flow::{module, resources, variables};
use crate::layouts::marks::mark;
use crate::layouts::names::Names;
use crate::layouts::nodes::Form;
use crate::layouts::stores::{Store, Stored, by_key, organizations, store, tables};
use crate::layouts::tenants::{KeyStyle, Tenant};
use crate::layouts::view::{Changes, Site, View};

/// How the tenants' values reach Sym.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reach {
    /// One flow call with `for_each`.
    ForEach,
    /// `for_each` over the keys.
    Keys,
    /// `count` over a list.
    Count,
    /// Through a module that calls the flow module.
    Wrapper,
    /// Through a module that gets the tenant as one object.
    WrapperObject,
    /// Sym's resources in the root module.
    Root,
    /// The flow module gets all tenants, and its resources are repeated.
    Inside,
    /// `aws_ssoadmin_account_assignment`.
    Assignment,
    /// A flow module that is not available.
    Remote,
    /// A flow module that `terraform init` has fetched.
    Vendored,
    /// A call whose source is an expression.
    OddSource,
    /// OpenTofu's files in place of Terraform's.
    Tofu,
    /// A call for each tenant, with its values written in the call.
    Calls,
    /// A flow for each grant of a tenant.
    Grants,
    /// A call for each of two permission sets.
    TwoSets,
    /// Access entries that refer to an organization.
    Organizations,
    /// A map for each field.
    Tables,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Layout {
    pub(crate) name: &'static str,
    pub(crate) form: Form,
    pub(crate) store: Store,
    pub(crate) reach: Reach,
}

const fn layout(name: &'static str, form: Form, store: Store, reach: Reach) -> Layout {
    Layout { name, form, store, reach }
}

#[rustfmt::skip]
pub(crate) const LAYOUTS: [Layout; 41] = [
    layout("variable", Form::Nested, Store::Variable, Reach::ForEach),
    layout("untyped", Form::Nested, Store::Untyped, Reach::ForEach),
    layout("flat", Form::Flat, Store::Variable, Reach::ForEach),
    layout("ids", Form::Ids, Store::Variable, Reach::ForEach),
    layout("ids-local", Form::Ids, Store::Local, Reach::ForEach),
    layout("without-sso", Form::Bare, Store::Variable, Reach::ForEach),
    layout("optional", Form::Nested, Store::Optional, Reach::ForEach),
    layout("default", Form::Nested, Store::Default, Reach::ForEach),
    layout("json-values", Form::Nested, Store::JsonValues, Reach::ForEach),
    layout("values-below", Form::Nested, Store::Below, Reach::ForEach),
    layout("list", Form::Nested, Store::List, Reach::ForEach),
    layout("merged", Form::Nested, Store::Merged, Reach::ForEach),
    layout("by-variable", Form::Nested, Store::ByVariable, Reach::ForEach),
    layout("by-workspace", Form::Nested, Store::ByWorkspace, Reach::ForEach),
    layout("local", Form::Nested, Store::Local, Reach::ForEach),
    layout("yaml", Form::Nested, Store::Yaml, Reach::ForEach),
    layout("yaml-flat", Form::Flat, Store::Yaml, Reach::ForEach),
    layout("json", Form::Nested, Store::Json, Reach::ForEach),
    layout("csv", Form::Flat, Store::Csv, Reach::ForEach),
    layout("fileset", Form::Nested, Store::Fileset, Reach::ForEach),
    layout("output", Form::Nested, Store::Output, Reach::ForEach),
    layout("keys", Form::Nested, Store::Variable, Reach::Keys),
    layout("count", Form::Nested, Store::List, Reach::Count),
    layout("wrapper", Form::Nested, Store::Variable, Reach::Wrapper),
    layout("root", Form::Nested, Store::Variable, Reach::Root),
    layout("root-yaml", Form::Flat, Store::Yaml, Reach::Root),
    layout("inside", Form::Nested, Store::Local, Reach::Inside),
    layout("assignment", Form::Assignment, Store::Variable, Reach::Assignment),
    layout("remote", Form::Nested, Store::Variable, Reach::Remote),
    layout("vendored", Form::Nested, Store::Variable, Reach::Vendored),
    layout("odd-source", Form::Nested, Store::Variable, Reach::OddSource),
    layout("tofu", Form::Nested, Store::Variable, Reach::Tofu),
    layout("calls", Form::Bare, Store::Local, Reach::Calls),
    layout("grants", Form::Grants, Store::Variable, Reach::Grants),
    layout("accounts", Form::Accounts, Store::Variable, Reach::ForEach),
    layout("deep", Form::Deep, Store::Variable, Reach::ForEach),
    layout("deep-yaml", Form::Deep, Store::Yaml, Reach::ForEach),
    layout("grouped", Form::Nested, Store::Grouped, Reach::ForEach),
    layout("rebuilt", Form::Nested, Store::Rebuilt, Reach::ForEach),
    layout("wrapper-object", Form::Nested, Store::Untyped, Reach::WrapperObject),
    layout("two-sets", Form::TwoSets, Store::Variable, Reach::TwoSets),
];

#[rustfmt::skip]
pub(crate) const JOINED: [Layout; 2] = [
    layout("organizations", Form::Organization, Store::Untyped, Reach::Organizations),
    layout("tables", Form::Organization, Store::Variable, Reach::Tables),
];

pub(crate) fn all() -> impl Iterator<Item = Layout> {
    LAYOUTS.into_iter().chain(JOINED)
}

impl Layout {
    /// The key under which a tenant is reported.
    pub(crate) fn label(&self, tenant: &Tenant, names: &Names) -> String {
        if self.reach == Reach::Organizations { entry_key(tenant, names, "prod") } else { tenant.key.clone() }
    }

    fn view<'n>(&self, names: &'n Names) -> View<'n> {
        let joined = match self.reach {
            Reach::Organizations => Some(format!("var.{}", names.more)),
            Reach::Grants => Some(format!("var.{}", names.tenants)),
            _ => None,
        };
        View { form: self.form, names, joined, tables: self.reach == Reach::Tables }
    }

    fn stored(&self, tenants: &[Tenant], clean: &[Tenant], names: &Names) -> Stored {
        match self.reach {
            Reach::Organizations => organizations(tenants, names, |tenant, suffix| entry_key(tenant, names, suffix)),
            Reach::Tables => tables(tenants, names),
            _ => store(self.store, tenants, clean, names, self.form),
        }
    }

    /// The place where wiring faults can be planted.
    pub(crate) fn site<'n>(&self, tenants: &[Tenant], names: &'n Names) -> Option<Site<'n>> {
        let stored = self.stored(tenants, tenants, names);
        let own = |element: &str, key: &str| (element.to_owned(), key.to_owned());
        let (own, key) = match self.reach {
            Reach::Calls => return None,
            Reach::Count => {
                let element = format!("var.{}[count.index]", names.tenants);
                (element.clone(), format!("{element}.{}", names.name))
            }
            Reach::WrapperObject => own("var.item", "var.key"),
            Reach::Keys => own(&format!("{}[each.key]", stored.map), "each.key"),
            Reach::Tables => own("each.key", "each.key"),
            _ => own("each.value", "each.key"),
        };
        let map = match self.reach {
            Reach::Inside => format!("var.{}", names.tenants),
            _ => stored.map.clone(),
        };
        let other = |(index, tenant): (usize, &Tenant)| match self.reach {
            Reach::Count => format!("var.{}[{index}]", names.tenants),
            Reach::Tables => format!("\"{}\"", tenant.key),
            Reach::Grants => format!("local.flows[\"{}-0\"]", tenant.key),
            Reach::Organizations => format!("{map}[\"{}\"]", entry_key(tenant, names, "prod")),
            _ => by_key(&map, tenant),
        };
        let is_resource = matches!(self.reach, Reach::Root | Reach::Inside | Reach::Assignment);
        Some(Site {
            view: self.view(names),
            own,
            key,
            others: tenants.iter().enumerate().map(other).collect(),
            collection: stored.map,
            prefix: if is_resource { "m." } else { "" },
            rule: if is_resource { "flow-resource-miswired" } else { "flow-argument-miswired" },
        })
    }

    /// The files of a setup, with marks. `clean` are the tenants without faults.
    pub(crate) fn build(
        &self,
        tenants: &[Tenant],
        clean: &[Tenant],
        names: &Names,
        changes: &Changes,
    ) -> Vec<(String, String)> {
        let stored = self.stored(tenants, clean, names);
        let mut files = stored.files.clone();
        let mut main = String::new();
        if self.reach != Reach::Assignment {
            let safelist = changes.slot("safelist", &self.safelist(&stored, names, tenants));
            main += &host(&safelist, changes.policy.as_deref());
        }
        if self.reach != Reach::Calls {
            main += &stored.root;
        }
        let is_for_accounts = self.form == Form::Accounts;
        let add = |files: &mut Vec<(String, String)>, folder: &str, text: String| {
            files.push((format!("{folder}/main.tf"), text));
        };
        let source = format!("\"./{}\"", names.folder);
        let site = self.site(clean, names);
        let call = |repeat: &str| {
            let site = site.as_ref().expect("a layout with a call");
            let arguments = arguments(site, names, changes, "");
            let call = format!("module \"{}\" {{\n{repeat}  source = SOURCE\n\n{arguments}}}", names.call);
            mark("call", &call) + "\n\n"
        };
        let for_each = |map: &str| format!("  for_each = {}\n", changes.slot("for_each", map));
        match self.reach {
            Reach::ForEach | Reach::Tables | Reach::Organizations => {
                main += &call(&for_each(&stored.map)).replace("SOURCE", &source);
            }
            Reach::Keys => main += &call(&for_each(&format!("toset(keys({}))", stored.map))).replace("SOURCE", &source),
            Reach::Count => {
                let list = stored.list.as_ref().expect("a list");
                main += &call(&format!("  count = {}\n", changes.slot("for_each", &format!("length({list})"))))
                    .replace("SOURCE", &source);
            }
            Reach::Grants => {
                let Names { tenants, grants, organization, .. } = names;
                main += &format!(
                    "locals {{\n  flows = merge([for key, tenant in var.{tenants} : {{\n    for index, grant in tenant.{grants} : \"${{key}}-${{index}}\" => merge(grant, {{ {organization} = key }})\n  }}]...)\n}}\n\n"
                );
                main += &call(&for_each("local.flows")).replace("SOURCE", &source);
            }
            Reach::TwoSets => {
                let site = site.as_ref().expect("a layout with a call");
                for (label, set, prefix) in [("admin", names.set_arn, ""), ("read", names.second_set_arn, "r.")] {
                    let renamed = Names { set_arn: set, ..names.clone() };
                    let view = View { names: &renamed, ..site.view.clone() };
                    let site = Site { view, key: format!("\"${{each.key}}-{label}\""), ..site.clone() };
                    let call = format!(
                        "module \"{}_{label}\" {{\n  for_each = {}\n  source = {source}\n\n{}}}",
                        names.call,
                        stored.map,
                        arguments(&site, names, changes, prefix)
                    );
                    main += &if prefix.is_empty() { mark("call", &call) } else { call };
                    main += "\n\n";
                }
            }
            Reach::Wrapper => {
                main += &call(&for_each(&stored.map)).replace("SOURCE", "\"./modules/customer\"");
                let inner = format!(
                    "module \"flow\" {{\n  source = \"../../{}\"\n\n{}}}\n",
                    names.folder,
                    [
                        ("slug", names.slug),
                        ("account", names.account),
                        ("set", names.set),
                        ("settings", names.settings)
                    ]
                    .map(|(slot, name)| format!(
                        "  {name} = {}\n",
                        changes.slot(&format!("w.{slot}"), &format!("var.{name}"))
                    ))
                    .concat()
                );
                add(&mut files, "modules/customer", variables(names, false) + &inner);
            }
            Reach::WrapperObject => {
                let (site, name) = (site.as_ref().expect("a site"), names.call);
                let outer = format!(
                    "module \"{name}\" {{\n{}  source = \"./modules/customer\"\n\n  key = each.key\n  item = {}\n}}",
                    for_each(&stored.map),
                    changes.slot("item", "each.value")
                );
                main += &(outer + "\n\n");
                let inner = arguments(
                    &Site { own: "var.item".into(), key: "var.key".into(), ..site.clone() },
                    names,
                    changes,
                    "",
                );
                let inner = format!("module \"flow\" {{\n  source = \"../../{}\"\n\n{inner}}}", names.folder);
                let text = "variable \"key\" { type = string }\nvariable \"item\" {}\n\n".to_owned()
                    + &mark("call", &inner)
                    + "\n";
                add(&mut files, "modules/customer", text);
            }
            Reach::Root => {
                main += &resources(&repeated(site.as_ref().expect("a site"), &stored.map, names, changes), changes);
                main += &changes.module;
            }
            Reach::Inside => {
                let Names { tenants, folder, call, .. } = names;
                main +=
                    &format!("module \"{call}\" {{\n  source = \"./{folder}\"\n\n  {tenants} = {}\n}}\n\n", stored.map);
                let sinks = repeated(site.as_ref().expect("a site"), &format!("var.{tenants}"), names, changes);
                add(
                    &mut files,
                    folder,
                    format!("variable \"{tenants}\" {{}}\n\n") + &resources(&sinks, changes) + &changes.module,
                );
            }
            Reach::Assignment => {
                let site = site.as_ref().expect("a site");
                main += &format!(
                    "resource \"aws_ssoadmin_account_assignment\" \"{}\" {{\n{}  instance_arn = {}\n  permission_set_arn = {}\n\n  principal_id = \"906744a1-2051-70c3-ab5e-8d2b1a2c3d4e\"\n  principal_type = \"GROUP\"\n  target_id = {}\n  target_type = \"AWS_ACCOUNT\"\n}}\n",
                    names.call,
                    for_each(&stored.map),
                    changes.slot("m.external_id", &site.view.instance(&site.own)),
                    changes.slot("m.set", &site.view.set(&site.own)),
                    changes.slot("m.account", &site.view.target(&site.own)),
                );
            }
            Reach::Remote => main += &call(&for_each(&stored.map)).replace("SOURCE", REMOTE),
            Reach::Vendored => {
                main += &call(&for_each(&stored.map)).replace("SOURCE", REMOTE);
                let folder = format!(".terraform/modules/{}", names.call);
                let root = r#"{"Key":"","Source":"","Dir":"."}"#;
                let entry = format!(r#"{{"Key":"{}","Source":{REMOTE},"Dir":"{folder}"}}"#, names.call);
                files.push((".terraform/modules/modules.json".into(), format!("{{\"Modules\":[{root},{entry}]}}\n")));
                add(&mut files, &folder, module(names, changes, false));
            }
            Reach::OddSource => {
                let source = match names.keys {
                    KeyStyle::Snake => format!("({source})"),
                    KeyStyle::Kebab => format!("\"./${{\"{}\"}}\"", names.folder),
                    KeyStyle::Camel => "var.flow_source".to_owned(),
                };
                main += &call(&for_each(&stored.map)).replace("SOURCE", &source);
                main += &format!("variable \"flow_source\" {{\n  default = \"./{}\"\n}}\n", names.folder);
            }
            Reach::Tofu => {
                // Only OpenTofu's file has the fault.
                let site = site.as_ref().expect("a site");
                let head =
                    format!("module \"{}\" {{\n  for_each = {}\n  source = {source}\n\n", names.call, stored.map);
                let right = format!("{head}{}}}\n", arguments(site, names, &Changes::default(), ""));
                files.push(("flows.tf".into(), crate::layouts::marks::unmarked(&right)));
                files.push(("flows.tofu".into(), call(&for_each(&stored.map)).replace("SOURCE", &source)));
            }
            Reach::Calls => main += &calls(tenants, names, changes, &source),
        }
        if !matches!(self.reach, Reach::Root | Reach::Inside | Reach::Assignment | Reach::Remote | Reach::Vendored) {
            add(&mut files, names.folder, module(names, changes, is_for_accounts));
        }
        files.push(("main.tf".into(), main + &changes.root));
        files
    }

    /// A safelist that is built from the tenants.
    fn safelist(&self, stored: &Stored, names: &Names, tenants: &[Tenant]) -> String {
        let view = self.view(names);
        match self.reach {
            Reach::Calls => {
                let list: Vec<String> = tenants.iter().map(|tenant| format!("\"{}\"", tenant.role_account)).collect();
                format!("[{}]", list.join(", "))
            }
            Reach::Organizations => format!("[for organization in var.{} : organization.{}]", names.more, names.sso),
            _ if self.form == Form::Bare => {
                format!(
                    "[for tenant in {} : split(\":\", tenant.{}.{})[4]]",
                    stored.map, names.connector, names.role_arn
                )
            }
            Reach::Grants | Reach::Tables => format!("[for tenant in {} : tenant.{}]", stored.map, names.sso),
            _ => format!("[for tenant in {} : {}]", stored.map, view.sso("tenant").expect("an account")),
        }
    }
}

const REMOTE: &str = "\"git::https://example.com/platform/sso-flow.git?ref=v1.4.0\"";

pub(crate) fn entry_key(tenant: &Tenant, names: &Names, suffix: &str) -> String {
    let separator = if names.keys == KeyStyle::Snake { "_" } else { "-" };
    format!("{}{separator}{suffix}", tenant.key)
}
