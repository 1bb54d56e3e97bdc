use super::*;

fn evaluate(text: &str) -> (String, Vec<String>) {
    let project = project(&[("main.tf", &format!("locals {{\n{text}\n}}\n"))]);
    let evaluator = Evaluator::new(&project);
    let value = local(&evaluator, "x");
    (shown(&value), messages(&evaluator))
}

#[test]
fn one_mistake_does_not_hide_the_rest() {
    let (value, errors) = evaluate("x = { a = 1 + true, b = upper(\"b\"), c = local.nothing }");
    assert_eq!(value, "{\n  \"a\" = (unknown)\n  \"b\" = \"B\"\n  \"c\" = (unknown)\n}");
    assert_eq!(errors, ["there is no local `nothing` in this module", "a number is required here, not a bool"]);
}

#[test]
fn an_error_is_reported_once() {
    let (_, errors) = evaluate("x = [local.y, local.y, local.y.z]\ny = null + 1");
    assert_eq!(errors, ["an operand must not be null"]);
}

#[test]
fn circular_locals_are_errors() {
    let (value, errors) = evaluate("x = [local.y]\ny = \"${local.z}!\"\nz = local.y");
    assert_eq!(value, "[\n  (unknown),\n]");
    assert_eq!(errors, ["`local.y` refers to itself"]);
}

#[test]
fn values_known_after_apply_are_unknown() {
    let text = "
        resource \"aws_iam_role\" \"this\" {
          name = \"a\"
          path = local.path
          max  = 5
        }
        resource \"aws_iam_role\" \"many\" {
          for_each = { k = \"v\" }
          name     = each.value
        }
        data \"aws_caller_identity\" \"me\" {}
        locals {
          path = \"/sym/\"
          name = aws_iam_role.this.name
          way  = aws_iam_role.this.path
          max  = aws_iam_role.this.max
          arn  = aws_iam_role.this.arn
          one  = aws_iam_role.many[\"k\"].name
          none = aws_iam_role.many[\"z\"].name
          me   = \"arn:${data.aws_caller_identity.me.account_id}\"
          all  = [for r in aws_iam_role.many : r.arn]
          fn   = templatefile(\"x\", {})
          wrong = aws_iam_role.other.arn
        }";
    let project = project(&[("main.tf", text)]);
    let evaluator = Evaluator::new(&project);
    let show = |name: &str| match local(&evaluator, name).as_unknown() {
        Some(unknown) => unknown.reason.clone(),
        None => shown(&local(&evaluator, name)),
    };
    assert_eq!(show("name"), "\"a\"");
    assert_eq!(show("way"), "\"/sym/\"");
    assert_eq!(show("max"), "the type of this attribute is the provider's");
    assert_eq!(show("arn"), "`aws_iam_role.this.arn` is not known before apply");
    assert_eq!(show("one"), "\"v\"");
    assert_eq!(show("me"), "`data.aws_caller_identity.me.account_id` is not known before apply");
    assert_eq!(show("all"), "[\n  (unknown),\n]");
    assert_eq!(evaluator.errors(), []);
    assert_eq!(show("fn"), "there is no file `x` here");
    show("none");
    show("wrong");
    let wanted = [
        "there is no file `x` here",
        "the resource has no such instance",
        "there is no `aws_iam_role.other` in this module",
    ];
    assert_eq!(messages(&evaluator), wanted);
}

#[test]
fn a_first_operand_that_decides_is_enough() {
    let text = "
        locals {
          none = null
          a    = local.none == null || length(local.none) > 0
          b    = local.none != null && length(local.none) > 0
          c    = resource.aws_iam_role.x.name
          d    = local.none == null && length(local.none) > 0
        }
        resource \"aws_iam_role\" \"x\" { name = \"x\" }
    ";
    let project = project(&[("main.tf", text)]);
    let evaluator = Evaluator::new(&project);
    for (name, wanted) in [("a", "true"), ("b", "false"), ("c", "\"x\"")] {
        assert_eq!(shown(&local(&evaluator, name)), wanted, "{name}");
    }
    assert_eq!(evaluator.errors(), []);
    local(&evaluator, "d");
    assert_eq!(messages(&evaluator), ["`length` does not accept null as argument 1"]);
}

#[test]
fn unknown_affects_only_what_depends_on_it() {
    let text = "
        data \"d\" \"d\" {}
        locals {
          a = { known = 1, not = data.d.d.x }
          b = local.a.known
          c = [for k, v in local.a : k]
          d = try(data.d.d.x, \"fallback\")
          e = try(local.a.known, \"fallback\")
          f = can(data.d.d.x.y)
          g = data.d.d.x ? 1 : 2
          h = merge({ a = 1 }, data.d.d.x)
          i = coalesce(data.d.d.x, \"d\")
          j = length([data.d.d.x])
          k = contains([data.d.d.x, \"a\"], \"a\")
          l = data.d.d.x == null
          m = toset([data.d.d.x])
          n = true ? \"s\" : data.d.d.x
          o = true ? 5 : data.d.d.x
          p = lookup({ a = data.d.d.x }, \"a\", \"z\")
          q = flatten([[\"a\"], data.d.d.x])
          r = keys({ a = data.d.d.x })
          s = values({ a = data.d.d.x, b = 1 })[1]
        }";
    let project = project(&[("main.tf", text)]);
    let evaluator = Evaluator::new(&project);
    let show = |name: &str| shown(&local(&evaluator, name)).replace(['\n', ' '], "");
    for (name, wanted) in [
        ("b", "1"),
        ("c", "[\"known\",\"not\",]"),
        ("d", "(unknown)"),
        ("e", "1"),
        ("f", "(unknown)"),
        ("g", "(unknown)"),
        ("h", "(unknown)"),
        ("i", "(unknown)"),
        ("j", "1"),
        ("k", "true"),
        ("l", "(unknown)"),
        ("m", "(unknown)"),
        ("n", "\"s\""),
        ("o", "(unknown)"),
        ("p", "(unknown)"),
        ("q", "(unknown)"),
        ("r", "[\"a\",]"),
        ("s", "1"),
    ] {
        assert_eq!(show(name), wanted, "{name}");
    }
    assert_eq!(evaluator.errors(), []);
}
