//! Faults in which a tenant is left out of, or wrongly added to, the flows or the safelist.

use crate::layouts::data::Effect::{self, Found, Impossible};
use crate::layouts::expect::{At, Expected};
use crate::layouts::list::Reach;
use crate::layouts::marks::mark;
use crate::layouts::nodes::Form;
use crate::layouts::stores::Store;
use crate::layouts::view::Changes;
use crate::layouts::wiring::Setting;

/// The call is repeated for a list of keys that lacks a tenant.
pub(crate) fn not_in_for_each(s: &Setting<'_>, changes: &mut Changes) -> Effect {
    let has_keys =
        matches!(s.layout.reach, Reach::Count | Reach::Grants | Reach::TwoSets | Reach::Inside | Reach::WrapperObject);
    let is_chosen = matches!(s.layout.store, Store::ByVariable | Store::ByWorkspace);
    if has_keys || is_chosen {
        return Impossible;
    }
    let keys: Vec<String> = s
        .tenants
        .iter()
        .enumerate()
        .filter(|(index, _)| *index != 1)
        .map(|(_, tenant)| format!("\"{}\"", s.layout.label(tenant, s.names)))
        .collect();
    let list = keys.join(", ");
    let for_each = match s.layout.reach {
        Reach::Keys => format!("toset([{list}])"),
        _ => format!("{{ for key in [{list}] : key => {}[key] }}", s.site.collection),
    };
    changes.slots.insert("for_each".into(), for_each);
    let at = vec![At::Whole("t1.key".into()), At::Within("t1.entry".into()), At::Within("t1.grant".into())];
    Found(vec![Expected::new("tenant-not-wired", Some(s.layout.label(&s.tenants[1], s.names)), at)])
}

pub(crate) fn safelist(s: &Setting<'_>, changes: &mut Changes, lacks: bool, has_old: bool) -> Effect {
    if s.layout.reach == Reach::Assignment {
        return Impossible;
    }
    // In this layout, the last tenant is for another stage.
    let count = s.tenants.len() - usize::from(s.layout.store == Store::ByVariable);
    let accounts = s
        .tenants
        .iter()
        .enumerate()
        .take(count)
        .filter(|(index, _)| !lacks || *index != 1)
        .map(|(_, tenant)| format!("\"{}\"", tenant.sso));
    let mut accounts: Vec<String> = accounts.collect();
    if has_old {
        accounts.push(format!("\"{}\"", mark("wrong", "395817264400")));
    }
    changes.slots.insert("safelist".into(), format!("[{}]", accounts.join(", ")));
    if lacks {
        // The account is that of the organization, or of the entry.
        let tenant = Some(s.layout.label(&s.tenants[1], s.names));
        return Found(vec![Expected::new("safelist-incomplete", tenant, vec![At::Whole("safelist".into())])]);
    }
    Found(vec![Expected::new("safelist-stale", None, vec![At::Whole("wrong".into())])])
}

/// A policy that is written out in place of the runtime connector.
pub(crate) fn policy(s: &Setting<'_>, changes: &mut Changes, filter: &str, more: &str, rule: &'static str) -> Effect {
    let is_map = !matches!(s.layout.reach, Reach::Assignment | Reach::Count);
    let collection = match s.layout.reach {
        Reach::Organizations => format!("var.{}", s.names.more),
        Reach::Grants => format!("var.{}", s.names.tenants),
        _ => s.site.collection.clone(),
    };
    let base =
        if s.layout.form == Form::Deep { format!("tenant.{}", crate::layouts::nodes::ORIGIN) } else { "tenant".into() };
    if !is_map || s.layout.form == Form::Bare {
        return Impossible;
    }
    let filter = filter.replace("KEY", &s.tenants[1].key);
    let more = if more.is_empty() { String::new() } else { format!(", [\"{}\"]", mark("wrong", more)) };
    let roles = format!(
        "concat([for key, tenant in {collection} : \"arn:aws:iam::${{{base}.{}}}:role/sym/*\" if {filter}]{more})",
        s.names.sso
    );
    let roles = mark("policy", &roles);
    let text = format!(
        "resource \"aws_iam_policy\" \"assume\" {{\n  name = \"SymAssume\"\n  path = \"/sym/\"\n  policy = jsonencode({{\n    Version = \"2012-10-17\"\n    Statement = [{{ Effect = \"Allow\", Action = \"sts:AssumeRole\", Resource = {roles} }}]\n  }})\n}}\n\nresource \"sym_runtime\" \"this\" {{\n  name = \"main\"\n}}\n"
    );
    changes.policy = Some(mark("whole policy", &text));
    let tenant = (rule == "safelist-incomplete").then(|| s.layout.label(&s.tenants[1], s.names));
    let at = if rule == "safelist-incomplete" { At::Within("whole policy".into()) } else { At::Within("wrong".into()) };
    Found(vec![Expected::new(rule, tenant, vec![at])])
}

pub(crate) fn safelist_of_targets(s: &Setting<'_>, changes: &mut Changes) -> Effect {
    let is_elsewhere =
        matches!(s.layout.reach, Reach::Assignment | Reach::Grants | Reach::Tables | Reach::Organizations);
    if is_elsewhere || s.layout.form == Form::Accounts {
        return Impossible;
    }
    let list = format!("[for tenant in {} : {}]", s.site.collection, s.site.view.target("tenant"));
    changes.slots.insert("safelist".into(), list);
    Found(vec![Expected::new("safelist-incomplete", None, vec![At::Whole("safelist".into())])])
}
