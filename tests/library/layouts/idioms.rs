//! Correct setups, in `idioms/*.txt`, in which nothing must be reported.
//!
//! An idiom is the shipped setup with some parts replaced: `variable` (declares the tenants), `values`, `for_each`,
//! `slug`, `account`, `set` and `settings` (the expressions in the call), `more` (further arguments), `call` (the whole
//! call), `beside` (further text in `main.tf`), `safelist` (its expression), `host` (in place of the runtime
//! connector), `config` (`.symlint.hcl`) and `file NAME`. `<1.set_arn>` is a value of the second tenant.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::layouts::adapter::check;
use crate::layouts::flow::module;
use crate::layouts::marks::{Files, strip};
use crate::layouts::names::SHIPPED;
use crate::layouts::nodes::{Form, Writer};
use crate::layouts::tenants::{Field, Tenant, tenants};
use crate::layouts::view::Changes;

const TEXTS: [&str; 2] = [include_str!("idioms/wiring.txt"), include_str!("idioms/tenants.txt")];

/// The idioms in which something is still reported.
const KNOWN: &[&str] = &[
    "safelist: with an internal account",
    "one customer with two entries",
    "one permission set in two accounts of one customer",
    "grants of one customer",
];

/// The name, and the parts by their names.
type Idiom = (String, BTreeMap<String, String>);

fn idioms() -> Vec<Idiom> {
    let mut idioms: Vec<Idiom> = Vec::new();
    for text in TEXTS {
        let mut part = String::new();
        for line in text.lines() {
            if let Some(name) = line.strip_prefix("=== ") {
                idioms.push((name.to_owned(), BTreeMap::new()));
                part.clear();
            } else if let Some((_, parts)) = idioms.last_mut() {
                if let Some(name) = line.strip_prefix("--- ") {
                    name.clone_into(&mut part);
                    parts.insert(part.clone(), String::new());
                } else if let Some(text) = parts.get_mut(&part) {
                    writeln!(text, "{line}").unwrap();
                }
            }
        }
    }
    idioms
}

/// Replaces the placeholders for the tenants' values.
fn filled(text: &str, tenants: &[Tenant]) -> String {
    use Field::*;
    let writer = Writer { names: &SHIPPED, omitted: &[] };
    let mut text = text.to_owned();
    for (index, tenant) in tenants.iter().enumerate() {
        let settings = writer.settings(tenant, index).hcl(4);
        text = text.replace(&format!("<{index}.settings>"), &settings);
        text = text.replace(&format!("<{index}.tenant>"), &writer.element(tenant, index, Form::Nested).hcl(2));
        for field in [Sso, InstanceArn, Region, RoleArn, SetArn, Target, SetId, SecondSetArn, SecondTarget] {
            text = text.replace(&format!("<{index}.{}>", field.name()), &tenant.text(field));
        }
    }
    text
}

fn files(parts: &BTreeMap<String, String>) -> Files {
    let tenants = tenants(3, SHIPPED.keys);
    let writer = Writer { names: &SHIPPED, omitted: &[] };
    let part = |name: &str, default: &str| parts.get(name).map_or(default, |text| text.trim_end()).to_owned();
    let kind = writer.element(&tenants[0], 0, Form::Nested).hcl_type();
    let variable = part("variable", &format!("variable \"customer_tenants\" {{\n  type = map({kind})\n}}"));
    let values = part("values", &format!("customer_tenants = {}", writer.map(&tenants, Form::Nested).hcl(0)));
    let safelist = part("safelist", "[for tenant in var.customer_tenants : tenant.sso_account_id]");
    let runtime = format!(
        "module \"runtime_connector\" {{\n  source  = \"symopsio/runtime-connector/aws\"\n  version = \">= 2.0.0\"\n\n  environment         = \"main\"\n  account_id_safelist = {safelist}\n}}"
    );
    let host = part("host", &runtime);
    let call = format!(
        "module \"sso_access\" {{\n  for_each = {}\n  source   = \"./modules/sso_flow\"\n\n  tenant_slug            = {}\n  account_id             = {}\n  permission_set_arn     = {}\n  sso_connector_settings = {}\n{}\n}}",
        part("for_each", "var.customer_tenants"),
        part("slug", "each.key"),
        part("account", "each.value.target_account_id"),
        part("set", "each.value.permission_set_arn"),
        part("settings", "each.value.sso_connector_settings"),
        part("more", "")
    );
    let main = [host, variable, part("beside", ""), part("call", &call)].join("\n\n") + "\n";
    let mut files = vec![
        ("main.tf".to_owned(), main),
        ("modules/sso_flow/main.tf".to_owned(), module(&SHIPPED, &Changes::default(), false)),
    ];
    if !values.is_empty() {
        files.push(("terraform.tfvars".into(), values + "\n"));
    }
    if let Some(config) = parts.get("config") {
        files.push((".symlint.hcl".into(), config.clone()));
    }
    files.extend(parts.iter().filter_map(|(name, text)| Some((name.strip_prefix("file ")?.to_owned(), text.clone()))));
    let files: Vec<_> = files.into_iter().map(|(name, text)| (name, filled(&text, &tenants))).collect();
    strip(&files).0
}

#[test]
fn correct_idioms_have_no_findings() {
    let mut failures = String::new();
    let mut loud = Vec::new();
    let all = idioms();
    for (name, parts) in &all {
        let files = files(parts);
        if let Some(folder) = std::env::var_os("LAYOUTS_ALL") {
            for (file, bytes) in &files {
                let path =
                    std::path::Path::new(&folder).join("idioms").join(name.replace([' ', ':', ','], "-")).join(file);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, bytes).unwrap();
            }
        }
        let report = check(&files);
        if report.is_silent() {
            continue;
        }
        loud.push(name.as_str());
        writeln!(failures, "{name}: exit {}, not checked {:?}", report.exit_code, report.not_checked).unwrap();
        for found in &report.findings {
            let place = &found.place;
            writeln!(
                failures,
                "    {} of {:?} at {} `{}`: {}",
                found.rule, found.tenant, place.file, found.text, found.message
            )
            .unwrap();
        }
    }
    println!("{} of {} idioms are silent\n{failures}", all.len() - loud.len(), all.len());
    let new: Vec<_> = loud.iter().filter(|name| !KNOWN.contains(name)).collect();
    assert!(new.is_empty(), "{failures}\nnew: {new:#?}");
    for name in KNOWN.iter().filter(|name| !loud.contains(name)) {
        println!("silent now, and no longer to be listed: {name}");
    }
}
