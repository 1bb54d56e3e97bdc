//! Generates expressions with correct syntax, of all kinds, nested.

use proptest::prelude::*;

const LEAVES: [&str; 30] = [
    "null",
    "true",
    "0",
    "1.50",
    "-7",
    "1e3",
    "123456789012",
    "99999999999999999999",
    "\"\"",
    "\"a\"",
    "\"01\"",
    "\"é\\n\\u00e9\"",
    "\"$${x} %%{y}\"",
    "[]",
    "{}",
    "[1, \"x\", null]",
    "{ a = 1, \"b c\" : [true], (1) = \"n\" }",
    "toset([\"b\", \"a\"])",
    "tomap({ a = \"x\" })",
    "var.v",
    "var.v.a",
    "var.s",
    "var.nosuch",
    "local.l",
    "r.r.name",
    "each.key",
    "nosuch(1)",
    "(\n  1 # c\n)",
    "[for x in [1, 2] : x]",
    "/* c */ 5",
];

const BINARY: [&str; 13] = ["+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "&&", "||"];

const CALLS: [&str; 24] = [
    "length",
    "keys",
    "values",
    "flatten",
    "merge",
    "concat",
    "try",
    "can",
    "jsonencode",
    "tostring",
    "tolist",
    "toset",
    "tomap",
    "upper",
    "coalesce",
    "lookup",
    "element",
    "setunion",
    "zipmap",
    "join",
    "sort",
    "sum",
    "sensitive",
    "format",
];

/// An expression that contains `inner`.
fn around(inner: impl Strategy<Value = String> + Clone + 'static) -> impl Strategy<Value = String> {
    let two = (inner.clone(), inner.clone());
    let three = (inner.clone(), inner.clone(), inner.clone());
    prop_oneof![
        3 => (two.clone(), 0..BINARY.len()).prop_map(|((a, b), at)| format!("({a}) {} ({b})", BINARY[at])),
        1 => (two.clone(), 0..BINARY.len()).prop_map(|((a, b), at)| format!("{a} {} {b}", BINARY[at])),
        1 => inner.clone().prop_map(|a| format!("-({a})")),
        1 => inner.clone().prop_map(|a| format!("!({a})")),
        2 => three.clone().prop_map(|(a, b, c)| format!("({a}) ? ({b}) : ({c})")),
        2 => two.clone().prop_map(|(a, b)| format!("[{a}, {b}]")),
        2 => two.clone().prop_map(|(a, b)| format!("{{ a = {a}, \"b\" : {b} }}")),
        1 => two.clone().prop_map(|(a, b)| format!("{{ ({a}) = {b} }}")),
        2 => two.clone().prop_map(|(a, b)| format!("[for k, v in {a} : [k, v, {b}] if v != null]")),
        2 => two.clone().prop_map(|(a, b)| format!("{{ for v in {a} : \"${{v}}\" => {b}... }}")),
        2 => two.clone().prop_map(|(a, b)| format!("({a})[{b}]")),
        1 => inner.clone().prop_map(|a| format!("({a})[*].a")),
        1 => inner.clone().prop_map(|a| format!("({a}).*.b.0")),
        1 => inner.clone().prop_map(|a| format!("({a}).a")),
        2 => two.clone().prop_map(|(a, b)| format!("\"é${{{a}}} ${{~ {b} ~}} %{{ if true }}y%{{ endif }}\"")),
        1 => two.clone().prop_map(|(a, b)| format!("\"%{{ for x in {a} }}${{x}}${{{b}}}%{{ endfor }}\"")),
        1 => inner.clone().prop_map(|a| format!("(<<-E\n    a ${{{a}}}\n      b\n  E\n)")),
        3 => (two, 0..CALLS.len()).prop_map(|((a, b), at)| format!("{}({a}, {b})", CALLS[at])),
        3 => (inner.clone(), 0..CALLS.len()).prop_map(|(a, at)| format!("{}({a})", CALLS[at])),
        1 => (inner, 0..CALLS.len()).prop_map(|(a, at)| format!("{}({a}...)", CALLS[at])),
    ]
}

/// Any expression, a few levels deep.
pub fn expression() -> impl Strategy<Value = String> {
    let leaf = (0..LEAVES.len()).prop_map(|at| LEAVES[at].to_owned());
    leaf.prop_recursive(4, 32, 3, |inner| around(inner.boxed()))
}
