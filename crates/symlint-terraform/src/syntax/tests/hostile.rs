//! Text that is meant to break the parser: it must end soon and with a small stack, with or without an error.

use crate::limits::{MAX_DEPTH, MAX_ERRORS, MAX_HEIGHT, MAX_NODES};
use std::time::{Duration, Instant};

use super::*;

/// Parses `text` with less than the stack of a thread, because callers need some of it too. Returns the first error.
fn survives(text: String) -> Option<String> {
    let start = Instant::now();
    let read = move || {
        let input = input(&text);
        let error = input.errors().into_iter().next();
        assert!(input.file.errors.len() <= MAX_ERRORS);
        error
    };
    let error = std::thread::Builder::new().stack_size(3 << 19).spawn(read).unwrap().join().unwrap();
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    error
}

/// With this many, quadratic time would be too long in a debug build.
const MANY: usize = 20_000;

/// Constructs that can be nested, with their closing text.
const PAIRS: &[(&str, &str)] = &[
    ("[", "]"),
    ("{a=", "}"),
    ("(", ")"),
    ("f(", ")"),
    ("a[", "]"),
    ("[for x in y : ", "]"),
    ("[for x in ", ": x]"),
    ("{for x in y : x => ", "}"),
    ("\"${", "}\""),
    ("!", ""),
    ("-", ""),
    ("a ? b : ", ""),
    ("a ? ", " : b"),
    ("f([{a = \"${g(", ")}\"}])"),
    ("(1 + ", ")"),
    ("f(1 + ", ")"),
    ("(-(!", "))"),
    ("<<E\n${", "\nE\n}"),
    ("a ? (b) : [", "]"),
];

#[test]
fn deep_nesting() {
    for (open, close) in PAIRS {
        for depth in [MAX_DEPTH - 1, MAX_DEPTH, MAX_DEPTH + 1, MANY / 4] {
            let text = format!("a = {}1{}\n", open.repeat(depth), close.repeat(depth));
            let error = survives(text);
            assert!(depth <= MAX_HEIGHT || error.is_some(), "{open}");
            survives(format!("a = {}", open.repeat(depth)));
        }
    }
}

/// Text within the limits is far larger than what people write, and Terraform reads it.
#[test]
fn text_within_the_limits_is_read() {
    for (open, close) in PAIRS {
        // Some consist of several brackets.
        let levels = match *open {
            // A heredoc in a heredoc ends with the outer one.
            "<<E\n${" => continue,
            "f([{a = \"${g(" => 6,
            "\"${" | "(-(!" | "a ? (b) : [" => 2,
            _ => 1,
        };
        let depth = MAX_DEPTH / levels;
        assert_eq!(survives(format!("a = {}1{}\n", open.repeat(depth), close.repeat(depth))), None, "{open}");
    }
    for step in [" + 1", " && b", " == 1 + c * 2", " % 2 / 3 < 4", " || f(x) != \"y\""] {
        assert_eq!(survives(format!("a = 1{}\n", step.repeat(MANY))), None, "{step}");
    }
    for step in [".c", "[0]", ".0.c", "[*].b", " ? 1 : 2"] {
        let many = if step == "[*].b" { MAX_DEPTH } else { MAX_HEIGHT / 2 - 10 };
        assert_eq!(survives(format!("a = b{}\n", step.repeat(many))), None, "{step}");
    }
    for sign in ["!", "-", "- !"] {
        assert_eq!(survives(format!("a = {}b\n", sign.repeat(300))), None, "{sign}");
    }
    assert_eq!(survives(format!("a = {}b\n", "c ? d : ".repeat(MAX_HEIGHT - 10))), None);
    assert_eq!(survives(format!("a = concat({})\n", "[b], ".repeat(MANY))), None);
}

/// A small text may need much memory.
#[test]
fn a_file_with_too_many_values_is_cut_off() {
    let many = |part: &str| part.repeat(MAX_NODES + 1);
    for text in [format!("a = [{}]\n", many("1,")), format!("a = \"{}\"\n", many("${1}")), many("a {}\n")] {
        let error = survives(text);
        assert!(error.is_some_and(|error| error.ends_with("this file has more than 524288 values: split it")));
    }
    let sources = crate::source::Sources::new();
    let id = sources.add("x.tf.json", format!("{{\"a\": [{}1]}}", many("1,")).into_bytes()).unwrap();
    let file = crate::json::read_configuration(id, &sources.get(id));
    assert!(file.errors.iter().any(|error| error.message == "this has more than 524288 values: split it"));
    assert_eq!(survives(format!("a = [{}]\n", "1,".repeat(MAX_NODES - 1))), None);
}

#[test]
fn long_chains() {
    for step in [".b", "[0]", ".0", ".*", "[*]", "[*].b", " + 1", " ? 1 : 2", "(1)", " && b", "\"x\"", "[*].b.*.c[0]"] {
        survives(format!("a = b{}\n", step.repeat(MANY)));
    }
    // Each level adds a long chain on the way to the innermost leaf.
    let mut text = String::from("b");
    for _ in 0..MAX_DEPTH {
        text = format!("({text}{})", ".c".repeat(120));
    }
    assert!(survives(format!("a = {text}\n")).is_some());
}

#[test]
fn deep_blocks_and_directives() {
    for depth in [MAX_DEPTH, MAX_DEPTH + 1, MANY] {
        let error = survives(format!("{}{}", "a {\n".repeat(depth), "}\n".repeat(depth)));
        assert_eq!(error.is_some(), depth > MAX_DEPTH, "{depth}: {error:?}");
        let text = format!("a = \"{}{}\"\n", "%{if x}".repeat(depth), "%{endif}".repeat(depth));
        assert_eq!(survives(text).is_some(), depth > MAX_DEPTH);
        survives("a {\n".repeat(depth));
        survives("}\n".repeat(depth));
        survives(format!("a = \"{}\"\n", "%{endif}".repeat(depth)));
    }
}

#[test]
fn many_of_everything() {
    let items = |item: &dyn Fn(usize) -> String| (0..MANY).map(item).collect::<String>();
    assert_eq!(survives(format!("a = {{\n{}}}\n", items(&|i| format!("k{i} = \"v\"\n")))), None);
    assert_eq!(survives(format!("a = f({{\n{}}})\n", items(&|_| "k = [1]\n".into()))), None);
    assert_eq!(survives(format!("a = [\n{}]\n", items(&|i| format!("{{ k = {i} + 1 }},\n")))), None);
    assert_eq!(survives(items(&|i| format!("a{i} = \"${{b}}\"\n"))), None);
    assert_eq!(survives(format!("a = f({})\n", items(&|_| "b, ".into()))), None);
    assert_eq!(survives(format!("a = \"{}\"\n", items(&|_| "${b}x".into()))), None);
    assert_eq!(survives(format!("a = <<-E\n{}E\n", items(&|_| "  x ${b}\n".into()))), None);
    assert_eq!(survives(format!("a = <<E\n{}E\n", items(&|_| "x\n".into()))), None);
    assert_eq!(survives(format!("a = 1 {}\n", items(&|_| "/* c */".into()))), None);
    assert_eq!(survives(items(&|_| "# c\n".into())), None);
    assert_eq!(survives(format!("a = {}\n", "1".repeat(1 << 17))), None);
    assert_eq!(survives(format!("a = \"{}\"\n", "x".repeat(10 << 20))), None);
    assert_eq!(survives(format!("a = \"{}\"\n", "\\n".repeat(1 << 18))), None);
    assert_eq!(survives(format!("a = \"${{b}}{}\"\n", "é".repeat(1 << 18))), None);
    assert_eq!(survives(format!("{} = 1\n", "x".repeat(10 << 20))), None);
    assert!(survives(items(&|_| "a = 1\n".into())).is_some());
}

#[test]
fn unterminated_everything() {
    let starts = [
        "\"",
        "a = \"",
        "a = {",
        "a = [",
        "a = (",
        "a = f(",
        "a = <<E\n",
        "a = \"${",
        "/*",
        "a = [for x in ",
        "a = {b = \"",
        "a = <<",
        "a {",
        "a \"",
        "a = [\n\"",
        "a = {\n\"k\" = [\n",
        "a = f(\n",
        "a = 1 /*",
        "a = b[",
        "<<E\n",
        "%{",
        "a = \"%{",
        "a = \"\\",
        "}",
        "a = }",
        "a = ]",
        "a = [}\n",
        "\u{1}",
        "'",
        "a = '\n",
        ";",
        "a = 1;",
        "=",
        "a = =\n",
        "\u{FEFF}",
        "\r",
    ];
    for start in starts {
        survives(start.repeat(MANY / 4));
        survives(format!("{start}{}", "x".repeat(MANY)));
        survives(format!("{start}{}", "x\n".repeat(MANY / 4)));
        survives(format!("{start}{}", "x = 1\n".repeat(MANY / 4)));
    }
    survives((0..MANY / 4).map(|i| format!("a = <<E{i}\n")).collect());
    survives((0..MANY / 4).map(|i| format!("a = <<E{i} ")).collect());
    survives(format!("a = [{}", "= \"x\" ".repeat(MANY / 4)));
    survives(format!("a = {{{}", "; \"x\" ".repeat(MANY / 4)));
}

#[test]
fn every_prefix_of_a_file_has_a_result() {
    let text = "# c\na = { \"k\" = [1, \"x${b[0].c}\\n\"], (d) = f(e...) }\nb \"l\" {\n  c = <<-E\n    x %{ if a ~}\n    y\n    %{ endif }\n  E\n  d = [for k, v in x : v if k != 1 ? true : -2]\n}\ne = \"é\"\n";
    for end in 0..text.len() {
        let input = bytes(&text.as_bytes()[..end]);
        for error in &input.file.errors {
            assert!(error.span.end as usize <= end);
        }
    }
    for skipped in 0..text.len() {
        let mut changed = text.as_bytes().to_vec();
        changed.remove(skipped);
        bytes(&changed);
        for byte in b"\"{}[]()\n\\=,:#\0$%~<'\xFF" {
            let mut changed = text.as_bytes().to_vec();
            changed[skipped] = *byte;
            bytes(&changed);
        }
    }
}
