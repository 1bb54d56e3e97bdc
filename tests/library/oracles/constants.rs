//! Expressions that both evaluators can evaluate.

use proptest::prelude::*;

/// Expressions without references, without calls, and without numbers that a float cannot represent.
pub fn constant() -> impl Strategy<Value = String> {
    let number = (-1_000_000_000_000_i64..1_000_000_000_000).prop_map(|number| number.to_string());
    let fraction = (1_u32..1000, 1_u32..4).prop_map(|(digits, places)| format!("{digits}e-{places}"));
    let word = "[a-z_][a-z0-9_-]{0,5}";
    // `hcl-rs` normalizes Unicode, so only normalized text is compared.
    let text = proptest::collection::vec(
        prop_oneof![
            4 => "[ !#&-Z^-~éß世🙂]",
            1 => proptest::sample::select(vec!["\\n", "\\t", "\\r", "\\\"", "\\\\", "$${", "%%{", "$", "%", "\\u00e9", "\\U0001F600", " "]).prop_map(String::from),
        ],
        0..6,
    );
    let text = text.prop_map(|parts| format!("\"{}\"", parts.concat()));
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("false".to_owned()),
        number,
        fraction,
        text.clone()
    ];
    leaf.prop_recursive(4, 32, 3, move |inner| {
        let two = (inner.clone(), inner.clone());
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(|all| format!("[{}]", all.join(", "))),
            (word, two.clone()).prop_map(|(name, (a, b))| format!("{{\n  {name} = {a} # c\n  \"a b\" : {b}, 3 = 1 }}")),
            (text.clone(), inner.clone()).prop_map(|(key, a)| format!("{{ {key} = {a} }}")),
            // `hcl-rs` does not unify the types of two results.
            inner.clone().prop_map(|a| format!("true ? [{a}] : [{a}]")),
            two.clone().prop_map(|(a, b)| format!("[{a}, {b}][1]")),
            two.clone().prop_map(|(a, b)| format!("{{ a = {a}, b = {b} }}.b")),
            two.clone().prop_map(|(a, b)| format!("[for i, v in [{a}, {b}] : {{ i = i, v = v }} if i != 0]")),
            two.clone().prop_map(|(a, b)| format!("{{ for k, v in {{ a = {a}, b = {b} }} : k => v }}")),
            two.clone().prop_map(|(a, b)| format!("[{{ a = {a} }}, {{ a = {b} }}][*].a")),
            (text.clone(), -99..99_i32).prop_map(|(a, b)| format!(
                "\"x ${{{a}}} ${{~ {b} ~}}  y%{{ if {b} > 3 }} z%{{ else ~}} w%{{ endif }}\""
            )),
            text.clone().prop_map(|a| format!("<<-E\n    a ${{{a}}}\n      b\n  E\n")),
            text.clone().prop_map(|a| format!("<<E\n%{{ for x in [1, {a}] ~}}\n  x ${{x}}\n%{{ endfor ~}}\nE\n")),
            (-99..99_i32, 1..9_i32, -99..99_i32).prop_map(|(a, b, c)| format!("{a} + {b} * {c} - {b}")),
            (two, -9..9_i32).prop_map(|((a, b), n)| format!("[{n} < 3 && !({n} == 0 || {n} >= 5), {a} == {b}]")),
        ]
    })
}
