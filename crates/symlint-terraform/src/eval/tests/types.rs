use super::*;
use crate::ConversionProblemKind;

fn problems(ty: &str, value: &str) -> (String, Vec<String>) {
    let main = format!("variable \"v\" {{\n  type = {ty}\n}}\n");
    let values = format!("v = {value}\n");
    let project = project(&[("main.tf", &main), ("terraform.tfvars", &values)]);
    assert_eq!(project.errors(), []);
    let evaluator = Evaluator::new(&project);
    let value = evaluator.variable(&evaluator.root(), "v").unwrap();
    assert_eq!(evaluator.errors(), []);
    let problems = evaluator.problems("v");
    let problems = problems.iter().map(|problem| {
        let what = match &problem.kind {
            ConversionProblemKind::Missing { attribute } => format!("missing {attribute}"),
            ConversionProblemKind::Unused { attribute, declared, .. } => {
                format!("unused {attribute} of {}", declared.join(","))
            }
            ConversionProblemKind::Mismatch { wanted, got } => format!("{got} for {wanted}"),
            ConversionProblemKind::Inconsistent { wanted } => format!("inconsistent {wanted}"),
        };
        let path = problem.path.as_ref().unwrap();
        format!("{path} `{}`: {what}", project.sources().text(problem.span))
    });
    (shown(&value).replace(['\n', ' '], ""), problems.collect())
}

#[test]
fn one_bad_tenant_does_not_hide_the_others() {
    let ty = "map(object({ id = string, list = list(number) }))";
    let value = "{ a = { id = 1, list = [\"2\"] }, b = { list = \"x\", more = 1 }, c = { id = [], list = [1, \"y\"] }, d = 5, e = null }";
    let (value, problems) = problems(ty, value);
    assert_eq!(
        value,
        "tomap({\"a\"={\"id\"=\"1\"\"list\"=tolist([2,])}\"b\"={\"list\"=(unknown)}\
         \"c\"={\"id\"=(unknown)\"list\"=tolist([1,(unknown),])}\"d\"=(unknown)\"e\"=null/*object*/})"
    );
    assert_eq!(
        problems,
        [
            "v[\"b\"] `{ list = \"x\", more = 1 }`: missing id",
            "v[\"b\"].list `x`: string for list(number)",
            "v[\"b\"] `more`: unused more of id,list",
            "v[\"c\"].id `[]`: tuple for string",
            "v[\"c\"].list[1] `y`: string for number",
            "v[\"d\"] `5`: number for object",
        ]
    );
}

#[test]
fn optional_attributes_have_defaults() {
    let ty = "object({ a = optional(string), b = optional(number, 5), c = optional(object({ d = optional(string, \"x\") }), {}) })";
    let (value, found) = problems(ty, "{ b = null }");
    assert_eq!(value, "{\"a\"=tostring(null)\"b\"=5\"c\"={\"d\"=\"x\"}}");
    assert_eq!(found, [] as [String; 0]);
}

#[test]
fn collections_of_anything_have_one_type() {
    assert_eq!(problems("list(any)", "[1, \"a\"]").0, "tolist([\"1\",\"a\",])");
    assert_eq!(problems("map(any)", "{ a = 1, b = \"x\" }").0, "tomap({\"a\"=\"1\"\"b\"=\"x\"})");
    assert_eq!(problems("any", "[1, \"a\"]").0, "[1,\"a\",]");
    assert_eq!(problems("set(string)", "[2, \"1\", 2]").0, "toset([\"1\",\"2\",])");
    assert_eq!(problems("tuple([string, number])", "[1, \"2\"]").0, "[\"1\",2,]");
    assert_eq!(problems("list(any)", "[1, true]").1, ["v `[1, true]`: inconsistent list(any)"]);
}

#[test]
fn errors_of_a_type_are_not_repeated() {
    let main = "variable \"v\" { type = map(object({ a = string })) }\nlocals { x = [for t in var.v : t.a] }";
    let project = project(&[("main.tf", main), ("terraform.tfvars", "v = { t = {} }")]);
    let evaluator = Evaluator::new(&project);
    assert_eq!(shown(&local(&evaluator, "x")), "[\n  (unknown),\n]");
    assert_eq!(evaluator.errors(), []);
    assert_eq!(evaluator.problems("v").len(), 1);
}

#[test]
fn wrong_types_are_errors_of_the_configuration() {
    let main = "variable \"a\" { type = strin }\nvariable \"b\" { type = object({ x = optional(number, \"y\") }) }\nvariable \"c\" { type = list }\nvariable \"d\" { type = optional(string) }";
    let project = project(&[("main.tf", main)]);
    let messages: Vec<&str> = project.errors().iter().map(|error| error.message.as_str()).collect();
    let wanted = [
        "`strin` is not a type",
        "this default is not of type `number`",
        "`optional(…)` is only allowed for an attribute of an object type",
    ];
    assert_eq!(messages, wanted);
}
