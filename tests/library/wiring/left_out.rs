//! Tenants that no flow receives, by mistake or on purpose.

use crate::wiring::{MODULE, VALUES, VARIABLES, expect, findings};

/// A call that begins with `head` and passes the values of `each.value`.
fn call(head: &str) -> String {
    format!(
        "module \"access\" {{\n  {head}\n  tenant_slug = each.key\n  account_id = each.value.target_account_id\n  permission_set_arn = each.value.permission_set_arn\n  sso_connector_settings = each.value.sso_connector_settings\n}}\n"
    )
}

fn flow(tenants: &str) -> String {
    call(&format!("source = \"./sso_flow\"\n  for_each = {tenants}"))
}

/// A filter that drops `red_canyon`, by listing the others.
const TWO: &str =
    "{ blue_harbour = var.customer_tenants.blue_harbour, green_valley = var.customer_tenants.green_valley }";

/// A filter that drops `red_canyon`, by its name.
const FILTERED: &str = "{ for name, tenant in var.customer_tenants : name => tenant if name != \"red_canyon\" }";

/// A local runtime connector whose safelist is filtered.
const RUNTIME: &str = r#"
module "runtime_connector" {
  source              = "./runtime-connector"
  account_id_safelist = [for tenant in var.customer_tenants : tenant.sso_account_id if tenant.sso_account_id != ""]
}
"#;

fn check(main: &str, inner: &str) -> Vec<crate::wiring::Found> {
    let main = format!("{VARIABLES}\n{main}");
    let mut files = vec![
        ("main.tf", main.as_str()),
        ("sso_flow/main.tf", MODULE),
        ("runtime-connector/main.tf", "variable \"account_id_safelist\" { type = list(string) }\n"),
        ("terraform.tfvars", VALUES),
    ];
    if !inner.is_empty() {
        files.push(("customers/main.tf", inner));
    }
    findings(&files)
}

#[test]
fn a_tenant_left_out_on_purpose_is_not_reported() {
    let mut failures = String::new();
    let keys = "var.customer_tenants[name]";
    let local = |value: &str| format!("locals {{\n  active = {value}\n}}\n{}", flow("local.active"));
    let remote = "git::https://git.acme.example/terraform.git//sso_flow?ref=v1";
    for main in [
        flow(FILTERED),
        flow(FILTERED) + RUNTIME,
        local(FILTERED),
        format!("locals {{\n  live = {FILTERED}\n}}\n{}", local("local.live")),
        flow(&format!("{{ for name in setsubtract(keys(var.customer_tenants), [\"red_canyon\"]) : name => {keys} }}")),
        flow(&format!(
            "{{ for name in setintersection(keys(var.customer_tenants), [\"blue_harbour\", \"green_valley\"]) : name => {keys} }}"
        )),
        flow(&format!("length(var.customer_tenants) > 2 ? {TWO} : var.customer_tenants")),
        // A module that is not available.
        call(&format!("source = \"{remote}\"\n  for_each = {FILTERED}")),
    ] {
        expect(&main, check(&main, ""), &[], &mut failures);
    }
    // A module in between receives some of the tenants, or is called for each of them.
    let inner = format!("variable \"tenants\" {{ type = any }}\n{}", flow("var.tenants").replace("./sso", "../sso"));
    let main = format!("module \"customers\" {{\n  source = \"./customers\"\n  tenants = {FILTERED}\n}}\n");
    expect(&main, check(&main, &inner), &[], &mut failures);
    let inner = inner.replace("var.tenants", "{ (var.name) = var.tenant }").replace("\"tenants\"", "\"tenant\"");
    let main = format!(
        "module \"customers\" {{\n  source = \"./customers\"\n  for_each = {FILTERED}\n  name = each.key\n  tenant = each.value\n}}\n"
    );
    let inner = format!("variable \"name\" {{ type = string }}\n{inner}");
    expect(&main, check(&main, &inner), &[], &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn a_forgotten_tenant_is_found_despite_filters_elsewhere() {
    let mut failures = String::new();
    let unrelated = format!("module \"reports\" {{\n  source = \"acme/reports/aws\"\n  tenants = {FILTERED}\n}}\n");
    // A local with the name of the variable, which no flow uses.
    let local = format!(
        "locals {{\n  customer_tenants = {FILTERED}\n}}\noutput \"names\" {{\n  value = keys(local.customer_tenants)\n}}\n"
    );
    let through_local = format!("locals {{\n  two = {TWO}\n}}\n{}", flow("local.two"));
    for main in [through_local, flow(TWO), flow(TWO) + &unrelated, flow(TWO) + &local, flow(TWO) + RUNTIME] {
        expect(&main, check(&main, ""), &[("tenant-not-wired", "red_canyon")], &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

/// A module that returns the customers may leave some of them out on purpose.
#[test]
fn an_output_may_leave_a_tenant_out_on_purpose() {
    let mut failures = String::new();
    let main = "module \"customers\" {\n  source = \"./customers\"\n  all = var.customer_tenants\n}\n".to_owned();
    let forgotten = [("tenant-not-wired", "red_canyon")];
    for (output, expected) in
        [(FILTERED.to_owned(), &[][..]), ("local.live".to_owned(), &[]), (TWO.to_owned(), &forgotten)]
    {
        let own = |text: &str| text.replace("var.customer_tenants", "var.all");
        let inner = format!(
            "variable \"all\" {{ type = any }}\nlocals {{\n  live = {}\n}}\noutput \"live\" {{\n  value = {}\n}}\n",
            own(FILTERED),
            own(&output)
        );
        let again = "{ for name, tenant in module.customers.live : name => tenant }";
        for tenants in ["module.customers.live", again] {
            let main = main.clone() + &flow(tenants);
            expect(&output, check(&main, &inner), expected, &mut failures);
        }
    }
    assert!(failures.is_empty(), "{failures}");
}
