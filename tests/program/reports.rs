//! What each format says about the same findings, and the schema of the JSON.

use crate::support::{Symlint, VARIABLE, bad, folder, good, holds, root, symlint, tenant, values};
use serde_json::Value;

/// A setup with a finding of each kind: with and without a tenant, with a fix, suppressed, with related places, and
/// with unknown values.
const RICH: &str = "tests/fixtures/rich";

const INPUTS: [&str; 4] =
    ["examples/copy-paste", "examples/multi-tenant", "tests/fixtures/two-short-tenants.tfvars", RICH];

fn schema() -> String {
    symlint_core::schema::report_schema(symlint_rules::catalogue())
}

#[test]
fn the_schema_matches_the_types() {
    holds("crates/symlint-core/report.schema.json", &schema());
}

#[test]
fn the_schema_of_inspections_matches_the_types() {
    holds("crates/symlint-core/inspection.schema.json", &symlint_core::schema::inspection_schema());
}

#[test]
fn every_inspection_matches_its_schema() {
    let schema: Value = serde_json::from_str(&symlint_core::schema::inspection_schema()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for input in INPUTS.iter().chain(&["rules", "docs"]) {
        let run = symlint(&["inspect", "--format", "json", input]);
        let errors: Vec<String> = validator.iter_errors(&run.json()).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
    let mut wrong = symlint(&["inspect", "--format", "json", INPUTS[0]]).json();
    wrong["runs"][0]["collections"][0]["attributes"][0]["evidence"] = "a guess".into();
    assert!(!validator.is_valid(&wrong));
}

#[test]
fn every_report_matches_its_schema() {
    let schema: Value = serde_json::from_str(&schema()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let broken = Symlint::new(&["check", "--format", "json", "-"]).stdin("customer_tenants = {\n  a = {").run();
    let reports = INPUTS.map(|input| symlint(&["check", "--format", "json", input]));
    for run in reports.iter().chain([&broken]) {
        let errors: Vec<String> = validator.iter_errors(&run.json()).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
    // A validator that accepts everything would prove nothing.
    let mut wrong = reports[0].json();
    wrong["findings"][0]["rule"] = "no-such-rule".into();
    assert!(!validator.is_valid(&wrong));
    let mut wrong = reports[0].json();
    wrong["findings"][0].as_object_mut().unwrap().remove("suppressed");
    assert!(!validator.is_valid(&wrong));
}

#[test]
fn each_format_matches_its_snapshot() {
    for format in ["human", "concise", "json", "sarif", "github", "gitlab", "junit", "markdown"] {
        let mut text = symlint(&["check", "--format", format, RICH]).stdout;
        if format == "sarif" {
            text = without_rules(&text);
        }
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(format!("rich.{format}"), text);
        });
    }
}

#[test]
fn every_location_in_a_report_has_its_text() {
    for input in INPUTS {
        let report = symlint(&["check", "--format", "json", input]).json();
        for finding in report["findings"].as_array().unwrap() {
            let related = finding["related"].as_array().unwrap().iter().map(|related| &related["location"]);
            for location in related.chain([&finding["location"]]) {
                let bytes = std::fs::read(root().join(location["file"].as_str().unwrap())).unwrap();
                let offset = |end: &str| usize::try_from(location[end]["offset"].as_u64().unwrap()).unwrap();
                let before = std::str::from_utf8(&bytes[..offset("start")]).unwrap();
                let line = before.matches('\n').count() + 1;
                let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
                assert_eq!(location["start"]["line"], line, "{location}");
                assert_eq!(location["start"]["column"], column, "{location}");
                assert!(std::str::from_utf8(&bytes[offset("start")..offset("end")]).is_ok(), "{location}");
            }
        }
    }
}

#[test]
fn a_fingerprint_does_not_depend_on_position_or_current_folder() {
    let fingerprints = |run: &crate::support::Run| {
        let report = run.json();
        let mut found: Vec<String> =
            report["findings"].as_array().unwrap().iter().map(|f| f["fingerprint"].to_string()).collect();
        found.sort();
        found
    };
    let path = "tests/fixtures/two-short-tenants.tfvars";
    let here = symlint(&["check", "--format", "json", path]);
    let below = Symlint::new(&["check", "--format", "json", "two-short-tenants.tfvars"])
        .dir(&root().join("tests/fixtures"))
        .run();
    assert_eq!(fingerprints(&here), fingerprints(&below));
    let text = std::fs::read_to_string(root().join(path)).unwrap();
    let moved = Symlint::new(&["check", "--format", "json", "--stdin-filename", path, "-"])
        .stdin(format!("# moved\n\n\n{text}"))
        .run();
    assert_eq!(fingerprints(&here), fingerprints(&moved));
    let mut all = fingerprints(&here);
    all.dedup();
    assert_eq!(all.len(), here.json()["findings"].as_array().unwrap().len(), "two findings share a fingerprint");
}

/// SARIF contains the pages of the rules, which have tests of their own.
fn without_rules(sarif: &str) -> String {
    let mut log: Value = serde_json::from_str(sarif).unwrap();
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array_mut().unwrap();
    rules.clear();
    serde_json::to_string_pretty(&log).unwrap()
}

/// A values file with `count` tenants, each with a different error, and a warning.
fn many(count: usize) -> String {
    let tenants: Vec<String> = (0..count)
        .map(|number| {
            let account = format!("{:012}", 719_240_583_316_usize + number * 7919);
            let id = format!("{:016x}", 0x5e1b_09c7_d2a8_4f63_u64.wrapping_mul(number as u64 + 1));
            let wrong = [
                ("719240583316", account.as_str()),
                ("604178239951", account.as_str()),
                ("7223a91be40c5d68", id.as_str()),
                ("5e1b09c7d2a84f63", id.as_str()),
                ("us-east-1", "us-east-1a"),
            ];
            tenant(&format!("customer_{number}"), &wrong)
        })
        .collect();
    values(&tenants)
}

fn format(name: &str, text: &str) -> String {
    Symlint::new(&["check", "--format", name, "-"]).stdin(text).run().stdout
}

#[test]
fn findings_over_every_limit_are_cut_and_counted() {
    // All of them are in one run.
    let dir = folder(&[("terraform.tfvars", &many(3_000))]);
    let formats = ["github", "sarif", "markdown", "gitlab", "junit"];
    let mut arguments = vec!["check".to_owned(), "-q".into(), "terraform.tfvars".into()];
    arguments.extend(formats.iter().flat_map(|format| ["--format".into(), format!("{format}={format}")]));
    arguments.push("--format=concise".into());
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let run = Symlint::new(&arguments).dir(dir.path()).run();
    assert_eq!((run.code, run.stdout.lines().count()), (1, 6_000));
    let format = |name: &str| std::fs::read_to_string(dir.path().join(name)).unwrap();

    let github = format("github");
    let lines: Vec<&str> = github.lines().collect();
    assert_eq!(lines.iter().filter(|line| line.starts_with("::error ")).count(), 10);
    assert_eq!(lines.iter().filter(|line| line.starts_with("::warning ")).count(), 10);
    assert_eq!(
        *lines.last().unwrap(),
        "symlint found 2990 more errors and 2990 more warnings that GitHub does not show here"
    );

    let sarif: Value = serde_json::from_str(&format("sarif")).unwrap();
    let run = &sarif["runs"][0];
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 5_000);
    let errors = results.iter().filter(|result| result["level"] == "error").count();
    assert_eq!(errors, 3_000, "what is most important is kept");
    let note = &run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"];
    assert_eq!(note, "1000 results were left out: code scanning keeps 5000.");

    let markdown = format("markdown");
    assert!(markdown.len() < 1 << 20, "{}", markdown.len());
    assert!(markdown.contains("These are the first 200 of 6000 findings."));
    assert!(markdown.contains("These are the first 500 of 3000 tenants."));
    assert!(markdown.contains("and 2976 more tenants"));

    let gitlab: Value = serde_json::from_str(&format("gitlab")).unwrap();
    let mut fingerprints: Vec<&str> =
        gitlab.as_array().unwrap().iter().map(|issue| issue["fingerprint"].as_str().unwrap()).collect();
    fingerprints.sort_unstable();
    fingerprints.dedup();
    assert_eq!(fingerprints.len(), 6_000, "GitLab shows one of those with the same");

    let junit = format("junit");
    let document = roxmltree::Document::parse(&junit).unwrap();
    let failures = document.descendants().filter(|node| node.has_tag_name("failure")).count();
    assert_eq!(failures, 3_000);
    assert_eq!(document.root_element().attribute("failures"), Some("3000"));
}

#[test]
fn text_is_escaped_in_every_format() {
    let key = "a|b,c:d%\\n<x>&'\\\"[y](1)`\u{1b}";
    let text = values(&[tenant("harm", &[("us-east-1", "us-east-1a")])]).replace("harm", &format!("\"{key}\""));
    let name = "we ird,%:[1].tfvars";
    let run = |format: &str| {
        Symlint::new(&["check", "--format", format, "--stdin-filename", name, "-"]).stdin(text.as_str()).run().stdout
    };
    for line in run("github").lines().filter(|line| !line.starts_with("::notice ")) {
        let (properties, _) = line.split_once("::").unwrap().1.split_once("::").unwrap();
        let names: Vec<&str> =
            properties.split([' ', ',']).filter_map(|part| part.split_once('=')).map(|(name, _)| name).collect();
        assert_eq!(names, ["file", "line", "endLine", "col", "endColumn", "title"], "{line}");
    }
    let sarif: Value = serde_json::from_str(&run("sarif")).unwrap();
    let location = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(location["artifactLocation"]["uri"], "we%20ird,%25%3A%5B1%5D.tfvars");
    for row in run("markdown").lines().filter(|line| line.starts_with("| ") && !line.starts_with("| tenant")) {
        let bars = row.matches('|').count() - row.matches("\\|").count();
        assert!(bars == 6 || bars == 7, "{bars}: {row}");
        assert!(!row.contains("<x>") || row.contains("`"), "{row}");
    }
    let junit = run("junit");
    let document = roxmltree::Document::parse(&junit).unwrap();
    let names: Vec<&str> = document.descendants().filter_map(|node| node.attribute("name")).collect();
    assert!(names.contains(&"a|b,c:d%\n<x>&'\"[y](1)`\u{FFFD}"), "{names:?}");
}

#[test]
fn paths_are_relative_to_the_root_of_the_repository() {
    let dir = folder(&[("repo/.git/HEAD", ""), ("repo/a b/terraform.tfvars", &bad()), ("c/terraform.tfvars", &bad())]);
    let uris = |at: &str, path: &str| {
        let run = Symlint::new(&["check", "--format", "sarif", path]).dir(&dir.path().join(at)).run();
        let sarif: Value = serde_json::from_str(&run.stdout).unwrap();
        sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].clone()
    };
    for (at, path) in [
        ("repo", "a b/terraform.tfvars"),
        ("repo/a b", "terraform.tfvars"),
        ("repo/a b", "./../a b/terraform.tfvars"),
        ("c", "../repo/a b/terraform.tfvars"),
    ] {
        assert_eq!(uris(at, path), "a%20b/terraform.tfvars", "{at} {path}");
    }
    let absolute = dir.path().join("repo/a b/terraform.tfvars");
    assert_eq!(uris("c", absolute.to_str().unwrap()), "a%20b/terraform.tfvars");
    // Without a repository, paths start at the current folder.
    assert_eq!(uris("c", "terraform.tfvars"), "terraform.tfvars");
    assert_eq!(uris("", "c/terraform.tfvars"), "c/terraform.tfvars");
    assert!(!uris("repo", "../c/terraform.tfvars").as_str().unwrap().starts_with(['/', '.']));
}

#[test]
fn suppressed_findings_are_only_in_json() {
    let text = bad().replace("  blue", "  # symlint-ignore: role-account-mismatch -- moved\n  blue");
    assert!(!format("github", &text).contains("::error"));
    let gitlab: Value = serde_json::from_str(&format("gitlab", &text)).unwrap();
    let issues: Vec<_> = gitlab.as_array().unwrap().iter().map(|it| (&it["check_name"], &it["severity"])).collect();
    assert_eq!(issues, [(&"symlint".into(), &"info".into())]);
    let sarif: Value = serde_json::from_str(&format("sarif", &text)).unwrap();
    assert_eq!(sarif["runs"][0]["results"], serde_json::json!([]), "alerts close");
    assert!(format("markdown", &text).starts_with("## ✅ symlint: no findings\n"));
    assert!(!format("junit", &text).contains("<failure"));
}

#[test]
fn no_format_shows_an_unchecked_part_as_a_pass() {
    let dir = folder(&[("m/main.tf", VARIABLE)]);
    let run = |format: &str| {
        let run = Symlint::new(&["check", "--format", format, "m"]).dir(dir.path()).run();
        assert_eq!(run.code, 2, "{format}");
        run.stdout
    };
    let why = "no tenants were checked in `m`: the variable `customer_tenants` has no value";
    for format in ["human", "concise"] {
        let text = run(format);
        assert!(text.contains("checked 1 file: 1 warning, and nothing was checked\n"), "{text}");
    }
    let json: Value = serde_json::from_str(&run("json")).unwrap();
    assert_eq!((&json["problems"][0]["message"], &json["summary"]["exit_code"]), (&why.into(), &2.into()));
    assert_eq!(json["runs"][0]["not_checked"][0]["code"], "no-flow");
    let schema: Value = serde_json::from_str(&schema()).unwrap();
    assert!(jsonschema::validator_for(&schema).unwrap().is_valid(&json));
    let sarif: Value = serde_json::from_str(&run("sarif")).unwrap();
    let invocation = &sarif["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let note = &invocation["toolExecutionNotifications"][0];
    assert_eq!(note["level"], "error");
    let text = note["message"]["text"].as_str().unwrap();
    assert!(text.starts_with("No tenants were checked in `m`: the variable `customer_tenants` has no value"), "{text}");
    let notes = invocation["toolExecutionNotifications"].as_array().unwrap();
    assert!(notes.iter().any(|note| note["descriptor"]["id"] == "no-flow"), "{notes:?}");
    assert!(run("github").starts_with(&format!("::error title=symlint::{why}")));
    let gitlab: Value = serde_json::from_str(&run("gitlab")).unwrap();
    let issue = gitlab.as_array().unwrap().iter().find(|issue| issue["severity"] == "blocker").unwrap();
    assert!(issue["description"].as_str().unwrap().starts_with(why), "{issue}");
    let junit = run("junit");
    let document = roxmltree::Document::parse(&junit).unwrap();
    assert_eq!(document.root_element().attribute("errors"), Some("1"));
    let error = document.descendants().find(|node| node.has_tag_name("error")).unwrap();
    assert!(error.attribute("message").unwrap().starts_with(why));
    let skipped = document.descendants().find(|node| node.has_tag_name("skipped")).unwrap();
    assert_eq!(skipped.parent().unwrap().attribute("name"), Some("not checked: no-flow"));
    let markdown = run("markdown");
    assert!(markdown.starts_with("## ⛔ symlint: 1 warning, and nothing was checked\n"), "{markdown}");
    assert!(markdown.contains(&format!("\n- {why}")), "{markdown}");
}

#[test]
fn names_in_markdown_are_shown_as_written() {
    let text = values(&[tenant("harm", &[("us-east-1", "us-east-1a")])]).replace("harm", "\"**b**`c\"");
    let markdown = format("markdown", &text);
    assert!(markdown.contains("| `` **b**`c `` |"), "{markdown}");
    let text = values(&[tenant("harm", &[("us-east-1", "*x*")])]);
    let markdown = format("markdown", &text);
    assert!(markdown.contains("`*x*`"), "{markdown}");
}

#[test]
fn several_modules_are_distinguished() {
    let dir = folder(&[
        ("one/main.tf", VARIABLE),
        ("one/terraform.tfvars", &good()),
        ("two/main.tf", VARIABLE),
        ("two/terraform.tfvars", &bad()),
    ]);
    let run = |format: &str| Symlint::new(&["check", "--format", format]).dir(dir.path()).run().stdout;
    let human = run("human");
    let last = "one: 7 values of 1 tenant\n\
                two: 7 values of 1 tenant\n\
                checked 14 values of 2 tenants in 4 files: 1 error\n";
    assert!(human.contains(last), "{human}");
    let markdown = run("markdown");
    assert!(markdown.contains("| `one` | `blue_harbour` |"), "{markdown}");
    assert!(markdown.contains("| `two` | `blue_harbour` |"), "{markdown}");
    assert!(markdown.contains("[\"blue_harbour in one\"]\n"), "{markdown}");
    assert!(markdown.contains("[\"blue_harbour in two\"]:::wrong\n"), "{markdown}");
    let junit = run("junit");
    assert!(junit.contains("<testcase classname=\"one/terraform.tfvars\" name=\"blue_harbour\"/>"), "{junit}");
}

/// A finding also names the place where another tenant has the value, but nothing is wrong there.
#[test]
fn a_picture_marks_only_tenants_with_findings() {
    let other = [
        ("719240583316", "280365914472"),
        ("ssoins-7223a91be40c5d68", "ssoins-68042f7d9be0a513"),
        ("ps-5e1b09c7d2a84f63", "ps-b3c8f10a6e4d9275"),
    ];
    let markdown = format("markdown", &values(&[tenant("acme", &[]), tenant("bolt", &other)]));
    assert!(markdown.contains("[\"acme\"]\n") && markdown.contains("[\"bolt\"]:::wrong\n"), "{markdown}");
}

#[test]
fn long_and_binary_values_are_shortened() {
    let long = values(&[tenant("blue_harbour", &[("us-east-1", &"x".repeat(50_000))])]);
    for name in ["human", "concise", "github", "gitlab", "markdown", "junit"] {
        let text = format(name, &long);
        assert!(text.len() < 10_000, "{name}: {}", text.len());
        assert!(text.contains("xxx…"), "{name}");
    }
    let text = values(&[tenant("blue_harbour", &[("us-east-1", "us-\u{1b}[31meast-1\u{7}")])]);
    let human = format("human", &text);
    assert!(human.contains("us-␛[31meast-1␇") && !human.contains(['\u{1b}', '\u{7}']), "{human}");
}

#[test]
fn a_job_of_github_actions_gets_annotations_by_default() {
    let run = |arguments: &[&str], actions: &str| {
        let mut all = vec!["check", "-"];
        all.extend(arguments);
        Symlint::new(&all).env("GITHUB_ACTIONS", actions).stdin(bad()).run().stdout
    };
    let both = run(&[], "true");
    assert!(both.contains("\n::error file=stdin.tfvars,line=8,"), "{both}");
    assert!(both.starts_with("  × tenant blue_harbour: `role_arn` is in account "), "{both}");
    assert!(!run(&[], "false").contains("::error"));
    assert!(!run(&["--format", "human"], "true").contains("::error"));
}

#[test]
fn the_human_report_fits_the_terminal() {
    for width in ["60", "80", "120"] {
        let columns: usize = width.parse().unwrap();
        let run = Symlint::new(&["check", "examples/copy-paste"]).env("COLUMNS", width).run();
        let fits =
            |line: &str| line.chars().count() <= columns || line.contains("https://") || line.contains("examples/");
        let wide: Vec<&str> = run.stdout.lines().filter(|line| !fits(line)).collect();
        // The last lines are wrapped and not cut, so that no word is lost.
        let wide: Vec<&&str> =
            wide.iter().filter(|line| !line.contains("fixable") && !line.contains("checked")).collect();
        assert!(wide.is_empty(), "at {width}: {wide:#?}");
    }
}

#[test]
fn the_human_report_works_without_unicode_and_colors() {
    for (name, value) in [("TERM", "dumb"), ("LANG", "C"), ("LC_ALL", "POSIX")] {
        let text = Symlint::new(&["check", "examples/copy-paste"]).env(name, value).run().stdout;
        assert!(text.is_ascii(), "{name}: {text}");
        assert!(text.contains("`-- 1"), "{name}: {text}");
    }
    let text = symlint(&["check", "--color", "always", "examples/copy-paste"]).stdout;
    let colored = |color: &str, word: &str| text.contains(&format!("\u{1b}[{color}m{word}"));
    assert!(colored("31;1", "1") && colored("33;1", "2") && colored("34", "this value takes effect"), "{text}");
    assert!(!text.contains("\u{1b}[32"), "nothing is green: {text}");
}

#[test]
fn many_findings_of_one_rule_get_a_line_each() {
    let tenants: Vec<String> =
        (0..30).map(|number| tenant(&format!("t_{number}"), &[("us-east-1", "us-esat-1")])).collect();
    let run = Symlint::new(&["check", "--select", "region-invalid", "-"]).stdin(values(&tenants)).run();
    let frames = run.stdout.matches("╭─").count();
    assert_eq!(frames, 2, "{}", run.stdout);
    assert_eq!(run.stdout.matches("did you mean `us-east-1`? [region-invalid]").count(), 30);
    assert_eq!(run.stdout.matches("help:").count(), 1, "the same help is given once");
}

#[test]
fn a_few_findings_of_one_rule_look_alike() {
    let tenants: Vec<String> =
        (0..4).map(|number| tenant(&format!("t_{number}"), &[("us-east-1", "us-esat-1")])).collect();
    let run = Symlint::new(&["check", "--select", "region-invalid", "-"]).stdin(values(&tenants)).run();
    assert_eq!(run.stdout.matches("╭─").count(), 4, "{}", run.stdout);
    assert_eq!(run.stdout.matches("help as for tenant t_0").count(), 3, "{}", run.stdout);
}

#[test]
fn findings_without_a_tenant_have_an_excerpt_each() {
    let call = "module \"access\" {\n  source   = \"./sso_flow\"\n  for_each = var.customer_tenants\n}\n";
    let flow = "variable \"account_id\" {}\nvariable \"tenant_slug\" {}\nresource \"sym_flow\" \"it\" {}\n";
    let main = format!("{VARIABLE}{call}");
    let files = [("main.tf", main.as_str()), ("sso_flow/main.tf", flow), ("terraform.tfvars", &good())];
    let dir = folder(&files);
    let run = Symlint::new(&["check", "--select", "flow-argument-missing"]).dir(dir.path()).run();
    assert!(run.stdout.starts_with("  × `module.access` does not pass `account_id`"), "{}", run.stdout);
    assert!(run.stdout.contains("\n\n  × `module.access` does not pass `tenant_slug`"), "{}", run.stdout);
}

#[test]
fn parts_hidden_by_a_syntax_error_are_reported_once() {
    let text = good().replacen("\"arn:aws:iam", "arn:aws:iam", 1).replacen("Blue-Harbour\"", "Blue-Harbour", 1);
    let run = Symlint::new(&["check", "-"]).stdin(text).run();
    assert!(run.stdout.starts_with("  × text must be in quotes [syntax-error]"), "{}", run.stdout);
    assert!(!run.stdout.contains("[unknown-values]"), "{}", run.stdout);
}

#[test]
fn an_empty_name_is_visible() {
    let text = values(&[tenant("blue_harbour", &[("  blue_harbour =", "  \"\" =")])]);
    let run = Symlint::new(&["check", "-"]).stdin(text).run();
    assert!(run.stdout.contains("tenant \"\": the key is empty"), "{}", run.stdout);
}

#[test]
fn a_place_without_an_excerpt_is_shown_with_its_value() {
    let own = tenant("blue_harbour", &[]);
    let other = tenant("green", &[("719240583316", "280365914472"), ("604178239951", "915827304462")]);
    for (width, value) in [("100", "\"arn:aws:sso:::instance/ssoins-"), ("50", "\"…/ssoins-")] {
        let check = Symlint::new(&["check", "--select", "duplicate-instance", "-"]).env("COLUMNS", width);
        let text = check.stdin(values(&[own.clone(), other.clone()])).run().stdout;
        let see: Vec<&str> = text.split("  see:  ").skip(1).collect();
        assert!(see.len() == 2 && see[0].contains(value), "{text}");
        assert!(see[1].contains("\"719240583316\""), "{text}");
    }
}

/// A value may contain any characters, including those that begin a line of the report.
#[test]
fn markdown_in_values_has_no_effect() {
    let validation =
        "{\n  validation {\n    condition = false\n    error_message = \"See \\\\[this](//x.invalid).\"\n  }\n";
    let main = VARIABLE.replacen('{', validation, 1);
    let key = tenant("blue", &[("  blue = {", "  \"a\\n> b\" = {")]);
    let dir = folder(&[("main.tf", &main), ("terraform.tfvars", &values(&[key]))]);
    let run = Symlint::new(&["check", "--format", "markdown"]).dir(dir.path()).run();
    assert!(run.stdout.contains(r"See \\\[this](//x.invalid)."), "{}", run.stdout);
    let block = run.stdout.lines().find(|line| line.trim_start().starts_with('>'));
    assert!(block.is_none() && run.stdout.contains("a ") && run.stdout.contains("> b"), "{}", run.stdout);
}

/// Logs show the text of JUnit unchanged.
#[cfg(unix)]
#[test]
fn a_file_name_cannot_start_a_line_in_junit() {
    let name = "a\n::error::x.auto.tfvars";
    let dir = folder(&[("main.tf", VARIABLE), (name, &bad())]);
    let run = Symlint::new(&["check", "--format", "junit"]).dir(dir.path()).run();
    assert!(run.stdout.contains("a ::error::x.auto.tfvars:"), "{}", run.stdout);
    let line = run.stdout.lines().find(|line| line.trim_start().starts_with("::"));
    assert_eq!(line, None, "{}", run.stdout);
}
