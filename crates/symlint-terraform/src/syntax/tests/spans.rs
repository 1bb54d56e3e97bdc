use super::*;

#[test]
fn everything_has_its_span() {
    let input = input("\u{FEFF}a = { \"k\" = \"v\" }\r\nb = f(x.y, \"é${z}\")[0] + 1 # end\r\n").correct();
    let body = &input.file.body;
    assert_eq!(input.text(body.attributes[0].span), "a = { \"k\" = \"v\" }");
    assert_eq!(body.attributes[0].name.span.start, 3);
    let ExprKind::Object(items) = &input.value("a").kind else { panic!() };
    assert_eq!(input.text(items[0].key.span()), "k");
    assert_eq!(input.text(items[0].span), "\"k\" = \"v\"");
    assert_eq!(input.text(items[0].value.span), "\"v\"");
    let ExprKind::String(literal) = &items[0].value.kind else { panic!() };
    assert_eq!(input.text(literal.span), "v");

    assert_eq!(input.text(body.attributes[1].span), "b = f(x.y, \"é${z}\")[0] + 1");
    let ExprKind::Binary(binary) = &input.value("b").kind else { panic!() };
    assert_eq!(input.text(binary.first.span), "f(x.y, \"é${z}\")[0]");
    assert_eq!(input.text(binary.rest[0].operand.span), "1");
    let ExprKind::Index(call, key) = &binary.first.kind else { panic!() };
    assert_eq!(input.text(key.span), "0");
    assert_eq!(input.text(call.span), "f(x.y, \"é${z}\")");
    let ExprKind::Call(call) = &call.kind else { panic!() };
    assert_eq!(input.text(call.name.span), "f");
    assert_eq!(input.text(call.arguments[0].span), "x.y");
    let ExprKind::Attribute(base, name) = &call.arguments[0].kind else { panic!() };
    assert_eq!((input.text(base.span), input.text(name.span)), ("x", "y"));
    let ExprKind::Template(parts) = &call.arguments[1].kind else { panic!() };
    let TemplatePart::Literal(literal) = &parts[0] else { panic!() };
    assert_eq!(input.text(literal.span), "é");
    let TemplatePart::Interpolation(expr) = &parts[1] else { panic!() };
    assert_eq!(input.text(expr.span), "z");
}

#[test]
fn spans_after_cuts_and_comments_are_right() {
    let input =
        input("a = f({ x = [1,\n2] }, /* c */\n  g(  \"long\"  ) , [for k  ,v in {\n a = 1 } : v.q.0 ] )\n").correct();
    let ExprKind::Call(call) = &input.value("a").kind else { panic!() };
    let texts: Vec<&str> = call.arguments.iter().map(|argument| input.text(argument.span)).collect();
    assert_eq!(texts, ["{ x = [1,\n2] }", "g(  \"long\"  )", "[for k  ,v in {\n a = 1 } : v.q.0 ]"]);
    let ExprKind::For(parts) = &call.arguments[2].kind else { panic!() };
    assert_eq!(input.text(parts.key_name.as_ref().unwrap().span), "k");
    assert_eq!(input.text(parts.value_name.span), "v");
    assert_eq!(input.text(parts.collection.span), "{\n a = 1 }");
    assert_eq!(input.text(parts.result.span), "v.q.0");
    let ExprKind::Index(base, key) = &parts.result.kind else { panic!() };
    assert_eq!((input.text(base.span), input.text(key.span)), ("v.q", "0"));
}

#[test]
fn splats_end_with_their_last_step() {
    let input = input("a = b[*].c[0]\nd = b.*.c[1]\ne = b[*]\n").correct();
    assert_eq!(input.text(input.value("a").span), "b[*].c[0]");
    assert_eq!(input.text(input.value("e").span), "b[*]");
    let ExprKind::Index(splat, _) = &input.value("d").kind else { panic!() };
    assert_eq!(input.text(splat.span), "b.*.c");
}

#[test]
fn block_spans() {
    let input = input("x \"l\" m {\n  a = 1\n} # c\n").correct();
    let block = &input.file.body.blocks[0];
    assert_eq!(input.text(block.span), "x \"l\" m {\n  a = 1\n}");
    assert_eq!(input.text(block.labels[0].span), "l");
    assert_eq!(input.text(block.labels[1].span), "m");
}

#[test]
fn comments_are_kept_in_order_and_once() {
    let text = "# one\r\na = 1 // two\nb = [ /* three */ 1, # four\n  f(2 /* five */), { # six\n }]\n#seven";
    let input = input(text).correct();
    let comments: Vec<&str> = input.file.comments.iter().map(|&span| input.text(span)).collect();
    assert_eq!(comments, ["# one", "// two", "/* three */", "# four", "/* five */", "# six", "#seven"]);
}

#[test]
fn a_heredocs_text_has_its_span() {
    let input = input("a = <<E\nline ${b} rest\nE\nc = 1\n").correct();
    assert_eq!(input.text(input.value("a").span), "<<E\nline ${b} rest\nE");
    let ExprKind::Template(parts) = &input.value("a").kind else { panic!() };
    let TemplatePart::Literal(literal) = &parts[2] else { panic!() };
    assert_eq!(input.text(literal.span), " rest\n");
}

#[test]
fn literals_share_the_files_memory() {
    let input = input("a = \"text\"\n").correct();
    let ExprKind::String(literal) = &input.value("a").kind else { panic!() };
    assert_eq!(literal.text.as_ptr(), input.source.text()[5..].as_ptr());
}
