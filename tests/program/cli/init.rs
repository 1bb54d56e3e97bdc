//! `symlint init`: what it writes, what it asks, and how a team with existing findings starts.

use std::path::Path;

use crate::support::{Run, Symlint, VARIABLE, bad, folder, good, root, tenant, values};

/// A call of a flow module that is not available.
const CALL: &str = "module \"access\" {\n  source = \"example/flow-of-one/sym\"\n  for_each = var.clients\n  tenant_slug = each.key\n  \
                    account_id = each.value.target_account_id\n  permission_set_arn = each.value.permission_set_arn\n}\n";

const CONFIG: &str = ".symlint.hcl";

fn run(dir: &Path, arguments: &[&str]) -> Run {
    Symlint::new(arguments).dir(dir).run()
}

fn written(dir: &Path) -> String {
    std::fs::read_to_string(dir.join(CONFIG)).unwrap()
}

/// A tenant with unique IDs.
fn own(key: &str, digit: char) -> String {
    let id = |text: &str| text.replace('1', &digit.to_string());
    tenant(
        key,
        &[
            ("719240583316", &id("719240583310")),
            ("7223a91be40c5d68", &id("7223a91be40c5d60")),
            ("604178239951", &id("604178239950")),
            ("5e1b09c7d2a84f63", &id("5e1b09c7d2a84f60")),
        ],
    )
}

/// A tenant whose role is in another account.
fn elsewhere() -> String {
    tenant("blue_harbour", &[("iam::719240583316", "iam::280365914472")])
}

fn numbers(run: &Run) -> usize {
    run.json()["findings"].as_array().unwrap().len()
}

/// The settings that are commented out in a file that `init` wrote, without the prose.
fn uncommented(text: &str) -> String {
    let is_prose = |line: &str| line.starts_with(|c: char| c.is_uppercase() || c == '`') || line.ends_with(':');
    let mut lines = Vec::new();
    for paragraph in text.split("\n\n") {
        let paragraph = paragraph.lines().map(|line| line.strip_prefix("# ").unwrap_or(line));
        // A comment may have several lines.
        lines
            .extend(paragraph.skip_while(|line| is_prose(line) || !line.contains([' ']) || !line.contains(['{', '='])));
        lines.push("");
    }
    lines.join("\n")
}

#[test]
fn settings_that_are_not_needed_are_not_written() {
    let dir = folder(&[("main.tf", VARIABLE), ("terraform.tfvars", &values(&[own("red_canyon", '2')]))]);
    let first = run(dir.path(), &["init"]);
    assert_eq!((first.code, first.stderr.as_str()), (0, ""));
    assert_eq!(
        first.stdout,
        "nothing to write: symlint finds everything here without a configuration (1 tenant in `customer_tenants`)\n"
    );
    assert!(!dir.path().join(CONFIG).exists());
}

#[test]
fn what_is_said_agrees_with_the_check() {
    let said = |main: &str| {
        let dir = folder(&[("main.tf", main)]);
        let first = run(dir.path(), &["init"]);
        (first.code, first.stdout)
    };
    let grant = |count: &str| {
        format!(
            "resource \"aws_ssoadmin_account_assignment\" \"read\" {{\n  {count}instance_arn = \
             \"arn:aws:sso:::instance/ssoins-7223a91be40c5d68\"\n  permission_set_arn = \
             \"arn:aws:sso:::permissionSet/ssoins-7223a91be40c5d68/ps-5e1b09c7d2a84f63\"\n  target_id = \"604178239951\"\n}}\n"
        )
    };
    let whole = "nothing to write: symlint finds everything here without a configuration (1 tenant)\n";
    assert_eq!(said(&grant("")), (0, whole.to_owned()));
    let more = grant("count = timestamp() == \"\" ? 1 : 2\n  ").replace("\"read\"", "\"write\"");
    let part = "nothing to write (1 tenant), but not everything could be checked; `symlint check` says why\n";
    assert_eq!(said(&(grant("") + &more)), (0, part.to_owned()));
}

#[test]
fn conventions_are_set_and_customers_are_asked_about() {
    let renamed = |text: String| text.replace("customer_tenants", "clients").replace("SymSSO", "Access-");
    let shared = tenant("blue_valley", &[("ps-5e1b09c7d2a84f63", "ps-b3c8f10a6e4d9275")]);
    let tenants = [tenant("blue_harbour", &[]), shared, own("red_canyon", '2')];
    let main = format!("{}{CALL}", VARIABLE.replace("customer_tenants", "clients"));
    let dir = folder(&[("main.tf", &main), ("terraform.tfvars", &renamed(values(&tenants)))]);
    let before = run(dir.path(), &["check", "--format", "json"]);
    let first = run(dir.path(), &["init"]);
    assert_eq!((first.code, first.stderr.as_str()), (0, ""));
    assert_eq!(
        first.stdout,
        "wrote .symlint.hcl\n  it says: connector roles are named `Access-{environment}`\n  \
         it asks: whether `blue_harbour` and `blue_valley` are one customer\n`symlint check .` uses it\n"
    );
    let text = written(dir.path());
    assert!(text.contains("\nconnector {\n  role_name = \"Access-{environment}\"\n}\n"), "{text}");
    for kind in ["customer", "organization"] {
        let block = format!("\n# {kind} \"blue\" {{\n#   tenants = [\"blue_harbour\", \"blue_valley\"]\n# }}\n");
        assert!(text.contains(&block), "{text}");
    }
    // What symlint finds without a configuration is not written to it.
    assert!(!text.contains("clients") && !text.contains("flow"), "{text}");
    let after = run(dir.path(), &["check", "--format", "json"]);
    assert!(numbers(&after) < numbers(&before), "{}", after.stdout);
    assert_eq!(after.findings(), ["shared-sso-account -"]);
    // The answer to one question says which tenants are the same customer.
    let answered = text
        .replace("# customer \"blue\" {\n#   tenants", "customer \"blue\" {\n  tenants")
        .replacen("]\n# }", "]\n}", 1);
    std::fs::write(dir.path().join(CONFIG), answered).unwrap();
    let answered = run(dir.path(), &["check", "--format", "json"]);
    assert_eq!((answered.code, answered.findings().len()), (0, 0), "{}", answered.stdout);
}

#[test]
fn an_existing_file_is_not_replaced() {
    let dir = folder(&[("main.tf", VARIABLE), ("terraform.tfvars", &good()), (CONFIG, "host_accounts = []\n")]);
    let refused = run(dir.path(), &["init"]);
    assert_eq!((refused.code, refused.stdout.as_str()), (2, ""));
    assert!(refused.stderr.contains(".symlint.hcl already exists"), "{}", refused.stderr);
    assert!(refused.stderr.contains("symlint inspect"), "{}", refused.stderr);
    assert_eq!(written(dir.path()), "host_accounts = []\n");
    // A new file would hide the one in the folder above.
    let dir = folder(&[
        (".git/HEAD", ""),
        (CONFIG, "host_accounts = []\n"),
        ("a/main.tf", VARIABLE),
        ("a/terraform.tfvars", &good()),
    ]);
    let refused = run(dir.path(), &["init", "a"]);
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(!dir.path().join("a").join(CONFIG).exists());
    let accepted = run(dir.path(), &["init", "--baseline", "a"]);
    assert_eq!(accepted.code, 0, "{accepted:?}");
    assert!(accepted.stdout.starts_with(".symlint.hcl already exists and is used unchanged\n"), "{}", accepted.stdout);
    assert!(!dir.path().join("a").join(CONFIG).exists());
    // A configuration in a subfolder is only for that folder.
    let dir = folder(&[
        ("a/main.tf", VARIABLE),
        ("a/terraform.tfvars", &values(&[own("red_canyon", '2')])),
        ("a/.symlint.hcl", "host_accounts = []\n"),
        ("b/main.tf", VARIABLE),
        ("b/terraform.tfvars", &values(&[own("blue_harbour", '3')])),
    ]);
    let nothing = run(dir.path(), &["init"]);
    assert_eq!((nothing.code, nothing.stderr.as_str()), (0, ""));
    assert!(nothing.stdout.starts_with("nothing to write"), "{}", nothing.stdout);
}

#[test]
fn nothing_is_written_if_nothing_is_found() {
    let empty = folder(&[]);
    let refused = run(empty.path(), &["init"]);
    assert_eq!((refused.code, refused.stdout.as_str()), (2, ""));
    assert!(refused.stderr.contains("nothing to check in `.`") && refused.stderr.contains("symlint inspect ."));
    assert!(!empty.path().join(CONFIG).exists());
    let file = folder(&[("terraform.tfvars", &good())]);
    let refused = run(file.path(), &["init", "terraform.tfvars"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("is a file"), "{}", refused.stderr);
    assert_eq!(run(file.path(), &["init", "nowhere"]).code, 2);
}

#[test]
fn accounts_that_are_not_tenants_are_asked_about() {
    let main = format!(
        "{VARIABLE}module \"runtime\" {{\n  source = \"symopsio/runtime-connector/aws\"\n  account_id_safelist = \
         concat([for tenant in var.customer_tenants : tenant.sso_account_id], [\"905418377721\"])\n}}\n"
    );
    let dir = folder(&[("main.tf", &main), ("terraform.tfvars", &values(&[own("red_canyon", '2')]))]);
    let before = run(dir.path(), &["check", "--format", "json"]);
    assert_eq!(before.findings(), ["safelist-stale -"]);
    assert_eq!(run(dir.path(), &["init"]).code, 0);
    let text = written(dir.path());
    for line in ["# host_accounts = [\"905418377721\"]", "# safelist_extra = [\"905418377721\"]"] {
        assert!(text.lines().any(|there| there == line), "{text}");
        std::fs::write(dir.path().join("answer.hcl"), line.trim_start_matches("# ")).unwrap();
        let answered = run(dir.path(), &["check", "--format", "json", "--config", "answer.hcl"]);
        assert!(answered.findings().is_empty(), "{}", answered.stdout);
    }
}

#[test]
fn attributes_that_cannot_be_distinguished_are_asked_about() {
    let renamed = |text: String| {
        let text = text.replace("sso_account_id", "mgmt_account").replace("target_account_id", "prod_account");
        // Without a role, it is not known which account is the SSO account.
        text.lines().filter(|line| !line.contains("role_arn")).map(|line| format!("{line}\n")).collect::<String>()
    };
    let text = renamed(values(&[own("red_canyon", '2'), own("blue_harbour", '3')]));
    let dir = folder(&[("clients.tfvars", &text.replace("customer_tenants", "clients"))]);
    let first = run(dir.path(), &["init"]);
    assert_eq!(first.code, 0, "{}", first.stderr);
    let text = written(dir.path());
    let lines = "# tenants {\n#   attributes = {\n#     sso_account_id    = \"mgmt_account\"\n#     \
                 target_account_id = \"prod_account\"\n#   }\n# }\n";
    assert!(text.contains(lines), "{text}");
    assert!(text.contains("`sso_account_id` could be `mgmt_account` or `prod_account`"), "{text}");
}

#[test]
fn arguments_of_an_unavailable_module_are_set() {
    let call = "module \"access\" {\n  source = \"git::https://example.com/modules.git//grant\"\n  \
                for_each = var.customer_tenants\n  permission_set_arn = each.value.permission_set_arn\n  \
                sso_connector_settings = each.value.sso_connector_settings\n  who = each.key\n  \
                enter = each.value.target_account_id\n}\n";
    let main = format!("{VARIABLE}{call}");
    let dir = folder(&[
        ("main.tf", &main),
        ("terraform.tfvars", &values(&[own("red_canyon", '2'), own("blue_harbour", '3')])),
    ]);
    assert_eq!(run(dir.path(), &["init"]).code, 0);
    let text = written(dir.path());
    let block =
        "\nflow {\n  module    = \"grant\"\n  arguments = { tenant_slug = \"who\", account_id = \"enter\" }\n}\n";
    assert!(text.contains(block), "{text}");
    let inspected = run(dir.path(), &["inspect", "--format", "json"]).json();
    let arguments = inspected["runs"][0]["flows"][0]["arguments"].as_array().unwrap();
    let enter = arguments.iter().find(|argument| argument["name"] == "enter").unwrap();
    assert_eq!(enter["values"][0]["field"], "target_account_id");
    // With the answer, mistakes in those tenants are found.
    let swapped = main.replace("each.value.target_account_id", "each.value.sso_account_id");
    std::fs::write(dir.path().join("main.tf"), swapped).unwrap();
    let checked = run(dir.path(), &["check", "--format", "json"]);
    assert!(checked.findings().iter().any(|it| it.starts_with("flow-argument-miswired")), "{}", checked.stdout);
}

#[test]
fn the_written_configuration_is_valid_and_adds_no_finding() {
    let key = "x\\\"y \\u0007 $${z} %%{if}";
    let odd = values(&[
        tenant("blue_harbour", &[]),
        tenant("blue_valley", &[("blue_valley", &format!("\"{key}\""))]),
        own("red_canyon", '2').replace("SymSSORed-Canyon", "SymSSOCanyon"),
        own("red_forest", '3').replace("SymSSORed-Forest", "SymSSOForest"),
        own("red_sea", '8').replace("SymSSORed-Sea", "SymSSOSea"),
    ]);
    let same = [("red_canyon", '2'), ("blue_harbour", '6'), ("green_hill", '8')].map(|(key, digit)| {
        let text = own(key, digit);
        let at = text.find("SymSSO").unwrap();
        let end = at + text[at..].find('"').unwrap();
        format!("{}JustInTime{}", &text[..at], &text[end..])
    });
    let same = values(&same);
    let setups: [&[(&str, &str)]; 4] = [
        &[("main.tf", VARIABLE), ("terraform.tfvars", &odd)],
        &[("main.tf", VARIABLE), ("terraform.tfvars", &same)],
        &[("main.tf", VARIABLE), ("terraform.tfvars", &bad()), ("old/other.tfvars", &odd)],
        &[("a.tfvars", &odd.replace("target_account_id", "account")), ("b.tfvars", &same)],
    ];
    let mut asked = 0;
    for files in setups {
        let dir = folder(files);
        let before = run(dir.path(), &["check", "--format", "json"]);
        let first = run(dir.path(), &["init"]);
        assert_eq!((first.code, first.stderr.as_str()), (0, ""));
        assert!(first.stdout.starts_with("wrote "), "{}{}", first.stdout, before.stdout);
        let text = written(dir.path());
        let after = run(dir.path(), &["check", "--format", "json"]);
        assert!(after.code < 2 && numbers(&after) <= numbers(&before), "{text}\n{}", after.stdout);
        asked += text.matches("\n# customer ").count() + text.matches("\n# tenant ").count();
        // The commented settings are valid, too, but alternative answers to a question may contradict each other.
        let all = uncommented(&text);
        std::fs::write(dir.path().join("all.hcl"), &all).unwrap();
        let all_of_it = run(dir.path(), &["check", "--config", "all.hcl"]);
        assert!(!all_of_it.stderr.contains("all.hcl"), "{}\n{all}", all_of_it.stderr);
    }
    assert!(asked > 3, "{asked}");
}

#[test]
fn a_team_with_forty_findings_starts_in_one_step() {
    let tenants: Vec<String> = (0..20)
        .map(|number| {
            let id = |text: &str| format!("{}{number:02}", &text[..text.len() - 2]);
            tenant(
                &format!("client_{number}"),
                &[
                    ("719240583316", &id("719240583316")),
                    ("7223a91be40c5d68", &id("7223a91be40c5d68")),
                    ("604178239951", &id("604178239951")),
                    ("5e1b09c7d2a84f63", &id("5e1b09c7d2a84f63")),
                    ("us-east-1", "us-wset-1"),
                    ("role/sym/SymSSO", "role/SymSSO"),
                ],
            )
        })
        .collect();
    let dir = folder(&[("infra/main.tf", VARIABLE), ("infra/terraform.tfvars", &values(&tenants))]);
    let before = run(dir.path(), &["check", "--format", "json"]);
    assert!(before.code == 1 && numbers(&before) >= 40, "{}", numbers(&before));
    let first = run(dir.path(), &["init", "--baseline"]);
    assert_eq!((first.code, first.stderr.as_str()), (0, ""), "{}", first.stdout);
    let count = numbers(&before);
    let accepted =
        format!("wrote symlint-baseline.json: it accepts {count} current findings ({count} errors, 0 warnings)\n");
    assert!(first.stdout.contains(&accepted), "{}", first.stdout);
    // The printed command works.
    let command = first.stdout.lines().find_map(|line| line.strip_prefix("  symlint ")).unwrap();
    assert_eq!(command, "check --baseline symlint-baseline.json .");
    let arguments: Vec<&str> = command.split(' ').collect();
    let checked = run(dir.path(), &arguments);
    assert_eq!((checked.code, checked.stderr.as_str()), (0, ""), "{}", checked.stdout);
    let new = values(&[tenants, vec![elsewhere()]].concat());
    std::fs::write(dir.path().join("infra/terraform.tfvars"), new).unwrap();
    let checked = run(dir.path(), &arguments);
    assert_eq!(checked.code, 1);
    assert!(
        checked.stdout.contains("blue_harbour") && !checked.stdout.contains("tenant client_"),
        "{}",
        checked.stdout
    );
    // Running it again would accept new findings that nobody has seen.
    let again = run(dir.path(), &["init", "--baseline"]);
    assert_eq!((again.code, again.stdout.as_str()), (2, ""));
    let told = "symlint check --baseline symlint-baseline.json --write-baseline symlint-baseline.json .";
    assert!(again.stderr.contains(told), "{}", again.stderr);
    let arguments: Vec<&str> = told.trim_start_matches("symlint ").split(' ').collect();
    assert_eq!(run(dir.path(), &arguments).code, 0);
    assert_eq!(run(dir.path(), &["check", "--baseline", "symlint-baseline.json", "."]).code, 0);
}

#[test]
fn a_baseline_is_written_with_the_configuration_that_it_needs() {
    let renamed = values(&[own("red_canyon", '2'), own("green_hill", '3'), elsewhere()]);
    let renamed = renamed.replace("SymSSO", "Access-");
    let files = [("a/main.tf", VARIABLE), ("a/terraform.tfvars", renamed.as_str())];
    let dir = folder(&files);
    let first = run(dir.path(), &["init", "--baseline=accepted.json", "a"]);
    assert_eq!(first.code, 0, "{first:?}");
    assert!(first.stdout.starts_with("wrote a/.symlint.hcl\n"), "{}", first.stdout);
    assert!(first.stdout.contains("\n  symlint check --baseline accepted.json a\n"), "{}", first.stdout);
    assert_eq!(run(dir.path(), &["check", "--baseline", "accepted.json", "a"]).code, 0);
    // An existing configuration is used.
    let dir = folder(
        &[files.as_slice(), &[("a/.symlint.hcl", "connector {\n  role_name = \"Access-{environment}\"\n}\n")]].concat(),
    );
    let first = run(dir.path(), &["init", "--baseline", "a"]);
    assert_eq!(first.code, 0, "{first:?}");
    assert!(first.stdout.starts_with("a/.symlint.hcl already exists and is used unchanged\n"), "{}", first.stdout);
    assert_eq!(run(dir.path(), &["check", "--baseline", "a/symlint-baseline.json", "a"]).code, 0);
}

#[test]
fn a_baseline_accepts_only_what_can_be_accepted() {
    // There is nothing to accept.
    let dir = folder(&[("main.tf", VARIABLE), ("terraform.tfvars", &values(&[own("red_canyon", '2')]))]);
    let first = run(dir.path(), &["init", "--baseline"]);
    assert_eq!(first.code, 0, "{first:?}");
    assert!(first.stdout.contains("no baseline was written"), "{}", first.stdout);
    assert!(first.stdout.contains("\n  symlint check .\n"), "{}", first.stdout);
    assert!(!dir.path().join("symlint-baseline.json").exists());
    // A file that cannot be parsed cannot be accepted.
    let broken = format!("{}broken = {{\n", bad());
    let dir = folder(&[("main.tf", VARIABLE), ("terraform.tfvars", &broken)]);
    let first = run(dir.path(), &["init", "--baseline"]);
    assert_eq!(first.code, 1, "{first:?}");
    assert!(first.stdout.contains("cannot be accepted") && first.stdout.contains("[syntax-error]"), "{}", first.stdout);
    // Not everything was checked.
    let dir = folder(&[("main.tf", &format!("{VARIABLE}{CALL}").replace("clients", "customer_tenants"))]);
    let first = run(dir.path(), &["init", "--baseline"]);
    assert_eq!(first.code, 2, "{first:?}");
    assert!(!dir.path().join("symlint-baseline.json").exists());
}

#[test]
fn the_examples_need_no_configuration() {
    for example in ["examples/multi-tenant", "examples/copy-paste"] {
        let dir = tempfile::tempdir().unwrap();
        copy(&root().join("examples"), &dir.path().join("examples"));
        let first = run(dir.path(), &["init", example]);
        assert_eq!((first.code, first.stderr.as_str()), (0, ""), "{}", first.stdout);
        assert!(first.stdout.starts_with("nothing to write: "), "{}", first.stdout);
    }
}

pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

#[test]
fn tenants_of_several_roots_are_asked_about_together() {
    let shared = tenant("blue_valley", &[("ps-5e1b09c7d2a84f63", "ps-b3c8f10a6e4d9275")]);
    let dir = folder(&[
        ("eu/main.tf", VARIABLE),
        ("eu/terraform.tfvars", &values(&[tenant("blue_harbour", &[])])),
        ("us/main.tf", VARIABLE),
        ("us/terraform.tfvars", &values(&[shared, own("red_canyon", '2')])),
    ]);
    let asked = run(dir.path(), &["init"]).stdout;
    assert!(asked.contains("whether `blue_harbour` and `blue_valley` are one customer"), "{asked}");
    assert!(written(dir.path()).contains("\n#   tenants = [\"blue_harbour\", \"blue_valley\"]\n"));
}

#[test]
fn conventions_of_several_roots_name_their_root() {
    let of = |region: &str, digits: [char; 3]| {
        let keys = ["acme", "bolt", "coil"].map(|key| format!("{key}_{region}"));
        let tenants = keys.iter().zip(digits).map(|(key, digit)| own(key, digit)).collect::<Vec<_>>();
        values(&tenants).replace("SymSSO", &format!("SymSSO{region}-"))
    };
    let dir = folder(&[
        ("eu/main.tf", VARIABLE),
        ("eu/terraform.tfvars", &of("eu", ['2', '3', '4'])),
        ("us/main.tf", VARIABLE),
        ("us/terraform.tfvars", &of("us", ['5', '6', '7'])),
    ]);
    run(dir.path(), &["init"]);
    let text = written(dir.path());
    for region in ["eu", "us"] {
        assert!(text.contains(&format!("of 3 tenants in `{region}` are named like this.")), "{text}");
        assert!(text.contains(&format!("#   role_name = \"SymSSO{region}-{{environment}}\"")), "{text}");
    }
}

#[test]
fn a_convention_of_one_root_is_not_written_for_others() {
    let of = |digits: [char; 3], suffix: &str| {
        let tenants: Vec<String> =
            ["acme", "bolt", "coyote"].into_iter().zip(digits).map(|(key, digit)| own(key, digit)).collect();
        ["Acme", "Bolt", "Coyote"].iter().fold(values(&tenants), |text, name| {
            text.replace(&format!("SymSSO{name}"), &format!("SymSSO{name}{suffix}"))
        })
    };
    let dir = folder(&[
        ("prod/main.tf", VARIABLE),
        ("prod/terraform.tfvars", &of(['2', '3', '4'], "")),
        ("staging/main.tf", VARIABLE),
        ("staging/terraform.tfvars", &of(['5', '6', '7'], "-Stg")),
    ]);
    let errors = |run: Run| run.json()["summary"]["errors"].as_u64().unwrap();
    assert_eq!(errors(run(dir.path(), &["check", "--format", "json"])), 0);
    let first = run(dir.path(), &["init"]);
    assert!(first.stdout.contains("connector roles are named `SymSSO{environment}-Stg`"), "{}", first.stdout);
    let text = written(dir.path());
    assert!(text.contains("of 3 tenants in `staging` are named like this."), "{text}");
    assert!(text.contains("#   role_name = \"SymSSO{environment}-Stg\""), "{text}");
    assert_eq!(errors(run(dir.path(), &["check", "--format", "json"])), 0);
}
