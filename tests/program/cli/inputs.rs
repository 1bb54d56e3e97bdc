//! What is found and read: folders, values files, standard input, and arbitrary bytes.

use crate::cli::check;
use crate::support::{Run, Symlint, VARIABLE, bad, folder, good};

#[test]
fn a_byte_that_is_not_text_is_reported_once() {
    let text = bad().replace("us-east-1", "us-\u{1}east-1").into_bytes();
    let text: Vec<u8> = text.into_iter().map(|byte| if byte == 1 { 0xFF } else { byte }).collect();
    let run = Symlint::new(&["check", "--format", "json", "-"]).stdin(text).run();
    assert_eq!(run.findings(), ["syntax-error -", "role-account-mismatch blue_harbour"]);
}

#[test]
fn a_path_that_is_named_twice_is_checked_once() {
    let dir = folder(&[("m/main.tf", VARIABLE), ("m/terraform.tfvars", &bad()), ("other.tfvars", &bad())]);
    let tenants = |arguments: &[&str]| {
        let mut all = vec!["check", "--format", "json"];
        all.extend(arguments);
        Symlint::new(&all).dir(dir.path()).stdin(bad()).run().json()["summary"]["tenants"].clone()
    };
    assert_eq!(tenants(&["-", "-"]), 1);
    assert_eq!(tenants(&["m", "m/terraform.tfvars"]), 1);
    assert_eq!(tenants(&["other.tfvars", "other.tfvars", "m"]), 2);
}

#[test]
fn line_endings_and_a_byte_order_mark_only_change_offsets() {
    let text = bad();
    let place = |run: &Run| run.json()["findings"][0]["location"]["start"].clone();
    let plain = check(&text);
    assert_eq!(plain.findings(), ["role-account-mismatch blue_harbour"]);
    let (crlf, mark) = (check(&text.replace('\n', "\r\n")), check(&format!("\u{FEFF}{text}")));
    for run in [&crlf, &mark] {
        assert_eq!(run.findings(), plain.findings());
        assert_eq!(place(run)["line"], place(&plain)["line"]);
        assert_eq!(place(run)["column"], place(&plain)["column"]);
    }
    let offset = |run: &Run| place(run)["offset"].as_u64().unwrap();
    assert_eq!(offset(&mark), offset(&plain) + 3);
    assert_eq!(offset(&crlf), offset(&plain) + place(&plain)["line"].as_u64().unwrap() - 1);
}

#[test]
fn standard_input_has_a_name() {
    let run = Symlint::new(&["check", "--format", "concise", "-"]).stdin(bad()).run();
    assert!(run.stdout.starts_with("stdin.tfvars:8:36: error[role-account-mismatch]"), "{}", run.stdout);
    let run = Symlint::new(&["check", "--format", "concise", "--stdin-filename", "./envs/prod.tfvars", "-"])
        .stdin(bad())
        .run();
    assert!(run.stdout.starts_with("envs/prod.tfvars:8:36: "), "{}", run.stdout);
    let json = r#"{"customer_tenants": {"a": {"sso_account_id": "12"}}}"#;
    let run =
        Symlint::new(&["check", "--format", "concise", "--stdin-filename", "x.tfvars.json", "-"]).stdin(json).run();
    assert!(run.stdout.contains("x.tfvars.json:1:48: error[account-id-format]"), "{}", run.stdout);
}

#[test]
fn values_are_loaded_in_terraforms_order() {
    let dir = folder(&[("main.tf", VARIABLE), ("terraform.tfvars", &good()), ("last.tfvars", &bad())]);
    let run = |arguments: &[&str]| {
        let mut all = vec!["check", "--format", "json"];
        all.extend(arguments);
        Symlint::new(&all).dir(dir.path())
    };
    let found = ["role-account-mismatch blue_harbour"];
    assert_eq!(run(&[]).run().findings(), ["not-checked -"], "last.tfvars is loaded by no run");
    assert_eq!(run(&["--var-file", "last.tfvars"]).run().findings(), found);
    // A named values file is loaded with its module, after all others.
    assert_eq!(run(&["last.tfvars"]).run().findings(), found);
    // The environment comes in front of all files, and `--var` after them.
    assert_eq!(
        run(&[]).env("TF_VAR_customer_tenants", &bad()["customer_tenants = ".len()..]).run().findings(),
        ["not-checked -"]
    );
    let set = bad().replacen(" = ", "=", 1);
    let set = run(&["--var", &set]).run();
    assert_eq!(set.findings(), found);
    // Options take effect in their order.
    let (good, bad) = (good().replacen(" = ", "=", 1), bad().replacen(" = ", "=", 1));
    assert_eq!(run(&["--var", &good, "--var-file", "last.tfvars"]).run().findings(), found);
    assert_eq!(run(&["--var-file", "last.tfvars", "--var", &good]).run().findings(), [""; 0]);
    let bad = move || bad.replacen('=', " = ", 1);
    // A value that is in no file is reported at the declaration.
    assert_eq!(set.json()["findings"][0]["location"]["file"], "main.tf");
    assert_eq!(set.json()["findings"][0]["location"]["start"]["line"], 1);

    std::fs::remove_file(dir.path().join("terraform.tfvars")).unwrap();
    std::fs::remove_file(dir.path().join("last.tfvars")).unwrap();
    let run = run(&[]).env("TF_VAR_customer_tenants", &bad()["customer_tenants = ".len()..]).run();
    assert_eq!(run.findings(), found);
}

#[test]
fn folders_are_searched_for_root_modules() {
    let call = format!("{VARIABLE}module \"sso\" {{\n  source = \"./sso_flow\"\n}}\n");
    let dir = folder(&[
        ("one/main.tf", &call),
        ("one/terraform.tfvars", &bad()),
        ("one/sso_flow/main.tf", VARIABLE),
        ("deep/er/two/main.tf", VARIABLE),
        ("deep/er/two/terraform.tfvars", &bad()),
        ("other/main.tf", "resource \"null_resource\" \"x\" {}\n"),
        (".gitignore", "ignored/\n"),
        ("ignored/main.tf", VARIABLE),
        ("ignored/terraform.tfvars", &bad()),
        (".terraform/modules/x/main.tf", VARIABLE),
    ]);
    let run = Symlint::new(&["check", "--format", "json"]).dir(dir.path()).run();
    let report = run.json();
    let files: Vec<&str> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["rule"] == "role-account-mismatch")
        .map(|finding| finding["location"]["file"].as_str().unwrap())
        .collect();
    assert_eq!(files, ["deep/er/two/terraform.tfvars", "one/terraform.tfvars"]);
    // The given folder comes in front of the name below it. A folder that is named twice is checked once.
    let run = Symlint::new(&["check", "--format", "json", "./one/", "one", "deep/er/../er"]).dir(dir.path()).run();
    let report = run.json();
    assert_eq!(report["tenants"].as_array().unwrap().len(), 2);
    assert_eq!(report["tenants"][0]["location"]["file"], "one/terraform.tfvars");
    assert_eq!(report["tenants"][1]["location"]["file"], "deep/er/../er/two/terraform.tfvars");
}

#[test]
fn any_bytes_have_a_result() {
    let cases: [&[u8]; 8] = [
        b"\xff\xfe\x00",
        b"customer_tenants = \"\xff\"\n",
        b"\0",
        b"\xef\xbb\xbf",
        b"customer_tenants = {\n  a = \"${\"\n}",
        &[b'['; 100_000],
        &[b'{'; 100_000],
        b"customer_tenants = <<EOT",
    ];
    for bytes in cases {
        let run = Symlint::new(&["check", "--format", "json", "-"]).stdin(bytes).run();
        let start = String::from_utf8_lossy(&bytes[..bytes.len().min(20)]);
        assert!(run.code == 1 || (run.code == 2 && !run.stderr.is_empty()), "{start:?}: {run:?}");
    }
}

#[cfg(unix)]
#[test]
fn circular_links_and_folders_without_permission_are_handled() {
    let dir = folder(&[("a/main.tf", VARIABLE), ("a/terraform.tfvars", &bad())]);
    std::os::unix::fs::symlink("..", dir.path().join("a/up")).unwrap();
    std::os::unix::fs::symlink("loop.tf", dir.path().join("a/loop.tf")).unwrap();
    let run = Symlint::new(&["check", "--format", "json"]).dir(dir.path()).run();
    assert_eq!(run.findings(), ["role-account-mismatch blue_harbour"]);
}

/// Terraform rejects it, and the content of the module was not checked. Other modules do not matter.
#[test]
fn a_missing_flow_module_is_not_a_pass() {
    let values = good();
    let main = |source: &str| {
        format!(
            "{VARIABLE}module \"access\" {{\n  source = \"{source}\"\n  for_each = var.customer_tenants\n  tenant_slug = each.key\n  \
             account_id = each.value.target_account_id\n  permission_set_arn = each.value.permission_set_arn\n  \
             sso_connector_settings = each.value.sso_connector_settings\n}}\n"
        )
    };
    let other = format!("{}module \"vpc\" {{\n  source = \"./vpc\"\n}}\n", main("example/flow/sym"));
    for (main, code, other) in [
        (main("./sso_flow"), 2, "README.md"),
        // A submodule that was not checked out.
        (main("./sso_flow"), 2, "sso_flow/.gitkeep"),
        (main("example/flow/sym"), 0, "README.md"),
        (other, 0, "README.md"),
    ] {
        let dir = folder(&[("main.tf", &main), ("terraform.tfvars", &values), (other, "")]);
        let run = Symlint::new(&["check"]).dir(dir.path()).run();
        assert_eq!(run.code, code, "{main}\n{}{}", run.stdout, run.stderr);
        assert_eq!(run.stderr.contains("there is no module in `sso_flow`"), code == 2, "{}", run.stderr);
        assert!(!run.stdout.contains("there is no module in `sso_flow`"), "it is said once: {}", run.stdout);
    }
}
