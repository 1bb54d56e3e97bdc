//! The cost of parsing is linear in the size of the text, counted in bytes that are read.

use super::*;
use crate::syntax::cursor::STEPS;

type Grow = fn(usize) -> String;

/// Texts whose size is a number.
const TEXTS: &[(&str, Grow)] = &[
    ("tuples", |n| format!("a = {}{}\n", "[".repeat(n), "]".repeat(n))),
    ("objects", |n| format!("a = {}{}\n", "{a=".repeat(n), "}".repeat(n))),
    ("parentheses", |n| format!("a = {}1{}\n", "(".repeat(n), ")".repeat(n))),
    ("calls", |n| format!("a = {}{}\n", "f(".repeat(n), ")".repeat(n))),
    ("templates", |n| format!("a = {}x{}\n", "\"${".repeat(n), "}\"".repeat(n))),
    ("for", |n| format!("a = {}1{}\n", "[for x in y : ".repeat(n), "]".repeat(n))),
    ("negations", |n| format!("a = {}1\n", "!".repeat(n))),
    ("conditions", |n| format!("a = {}1\n", "b ? c : ".repeat(n))),
    ("sums", |n| format!("a = 1{}\n", " + 1".repeat(n))),
    ("operators of all ranks", |n| format!("a = 1{}\n", " || 2 && 3 == 4 < 5 + 6 * 7".repeat(n))),
    ("signs", |n| format!("a = {}1\n", "- ! ".repeat(n))),
    ("conditions in conditions", |n| format!("a = {}1{}\n", "b ? ".repeat(n), " : c".repeat(n))),
    ("indexes in indexes", |n| format!("a = {}1{}\n", "b[".repeat(n), "]".repeat(n))),
    ("splats", |n| format!("a = b{}\n", "[*]".repeat(n))),
    ("splats of attributes", |n| format!("a = b{}\n", ".*.c[0]".repeat(n))),
    ("blanks after splats", |n| format!("a = (b{}{})\n", "[*]".repeat(200), " /* c */\n".repeat(n))),
    ("namespaces", |n| format!("a = {}f(1)\n", "b::".repeat(n))),
    ("objects of for", |n| format!("a = {}1{}\n", "{for x in y : x => ".repeat(n), "}".repeat(n))),
    ("collections of for", |n| format!("a = {}1{}\n", "[for x in ".repeat(n), " : x]".repeat(n))),
    ("arguments", |n| format!("a = f({})\n", "b, ".repeat(n))),
    ("lists without their equals signs", |n| format!("a = {{\n{}}}\n", "b [1, 2]\n".repeat(n))),
    ("conflicts", |n| "<<<<<<< a\na = 1\n=======\na = 2\n>>>>>>> b\n".repeat(n)),
    ("commas", |n| format!("a = [{}]\n", ",".repeat(n))),
    ("blanks before what is missing", |n| format!("a = [\n{}", "b +\n\n\n,\n".repeat(n))),
    ("heredocs", |n| "a = <<E\nx\nE\n".repeat(n)),
    ("steps", |n| format!("a = b{}\n", ".c[0]".repeat(n))),
    ("keys", |n| format!("a = {{\n{}}}\n", (0..n).map(|i| format!("k{i} = 1\n")).collect::<String>())),
    ("quoted keys", |n| format!("a = {{{}}}\n", (0..n).map(|i| format!("\"k{i}\": 1,")).collect::<String>())),
    ("computed keys", |n| format!("a = {{{}}}\n", "(b.c) = 1,".repeat(n))),
    ("keys in a call", |n| format!("a = f({{{}}})\n", "k = [1],".repeat(n))),
    ("equal keys", |n| "a = 1\n".repeat(n)),
    ("elements", |n| format!("a = [{}]\n", "1,\n".repeat(n))),
    ("elements without commas", |n| format!("a = [{}]\n", "1\n".repeat(n))),
    ("interpolations", |n| format!("a = \"{}\"\n", "${b}x".repeat(n))),
    ("directives", |n| format!("a = \"{}\"\n", "%{if b}x%{endif}".repeat(n))),
    ("open directives", |n| format!("a = \"{}\"\n", "%{if b}".repeat(n))),
    ("escapes", |n| format!("a = \"{}\"\n", "\\n".repeat(n))),
    ("a long string", |n| format!("a = \"{}\"\n", "x".repeat(n))),
    ("a long number", |n| format!("a = {}\n", "1".repeat(n))),
    ("a long name", |n| format!("{} = 1\n", "x".repeat(n))),
    ("heredoc lines", |n| format!("a = <<-E\n{}E\n", "  x ${b}\n".repeat(n))),
    ("blocks", |n| "a \"b\" {\n  c = 1\n}\n".repeat(n)),
    ("comments", |n| "/* a */ # b\n".repeat(n)),
    ("open strings", |n| "a = \"x\n".repeat(n)),
    ("open heredocs", |n| "a = <<E\nx\n".repeat(n)),
    ("open comments", |n| "a = 1 /*\n".repeat(n)),
    ("open blocks", |n| "a {\n".repeat(n)),
    ("open objects", |n| "a = {\n".repeat(n)),
    ("open tuples", |n| "a = [\n".repeat(n)),
    ("open calls", |n| "a = f(\n".repeat(n)),
    ("open interpolations", |n| "a = \"${\n".repeat(n)),
    ("missing braces", |n| format!("{}{}", "a =\n  b = 1\n".repeat(n), "}\n")),
    ("missing braces, deeper and deeper", |n| (0..n.min(300)).map(|i| format!("{}a =\n", " ".repeat(i))).collect()),
    ("closing braces", |n| "}\n".repeat(n)),
    ("closing brackets", |n| "a = ]\n".repeat(n)),
    ("items in a tuple", |n| format!("a = [\n{}", "b = 1\n".repeat(n))),
    ("text without quotes", |n| "a = b:c/d\n".repeat(n)),
    ("bytes that are no UTF-8", |n| "\u{FFFD}".repeat(n)),
];

fn steps(text: &str) -> u64 {
    STEPS.with(|steps| steps.set(0));
    let sources = Sources::new();
    let id = sources.add("x", text.as_bytes().to_vec()).unwrap();
    let source = sources.get(id);
    read(id, &source);
    STEPS.with(std::cell::Cell::get)
}

#[test]
fn the_cost_is_linear_in_the_text() {
    let mut wrong = String::new();
    for (name, text) in TEXTS {
        let (small, large) = (text(500), text(2000));
        let (few, many) = (steps(&small), steps(&large));
        // A number of steps for each byte, and a constant for the reported errors and the allowed depth.
        let allowed = 150 * large.len() as u64 + 200_000;
        let growth = (large.len() / small.len()) as u64 + 1;
        if many > allowed || many > few * growth * 3 / 2 + 200_000 {
            wrong.push_str(&format!("{name}: {few} for {} bytes, {many} for {}\n", small.len(), large.len()));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
