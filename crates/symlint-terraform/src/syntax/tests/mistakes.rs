use super::*;

/// Checks the errors in `text`, and the names of the attributes and blocks that are still in the tree.
fn check(text: &str, errors: &[&str], names: &str) {
    let input = input(text);
    assert_eq!(input.errors(), errors, "{text}");
    let body = &input.file.body;
    let attributes = body.attributes.iter().map(|attribute| attribute.name.text.as_str());
    let blocks = body.blocks.iter().map(|block| block.kind.text.as_str());
    assert_eq!(attributes.chain(blocks).collect::<Vec<_>>().join(" "), names, "{text}");
}

#[test]
fn quotes() {
    check(
        "a = \"x\nb = \"y\"\nc = {\n  d = \"z\n  e = 1\n}\n",
        &[
            "1:5 [\"x] this string is not closed: add `\"` before the end of the line",
            "4:7 [\"z] this string is not closed: add `\"` before the end of the line",
        ],
        "a b c",
    );
    check("a = “x”\nb = 1\n", &["1:5 [“] `“` is not a quotation mark here: write `\"`"], "a b");
    check("a = 'x'\nb = 1\n", &["1:5 ['] `'` does not quote text: write `\"`"], "a b");
    let said = "this `\"` closes a string, and text follows it: a quote is missing before it, or one is too many";
    check("a = [\"x, \"y\"]\nb = 1\n", &[&format!("1:10 [\"] {said}")], "a b");
    check("a = { c = \"x, d = \"y\" }\nb = 1\n", &[&format!("1:19 [\"] {said}")], "a b");
    let said = "this string is not closed: add `\"` before the end of the line";
    check("a = { c = \"x }\nb = 1\n", &[&format!("1:11 [\"x }}] {said}")], "a b");
    check("a = [\"x]\nb = 1\n", &[&format!("1:6 [\"x]] {said}")], "a b");
    check("a = [\n  \"x,\n  \"y\"\n]\nb = 1\n", &[&format!("2:3 [\"x,] {said}")], "a b");
    check("a = f(\"x)\nb = 1\n", &[&format!("1:7 [\"x)] {said}")], "a b");
    check("a \"b {\n  c = 1\n}\nd = 1\n", &[&format!("1:3 [\"b {{] {said}")], "d a");
    check("a \"b\n\" {\n  c = 1\n}\nd = 1\n", &[&format!("1:3 [\"b] {said}")], "d a");
}

#[test]
fn text_without_quotes() {
    let arn = "arn:aws:iam::123456789012:role/x";
    let said = |place: &str| format!("{place} [{arn}] text must be in quotes: write `\"{arn}\"`");
    check(&format!("a = {arn}\nb = 1\n"), &[&said("1:5")], "a b");
    check(&format!("a = [{arn}, 2]\nb = 1\n"), &[&said("1:6")], "a b");
    check(&format!("a = {{\n  c = {arn}\n  d = 2\n}}\nb = 1\n"), &[&said("2:7")], "a b");
    check("a = 10.0.0.0/8\nb = 1\n", &["1:5 [10.0.0.0/8] `10.0.0.0/8` is not a number: put it in quotes"], "a b");
}

#[test]
fn separators() {
    check("a 1\nb = 1\n", &["1:3 [1] `1` is not expected here: `=` is missing, write `a = …`"], "b");
    check("a: 1\nb = 1\n", &["1:2 [:] arguments are set with `=`: write `a = …`"], "b");
    check("a =\nb = 1\n", &["1:4 [] a value is missing here"], "a b");
    check("a\nb = 1\n", &["1:1 [a] `a` has no value: write `a = …`"], "b");
    check(
        "a = {\n  c 1\n  d = 2\n}\nb = 1\n",
        &["2:5 [1] `1` is not expected here: `=` is missing, write `c = …`"],
        "a b",
    );
    check(
        "a = {\n  c {\n    d = 2\n  }\n}\nb = 1\n",
        &["2:5 [] `=` is missing: within an object write `c = { … }`"],
        "a b",
    );
    check("a = { c = 1 d = 2 }\nb = 1\n", &["1:13 [] a comma or a new line is missing before this item"], "a b");
    check("a = [\n  \"x\"\n  \"y\"\n]\nb = 1\n", &["2:6 [] a comma is missing between these elements"], "a b");
    check("a = 1; b = 2\nc = 3\n", &["1:6 [;] semicolons are not allowed here: start a new line"], "a c");
    check("a = f(1 2)\nb = 1\n", &["1:9 [2] `2` is not expected here: a comma or `)` is missing"], "a b");
    check("a = 1 +\nb = 1\n", &["1:8 [] this expression is not complete"], "a b");
}

#[test]
fn brackets() {
    check(
        "a = {\n  c = {\n    d = 1\n  e = {\n    f = 2\n  }\n}\nb = 1\n",
        &["3:10 [] `}` is missing: the `{` on line 2 is not closed"],
        "a b",
    );
    check("a = {\n  c = 1\nb = 1\n", &["2:8 [] `}` is missing: the `{` on line 1 is not closed"], "a b");
    check("a = [\n  1,\nb = 1\n", &["2:5 [] `]` is missing: the `[` on line 1 is not closed"], "a b");
    check("a {\n  c = 1\n\nb {\n}\n", &["2:8 [] `}` is missing: the `{` on line 1 is not closed"], "a b");
    check(
        "a = {\n  c = 1\n  }\n  d = 2\n}\nb = 1\n",
        &["3:3 [}] this `}` does not match an opening bracket: remove it"],
        "a b",
    );
    check("a = 1\n}\nb = 1\n", &["2:1 [}] this `}` does not match an opening bracket: remove it"], "a b");
    check("a = { c = [1 }\nb = 1\n", &["1:11 [[] this `[` is not closed: add `]`"], "a b");
    check("a = f(1\nb = 1\n", &["1:8 [] `)` is missing: the `(` on line 1 is not closed"], "a b");
    check("a = {\n", &["1:5 [{] this `{` is not closed: add `}`"], "a");
    check(
        "a = \"${b\"\nc = 1\n",
        &["1:6 [${] this `${` is not closed: add `}`, or write `$${` for the characters"],
        "a c",
    );
}

#[test]
fn characters() {
    check("a = 1\u{1}\nb = 1\n", &["1:6 [\u{1}] there is an invisible character (U+0001) here: remove it"], "a b");
    check("a\u{a0}= 1\nb = 1\n", &["1:2 [\u{a0}] there is an invisible character (U+00A0) here: remove it"], "b");
    check("\0a = 1\nb = 1\n", &["1:1 [\0] there is an invisible character (U+0000) here: remove it"], "b");
    let input = bytes(b"a = \"\xFF\xFE\"\n# \xFF\nb = \xFF\n");
    let said: Vec<String> = input.errors();
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[0].starts_with("1:6") && said[1].starts_with("3:5"), "{said:?}");
    check("a = b & c\nd = 1\n", &["1:7 [&] `&` is not an operator: write `&&`"], "a d");
    check("a = \"\\d\"\nb = 1\n", &["1:6 [\\d] `\\d` is not an escape sequence: write `\\\\` for a backslash"], "a b");
}

#[test]
fn an_argument_is_set_once() {
    let said = "2:1 [a] `a` is already set on line 1: each argument may be set only once";
    check("a = 1\na = 2\n", &[said], "a a");
}

#[test]
fn heredocs_that_do_not_end() {
    check("a = <<E\nx\nb = 1\n", &["1:5 [<<E] this heredoc is not closed: add a line with only `E`"], "a b");
    check(
        "a = <<E\n${x\nE\nb = 1\n",
        &["2:1 [${] this `${` is not closed: add `}`, or write `$${` for the characters"],
        "a b",
    );
}

#[test]
fn unclosed_text_ends_where_an_item_begins() {
    let said = |close: &str, open: &str| format!("1:7 [] `{close}` is missing: the `{open}` on line 1 is not closed");
    check("a = [1\nb = 1\n", &[&said("]", "[")], "a b");
    let said = "1:15 [] `]` is missing: the `[` on line 1 is not closed";
    check("a = [for x in y\nb = 1\n", &[&said.replace("15", "16")], "a b");
    check("a = f(\n  1\nb = 1\n", &["2:4 [] `)` is missing: the `(` on line 1 is not closed"], "a b");
    let inner = "a = {\n  c = [\"x\"\n  d = 1\n}\nb = 1\n";
    check(inner, &["2:11 [] `]` is missing: the `[` on line 2 is not closed"], "a b");
}

#[test]
fn a_missing_brace_is_put_in() {
    let text = "a = {\n  b =\n    c = 1\n    d = {\n      e = 2\n    }\n  }\n  f = 3\n}\n";
    check(text, &["2:6 [] `{` is missing: write `b = {`"], "a");
    let read = input(text);
    assert_eq!(show(read.value("a")), "{ b={ c=1 d={ e=2 } } f=3 }");
}

#[test]
fn keys_that_start_with_a_digit() {
    let said = "2:3 [1b] a key that starts with a digit must be in quotes: write `\"1b\" = …`";
    check("a = {\n  1b = 1\n}\nb = 1\n", &[said], "a b");
}

#[test]
fn an_unreadable_value_is_in_the_tree() {
    let input = input("a = {\n  c = )\n  d = 1\n}\n");
    assert_eq!(input.errors().len(), 1);
    assert_eq!(show(input.value("a")), "{ c=INVALID d=1 }");
}

#[test]
fn consequences_of_a_mistake_are_not_reported() {
    let one = |text: &str, error: &str| check(text, &[error], "z");
    let heredoc = |opener: &str, said: &str| {
        check(&format!("a = {opener}\nx\nE\nz = 1\n"), &[said], "a z");
    };
    heredoc("<< E", "1:5 [<<] a word must follow `<<` at once, such as `<<EOT`");
    heredoc("<<\"E\"", "1:5 [<<] a word must follow `<<` at once, such as `<<EOT`");
    heredoc("<<E # c", "1:8 [ # c] nothing may follow `<<E` on its line");
    check("a = <<1\nx\n1\nz = 1\n", &["1:5 [<<] a word must follow `<<` at once, such as `<<EOT`"], "a z");
    let said = "this string is not closed: add `\"` before the end of the line";
    check("a = \"b\nc d\"\nz = 1\n", &[&format!("1:5 [\"b] {said}")], "a z");
    one("a:\n  b: 1\n  c:\n    - d\nz = 1\n", "1:2 [:] arguments are set with `=`: write `a = …`");
    one("- a\n- b\nz = 1\n", "1:1 [-] `-` is not expected here: a name must start the line");
    one("a\n{\n  b = 1\n}\nz = 1\n", "1:1 [a] `a` has no value: write `a = …`");
    check("a = 1 +\nb\nz = 1\n", &["1:8 [] this expression is not complete"], "a z");
    check("a = b ?\n  c\n  : d\nz = 1\n", &["1:8 [] this expression is not complete"], "a z");
    check("b {\n  a = [1\n}\nz = 1\n", &["2:9 [] `]` is missing: the `[` on line 2 is not closed"], "z b");
    check("b {\n  a = (\n}\nz = 1\n", &["3:1 [] a value is missing here"], "z b");
    check("b {\n  a = 1}\n}\nz = 1\n", &["2:8 [}] this `}` does not match an opening bracket: remove it"], "z b");
    check("b {\n  a = 1\n  c {\n    d = 1\n", &["3:5 [{] this `{` is not closed: add `}`"], "b");
}

#[test]
fn brackets_of_another_kind() {
    let said = |at: &str, found: &str, open: &str, close: &str| {
        format!("{at} [{found}] this `{found}` cannot close the `{open}`: write `{close}`")
    };
    check("a = {b = 1]\nz = 1\n", &[&said("1:11", "]", "{", "}")], "a z");
    check("a = [{b = 1]\nz = 1\n", &["1:12 [] `}` is missing: the `{` on line 1 is not closed"], "a z");
    check("a = {\n  b = [\n    1,\n  }\n  c = 1\n}\nz = 1\n", &[&said("4:3", "}", "[", "]")], "a z");
    check("a = {\n  b = {\n    d = 1\n  ]\n  c = 1\n}\nz = 1\n", &[&said("4:3", "]", "{", "}")], "a z");
    check("a = {\n  b = [\n    d = 1\n  }\n  c = 1\n}\nz = 1\n", &["2:7 [[] `{` is missing: write `b = {`"], "a z");
}

const TENANTS: &str = r#"# tenants
tenants = {
  foo = {
    account = "210987654321" # foo
    role    = "arn:aws:iam::${local.a}:role/X"
    tags    = ["a", 3]
  }
  "b r" = {
    account : 123,
    groups = [
      "x",
    ]
    sso = { region = "eu-west-1", cloud = f("aws") }
  }
  baz = { n = (1 + 2) * 3 }
}
other = 1
"#;

/// One character is missing, added, or replaced, at every position. One error must be reported.
#[test]
fn every_single_fault_has_one_error() {
    const CHARACTERS: [&str; 12] = ["{", "}", "[", "]", "=", "\"", ",", "(", ")", "#", "${", "\n"];
    let (mut faults, mut more) = (0, Vec::new());
    let mut read = |text: String| {
        let errors = input(&text).errors();
        faults += usize::from(!errors.is_empty());
        if errors.len() > 1 {
            more.push(format!("{text}{errors:#?}"));
        }
    };
    for (at, old) in TENANTS.char_indices() {
        let (before, behind) = (&TENANTS[..at], &TENANTS[at + old.len_utf8()..]);
        read(format!("{before}{behind}"));
        for new in CHARACTERS {
            read(format!("{before}{new}{old}{behind}"));
            read(format!("{before}{new}{behind}"));
        }
    }
    assert!(faults > 4000, "{faults}");
    // The remaining cases need two errors, or their connection is not known: a comment that swallows a line, or a
    // string that is cut in two.
    assert!(more.len() * 100 <= faults * 3, "{} of {faults} have more: {}", more.len(), more.join("\n"));
}

/// Syntax of other languages, and typos.
#[test]
fn errors_name_what_was_meant() {
    for (item, said) in [
        ("r := \"x\"", "`:=` does not set a value: write `=`"),
        ("r => \"x\"", "`=>` does not set a value: write `=`"),
        ("r == \"x\"", "`==` compares: write `r = …`"),
        ("r [\"x\", \"y\"]", "`=` is missing: write `r = [ … ]`"),
        ("r = \"x\",,", "these are two commas: remove one"),
        ("r = [, 1]", "there is nothing in front of this comma: remove it"),
        ("r = x\"", "a quote is missing before `x`: write `\"x\"`"),
        ("r\" = 1", "this `\"` does not close a string: a quote is missing before the name"),
        ("r = 123abc", "text must be in quotes: write `\"123abc\"`"),
        ("r = \"x\")", "this `)` does not match an opening bracket: remove it, or open it where its contents begin"),
        ("r = {\"x\", \"y\"]", "`\"x\"` has no value: write `\"x\" = …`, or `[ … ]` for a list"),
        ("-- r", "a comment starts with `#`"),
        ("r = << E\nx\nE", "a word must follow `<<` at once, such as `<<EOT`"),
    ] {
        let input = input(&format!("t = {{\n  a = {{\n    {item}\n  }}\n  z = 1\n}}\n"));
        let errors = input.errors();
        assert_eq!(errors.len(), 1, "{item}: {errors:?}");
        assert!(errors[0].starts_with("3:") && errors[0].ends_with(said), "{item}: {errors:?}");
        let ExprKind::Object(items) = &input.value("t").kind else { panic!() };
        assert_eq!(items.len(), 2, "{item}");
    }
    let text = "t = {\n  a = 1\n<<<<<<< HEAD\n  b = 2\n=======\n  b = 3\n>>>>>>> theirs\n  c = 4\n}\n";
    let input = input(text);
    let errors = input.errors();
    assert!(
        errors.len() == 1 && errors[0].starts_with("3:1 ") && errors[0].contains("a merge left this"),
        "{errors:?}"
    );
    let ExprKind::Object(items) = &input.value("t").kind else { panic!() };
    assert_eq!(items.len(), 4);
}
