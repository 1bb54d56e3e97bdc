//! See connector-environment-invalid.md.

use foldhash::HashSet;
use symlint_core::rule::Context;
use symlint_core::tenants::{Place, text_of};

use crate::names::unexpected_characters;

/// How many characters IAM allows in the name of a role.
const LONGEST: usize = 64;

pub(super) fn check(cx: &mut Context<'_>) {
    // In that case, the environment is not part of the name.
    if cx.config.role_name.is_constant {
        return;
    }
    let mut seen = HashSet::default();
    let calls = cx.model.connectors.iter().flat_map(|it| it.instances.iter().map(move |instance| (it.call, instance)));
    for (call, environment) in calls.filter_map(|(call, instance)| Some((call, instance.environment.as_ref()?))) {
        let Some(text) = text_of(environment).filter(|_| seen.insert(environment.origin.span)) else { continue };
        let name = cx.config.role_name.role_name(&text);
        let refused = unexpected_characters(&name, |c| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c));
        let length = name.chars().count();
        // A text that IAM refuses is not a well-formed name, whatever it consists of.
        let is_private = cx.model.project.is_private(&environment.origin);
        let message = if is_private && (!refused.is_empty() || length > LONGEST) {
            "IAM does not allow the role name that this builds; it is sensitive, so it is not shown".to_owned()
        } else if !refused.is_empty() {
            format!(
                "the role name `{}` contains {refused}, but IAM allows only letters, digits, and `_+=,.@-`",
                line(&name)
            )
        } else if length > LONGEST {
            let most = LONGEST.saturating_sub(length - text.chars().count());
            format!(
                "the role name `{name}` has {length} characters, but IAM allows only {LONGEST}; the environment may have at most {most}"
            )
        } else {
            continue;
        };
        let path = Some(format!("module.{}.environment", call.name.text));
        cx.report(Place { span: environment.origin.span, tenant: None, path }, message).cause(text.as_str());
    }
}

/// `name` in one line.
fn line(name: &str) -> String {
    name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
