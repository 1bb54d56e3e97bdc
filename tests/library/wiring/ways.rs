//! Correct ways to pass the tenants' values to the flow module.

/// A value that the call takes from a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    Slug,
    Sso,
    Settings,
    PermissionSet,
    Account,
}

pub(crate) use Field::*;

impl Field {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Slug => "",
            Sso => "sso_account_id",
            Settings => "sso_connector_settings",
            PermissionSet => "permission_set_arn",
            Account => "target_account_id",
        }
    }
}

/// A correct way to call the flow module.
pub(crate) struct Way {
    pub(crate) name: &'static str,
    /// The text next to the call.
    pub(crate) beside: &'static str,
    /// `for_each` or `count`. If it is empty, there is one call for each tenant.
    pub(crate) repeat: &'static str,
    /// The expression for a value of the tenant. `KEY` stands for the tenant's key if each tenant has a call of its
    /// own.
    pub(crate) value: fn(Field) -> String,
}

fn named(before: &str, field: Field, behind: &str) -> String {
    format!("{before}{}{behind}", field.name())
}

pub(crate) fn ways() -> Vec<Way> {
    let each = "for_each = var.customer_tenants";
    let way = |name, beside, repeat, value| Way { name, beside, repeat, value };
    vec![
        way("each.value.x", "", each, |field| match field {
            Slug => "each.key".into(),
            field => named("each.value.", field, ""),
        }),
        way("each.value[x]", "", each, |field| match field {
            Slug => "each.key".into(),
            field => named("each.value[\"", field, "\"]"),
        }),
        way("var[each.key].x", "", each, |field| match field {
            Slug => "each.key".into(),
            field => named("var.customer_tenants[each.key].", field, ""),
        }),
        way("lookup", "", each, |field| match field {
            Slug => "lower(each.key)".into(),
            field => named("lookup(each.value, \"", field, "\", null)"),
        }),
        way("try", "", each, |field| match field {
            Slug => "try(each.value.slug, each.key)".into(),
            field => named("try(each.value.", field, ", null)"),
        }),
        way("merge", "", each, |field| match field {
            Slug => "each.key".into(),
            field => named("merge({ note = \"x\" }, each.value).", field, ""),
        }),
        way("template", "", each, |field| match field {
            Slug => "${each.key}".into(),
            Settings => "each.value.sso_connector_settings".into(),
            field => named("\"${each.value.", field, "}\""),
        }),
        way("functions", "", each, |field| match field {
            Slug => "replace(each.key, \"_\", \"-\")".into(),
            Settings => "merge(each.value.sso_connector_settings, {})".into(),
            field => named("trimspace(format(\"%s\", coalesce(each.value.", field, ", \"none\")))"),
        }),
        way("parentheses and a condition", "", each, |field| match field {
            Slug => "(each.key)".into(),
            field => named("(true ? (each.value.", field, ") : null)"),
        }),
        way("toset(keys)", "", "for_each = toset(keys(var.customer_tenants))", |field| match field {
            Slug => "each.value".into(),
            field => named("var.customer_tenants[each.key].", field, ""),
        }),
        way("count and keys", "", "count = length(var.customer_tenants)", |field| match field {
            Slug => "keys(var.customer_tenants)[count.index]".into(),
            field => named("var.customer_tenants[keys(var.customer_tenants)[count.index]].", field, ""),
        }),
        way("count and values", "", "count = length(keys(var.customer_tenants))", |field| match field {
            Slug => "element(keys(var.customer_tenants), count.index)".into(),
            field => named("values(var.customer_tenants)[count.index].", field, ""),
        }),
        way(
            "a local list",
            "locals {\n  names = sort(keys(var.customer_tenants))\n}\n",
            "count = length(local.names)",
            |field| match field {
                Slug => "local.names[count.index]".into(),
                field => named("var.customer_tenants[local.names[count.index]].", field, ""),
            },
        ),
        way("a local that renames", RENAMED, "for_each = local.flows", |field| {
            let name = match field {
                Slug => "slug",
                Sso => "home",
                Settings => "settings",
                PermissionSet => "permission_set",
                Account => "workload",
            };
            format!("each.value.{name}")
        }),
        way("a local that filters", FILTERED, "for_each = local.active", |field| match field {
            Slug => "each.key".into(),
            field => named("each.value.", field, ""),
        }),
        way(
            "for_each that filters",
            "",
            "for_each = { for k, t in var.customer_tenants : k => t if t != null }",
            |field| match field {
                Slug => "each.key".into(),
                field => named("each.value.", field, ""),
            },
        ),
        way("a list made a map", LISTED, "for_each = { for flow in local.list : flow.name => flow }", |field| {
            match field {
                Slug => "each.value.name".into(),
                field => named("each.value.tenant.", field, ""),
            }
        }),
        way("zipmap", ZIPPED, "for_each = local.zipped", |field| match field {
            Slug => "each.key".into(),
            field => named("each.value.", field, ""),
        }),
        way("locals of locals", NESTED, "for_each = local.tenants", |field| match field {
            Slug => "each.key".into(),
            field => named("local.tenants[each.key][\"", field, "\"]"),
        }),
        way("one call each", "", "", |field| match field {
            Slug => "\"KEY\"".into(),
            field => named("var.customer_tenants[\"KEY\"].", field, ""),
        }),
        way("one call each, by attribute", "", "", |field| match field {
            Slug => "\"KEY\"".into(),
            field => named("var.customer_tenants.KEY.", field, ""),
        }),
        way("one call each, through a local", "locals {\n  all = var.customer_tenants\n}\n", "", |field| match field {
            Slug => "replace(\"KEY\", \"_\", \"-\")".into(),
            field => named("local.all[\"KEY\"].", field, ""),
        }),
        way("one call each, found by its account", "", "", |field| match field {
            Slug => "\"KEY\"".into(),
            field => named("one([for k, t in var.customer_tenants : t if k == \"KEY\"]).", field, ""),
        }),
    ]
}

const RENAMED: &str = r#"
locals {
  flows = {
    for name, tenant in var.customer_tenants : name => {
      slug           = name
      home           = tenant.sso_account_id
      settings       = tenant.sso_connector_settings
      permission_set = tenant.permission_set_arn
      workload       = tenant.target_account_id
    }
  }
}
"#;

const FILTERED: &str = r#"
locals {
  active = { for name, tenant in var.customer_tenants : name => tenant if length(name) > 0 }
}
"#;

const LISTED: &str = r#"
locals {
  list = [for name, tenant in var.customer_tenants : { name = name, tenant = tenant }]
}
"#;

const ZIPPED: &str = r#"
locals {
  zipped = zipmap(keys(var.customer_tenants), values(var.customer_tenants))
}
"#;

const NESTED: &str = r#"
locals {
  raw     = var.customer_tenants
  tenants = merge({}, local.raw)
}
"#;
