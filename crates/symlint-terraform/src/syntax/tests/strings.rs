use super::*;

#[test]
fn escapes() {
    assert_eq!(shown(r#""a\n\t\"\\\u00e9\U0001F600$${x}%%{y}""#), "E\"a\\n\\t\\\"\\\\é😀${x}%{y}\"");
    assert_eq!(shown(r#""a $ b % c $$ %% $$x""#), r#""a $ b % c $$ %% $$x""#);
    assert_eq!(shown(r#""$$${b}""#), r#"E"$${b}""#);
    assert_eq!(shown(r#""""#), r#""""#);
}

#[test]
fn interpolations() {
    assert_eq!(shown(r#""${a}""#), "(template $a)");
    assert_eq!(shown(r#""a-${b.c}-d""#), r#"(template "a-" $b.c "-d")"#);
    assert_eq!(shown(r#""${"${"x"}"}""#), r#"(template $(template $"x"))"#);
    assert_eq!(shown("\"${\n a \n}\""), "(template $a)");
    assert_eq!(shown(r#""${a ? "}" : "{"}""#), r#"(template $(if a "}" "{"))"#);
    assert_eq!(shown(r#""${{ a = "}" }.a}""#), r#"(template ${ a="}" }.a)"#);
}

#[test]
fn directives() {
    assert_eq!(shown(r#""%{ if a }y%{ else }n%{ endif }""#), r#"(template (if a: "y" else "n"))"#);
    assert_eq!(shown(r#""%{if a}y%{endif}""#), r#"(template (if a: "y" else))"#);
    assert_eq!(shown(r#""%{ for k, v in x }${k}%{ endfor }""#), "(template (for k, v in x: $k))");
    assert_eq!(
        shown(r#""%{ for v in x }%{ if v }a%{ endif },%{ endfor }""#),
        r#"(template (for v in x: (if v: "a" else) ","))"#
    );
}

#[test]
fn strip_markers() {
    assert_eq!(shown(r#""a  ${~ x ~}  b""#), r#"(template "a" $x "b")"#);
    assert_eq!(shown(r#""a\n  ${~ x ~} \n  c""#), r#"(template W"a" $x W"c")"#);
    assert_eq!(shown(r#""%{ if a ~}  yes  %{~ else ~} no %{~ endif }""#), r#"(template (if a: "yes" else "no"))"#);
    assert_eq!(shown("<<E\n  a  \n   ${~ b ~}\n   \n   c\nE"), "(template \"  a  \\n\" $b \"   \\n   c\\n\")");
}

#[test]
fn heredocs() {
    assert_eq!(shown("<<E\nx\n  y\nE"), "\"x\\n  y\\n\"");
    assert_eq!(shown("<<E\nE"), "\"\"");
    assert_eq!(shown("<<E\nx\n  E"), "\"x\\n\"");
    assert_eq!(shown("<<E\nEx\n E E\nE"), "\"Ex\\n E E\\n\"");
    assert_eq!(shown("<<E\r\nx\r\nE"), "\"x\\r\\n\"");
    assert_eq!(shown("<<E\na ${b} c\nE"), "(template \"a \" $b \" c\\n\")");
    assert_eq!(shown("<<E\nx $${y} \"q\" %%{z}\nE"), "E\"x ${y} \\\"q\\\" %{z}\\n\"");
    assert_eq!(shown("<<E\n\\n $${y}\nE"), "W\"\\\\n ${y}\\n\"");
    assert_eq!(shown("[<<E\nx\nE\n, <<F\ny\nF\n]"), "[\"x\\n\", \"y\\n\"]");
    assert_eq!(shown("f(<<E\nx\nE\n)"), "f(\"x\\n\")");
    assert_eq!(shown("{ a = <<E\nx\nE\nb = 1 }"), "{ a=\"x\\n\" b=1 }");
}

#[test]
fn indented_heredocs_lose_what_all_lines_have_in_common() {
    assert_eq!(
        shown("<<-E\n    a\n\n      b\n   ${c}\n    d\n    E"),
        "(template \" a\\n\\n\" \"   b\\n\" $c \"\\n\" \" d\\n\")"
    );
    assert_eq!(shown("<<-E\n    a\n   \t\n      b\n    E"), "(template \"a\\n   \\t\\n\" \"  b\\n\")");
    assert_eq!(shown("<<-E\n    ${b}\n      x\n    E"), "(template $b \"\\n\" \"  x\\n\")");
    assert_eq!(shown("<<-E\n      a\n    \tb\n    E"), "(template \" a\\n\" \"b\\n\")");
    assert_eq!(
        shown("<<-E\n    %{ for x in t ~}\n    s ${x}\n    %{ endfor ~}\n    E"),
        "(template (for x in t: \"    s \" $x \"\\n\"))"
    );
    assert_eq!(
        shown("<<-E\n    %{~ if c ~}\n      x\n    %{~ endif ~}\n    y\n  E"),
        "(template (if c: \"      x\\n\" else) \"    y\\n\")"
    );
    let input = input("a = <<-E\n    one\n    E\n").correct();
    let ExprKind::String(literal) = &input.value("a").kind else { panic!() };
    assert_eq!(literal.form, Form::Verbatim);
    assert_eq!(input.text(literal.span), "one\n");
}

#[test]
fn text_is_normalised() {
    assert_eq!(shown("\"e\u{301}\""), "W\"é\"");
    assert_eq!(shown("\"é\""), "\"é\"");
    assert_eq!(shown("{ \"e\u{301}\" = 1 }"), "{ é=1 }");
}

#[test]
fn a_source_may_be_one_template() {
    let sources = Sources::new();
    let parse = |text: &str| {
        let id = sources.add("x", text.as_bytes().to_vec()).unwrap();
        read_template(id, &sources.get(id)).map(|expr| show(&expr)).map_err(|error| error.message)
    };
    assert_eq!(
        parse("a\n  ${~ \"x\" ~} \n  c\n  %{ if true ~}\n  y\n%{ endif }").unwrap(),
        "(template \"a\\n\" $\"x\" \"  c\\n  \" (if true: \"  y\\n\" else))"
    );
    assert_eq!(parse("plain \"text\"\n").unwrap(), "\"plain \\\"text\\\"\\n\"");
    assert!(parse("${").is_err());
}
