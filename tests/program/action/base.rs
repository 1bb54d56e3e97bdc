//! Pull requests: the configuration of the base branch, and findings on lines that the change does not touch.

use std::path::Path;

use crate::action::runner::{Runner, git, run, serve};
use crate::support::{VARIABLE, bad, folder, tenant, values};

const LAX: &str = "rule \"role-account-mismatch\" { level = \"off\" }\n";

/// Commits `files` in addition to the existing ones, and returns the commit.
pub(crate) fn commit(repository: &Path, files: &[(&str, &str)]) -> String {
    for (name, text) in files {
        std::fs::create_dir_all(repository.join(name).parent().unwrap()).unwrap();
        std::fs::write(repository.join(name), text).unwrap();
    }
    git(repository, &["add", "--all"]);
    git(repository, &["commit", "--quiet", "-m", "a change"]);
    git(repository, &["rev-parse", "HEAD"])
}

pub(crate) fn repository() -> tempfile::TempDir {
    let repository = folder(&[]);
    git(repository.path(), &["init", "--quiet", "--initial-branch=main"]);
    repository
}

#[test]
fn a_change_cannot_weaken_its_own_check() {
    let change = repository();
    let base = commit(change.path(), &[("envs/prod/main.tf", VARIABLE)]);
    commit(change.path(), &[("envs/prod/terraform.tfvars", &bad()), (".symlint.hcl", LAX)]);
    let runner = || Runner::new(change.path()).set("INPUT_PATH", "envs/prod").set("BASE_SHA", &base);
    assert_eq!(runner().run().output("findings"), Some("0"), "its own configuration is used");
    for config in ["", ".symlint.hcl", "./.symlint.hcl"] {
        let step = runner().set("INPUT_TRUSTED_CONFIG", "true").set("INPUT_CONFIG", config).run();
        assert_eq!((step.output("findings"), step.output("code")), (Some("1"), Some("1")), "{config}: {}", step.log);
        assert_eq!(step.log.contains("the base branch has no ./.symlint.hcl"), config == "./.symlint.hcl");
    }

    // The nearest configuration of the base branch is used, even if the change has a nearer one.
    let base = commit(change.path(), &[("envs/.symlint.hcl", LAX), (".symlint.hcl", "")]);
    commit(change.path(), &[("envs/prod/.symlint.hcl", ""), ("envs/.symlint.hcl", "")]);
    for path in ["envs/prod", "./envs/prod/", "envs/prod/terraform.tfvars"] {
        let runner = Runner::new(change.path()).set("INPUT_PATH", path).set("BASE_SHA", &base);
        let step = runner.set("INPUT_TRUSTED_CONFIG", "true").run();
        assert_eq!(step.output("findings"), Some("0"), "{path}: {}", step.log);
    }
    // Without a pull request, there is no base.
    let step = Runner::new(change.path()).set("INPUT_PATH", "envs/prod").set("INPUT_TRUSTED_CONFIG", "true").run();
    assert_eq!(step.output("findings"), Some("1"), "{}", step.log);
}

#[test]
fn the_baseline_can_be_that_of_the_base_branch() {
    let change = repository();
    let base = commit(change.path(), &[("main.tf", VARIABLE), ("terraform.tfvars", "customer_tenants = {}\n")]);
    std::fs::write(change.path().join("terraform.tfvars"), bad()).unwrap();
    let symlint = env!("CARGO_BIN_EXE_symlint");
    run(change.path(), symlint, &["check", "--fail-on", "never", "--write-baseline", "baseline.json"]);
    let accepted = commit(change.path(), &[]);
    let runner = |base: &str| Runner::new(change.path()).set("INPUT_BASELINE", "baseline.json").set("BASE_SHA", base);
    for (base, trusted, code) in [(&base, "false", "0"), (&base, "true", "1"), (&accepted, "true", "0")] {
        let step = runner(base).set("INPUT_TRUSTED_CONFIG", trusted).run();
        assert_eq!(step.output("code"), Some(code), "{trusted}: {}", step.log);
        assert_eq!(step.log.contains("::warning title=symlint::the base branch has no baseline.json"), code == "1");
    }
}

#[test]
fn a_missing_base_is_fetched_without_changing_the_checkout() {
    let server = folder(&[]);
    let origin = server.path().join("o/r");
    std::fs::create_dir_all(&origin).unwrap();
    git(&origin, &["init", "--quiet", "--initial-branch=main"]);
    let base = commit(&origin, &[("main.tf", VARIABLE)]);
    commit(&origin, &[("terraform.tfvars", &bad()), (".symlint.hcl", LAX)]);
    let url = format!("file://{}", server.path().display());
    let clone = folder(&[]);
    // A clone with a single commit, like that of actions/checkout.
    git(clone.path(), &["clone", "--quiet", "--depth=1", &format!("{url}/o/r"), "."]);
    let runner = || Runner::new(clone.path()).set("BASE_SHA", &base).set("INPUT_TRUSTED_CONFIG", "true");
    let before = crate::action::runner::tree(clone.path());
    let step = runner().set("GITHUB_SERVER_URL", &url).set("GITHUB_REPOSITORY", "o/r").set("GH_TOKEN", "secret").run();
    assert_eq!((step.output("findings"), step.output("code")), (Some("1"), Some("1")), "{}", step.log);
    assert_eq!(crate::action::runner::tree(clone.path()), before);

    // The base cannot be fetched even with the token.
    let server = serve(Vec::new());
    let step =
        runner().set("GITHUB_SERVER_URL", &server.address).set("GITHUB_REPOSITORY", "o/r").set("GH_TOKEN", "secret");
    let step = step.run();
    let requests = server.requests.lock().unwrap().concat();
    assert!(requests.starts_with("GET /o/r/info/refs?"), "{requests}");
    assert!(requests.contains("AUTHORIZATION: basic eC1hY2Nlc3MtdG9rZW46c2VjcmV0"), "{requests}");
    assert_eq!((step.code, step.outputs.len()), (2, 0), "{}", step.log);
    let said = "::error title=symlint::cannot read the configuration of the base branch: ";
    assert!(step.log.starts_with(said) && step.log.contains("`fetch-depth: 2`"), "{}", step.log);
}

#[test]
fn findings_on_lines_that_the_change_does_not_touch_are_in_the_summary() {
    let wrong = |key: &str| tenant(key, &[("region       = \"us-east-1\"", "region       = \"us-east-9\"")]);
    let (old, new) = (wrong("blue_harbour"), wrong("red_lake").replace("719240583316", "280365914472"));
    let change = repository();
    let base = commit(
        change.path(),
        &[("app/main.tf", VARIABLE), ("app/terraform.tfvars", &values(std::slice::from_ref(&old)))],
    );
    commit(change.path(), &[("app/terraform.tfvars", &values(&[old, new]))]);
    let step = Runner::new(change.path()).set("BASE_SHA", &base).run();
    let (_, section) = step.summary.split_once("\n### On lines that this change does not touch\n\n").unwrap();
    let listed: Vec<&str> = section.lines().take_while(|line| line.starts_with("    ")).collect();
    assert!(!listed.is_empty(), "{}", step.summary);
    assert!(listed.iter().all(|line| line.contains("app/terraform.tfvars:7:")), "{section}");
    assert!(step.log.matches("::warning file=").count() > listed.len(), "{}", step.log);

    // The checkout is in a subfolder of the workspace.
    let workspace = folder(&[]);
    let into = workspace.path().join("src");
    git(workspace.path(), &["clone", "--quiet", change.path().to_str().unwrap(), "src"]);
    assert!(into.join(".git").exists());
    let step = Runner::new(workspace.path()).set("BASE_SHA", &base).set("INPUT_PATH", "src/app").run();
    let (_, section) = step.summary.split_once("\n### On lines that this change does not touch\n\n").unwrap();
    let other: Vec<&str> = section.lines().take_while(|line| line.starts_with("    ")).collect();
    assert_eq!(other.len(), listed.len(), "{section}");
    assert!(other.iter().all(|line| line.contains("src/app/terraform.tfvars:7:")), "{section}");

    let step = Runner::new(change.path()).run();
    assert!(!step.summary.contains("does not touch"), "there is no change: {}", step.summary);
}
