use super::*;

#[test]
fn literals() {
    assert_eq!(shown("null"), "null");
    assert_eq!(shown("true"), "true");
    assert_eq!(shown("012"), "012");
    assert_eq!(shown("1.50e-3"), "1.50e-3");
    assert_eq!(shown("1e400"), "1e400");
    assert_eq!(shown(r#""x""#), r#""x""#);
    assert_eq!(shown("name"), "name");
}

#[test]
fn operators_bind_as_in_terraform() {
    assert_eq!(
        shown("a || b && c == d < e + f * -g"),
        "(Or a (And b (Equal c (Less d (Add e (Multiply f (Negate g)))))))"
    );
    assert_eq!(shown("a - b - c"), "(Subtract (Subtract a b) c)");
    assert_eq!(shown("a * (b + c) / d % e"), "(Modulo (Divide (Multiply a (paren (Add b c))) d) e)");
    assert_eq!(shown("a ? b : c ? d : e"), "(if a b (if c d e))");
    assert_eq!(shown("!a.b != c"), "(NotEqual (Not a.b) c)");
    assert_eq!(shown("-5"), "(Negate 5)");
    assert_eq!(shown("a >= 1 && b <= 2 || c > 3"), "(Or (And (GreaterOrEqual a 1) (LessOrEqual b 2)) (Greater c 3))");
    assert_eq!(shown("a -b"), "(Subtract a b)");
    assert_eq!(shown("a-b"), "a-b");
}

#[test]
fn references_and_indexes() {
    assert_eq!(shown("a.b.c"), "a.b.c");
    assert_eq!(shown(r#"a["x"].b[0]"#), r#"a["x"].b[0]"#);
    assert_eq!(shown("a.0"), "a[0]");
    assert_eq!(shown("a.b.0.c"), "a.b[0].c");
    assert_eq!(shown("a . b"), "a.b");
    assert_eq!(shown("(a.\nb)"), "(paren a.b)");
    assert_eq!(shown("[1, 2][0]"), "[1, 2][0]");
    assert_eq!(shown("{ a = 1 }.a"), "{ a=1 }.a");
    assert_eq!(shown("f(x).y"), "f(x).y");
    assert_eq!(shown("1.b"), "1.b");
    assert_eq!(shown("a[\n0\n]"), "a[0]");
}

#[test]
fn splats() {
    assert_eq!(shown("a[*]"), "(splat a)");
    assert_eq!(shown("a[*].b[0].c"), "(splat a .b [0] .c)");
    assert_eq!(shown("a.*.b"), "(splat a .b)");
    assert_eq!(shown("a.*.b[0]"), "(splat a .b)[0]");
    assert_eq!(shown("a.*.b.0"), "(splat a .b [0])");
    assert_eq!(shown("a[*].b[*].c"), "(splat a .b (* .c))");
    assert_eq!(shown("a[*].b.*.c[0]"), "(splat a .b (* .c) [0])");
    assert_eq!(shown("a.*.b[*].c"), "(splat (splat a .b) .c)");
}

#[test]
fn calls() {
    assert_eq!(shown("f()"), "f()");
    assert_eq!(shown("f( )"), "f()");
    assert_eq!(shown("f(a, \"b\", {c = 1},)"), "f(a, \"b\", { c=1 })");
    assert_eq!(shown("f(a...)"), "f(a...)");
    assert_eq!(shown("f([1]...)"), "f([1]...)");
    assert_eq!(shown("f (\n  a, # one\n  b\n)"), "f(a, b)");
    assert_eq!(shown("provider::aws::arn_parse(x)"), "provider::aws::arn_parse(x)");
    assert_eq!(shown("a ? f(1) : g::h(2)"), "(if a f(1) g::h(2))");
}

#[test]
fn for_expressions() {
    assert_eq!(shown("[for x in y : x.z]"), "(for x in y: x.z)");
    assert_eq!(
        shown("[for\r\nk, v in y :\n{ a = v } if k != \"x\"]"),
        "(for k, v in y: { a=v } if (NotEqual k \"x\"))"
    );
    assert_eq!(shown("{ for k, v in y : k => v... if (v) }"), "(for k, v in y: k => v... if (paren v))");
    assert_eq!(shown("[for x in [1, 2] : [for y in {a = 1} : y]]"), "(for x in [1, 2]: (for y in { a=1 }: y))");
    assert_eq!(shown("[for x in a ? b : c : x ? 1 : 2]"), "(for x in (if a b c): (if x 1 2))");
    assert_eq!(shown("[for x in y.z\n[0] : x]"), "(for x in y.z[0]: x)");
    assert_eq!(shown("{for x in y : \"${x}\" => x}"), "(for x in y: (template $x) => x)");
    assert_eq!(shown("[format(\"x\"), form]"), "[format(\"x\"), form]");
}

#[test]
fn objects_keep_every_key_in_order() {
    assert_eq!(shown("{a = 1, b: 2\n a = 3 }"), "{ a=1 b=2 a=3 }");
    assert_eq!(shown("{\n  true = 1\n  null = 2\n  if = 3\n}"), "{ true=1 null=2 if=3 }");
    assert_eq!(
        shown("{ \"a b\" = 1, \"${c}\" = 2, (d) = 3, 007 = 4 }"),
        "{ a b=1 ((template $c))=2 ((paren d))=3 (007)=4 }"
    );
    assert_eq!(shown("{ a.b = 1, a ? b : c = 2 }"), "{ (a.b)=1 ((if a b c))=2 }");
    assert_eq!(shown("{}"), "{ }");
    assert_eq!(shown("{ # x\n}"), "{ }");
    assert_eq!(shown("{a = 1,\n\n}"), "{ a=1 }");
}

#[test]
fn tuples() {
    assert_eq!(shown("[]"), "[]");
    assert_eq!(shown("[\n  1,\n  # two\n  2\n  ,\n]"), "[1, 2]");
    assert_eq!(shown("[a\n+ b, c]"), "[(Add a b), c]");
    assert_eq!(shown("[[1], [[2]]]"), "[[1], [[2]]]");
}

#[test]
fn literals_within_expressions_are_put_back() {
    assert_eq!(
        shown("merge({ a = 1, a = 2 }, x ? [1] : [for i in [{ b = 3, b = 4 }] : i], \"s\")"),
        "merge({ a=1 a=2 }, (if x [1] (for i in [{ b=3 b=4 }]: i)), \"s\")"
    );
    assert_eq!(shown("x + \"1\" + x"), "(Add (Add x \"1\") x)");
    assert_eq!(shown("{ a = [1] }[\"a\"][0]"), "{ a=[1] }[\"a\"][0]");
}

#[test]
fn blocks() {
    let input = input("resource \"a\" b {\n  x = 1\n  inner {\n    y = 2\n  }\n}\none { z = 3 }\nempty {}\n").correct();
    let blocks = &input.file.body.blocks;
    assert_eq!(blocks.len(), 3);
    let labels: Vec<&str> = blocks[0].labels.iter().map(|label| &*label.text).collect();
    assert_eq!(labels, ["a", "b"]);
    assert_eq!(blocks[0].body.attributes.len(), 1);
    assert_eq!(&*blocks[0].body.blocks[0].kind.text, "inner");
    assert_eq!(&*blocks[1].body.attributes[0].name.text, "z");
    assert!(blocks[2].body.attributes.is_empty());
}

#[test]
fn a_source_may_be_one_expression() {
    let sources = Sources::new();
    let parse = |text: &str| {
        let id = sources.add("x", text.as_bytes().to_vec()).unwrap();
        read_expression(id, &sources.get(id)).map(|expr| show(&expr)).map_err(|error| error.message)
    };
    assert_eq!(parse("\n a.b[0]\n + 1 # c\n").unwrap(), "(Add a.b[0] 1)");
    assert!(parse("a b").is_err());
    assert!(parse("").is_err());
}
