//! Ways to write the tenants.

use std::fmt::Write;

use crate::spellings::Files;
use crate::spellings::tenants::{INSTANCE, NAMES, ROLE, SET, TARGET, Tenant, Value};

/// A way to write the tenants, or to pass them to the flow module.
pub(crate) struct Spelling {
    pub(crate) name: &'static str,
    pub(crate) spell: fn(&[Tenant]) -> Files,
    /// Whether tenants have SSO accounts of their own in this spelling, and can lack attributes.
    pub(crate) has_entries: bool,
}

pub(crate) const SPELLINGS: &[Spelling] = &[
    Spelling { name: "plain", spell: |tenants| values(&Style::default().map(tenants)), has_entries: true },
    Spelling {
        name: "quoted keys",
        spell: |tenants| values(&Style { quoted: true, ..Style::default() }.map(tenants)),
        has_entries: true,
    },
    Spelling {
        name: "colons",
        spell: |tenants| values(&Style { is: ": ", ..Style::default() }.map(tenants)),
        has_entries: true,
    },
    Spelling {
        name: "one line",
        spell: |tenants| values(&Style { newline: " ", between: ", ", ..Style::default() }.map(tenants)),
        has_entries: true,
    },
    Spelling {
        name: "no blanks",
        spell: |tenants| {
            let style = Style { newline: "", between: ",", is: "=", quoted: true, ..Style::default() };
            values(&style.map(tenants))
        },
        has_entries: true,
    },
    Spelling {
        name: "trailing commas",
        spell: |tenants| values(&Style { between: ",\n", last: ",", ..Style::default() }.map(tenants)),
        has_entries: true,
    },
    Spelling {
        name: "CRLF",
        spell: |tenants| values(&Style::default().map(tenants).replace('\n', "\r\n")),
        has_entries: true,
    },
    Spelling {
        name: "a byte order mark",
        spell: |tenants| values(&format!("\u{feff}{}", Style::default().map(tenants))),
        has_entries: true,
    },
    Spelling {
        name: "comments",
        spell: |tenants| {
            let style = Style { newline: " // ü\n\t/* = */ ", between: " # { \"\n\n", ..Style::default() };
            values(&format!("# first\n{}# last", style.map(tenants)))
        },
        has_entries: true,
    },
    Spelling {
        name: "templates",
        spell: |tenants| values(&Style { before: "\"${", behind: "}\"", ..Style::default() }.map(tenants)),
        has_entries: true,
    },
    Spelling {
        name: "parentheses",
        spell: |tenants| values(&Style { before: "(", behind: ")", ..Style::default() }.map(tenants)),
        has_entries: true,
    },
    Spelling {
        name: "JSON",
        spell: |tenants| vec![("terraform.tfvars.json".into(), json(tenants, "  ").into_bytes())],
        has_entries: true,
    },
    Spelling {
        name: "JSON on one line",
        spell: |tenants| vec![("x.auto.tfvars.json".into(), json(tenants, "").replace('\n', "").into_bytes())],
        has_entries: true,
    },
    Spelling {
        name: "with the module",
        spell: |tenants| module(Some(Style::default().map(tenants)), "", "var.customer_tenants", "each.value"),
        has_entries: true,
    },
    Spelling {
        name: "through a local",
        spell: |tenants| {
            let locals =
                "locals {\n  flows = { for key, tenant in var.customer_tenants : key => { it = tenant } }\n}\n";
            module(Some(Style::default().map(tenants)), locals, "local.flows", "each.value.it")
        },
        has_entries: true,
    },
    Spelling {
        name: "a default",
        spell: |tenants| {
            let map = Style::default().map(tenants);
            let default = map.replacen("customer_tenants", "default", 1);
            let mut files = module(None, "", "var.customer_tenants", "each.value");
            let main = String::from_utf8(files[0].1.clone()).unwrap();
            files[0].1 = main.replacen("  # default", &default, 1).into_bytes();
            files
        },
        has_entries: true,
    },
    Spelling { name: "a list of grants", spell: |tenants| values(&grants(tenants)), has_entries: true },
    Spelling { name: "calls", spell: calls, has_entries: false },
    Spelling {
        name: "a table",
        spell: |tenants| {
            let locals = "locals {\n  tenants = { for row in csvdecode(file(\"tenants.csv\")) : row.key => row }\n}\n";
            let settings =
                ["cloud", "instance_arn", "region", "role_arn"].map(|name| format!("{name} = each.value.{name}"));
            let main = repeated(locals, &format!("{{ {} }}", settings.join(", ")));
            let mut table = format!("key,{}\n", NAMES.join(","));
            for tenant in tenants {
                let fields: Vec<&str> = (0..NAMES.len()).map(|at| tenant.text(at)).collect();
                writeln!(table, "{},{}", tenant.key, fields.join(",")).unwrap();
            }
            with_flow(main, [("tenants.csv", table)])
        },
        has_entries: false,
    },
    Spelling {
        name: "JSON that is decoded",
        spell: |tenants| {
            let locals =
                "locals {\n  tenants = jsondecode(file(\"${path.module}/tenants.json\")).customer_tenants\n}\n";
            with_flow(repeated(locals, "each.value.sso_connector_settings"), [("tenants.json", json(tenants, "  "))])
        },
        has_entries: false,
    },
    Spelling {
        name: "calls through locals",
        spell: |tenants| {
            let mut files = calls(tenants);
            let text = String::from_utf8(files[0].1.clone()).unwrap();
            let mut locals = String::from("locals {\n");
            let mut main = String::new();
            for (at, line) in text.lines().enumerate() {
                match line.split_once(" = \"") {
                    Some((name, value)) if name.trim() != "source" => {
                        writeln!(locals, "  l{at} = \"{value}").unwrap();
                        writeln!(main, "{name} = local.l{at}").unwrap();
                    }
                    _ => writeln!(main, "{line}").unwrap(),
                }
            }
            files[0].1 = format!("{main}{locals}}}\n").into_bytes();
            files
        },
        has_entries: false,
    },
];

fn values(text: &str) -> Files {
    vec![("terraform.tfvars".into(), text.as_bytes().to_vec())]
}

/// The style in which a map is written.
struct Style {
    quoted: bool,
    is: &'static str,
    newline: &'static str,
    between: &'static str,
    last: &'static str,
    before: &'static str,
    behind: &'static str,
}

impl Default for Style {
    fn default() -> Self {
        Self { quoted: false, is: " = ", newline: "\n", between: "\n", last: "", before: "", behind: "" }
    }
}

impl Style {
    fn map(&self, tenants: &[Tenant]) -> String {
        let tenants = tenants.iter().map(|tenant| (quote(&tenant.key), self.object(&self.attributes(tenant))));
        format!("customer_tenants = {}\n", self.object(&tenants.collect::<Vec<_>>()))
    }

    fn attributes(&self, tenant: &Tenant) -> Vec<(String, String)> {
        let value = |at: usize| {
            let text = match &tenant.values[at] {
                Value::Text(text) => format!("{}{}{}", self.before, quote(text), self.behind),
                Value::Null => "null".to_owned(),
                Value::Missing => return None,
            };
            Some((self.name(NAMES[at]), text))
        };
        let settings: Vec<_> = (1..=ROLE).filter_map(value).collect();
        let settings = (self.name("sso_connector_settings"), self.object(&settings));
        let mut all: Vec<_> =
            value(0).into_iter().chain([settings]).chain([SET, TARGET].into_iter().filter_map(value)).collect();
        all.extend(tenant.extra.iter().map(|(name, value)| (self.name(name), value.clone())));
        all
    }

    fn name(&self, name: &str) -> String {
        if self.quoted { quote(name) } else { name.to_owned() }
    }

    fn object(&self, items: &[(String, String)]) -> String {
        let items: Vec<String> = items.iter().map(|(name, value)| format!("{name}{}{value}", self.is)).collect();
        format!("{{{}{}{}{}}}", self.newline, items.join(self.between), self.last, self.newline)
    }
}

/// `text` as a string in HCL and JSON.
pub(crate) fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\t', "\\t"))
}

fn json(tenants: &[Tenant], indent: &str) -> String {
    let style = Style { quoted: true, is: ": ", between: ",\n", ..Style::default() };
    let map = style.map(tenants);
    let map = map.strip_prefix("customer_tenants = ").unwrap();
    format!("{{\n{indent}\"customer_tenants\": {map}}}\n")
}

fn grants(tenants: &[Tenant]) -> String {
    let style = Style::default();
    let entries = tenants.iter().map(|tenant| {
        let (grant, mut own): (Vec<_>, Vec<_>) =
            style.attributes(tenant).into_iter().partition(|(name, _)| name == NAMES[SET] || name == NAMES[TARGET]);
        let grant = grant.into_iter().map(|(name, value)| (name.replace("target_account_id", "account_id"), value));
        own.push(("grants".into(), format!("[{}]", style.object(&grant.collect::<Vec<_>>()))));
        (quote(&tenant.key), style.object(&own))
    });
    format!("customer_tenants = {}\n", style.object(&entries.collect::<Vec<_>>()))
}

/// The stock module, with tenants in a values file or in the default of the variable.
fn module(values: Option<String>, beside: &str, each: &str, tenant: &str) -> Files {
    let inputs =
        "    cloud        = string\n    instance_arn = string\n    region       = string\n    role_arn     = string\n";
    let main = format!(
        "variable \"customer_tenants\" {{\n  # default\n  type = map(object({{\n    sso_account_id = string\n    \
         sso_connector_settings = object({{\n{inputs}    }})\n    permission_set_arn = string\n    target_account_id = string\n  }}))\n}}\n{beside}\n\
         module \"access\" {{\n  for_each = {each}\n  source = \"./sso_flow\"\n  tenant_slug = each.key\n  account_id = {tenant}.target_account_id\n  \
         permission_set_arn = {tenant}.permission_set_arn\n  sso_connector_settings = {tenant}.sso_connector_settings\n}}\n"
    );
    let mut files = vec![
        ("main.tf".to_owned(), main.into_bytes()),
        ("sso_flow/main.tf".to_owned(), include_bytes!("../../fixtures/wiring/sso_flow.tf").to_vec()),
    ];
    files.extend(values.map(|values| ("terraform.tfvars".to_owned(), values.into_bytes())));
    files
}

/// One call for all of `local.tenants`.
fn repeated(locals: &str, settings: &str) -> String {
    format!(
        "{locals}module \"access\" {{\n  for_each = local.tenants\n  source = \"./sso_flow\"\n  tenant_slug = each.key\n  \
         account_id = each.value.target_account_id\n  permission_set_arn = each.value.permission_set_arn\n  \
         sso_connector_settings = {settings}\n}}\n"
    )
}

/// The configuration `main` with the flow module and further files.
fn with_flow<const N: usize>(main: String, beside: [(&str, String); N]) -> Files {
    let flow = include_bytes!("../../fixtures/wiring/sso_flow.tf").to_vec();
    let mut files = vec![("main.tf".to_owned(), main.into_bytes()), ("sso_flow/main.tf".to_owned(), flow)];
    files.extend(beside.map(|(name, text)| (name.to_owned(), text.into_bytes())));
    files
}

/// One call for each tenant, with the values written in it.
fn calls(tenants: &[Tenant]) -> Files {
    let mut main = String::new();
    for tenant in tenants {
        let line = |at: usize, name: &str| match &tenant.values[at] {
            Value::Text(text) => format!("  {name} = {}\n", quote(text)),
            Value::Null => format!("  {name} = null\n"),
            Value::Missing => String::new(),
        };
        writeln!(
            main,
            "module \"{}\" {{\n  source = \"./sso_flow\"\n  tenant_slug = {}\n{}{}  sso_connector_settings = {{\n{}{}{}{}  }}\n}}",
            tenant.key.replace(|c: char| !c.is_ascii_alphanumeric(), "_"),
            quote(&tenant.key),
            line(TARGET, "account_id"),
            line(SET, "permission_set_arn"),
            line(1, "cloud"),
            line(INSTANCE, "instance_arn"),
            line(3, "region"),
            line(ROLE, "role_arn"),
        )
        .unwrap();
    }
    vec![
        ("main.tf".to_owned(), main.into_bytes()),
        ("sso_flow/main.tf".to_owned(), include_bytes!("../../fixtures/wiring/sso_flow.tf").to_vec()),
    ]
}
