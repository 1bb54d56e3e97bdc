//! Where the tenants are written.

use crate::layouts::names::Names;
use crate::layouts::nodes::{Form, Node, Writer};
use crate::layouts::tenants::{Field, Tenant};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Store {
    /// A typed variable in `terraform.tfvars`.
    Variable,
    /// A variable without a type.
    Untyped,
    /// A typed variable whose type has defaults.
    Optional,
    /// The default of a variable.
    Default,
    /// A variable in `terraform.tfvars.json`.
    JsonValues,
    /// A values file in a subfolder.
    Below,
    /// A list in a variable.
    List,
    /// Two variables that are merged.
    Merged,
    /// A map of maps, chosen by a variable.
    ByVariable,
    /// A map of maps, chosen by the workspace.
    ByWorkspace,
    Local,
    Yaml,
    Json,
    Csv,
    /// A YAML file for each tenant.
    Fileset,
    /// A map of maps, all of which are used.
    Grouped,
    /// A variable from which a local builds other objects.
    Rebuilt,
    /// The output of a module.
    Output,
}

impl Store {
    /// Whether Terraform accepts a duplicate key in this place.
    pub(crate) fn keeps_last_of_twins(self) -> bool {
        !matches!(self, Self::JsonValues | Self::Yaml | Self::Csv | Self::Fileset)
    }

    pub(crate) fn omitted(self) -> &'static [Field] {
        if self == Self::Optional { &[Field::Cloud] } else { &[] }
    }
}

/// The written tenants.
pub(crate) struct Stored {
    pub(crate) files: Vec<(String, String)>,
    /// The text for the root module.
    pub(crate) root: String,
    /// The expression for the tenants as a map, and as a list if they are written as one.
    pub(crate) map: String,
    pub(crate) list: Option<String>,
}

const VALUES: &str = "terraform.tfvars";

pub(crate) fn store(store: Store, tenants: &[Tenant], clean: &[Tenant], names: &Names, form: Form) -> Stored {
    let writer = Writer { names, omitted: store.omitted() };
    let variable = names.tenants;
    let node = || writer.map(tenants, form);
    let all = (0..tenants.len()).zip(tenants);
    let stored = |files: Vec<(&str, String)>, root: String, map: String| Stored {
        files: files.into_iter().map(|(name, text)| (name.to_owned(), text)).collect(),
        root,
        map,
        list: None,
    };
    let declared = |kind: &str| format!("variable \"{variable}\" {{\n  type = {kind}\n}}\n\n");
    // A fault does not change the declared type.
    let object = || Writer { names, omitted: &[] }.element(&clean[0], 0, form).hcl_type();
    let set = |value: String| format!("{variable} = {value}\n");
    let in_variable = format!("var.{variable}");
    let in_local = format!("local.{variable}");
    let local = |expression: &str| format!("locals {{\n  {variable} = {expression}\n}}\n\n");
    match store {
        Store::Variable => {
            stored(vec![(VALUES, set(node().hcl(0)))], declared(&format!("map({})", object())), in_variable)
        }
        Store::Untyped => {
            stored(vec![(VALUES, set(node().hcl(0)))], format!("variable \"{variable}\" {{}}\n\n"), in_variable)
        }
        Store::Optional => {
            let kind = format!("map({})", object());
            let kind = kind
                .replace(&format!("{} = string", names.cloud), &format!("{} = optional(string, \"aws\")", names.cloud));
            stored(vec![(VALUES, set(node().hcl(0)))], declared(&kind), in_variable)
        }
        Store::Default => {
            let root = format!("variable \"{variable}\" {{\n  default = {}\n}}\n\n", node().hcl(2));
            stored(vec![], root, in_variable)
        }
        Store::JsonValues => {
            let text = format!("{{\"{variable}\": {}}}\n", node().json());
            stored(vec![("terraform.tfvars.json", text)], declared(&format!("map({})", object())), in_variable)
        }
        Store::Below => {
            stored(vec![("envs/prod.tfvars", set(node().hcl(0)))], declared(&format!("map({})", object())), in_variable)
        }
        Store::List => {
            let named = Node::Object(vec![(names.name.to_owned(), Node::Text(String::new()))]).hcl_type();
            let name = named.lines().nth(1).expect("an attribute").to_owned();
            let kind = object().replacen("object({\n", &format!("object({{\n{name}\n"), 1);
            let root = declared(&format!("list({kind})"))
                + &local(&format!("{{ for item in var.{variable} : item.{} => item }}", names.name));
            let values = set(writer.list(tenants, form).hcl(0));
            Stored { list: Some(in_variable), ..stored(vec![(VALUES, values)], root, in_local) }
        }
        Store::Merged => {
            let more = format!("more_{variable}");
            let half =
                |later: bool| writer.map_of(all.clone().filter(|(index, _)| (index % 2 == 1) == later), form).hcl(0);
            let values = format!("{variable} = {}\n{more} = {}\n", half(false), half(true));
            let kind = format!("map({})", object());
            let root = declared(&kind)
                + &format!("variable \"{more}\" {{\n  type = {kind}\n}}\n\n")
                + &local(&format!("merge(var.{variable}, var.{more})"));
            stored(vec![(VALUES, values)], root, in_local)
        }
        Store::ByVariable | Store::ByWorkspace => {
            let last = tenants.len() - 1;
            let part =
                |is_last: bool| writer.map_of(all.clone().filter(|(index, _)| (*index == last) == is_last), form);
            let node = Node::Object(vec![("production".into(), part(false)), ("staging".into(), part(true))]);
            let values = set(node.hcl(0));
            let kind = declared(&format!("map(map({}))", object()));
            if store == Store::ByWorkspace {
                return stored(
                    vec![(VALUES, values)],
                    kind + &local(&format!("var.{variable}[terraform.workspace]")),
                    in_local,
                );
            }
            let root =
                kind + "variable \"stage\" {\n  type = string\n}\n\n" + &local(&format!("var.{variable}[var.stage]"));
            stored(vec![(VALUES, values + "stage = \"production\"\n")], root, in_local)
        }
        Store::Grouped => {
            let part = |odd: bool| writer.map_of(all.clone().filter(|(index, _)| (index % 2 == 1) == odd), form);
            let node = Node::Object(vec![("emea".into(), part(false)), ("apac".into(), part(true))]);
            let root =
                declared(&format!("map(map({}))", object())) + &local(&format!("merge(values(var.{variable})...)"));
            stored(vec![(VALUES, set(node.hcl(0)))], root, in_local)
        }
        Store::Rebuilt => {
            let Names { sso, connector, set_arn, target, .. } = names;
            let attribute = |name: &str| format!("      {name} = item.{name}\n");
            let attributes = [sso, connector, set_arn, target].map(|name| attribute(name)).concat();
            let root = declared(&format!("map({})", object()))
                + &local(&format!("{{\n    for key, item in var.{variable} : key => {{\n{attributes}    }}\n  }}"));
            stored(vec![(VALUES, set(node().hcl(0)))], root, in_local)
        }
        Store::Local => stored(vec![], local(&node().hcl(2)), in_local),
        Store::Yaml => {
            let text = node().yaml(0).trim_start_matches('\n').to_owned();
            stored(vec![("tenants.yaml", text)], local("yamldecode(file(\"${path.module}/tenants.yaml\"))"), in_local)
        }
        Store::Json => stored(
            vec![("tenants.json", node().json())],
            local("jsondecode(file(\"${path.module}/tenants.json\"))"),
            in_local,
        ),
        Store::Csv => {
            let rows = "csvdecode(file(\"${path.module}/tenants.csv\"))";
            let root = local(&format!("{{ for row in {rows} : row.{} => row }}", names.name));
            stored(vec![("tenants.csv", writer.list(tenants, form).csv())], root, in_local)
        }
        Store::Fileset => {
            let files = all.map(|(index, tenant)| {
                let name = format!("tenants/{}.yaml", tenant.key);
                (name, writer.element(tenant, index, form).yaml(0).replacen('\n', "", 1))
            });
            let root = local(
                "{ for file in fileset(path.module, \"tenants/*.yaml\") : trimsuffix(basename(file), \".yaml\") => yamldecode(file(\"${path.module}/${file}\")) }",
            );
            Stored { files: files.collect(), ..stored(vec![], root, in_local) }
        }
        Store::Output => {
            let text = format!("output \"{variable}\" {{\n  value = {}\n}}\n", node().hcl(2));
            let root = "module \"inventory\" {\n  source = \"./inventory\"\n}\n\n".to_owned();
            stored(vec![("inventory/outputs.tf", text)], root, format!("module.inventory.{variable}"))
        }
    }
}

/// Organizations, and access entries that refer to them, with an organization, a permission set, and an account each.
pub(crate) fn organizations(tenants: &[Tenant], names: &Names, entry: impl Fn(&Tenant, &str) -> String) -> Stored {
    let writer = Writer { names, omitted: &[] };
    let organizations = writer.map(tenants, Form::Organization);
    let mut entries = Vec::new();
    for (index, tenant) in tenants.iter().enumerate() {
        let mut add = |suffix: &str, set: Field, target: Field| {
            let mut attributes = vec![(names.organization.to_owned(), Node::Text(tenant.key.clone()))];
            attributes.extend(writer.field_as(tenant, index, set, names.set_arn));
            attributes.extend(writer.field_as(tenant, index, target, names.grant_target));
            let node = Node::Marked(format!("t{index}.grant"), Box::new(Node::Object(attributes)));
            entries.push((entry(tenant, suffix), node));
        };
        add("prod", Field::SetArn, Field::Target);
        if index == 0 {
            add("dev", Field::SecondSetArn, Field::SecondTarget);
        }
    }
    let (tenants, more) = (names.tenants, names.more);
    let values = format!("{more} = {}\n\n{tenants} = {}\n", organizations.hcl(0), Node::Object(entries).hcl(0));
    Stored {
        files: vec![(VALUES.to_owned(), values)],
        root: format!("variable \"{more}\" {{}}\nvariable \"{tenants}\" {{}}\n\n"),
        map: format!("var.{tenants}"),
        list: None,
    }
}

/// Maps of connectors, permission sets, and accounts, with the tenants' keys.
pub(crate) fn tables(tenants: &[Tenant], names: &Names) -> Stored {
    let writer = Writer { names, omitted: &[] };
    let connectors = writer.map(tenants, Form::Organization);
    let table = |field: Field| {
        let entries = tenants.iter().enumerate().flat_map(|(index, tenant)| {
            let name = if field == Field::SetArn { names.set_arn } else { names.target };
            writer.field_as(tenant, index, field, name).into_iter().map(|(_, node)| (tenant.key.clone(), node))
        });
        Node::Object(entries.collect()).hcl(0)
    };
    let (sets, targets) = (format!("{}s", names.set_arn), format!("{}s", names.target));
    let values = format!(
        "{} = {}\n\n{sets} = {}\n\n{targets} = {}\n",
        names.tenants,
        connectors.hcl(0),
        table(Field::SetArn),
        table(Field::Target)
    );
    let object = Writer { names, omitted: &[] }.element(&tenants[0], 0, Form::Organization).hcl_type();
    let root = format!(
        "variable \"{}\" {{\n  type = map({object})\n}}\nvariable \"{sets}\" {{\n  type = map(string)\n}}\nvariable \"{targets}\" {{\n  type = map(string)\n}}\n\n",
        names.tenants
    );
    Stored { files: vec![(VALUES.to_owned(), values)], root, map: format!("var.{}", names.tenants), list: None }
}

/// The expression for a tenant's element, with a literal key.
pub(crate) fn by_key(map: &str, tenant: &Tenant) -> String {
    format!("{map}[\"{}\"]", tenant.key)
}
