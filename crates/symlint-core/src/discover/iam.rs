//! Which IAM resources of a module are about Sym.

use foldhash::{HashMap, HashSet};
use symlint_terraform::{Evaluator, Instance, Module, ModuleCall, Resource, Span, show};

/// The prefixes of the kinds of IAM resources.
const IAM: [&str; 2] = ["aws_iam_", "awscc_iam_"];

fn is_iam(kind: &str) -> bool {
    IAM.iter().any(|start| kind.starts_with(start))
}

/// The text that a block about Sym contains somewhere.
const SYM: &str = "sym";

/// The attributes that say which role an IAM resource is, or is for.
const ROLES: [&str; 5] = ["role", "roles", "role_name", "name", "path"];

/// The blocks of IAM resources and calls that are about Sym.
pub(super) struct About {
    /// The blocks that mention Sym, those that are for a role that mentions it, and those that another block about Sym
    /// uses. The search goes from a document to the resource that has it, and from there to the role. Other policies of
    /// that role are about something else.
    pub(super) sym: HashSet<Span>,
    /// The blocks that belong to the runtime according to the role's name.
    pub(super) runtime: HashSet<Span>,
}

/// Which IAM resources of a module are about Sym.
pub(super) fn about_sym(
    evaluator: &Evaluator<'_>,
    instance: &Instance,
    module: &Module,
    is_runtime: &dyn Fn(&ModuleCall) -> bool,
) -> About {
    let resources: Vec<&Resource> = module.resources.iter().filter(|resource| is_iam(&resource.kind.text)).collect();
    let sources = evaluator.project().sources();
    let text_of = |span: Span| sources.text(span).to_ascii_lowercase();
    let texts: Vec<String> = resources.iter().map(|resource| text_of(resource.block.span)).collect();
    let names: Vec<String> = resources.iter().map(|resource| resource.name.text.to_ascii_lowercase()).collect();
    let mut named: HashMap<(&str, &str), Vec<usize>> = HashMap::default();
    for (at, (resource, name)) in resources.iter().zip(&names).enumerate() {
        named.entry((&resource.kind.text, name)).or_default().push(at);
    }
    let is_role = |at: usize| resources.get(at).is_some_and(|resource| resource.kind.text.as_str() == "aws_iam_role");
    // For the index of each resource, those that are about Sym if it is.
    let mut following: HashMap<usize, Vec<usize>> = HashMap::default();
    let all = texts.iter().map(|text| with_locals(text, module, &text_of)).collect::<Vec<_>>();
    for (at, text) in all.iter().enumerate() {
        for &used in addresses(text).filter_map(|address| named.get(&address)).flatten() {
            following.entry(at).or_default().push(used);
            if is_role(used) {
                following.entry(used).or_default().push(at);
            }
        }
    }
    let calls = module.calls.iter().filter(|call| is_runtime(call));
    let runtimes: Vec<String> = calls.map(|call| format!("module.{}.", call.name.text).to_ascii_lowercase()).collect();
    let mentions_runtime = |text: &str| runtimes.iter().any(|call| text.contains(call.as_str()));
    // A name may be assembled elsewhere.
    let shown_of = |resource: &Resource| {
        let names = ROLES.iter().filter_map(|name| resource.attribute(name));
        let shown = |value| show(&value).unwrap_or_default().to_ascii_lowercase();
        names.map(|name| shown(evaluator.tolerating(|| evaluator.evaluate(instance, &name.value)))).collect::<Vec<_>>()
    };
    let mut about = Vec::new();
    let mut of_runtime = Vec::new();
    for (at, (resource, text)) in resources.iter().zip(&texts).enumerate() {
        let names = shown_of(resource);
        if text.contains(SYM) || mentions_runtime(text) || names.iter().any(|name| name.contains(SYM)) {
            about.push(at);
        }
        let is_attached_to_it = || {
            ROLES.iter().filter_map(|name| resource.attribute(name)).any(|it| mentions_runtime(&text_of(it.value.span)))
        };
        if names.iter().any(|name| is_name_of_runtime(name)) || is_attached_to_it() {
            of_runtime.push(at);
        }
    }
    let used_in =
        |text: &str| addresses(text).filter_map(|address| named.get(&address)).flatten().copied().collect::<Vec<_>>();
    // Policies that a called module attaches to the runtime's role.
    let attaching = module.calls.iter().filter(|call| {
        let child = call.child.and_then(|id| evaluator.project().module(id));
        let iam = child.into_iter().flat_map(|child| &child.resources).filter(|it| is_iam(&it.kind.text));
        is_name_of_runtime(&text_of(call.span)) || iam.into_iter().any(|it| is_name_of_runtime(&text_of(it.block.span)))
    });
    of_runtime.extend(attaching.flat_map(|call| used_in(&with_locals(&text_of(call.span), module, &text_of))));
    // Sym's resources may use a role that nothing else identifies.
    let users = module.resources.iter().filter(|resource| resource.kind.text.starts_with(SYM));
    let used = users.flat_map(|user| used_in(&text_of(user.block.span)));
    let spread = |start: Vec<usize>, also: Vec<usize>| {
        let mut all: HashSet<usize> = start.iter().copied().collect();
        let mut left = [start, also].concat();
        while let Some(at) = left.pop() {
            let new = following.get(&at).into_iter().flatten().filter(|it| !is_role(**it) && all.insert(**it));
            left.extend(new);
        }
        all.into_iter().filter_map(|at| Some(resources.get(at)?.block.span)).collect::<HashSet<Span>>()
    };
    let mut sym = spread(about, used.collect());
    let runtime = spread(of_runtime, Vec::new());
    sym.extend(&runtime);
    About { sym, runtime }
}

/// Whether a name contains the usual beginning of the names of runtimes' roles.
fn is_name_of_runtime(name: &str) -> bool {
    let letters: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    letters.contains("symruntime")
}

/// A text, and the texts of the locals that it refers to.
fn with_locals(text: &str, module: &Module, text_of: &dyn Fn(Span) -> String) -> String {
    let mut all = text.to_owned();
    let mut seen: HashSet<String> = HashSet::default();
    let mut from = 0;
    while let Some(at) = all.get(from..).and_then(|rest| rest.find("local.")).map(|at| from + at + "local.".len()) {
        from = at;
        let name: String = all.get(at..).unwrap_or_default().chars().take_while(|c| is_of_name(*c)).collect();
        let mut locals = module.locals.iter();
        let own = locals.find(|local| local.name.text.eq_ignore_ascii_case(&name));
        if let Some(own) = own.filter(|_| seen.len() < LOCALS && seen.insert(name)) {
            let own = text_of(own.value.span);
            if IAM.iter().any(|kind| own.contains(kind)) || own.contains("local.") {
                all.push(' ');
                all.push_str(&own);
            }
        }
    }
    all
}

/// How many locals are added to a text.
const LOCALS: usize = 64;

fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-')
}

/// The kinds and names of the resources that a text refers to, as in `aws_iam_role.runtime`.
fn addresses(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let is_of_reference = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    text.split(move |c| !is_of_reference(c)).flat_map(|reference| {
        let parts = reference.split('.');
        parts.clone().zip(parts.skip(1)).filter(|(kind, _)| is_iam(kind))
    })
}
