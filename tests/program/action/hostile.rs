//! Workspaces that try to attack the runner.

use std::os::unix::fs::symlink;
use std::path::Path;

use crate::action::runner::{Runner, checksums, git, tree, write_program};
use crate::support::{Symlint, VARIABLE, bad, folder, good};

/// Writes all files that tools execute or obey. If one of them is executed, it creates a file `pwned`.
fn poison(workspace: &Path) {
    let program = format!("echo \"$0 $*\" >>'{}'; exit 1", workspace.join("pwned").display());
    for name in
        ["evil.sh", "bin/cargo", "cargo", "curl", "tar", "gh", "git", "awk", "symlint", "bin/curl", "bin/gh", "bin/tar"]
    {
        write_program(&workspace.join(name), &program);
    }
    write_program(&workspace.join("toolchain/bin/cargo"), &program);
    for (name, text) in [
        (".cargo/config.toml", "[build]\nrustc-wrapper = \"./evil.sh\"\n"),
        ("rust-toolchain.toml", "[toolchain]\npath = \"toolchain\"\n"),
        (".curlrc", "url = \"http://127.0.0.1:1\"\n"),
        (".gitconfig", "[core]\nfsmonitor = ./evil.sh\n"),
        (".gitattributes", "* diff=evil -text\n"),
    ] {
        std::fs::create_dir_all(workspace.join(name).parent().unwrap()).unwrap();
        std::fs::write(workspace.join(name), text).unwrap();
    }
}

#[test]
fn nothing_of_the_checkout_is_executed() {
    let workspace = folder(&[("main.tf", VARIABLE), ("terraform.tfvars", &good())]);
    poison(workspace.path());
    git(workspace.path(), &["init", "--quiet"]);
    git(workspace.path(), &["config", "core.fsmonitor", "./evil.sh"]);
    git(workspace.path(), &["config", "diff.evil.textconv", "./evil.sh"]);
    git(workspace.path(), &["config", "diff.evil.command", "./evil.sh"]);
    git(workspace.path(), &["-c", "core.fsmonitor=false", "add", "."]);
    git(workspace.path(), &["-c", "core.fsmonitor=false", "commit", "--quiet", "-m", "base"]);
    let base = git(workspace.path(), &["rev-parse", "HEAD"]);
    std::fs::write(workspace.path().join("terraform.tfvars"), bad()).unwrap();
    git(workspace.path(), &["-c", "core.fsmonitor=false", "commit", "--quiet", "-a", "-m", "change"]);

    let at = |name: &str| workspace.path().join(name).display().to_string();
    let path = format!(".:bin::{}:{}", at(""), at("bin"));
    let no_network = "http://127.0.0.1:1";
    let runner =
        || Runner::new(workspace.path()).set("PATH", &path).set("HOME", workspace.path()).set("BASE_SHA", &base);
    for (runner, code) in [
        (runner(), 0),
        (runner().set("INPUT_TRUSTED_CONFIG", "true"), 0),
        (runner().by_hash(&checksums()), 0),
        (runner().by_hash(""), 2),
        (runner().set("SYMLINT_RELEASES", no_network), 2),
        (runner().by_hash(&checksums()).set("SYMLINT_RELEASES", no_network), 2),
        (runner().set("INPUT_VERSION", "v0.0.7"), 2),
    ] {
        let step = runner.run();
        let ran = std::fs::read_to_string(workspace.path().join("pwned")).unwrap_or_default();
        assert_eq!((step.code, ran.as_str()), (code, ""), "{}", step.log);
    }
}

#[test]
fn nothing_is_written_into_the_workspace() {
    let outside = folder(&[("victim", "precious")]);
    let workspace = folder(&[(".git/HEAD", ""), ("main.tf", VARIABLE), ("terraform.tfvars", &bad())]);
    for name in ["symlint.sarif", "annotations", "lines", "summary.md", "errors", "out"] {
        symlink(outside.path().join("victim"), workspace.path().join(name)).unwrap();
    }
    let before = tree(workspace.path());
    let mut permissions = std::fs::metadata(workspace.path()).unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(workspace.path(), permissions).unwrap();
    for name in ["", "symlint.sarif"] {
        let step = Runner::new(workspace.path()).set("INPUT_SARIF_FILE", name).run();
        assert_eq!((step.code, step.output("code")), (0, Some("1")), "{}", step.log);
    }
    assert_eq!(std::fs::read_to_string(outside.path().join("victim")).unwrap(), "precious");
    assert_eq!(tree(workspace.path()), before);
}

/// A change may have put a link where `FORMAT=FILE` names a file in the checkout. This also matters without the action.
#[test]
fn reports_are_not_written_through_links_out_of_the_repository() {
    let outside = folder(&[("victim", "precious")]);
    let workspace =
        folder(&[(".git/HEAD", ""), ("main.tf", VARIABLE), ("envs/terraform.tfvars", &bad()), ("old", "old")]);
    symlink(outside.path().join("victim"), workspace.path().join("symlint.sarif")).unwrap();
    symlink(outside.path(), workspace.path().join("reports")).unwrap();
    symlink("../old", workspace.path().join("envs/inside")).unwrap();
    let check = |folder: &str, file: &str| {
        let format = format!("sarif={file}");
        let path = workspace.path().join("envs/terraform.tfvars");
        let arguments = ["check", "--fail-on", "never", "--quiet", "--format", &format, path.to_str().unwrap()];
        Symlint::new(&arguments).dir(&workspace.path().join(folder)).run()
    };
    for file in ["symlint.sarif", "./symlint.sarif", "reports/victim", "reports/new"] {
        let run = check(".", file);
        let said = format!("error: cannot write {file}: it leads out of the repository through a link\n");
        assert_eq!((run.code, run.stderr), (2, said));
    }
    assert_eq!(tree(outside.path()).into_values().collect::<Vec<_>>(), [b"precious"]);
    // A path outside of the checkout is intended, and links within the repository are followed.
    let absolute = outside.path().join("victim").display().to_string();
    for (folder, file) in [("envs", "inside"), ("envs", "../old"), (".", absolute.as_str()), (".", "new")] {
        assert_eq!(check(folder, file).code, 0, "{file}");
    }
    assert!(workspace.path().join("envs/inside").is_symlink());
    for file in [workspace.path().join("old"), workspace.path().join("new"), outside.path().join("victim")] {
        assert!(std::fs::read_to_string(&file).unwrap().contains("\"runs\""), "{}", file.display());
    }
}

/// The runner obeys `::…::` at the start of a line, and `##[…]` anywhere in it.
#[test]
fn checked_files_cannot_give_commands_to_the_runner() {
    let hostile = bad().replace("customer_tenants = {", "# ##[stop-commands]x9f\ncustomer_tenants = {").replace(
        "target_account_id  = \"604178239951\"",
        "target_account_id  = \"604178239951\" # ##[error]no findings\n    ::add-mask::a = \"1\"",
    );
    let name = "a\n::set-output name=code::0\n.tfvars";
    let workspace =
        folder(&[(".git/HEAD", ""), ("main.tf", VARIABLE), ("terraform.tfvars", &hostile), (name, &hostile)]);
    let mut tokens = Vec::new();
    for path in [".", "::error::x", "##[error]x"] {
        let step = Runner::new(workspace.path()).set("INPUT_PATH", path).run();
        let (before, after) = step.log.split_once("::stop-commands::").unwrap();
        assert_eq!(before, "", "{}", step.log);
        let (token, after) = after.split_once('\n').unwrap();
        assert!(token.len() == 32 && !tokens.contains(&token.to_owned()), "{token}");
        let (inside, after) = after.split_once(&format!("\n::{token}::\n")).unwrap();
        assert!(inside.contains("error") && !inside.contains(token), "{inside}");
        for line in after.lines() {
            assert!(["::error ", "::warning ", "::notice "].iter().any(|start| line.starts_with(start)), "{line}");
        }
        tokens.push(token.to_owned());
    }
}

#[test]
fn inputs_are_never_read_as_commands() {
    let workspace = folder(&[(".git/HEAD", "")]);
    let before = tree(workspace.path());
    for value in ["$(touch pwned)", "; touch pwned", "--format=json=pwned", "`touch pwned`", "../absent", "/absent"] {
        for input in ["INPUT_PATH", "INPUT_CONFIG", "INPUT_BASELINE", "INPUT_VERSION", "INPUT_FAIL_ON", "BASE_SHA"] {
            let runner = Runner::new(workspace.path()).set("INPUT_PATH", "missing").set(input, value);
            let step = runner.set("INPUT_TRUSTED_CONFIG", "true").run();
            assert!(step.code == 2 || step.output("code") == Some("2"), "{input} {value}: {}", step.log);
            assert_eq!(tree(workspace.path()), before, "{input} {value}");
        }
    }
    for input in ["INPUT_PATH", "INPUT_CONFIG", "INPUT_BASELINE", "INPUT_VERSION"] {
        let step = Runner::new(workspace.path()).set(input, "a\nfindings=0").run();
        assert_eq!((step.code, step.outputs.len()), (2, 0));
    }
}

/// A configuration could read the environment of symlint.
#[test]
fn the_program_does_not_receive_the_token() {
    let (workspace, releases) = (folder(&[]), folder(&[]));
    git(workspace.path(), &["init", "--quiet"]);
    git(workspace.path(), &["-c", "core.fsmonitor=false", "commit", "--quiet", "--allow-empty", "-m", "base"]);
    let runner = Runner::new(workspace.path()).program("env; echo \"$@\"", releases.path());
    let runner = runner.set("GH_TOKEN", "secret-token").set("TF_VAR_a", "given").set("BASE_SHA", "0".repeat(40));
    let step = runner.set("GITHUB_REPOSITORY", "o/r").set("GITHUB_SERVER_URL", "http://127.0.0.1:1").run();
    assert!(step.log.contains("TF_VAR_a=given\n") && step.log.contains("\ncheck --color never "), "{}", step.log);
    assert!(!step.log.contains("secret-token") && !step.log.contains("GIT_CONFIG"), "{}", step.log);
}

#[test]
fn inline_suppressions_can_be_switched_off() {
    let (workspace, releases) = (folder(&[]), folder(&[]));
    for (input, switched) in [("true", false), ("", false), ("false", true)] {
        let runner = Runner::new(workspace.path()).program("echo \"$@\"", releases.path());
        let step = runner.set("INPUT_INLINE_SUPPRESSIONS", input).run();
        assert_eq!(step.log.contains(" --no-inline-suppressions -- ."), switched, "{}", step.log);
    }
}
