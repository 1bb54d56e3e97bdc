//! See connector-environment-invalid.md.

use foldhash::HashSet;
use symlint_core::rule::Context;
use symlint_core::tenants::text_of;

/// The number of characters that IAM allows in the name of a role.
const LONGEST: usize = 64;

pub(super) fn check(cx: &mut Context<'_>) {
    let mut seen = HashSet::default();
    let instances = cx.model.connectors.iter().flat_map(|connector| &connector.instances);
    for environment in instances.filter_map(|instance| instance.environment.as_ref()) {
        let Some(text) = text_of(environment).filter(|_| seen.insert(environment.origin.span)) else { continue };
        let name = cx.config.role_name.role_name(&text);
        let refused = name.chars().find(|&c| !(c.is_ascii_alphanumeric() || "_+=,.@-".contains(c)));
        let length = name.chars().count();
        let message = if let Some(refused) = refused {
            format!(
                "IAM refuses {} in the role name `{}`: use letters, digits and `_+=,.@-`",
                shown(refused),
                line(&name)
            )
        } else if length > LONGEST {
            let most = LONGEST.saturating_sub(length - text.chars().count());
            format!("the role name `{name}` has {length} characters, and IAM allows {LONGEST}: use at most {most} here")
        } else {
            continue;
        };
        cx.report(environment.origin.span, message);
    }
}

fn shown(c: char) -> String {
    match c {
        ' ' => "the space".to_owned(),
        c if c.is_whitespace() || c.is_control() || !c.is_ascii() => format!("U+{:04X}", u32::from(c)),
        c => format!("`{c}`"),
    }
}

/// `name` in one line.
fn line(name: &str) -> String {
    name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
