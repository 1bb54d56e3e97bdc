//! Which IAM resources of a module are about Sym.

use foldhash::{HashMap, HashSet};
use symlint_terraform::{Evaluator, Instance, Module, ModuleCall, Resource, Span, show};

/// What the kinds of IAM's resources begin with.
const IAM: &str = "aws_iam_";

/// What a block that is about Sym has somewhere in it.
const SYM: &str = "sym";

/// What says for which role a resource of IAM is, or which one it is.
const ROLES: [&str; 4] = ["role", "roles", "name", "path"];

/// The blocks of the IAM resources that mention Sym, or that are used by one that is about Sym or are for a role that
/// mentions it: from a document to what has it, and from there to the role. What else a role has is about something else.
pub(super) fn about_sym(
    evaluator: &Evaluator<'_>,
    instance: &Instance,
    module: &Module,
    is_runtime: &dyn Fn(&ModuleCall) -> bool,
) -> HashSet<Span> {
    let resources: Vec<&Resource> =
        module.resources.iter().filter(|resource| resource.kind.text.starts_with(IAM)).collect();
    let sources = evaluator.project().sources();
    let texts: Vec<String> =
        resources.iter().map(|resource| sources.text(resource.block.span).to_ascii_lowercase()).collect();
    let names: Vec<String> = resources.iter().map(|resource| resource.name.text.to_ascii_lowercase()).collect();
    let mut named: HashMap<(&str, &str), Vec<usize>> = HashMap::default();
    for (at, (resource, name)) in resources.iter().zip(&names).enumerate() {
        named.entry((&resource.kind.text, name)).or_default().push(at);
    }
    let is_role = |at: usize| resources.get(at).is_some_and(|resource| resource.kind.text.as_str() == "aws_iam_role");
    // The resources that are about Sym if the one with this number is.
    let mut following: HashMap<usize, Vec<usize>> = HashMap::default();
    for (at, text) in texts.iter().enumerate() {
        for &used in addresses(text).filter_map(|address| named.get(&address)).flatten() {
            following.entry(at).or_default().push(used);
            if is_role(used) {
                following.entry(used).or_default().push(at);
            }
        }
    }
    let calls = module.calls.iter().filter(|call| is_runtime(call));
    let runtimes: Vec<String> = calls.map(|call| format!("module.{}.", call.name.text).to_ascii_lowercase()).collect();
    // A name may be put together elsewhere.
    let is_for_sym = |resource: &Resource| {
        let names = ROLES.iter().filter_map(|name| resource.attribute(name));
        let shown = |value| show(&value).is_some_and(|text| text.to_ascii_lowercase().contains(SYM));
        names.into_iter().any(|name| shown(evaluator.tolerating(|| evaluator.evaluate(instance, &name.value))))
    };
    let is_about = |resource: &Resource, text: &str| {
        text.contains(SYM) || runtimes.iter().any(|call| text.contains(call.as_str())) || is_for_sym(resource)
    };
    let both = resources.iter().zip(&texts).enumerate();
    let mut left: Vec<usize> =
        both.filter(|(_, (resource, text))| is_about(resource, text)).map(|(at, _)| at).collect();
    let mut about: HashSet<usize> = left.iter().copied().collect();
    // Sym may use a role that nothing else says it is for.
    let users = module.resources.iter().filter(|resource| resource.kind.text.starts_with(SYM));
    for user in users {
        let text = sources.text(user.block.span).to_ascii_lowercase();
        left.extend(addresses(&text).filter_map(|address| named.get(&address)).flatten());
    }
    while let Some(at) = left.pop() {
        let new = following.get(&at).into_iter().flatten().filter(|it| !is_role(**it) && about.insert(**it));
        left.extend(new);
    }
    about.into_iter().filter_map(|at| Some(resources.get(at)?.block.span)).collect()
}

/// The kinds and names in a text of what is referred to as `aws_iam_role.runtime` is.
fn addresses(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let is_of_reference = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    text.split(move |c| !is_of_reference(c)).flat_map(|reference| {
        let parts = reference.split('.');
        parts.clone().zip(parts.skip(1)).filter(|(kind, _)| kind.starts_with(IAM))
    })
}
