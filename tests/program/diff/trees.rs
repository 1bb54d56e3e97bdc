//! What is compared: the work tree with the files of a revision, or two folders.

use std::path::Path;

use serde_json::Value;

use crate::diff::{FLOW, MAIN, commit, customer, git, json, repository, run, schema, two, write};
use crate::support::{Symlint, folder, values};

#[test]
fn the_work_tree_is_compared_with_the_merge_base() {
    let dir = repository(&two());
    git(dir.path(), &["checkout", "--quiet", "-b", "change"]);
    let mut tenants = two();
    tenants.push(customer("red_lake", 3));
    write(dir.path(), "terraform.tfvars", &values(&tenants));
    commit(dir.path());
    // Later commits on the base branch are not part of the change.
    git(dir.path(), &["checkout", "--quiet", "main"]);
    write(dir.path(), "terraform.tfvars", &values(&two()[..1]));
    commit(dir.path());
    git(dir.path(), &["checkout", "--quiet", "change"]);
    let diff = json(dir.path(), &["diff", "--base", "main"]);
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema()).unwrap()).unwrap();
    assert!(validator.is_valid(&diff));
    let tenants = diff["tenants"].as_array().unwrap();
    assert_eq!(tenants.len(), 1, "{diff:#}");
    assert_eq!((&tenants[0]["tenant"], &tenants[0]["change"]), (&"red_lake".into(), &"added".into()));
    assert_eq!(tenants[0]["gained"].as_array().unwrap().len(), 1);
    assert_eq!(diff["summary"]["exit_code"], 0, "{diff:#}");
    assert!(diff["base"].as_str().unwrap().contains("where this change left `main`"), "{}", diff["base"]);
    // From a subfolder, and for that subfolder alone.
    let below = run(&dir.path().join("sso_flow"), &["diff", "--base", "main", "..", "--format", "json"]).json();
    assert_eq!(below["summary"], diff["summary"]);
    let human = run(dir.path(), &["diff", "--base", "main"]);
    assert_eq!(human.code, 0, "{}", human.stderr);
    assert!(human.stdout.contains("tenant red_lake is new (terraform.tfvars:"), "{}", human.stdout);
    let same = run(dir.path(), &["diff", "--base", "HEAD"]);
    assert!(same.stdout.ends_with(": nobody gains or loses access\n"), "{}", same.stdout);
}

#[test]
fn two_folders_are_compared_by_their_contents() {
    let old = values(&two());
    let new = values(&[two().remove(0)]);
    let files = |name: &str, text: &str| {
        [("main.tf", MAIN), ("sso_flow/main.tf", FLOW), ("terraform.tfvars", text)]
            .map(|(file, text)| (format!("{name}/live/{file}"), text.to_owned()))
    };
    let all = [files("old", &old), files("new", &new)].concat();
    let dir = folder(&all.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect::<Vec<_>>());
    let diff = json(dir.path(), &["diff", "old", "new"]);
    assert_eq!(diff["tenants"][0]["tenant"], "green_valley");
    assert_eq!(diff["tenants"][0]["change"], "removed");
    assert_eq!(diff["tenants"].as_array().unwrap().len(), 1, "{diff:#}");
    assert_eq!(diff["tenants"][0]["run"], "live");
    assert_eq!(diff["not_compared"].as_array().unwrap().iter().filter(|it| it["side"] != "both").count(), 0);
    git(dir.path(), &["init", "--quiet", "--bare", "bare"]);
    for (arguments, said) in [
        (&["diff", "old", "gone"][..], "there is no such file or folder"),
        (&["diff", "old"], "there is nothing to compare with"),
        (&["diff", "old", "new", "bare"], "only two folders can be compared"),
        (&["diff", "--base", "main"], "is not in a git repository\nhelp: compare two folders: `symlint diff OLD NEW`"),
        (&["check", "--new-since", "main"], "is not in a git repository\nhelp: accept the current findings with"),
        (&["diff", "--base", "main", "bare"], "`bare` is in a bare git repository, which has no work tree"),
        (&["diff", "old", "-"], "does not read standard input"),
    ] {
        let run = run(dir.path(), arguments);
        assert_eq!(run.code, 2, "{arguments:?}");
        assert!(run.stderr.contains(said), "{arguments:?}: {}", run.stderr);
    }
}

#[test]
fn a_missing_revision_is_reported_with_the_command_to_fetch_it() {
    let origin = repository(&two());
    let first = git(origin.path(), &["rev-parse", "HEAD"]);
    write(origin.path(), "terraform.tfvars", &values(&two()[..1]));
    commit(origin.path());
    let clone = folder(&[]);
    let url = format!("file://{}", origin.path().display());
    git(clone.path(), &["clone", "--quiet", "--depth=1", &url, "."]);
    for revision in ["HEAD^1", first.as_str()] {
        let run = run(clone.path(), &["diff", "--base", revision]);
        assert_eq!(run.code, 2, "{}", run.stdout);
        let said = format!("error: cannot find the git revision `{revision}`: this clone is shallow");
        assert!(run.stderr.starts_with(&said), "{}", run.stderr);
        assert!(run.stderr.contains("`fetch-depth: 2` and use `--base HEAD^1`"), "{}", run.stderr);
        assert!(run.stderr.contains("CI_MERGE_REQUEST_DIFF_BASE_SHA"), "{}", run.stderr);
    }
    git(clone.path(), &["fetch", "--quiet", "--depth=2", "origin"]);
    let diff = json(clone.path(), &["diff", "--base", "HEAD^1"]);
    assert_eq!(diff["tenants"][0]["change"], "removed", "{diff:#}");
    for (revision, said) in [("", "the git revision is empty"), ("0000000000", "the git revision is all zeros")] {
        let run = run(clone.path(), &["diff", "--base", revision]);
        assert!(run.code == 2 && run.stderr.contains(said), "{}", run.stderr);
        assert!(run.stderr.contains("the variable is not set here, or the branch is new"), "{}", run.stderr);
    }
    let run = run(clone.path(), &["diff", "--base", "no-such-branch"]);
    assert!(run.stderr.contains("cannot find the git revision `no-such-branch`"), "{}", run.stderr);
}

/// The configuration of a repository can name programs to run.
#[test]
fn nothing_that_the_repository_configures_is_run() {
    let dir = repository(&two());
    let marker = dir.path().join("marker");
    let script = dir.path().join("script.sh");
    write(dir.path(), "script.sh", &format!("#!/bin/sh\ntouch {}\ncat\n", marker.display()));
    write(dir.path(), ".gitattributes", "* filter=evil diff=evil\n");
    write(dir.path(), "git", &format!("#!/bin/sh\ntouch {}\n", marker.display()));
    #[cfg(unix)]
    for name in ["script.sh", "git"] {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(dir.path().join(name), std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    git(dir.path(), &["add", "--all"]);
    git(dir.path(), &["commit", "--quiet", "-m", "more"]);
    let script = script.to_str().unwrap();
    for key in [
        "core.fsmonitor",
        "core.sshCommand",
        "core.editor",
        "core.pager",
        "core.alternateRefsCommand",
        "diff.external",
        "diff.evil.textconv",
        "filter.evil.smudge",
        "filter.evil.clean",
        "filter.evil.process",
        "credential.helper",
        "gpg.program",
        "alias.cat-file",
        "alias.merge-base",
        "uploadpack.packObjectsHook",
    ] {
        let value = if key.starts_with("alias.") { format!("!{script}") } else { script.to_owned() };
        git(dir.path(), &["config", key, &value]);
    }
    for hook in ["post-checkout", "post-index-change", "reference-transaction"] {
        write(dir.path(), &format!(".git/hooks/{hook}"), &format!("#!/bin/sh\ntouch {}\n", marker.display()));
    }
    // Fetching missing objects would also run a program.
    git(dir.path(), &["config", "remote.origin.url", &format!("ext::{script}")]);
    git(dir.path(), &["config", "remote.origin.promisor", "true"]);
    git(dir.path(), &["config", "protocol.ext.allow", "always"]);
    git(dir.path(), &["config", "extensions.partialClone", "origin"]);
    let blob = git(dir.path(), &["rev-parse", "HEAD:terraform.tfvars"]);
    let _ = std::fs::remove_file(&marker);
    let path = format!(".:{}:{}", dir.path().display(), std::env::var("PATH").unwrap());
    let check = || Symlint::new(&["diff", "--base", "HEAD"]).dir(dir.path()).env("PATH", &path).run();
    let run = check();
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(!marker.exists());
    std::fs::remove_file(dir.path().join(".git/objects").join(&blob[..2]).join(&blob[2..])).unwrap();
    let run = check();
    assert!(!marker.exists(), "{}", run.stderr);
    assert!(run.stderr.contains("terraform.tfvars: this clone does not have it"), "{}{}", run.stderr, run.stdout);
}

#[cfg(unix)]
#[test]
fn links_are_followed_and_submodules_are_read() {
    let dir = repository(&two());
    std::fs::rename(dir.path().join("sso_flow"), dir.path().join("flow")).unwrap();
    std::os::unix::fs::symlink("flow", dir.path().join("sso_flow")).unwrap();
    std::fs::rename(dir.path().join("terraform.tfvars"), dir.path().join("flow/values.txt")).unwrap();
    std::os::unix::fs::symlink("sso_flow/../flow/values.txt", dir.path().join("terraform.tfvars")).unwrap();
    std::os::unix::fs::symlink("loop", dir.path().join("loop")).unwrap();
    std::os::unix::fs::symlink("/etc", dir.path().join("out")).unwrap();
    commit(dir.path());
    // The same files without links.
    let diff = json(dir.path(), &["diff", "--base", "HEAD^"]);
    assert_eq!(diff["summary"]["tenants"], serde_json::json!([2, 2]), "{diff:#}");
    assert!(diff["tenants"].as_array().unwrap().is_empty(), "{diff:#}");

    let other = repository(&[customer("red_lake", 3)]);
    let url = other.path().to_str().unwrap();
    git(dir.path(), &["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", url, "vendor"]);
    commit(dir.path());
    let added = |base: &str| {
        let diff = json(dir.path(), &["diff", "--base", base]);
        let said: Vec<&str> = diff["not_compared"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| &it["gap"]["reason"])
            .filter_map(Value::as_str)
            .collect();
        let said: Vec<String> = said.into_iter().filter(|it| it.contains("submodule")).map(str::to_owned).collect();
        (
            diff["tenants"]
                .as_array()
                .unwrap()
                .iter()
                .map(|it| it["tenant"].as_str().unwrap().to_owned())
                .collect::<Vec<_>>(),
            said,
        )
    };
    // A submodule that the change adds is not in the revision, and is compared.
    assert_eq!(added("HEAD^"), (vec!["red_lake".to_owned()], Vec::new()));
    assert_eq!(added("HEAD"), (Vec::new(), Vec::new()));

    // Its earlier content is in its own repository, whether or not its current content is committed.
    let vendor = dir.path().join("vendor");
    let was = git(&vendor, &["rev-parse", "HEAD"]);
    write(&vendor, "terraform.tfvars", &values(&[customer("red_lake", 3).replace("iam::31", "iam::49")]));
    for committed in ["nowhere", "there", "here"] {
        match committed {
            "there" => drop(commit(&vendor)),
            "here" => drop(commit(dir.path())),
            _ => {}
        }
        let base = if committed == "here" { "HEAD^" } else { "HEAD" };
        assert_eq!(added(base), (vec!["red_lake".to_owned()], Vec::new()), "{committed}");
        let check = run(dir.path(), &["check", "--new-since", base]);
        assert!(check.code == 1 && check.stdout.contains("[role-account-mismatch]"), "{}", check.stdout);
        git(dir.path(), &["add", "--all"]);
    }

    // Without that repository, its earlier content is not known.
    git(dir.path(), &["rm", "--quiet", "--force", "vendor"]);
    let (tenants, said) = added("HEAD^");
    let moved =
        format!("the submodule `vendor` was at commit `{}`, which is not available here, so changes in it", &was[..10]);
    assert!(tenants.is_empty() && said[0].starts_with(&moved), "{said:?}");
    let text = human(dir.path(), "HEAD^");
    assert!(text.contains(&moved) && text.contains("no change of access was found, but not everything"), "{text}");
    let markdown = run(dir.path(), &["diff", "--base", "HEAD^", "--format", "markdown"]).stdout;
    assert!(markdown.contains("## ⚠️ symlint"), "{markdown}");

    // A file that cannot be read without the submodule may be readable with it.
    let read = "for_each = { for key, it in var.customer_tenants : key => it if file(\"vendor/main.tf\") != \"\" }";
    write(dir.path(), "main.tf", &MAIN.replace("for_each = var.customer_tenants", read));
    git(dir.path(), &["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", "--force", url, "vendor"]);
    commit(dir.path());
    assert_eq!(run(dir.path(), &["check", "--new-since", "HEAD", "."]).code, 0);
    git(dir.path(), &["rm", "--quiet", "--force", "vendor"]);
    let check = run(dir.path(), &["check", "--new-since", "HEAD", "."]);
    assert!(check.code == 1 && check.stdout.contains("[evaluation-error]"), "{}{}", check.stdout, check.stderr);
}

#[test]
fn a_path_in_neither_tree_is_an_error() {
    let dir = repository(&two());
    for arguments in [
        ["check", "--new-since", "HEAD", ".", "typo"],
        ["diff", "--base", "HEAD", ".", "typo"],
        ["check", "--new-since", "HEAD", "--config", "typo"],
        ["check", "--new-since", "HEAD", "--baseline", "typo"],
        ["check", "--new-since", "HEAD", "--var-file", "typo"],
    ] {
        let run = run(dir.path(), &arguments);
        assert_eq!(run.code, 2, "{arguments:?}: {}{}", run.stderr, run.stdout);
        assert!(run.stderr.contains("cannot read typo"), "{}", run.stderr);
    }
}

/// If the folder was renamed, everything in it looks new from within.
#[test]
fn a_folder_that_the_base_lacks_is_noted() {
    let dir = repository(&two());
    write(dir.path(), "live/main.tf", &MAIN.replace("./sso_flow", "../sso_flow"));
    write(dir.path(), "live/terraform.tfvars", &values(&two()));
    let said = run(dir.path(), &["diff", "--base", "HEAD", "live"]).stdout;
    let said: Vec<&str> = said.split_whitespace().collect();
    assert!(said.join(" ").contains("before the change, there was no `live`, so everything in it is new"), "{said:?}");
}

/// If branches were merged into each other, something that one of them took back is a change compared to the other one
/// alone.
#[test]
fn several_merge_bases_are_noted() {
    let dir = repository(&two());
    let at = dir.path();
    git(at, &["checkout", "--quiet", "-b", "change"]);
    write(at, "a.txt", "");
    let ours = commit(at);
    git(at, &["checkout", "--quiet", "main"]);
    write(at, "b.txt", "");
    let theirs = commit(at);
    git(at, &["merge", "--quiet", "--no-ff", "-m", "merge", &ours]);
    git(at, &["checkout", "--quiet", "change"]);
    git(at, &["merge", "--quiet", "--no-ff", "-m", "merge", &theirs]);
    let reason = "they branched off at 2 commits, of which only one was compared";
    let said = human(at, "main");
    assert!(said.contains(reason) && said.contains("but not everything could be compared"), "{said}");
    let check = run(at, &["check", "--new-since", "main"]);
    assert_eq!(check.code, 0, "{}", check.stdout);
    assert!(check.stdout.contains("they branched off at 2"), "{}", check.stdout);
}

fn human(dir: &Path, base: &str) -> String {
    let text = run(dir, &["diff", "--base", base]).stdout;
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
