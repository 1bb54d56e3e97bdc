//! The flow module, and Sym's resources, which may also be in the root module.

use crate::layouts::names::Names;
use crate::layouts::view::Changes;

/// The expressions whose values Sym's resources receive.
pub(crate) struct Sinks {
    /// `for_each`, `count`, or nothing.
    pub(crate) repeat: String,
    /// The index by which a resource of this instance is referenced: nothing, or `[each.key]`.
    pub(crate) index: String,
    pub(crate) slug: String,
    pub(crate) instance: String,
    pub(crate) settings: String,
    pub(crate) set: String,
    pub(crate) account: String,
    /// The accounts, if each has a target of its own.
    pub(crate) accounts: Option<String>,
}

/// The four resources of a flow.
pub(crate) fn resources(sinks: &Sinks, changes: &Changes) -> String {
    let Sinks { repeat, index, slug, instance, settings, set, account, accounts } = sinks;
    let name = |kind: &str| format!("\"{kind}-${{{slug}}}\"");
    let repeat = if repeat.is_empty() { String::new() } else { format!("  {repeat}\n") };
    let (target_repeat, target_name, account, targets) = match accounts {
        Some(accounts) => (
            format!("  for_each = toset({accounts})\n"),
            format!("\"target-${{{slug}}}-${{each.key}}\""),
            "each.value".to_owned(),
            "[for target in sym_target.grant : target.id]".to_owned(),
        ),
        None => (repeat.clone(), name("target"), account.clone(), format!("[sym_target.grant{index}.id]")),
    };
    let context_name = changes.slot("m.context_name", &name("context"));
    let external_id = changes.slot("m.external_id", instance);
    let settings = changes.slot("m.settings", settings);
    let target_name = changes.slot("m.target_name", &target_name);
    let set = changes.slot("m.set", set);
    let account = changes.slot("m.account", &account);
    let strategy_name = name("strategy");
    let integration = changes.slot("m.integration", &format!("sym_integration.context{index}.id"));
    let targets = changes.slot("m.targets", &targets);
    let strategy_instance = changes.slot("m.strategy_instance", instance);
    let flow_name = name("flow");
    format!(
        r#"resource "sym_integration" "context" {{
{repeat}  type        = "permission_context"
  name        = {context_name}
  external_id = {external_id}
  settings    = {settings}
}}

resource "sym_target" "grant" {{
{target_repeat}  type = "aws_sso_permission_set"
  name = {target_name}

  settings = {{
    permission_set_arn = {set}
    account_id         = {account}
  }}
}}

resource "sym_strategy" "strategy" {{
{repeat}  type           = "aws_sso"
  name           = {strategy_name}
  integration_id = {integration}
  targets        = {targets}

  settings = {{
    instance_arn = {strategy_instance}
  }}
}}

resource "sym_flow" "flow" {{
{repeat}  name           = {flow_name}
  label          = "Access"
  implementation = "${{path.module}}/impl.py"

  params {{
    strategy_id = sym_strategy.strategy{index}.id
  }}
}}
"#
    )
}

/// The variables of a flow module.
pub(crate) fn variables(names: &Names, is_for_accounts: bool) -> String {
    let Names { slug, account, accounts, set, settings, cloud, instance_arn, region, role_arn, .. } = names;
    let account = if is_for_accounts {
        format!("\"{accounts}\" {{ type = list(string) }}")
    } else {
        format!("\"{account}\" {{ type = string }}")
    };
    format!(
        r##"variable "{slug}" {{ type = string }}
variable {account}
variable "{set}" {{ type = string }}
variable "{settings}" {{
  type = object({{
    {cloud} = string
    {instance_arn} = string
    {region} = string
    {role_arn} = string
  }})
}}
variable "channel" {{
  type    = string
  default = "#access"
}}

"##
    )
}

/// The settings for Sym if the module has them as `expression`.
pub(crate) fn syms_settings(names: &Names, expression: &str) -> String {
    if names.are_syms() {
        return expression.to_owned();
    }
    let Names { cloud, instance_arn, region, role_arn, .. } = names;
    format!(
        "{{\n    cloud = {expression}.{cloud}\n    instance_arn = {expression}.{instance_arn}\n    region = {expression}.{region}\n    role_arn = {expression}.{role_arn}\n  }}"
    )
}

/// The flow module: variables and resources.
pub(crate) fn module(names: &Names, changes: &Changes, is_for_accounts: bool) -> String {
    let settings = format!("var.{}", names.settings);
    let sinks = Sinks {
        repeat: String::new(),
        index: String::new(),
        slug: format!("var.{}", names.slug),
        instance: format!("{settings}.{}", names.instance_arn),
        settings: syms_settings(names, &settings),
        set: format!("var.{}", names.set),
        account: format!("var.{}", names.account),
        accounts: is_for_accounts.then(|| format!("var.{}", names.accounts)),
    };
    variables(names, is_for_accounts) + &resources(&sinks, changes) + &changes.module
}
