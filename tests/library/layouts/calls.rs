//! The parts of a root module besides the tenants: the host's resources, and the flow calls.

use crate::layouts::flow::{Sinks, syms_settings};
use crate::layouts::marks::mark;
use crate::layouts::names::Names;
use crate::layouts::nodes::{Form, Node, Writer, key};
use crate::layouts::tenants::{Field, Tenant};
use crate::layouts::view::{Changes, Site};

/// The host's part: the runtime connector or a policy in its place, Slack, and Sym's environment.
pub(crate) fn host(safelist: &str, policy: Option<&str>) -> String {
    let connector = format!(
        r#"module "runtime_connector" {{
  source  = "symopsio/runtime-connector/aws"
  version = ">= 2.0.0"

  environment         = "main"
  account_id_safelist = {safelist}
}}
"#
    );
    let (runtime, id) = match policy {
        Some(policy) => (policy, "sym_runtime.this.id"),
        None => (connector.as_str(), "module.runtime_connector.sym_runtime.id"),
    };
    format!(
        r##"{runtime}
resource "sym_integration" "slack" {{
  type        = "slack"
  name        = "main-slack"
  external_id = "T05K8QZR2MB"
}}

resource "sym_environment" "this" {{
  name       = "main"
  runtime_id = {id}

  integrations = {{
    slack_id = sym_integration.slack.id
  }}
}}

"##
    )
}

/// The arguments of a flow call.
pub(crate) fn arguments(site: &Site<'_>, names: &Names, changes: &Changes, prefix: &str) -> String {
    let (view, own, key) = (&site.view, &site.own, &site.key);
    let account = if view.form == Form::Accounts { names.accounts } else { names.account };
    let line = |slot: &str, name: &str, right: &str| changes.line(&format!("{prefix}{slot}"), name, right);
    line("slug", names.slug, key)
        + &line("account", account, &view.target(own))
        + &line("set", names.set, &view.set(own))
        + &line("settings", names.settings, &view.settings(own, key))
        + if prefix.is_empty() { &changes.arguments } else { "" }
}

/// Resources with `for_each` over the tenants.
pub(crate) fn repeated(site: &Site<'_>, map: &str, names: &Names, changes: &Changes) -> Sinks {
    let (view, own, key) = (&site.view, &site.own, &site.key);
    let settings = if view.form.has_settings() {
        syms_settings(names, &view.settings(own, key))
    } else {
        let parts = [
            ("cloud", view.cloud(own)),
            ("instance_arn", view.instance(own)),
            ("region", view.region(own)),
            ("role_arn", view.role(own, key)),
        ];
        format!("{{\n{}  }}", parts.map(|(name, value)| format!("    {name} = {value}\n")).concat())
    };
    Sinks {
        repeat: format!("for_each = {}", changes.slot("for_each", map)),
        index: "[each.key]".into(),
        slug: key.clone(),
        instance: view.instance(own),
        settings,
        set: view.set(own),
        account: view.target(own),
        accounts: None,
    }
}

/// A call for each tenant, with its values written in the call.
pub(crate) fn calls(tenants: &[Tenant], names: &Names, changes: &Changes, source: &str) -> String {
    let writer = Writer { names, omitted: &[] };
    let mut text = String::new();
    for (index, tenant) in tenants.iter().enumerate() {
        let mut entries = vec![(names.slug.to_owned(), Node::Text(key(tenant, index)))];
        entries.extend(writer.field_as(tenant, index, Field::Target, names.account));
        entries.extend(writer.field_as(tenant, index, Field::SetArn, names.set));
        entries.push((names.settings.to_owned(), writer.settings(tenant, index)));
        let arguments = Node::Object(entries).hcl(0);
        let body = arguments.strip_prefix('{').expect("an object");
        let call = format!("module \"{}_{index}\" {{\n  source = {source}\n{body}", names.call);
        text += &mark(&format!("t{index}.entry"), &call);
        text += "\n\n";
    }
    text + &changes.arguments
}
