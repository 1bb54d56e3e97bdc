//! Pull requests: the summary and a comment say who gains and who loses access, and only new findings fail.

use std::path::Path;

use crate::action::base::{commit, repository};
use crate::action::runner::{Runner, git, serve};
use crate::support::{VARIABLE, bad, folder, good, tenant, values};

/// The merge commit of a pull request that adds a wrong tenant, in a repository that already has one: the base, and the
/// merge, which is checked out.
fn merge(repository: &Path) -> (String, String) {
    let old = [bad(), String::new()].concat();
    let base = commit(repository, &[("app/main.tf", VARIABLE), ("app/terraform.tfvars", &old)]);
    git(repository, &["checkout", "--quiet", "-b", "change"]);
    let mut wrong = tenant("red_lake", &[("iam::719240583316", "iam::533074268119")]);
    for (old, new) in [
        ("719240583316", "352790641188"),
        ("604178239951", "915827304462"),
        ("7223a91be40c5d68", "68042f7d9be0a513"),
        ("5e1b09c7d2a84f63", "b3c8f10a6e4d9275"),
    ] {
        wrong = wrong.replace(old, new);
    }
    let both = bad().trim_end().trim_end_matches('}').to_owned() + &wrong + "}\n";
    commit(repository, &[("app/terraform.tfvars", &both)]);
    git(repository, &["checkout", "--quiet", "main"]);
    git(repository, &["merge", "--quiet", "--no-ff", "-m", "merge", "change"]);
    (base, git(repository, &["rev-parse", "HEAD"]))
}

fn of_merge(workspace: &Path, base: &str, merge: &str) -> Runner {
    let runner = Runner::new(workspace).set("INPUT_PATH", "app").set("BASE_SHA", base).set("GITHUB_SHA", merge);
    runner.set("GITHUB_REF", "refs/pull/7/merge").set("GITHUB_EVENT_NAME", "pull_request").set("PR_NUMBER", "7")
}

#[test]
fn the_summary_starts_with_the_access_that_the_change_grants_and_revokes() {
    let origin = repository();
    let (base, merge) = merge(origin.path());
    let url = format!("file://{}", origin.path().display());
    for depth in ["1", "2", "9"] {
        let clone = folder(&[]);
        git(clone.path(), &["clone", "--quiet", &format!("--depth={depth}"), &url, "."]);
        let (server, name) = url.rsplit_once('/').unwrap();
        let runner = || {
            let (host, owner) = server.rsplit_once('/').unwrap();
            of_merge(clone.path(), &base, &merge)
                .set("GITHUB_SERVER_URL", host)
                .set("GITHUB_REPOSITORY", format!("{owner}/{name}"))
        };
        let step = runner().run();
        assert_eq!(step.output("code"), Some("1"), "{}", step.log);
        assert!(
            step.summary.starts_with("## ❌ symlint: 1 tenant added, 1 grant gained"),
            "{depth}: {}{}",
            step.summary,
            step.log
        );
        assert!(step.summary.contains("\n## ❌ symlint: "), "the findings come after it: {}", step.summary);
        assert!(step.log.contains("tenant red_lake is new"), "{}", step.log);

        let step = runner().set("INPUT_NEW_FINDINGS_ONLY", "true").run();
        assert_eq!((step.output("findings"), step.output("code")), (Some("1"), Some("1")), "{depth}: {}", step.log);
    }
    // Without changes, no finding is new.
    git(origin.path(), &["checkout", "--quiet", "-B", "same", &base]);
    commit(origin.path(), &[("readme.md", "x")]);
    let head = git(origin.path(), &["rev-parse", "HEAD"]);
    let step = of_merge(origin.path(), &base, &head).set("INPUT_NEW_FINDINGS_ONLY", "true").run();
    assert_eq!((step.output("findings"), step.output("code")), (Some("0"), Some("0")), "{}", step.log);
    assert!(
        step.summary.starts_with("## symlint: nobody gains or loses access")
            || step.summary.starts_with("## ✅ symlint: nobody gains or loses access"),
        "{}",
        step.summary
    );
    // A push has no base, so all findings are counted.
    let step = Runner::new(origin.path()).set("INPUT_PATH", "app").set("INPUT_NEW_FINDINGS_ONLY", "true").run();
    assert_eq!(step.output("code"), Some("1"), "{}", step.log);
}

#[test]
fn without_the_base_all_findings_are_reported() {
    let origin = repository();
    let (base, _) = merge(origin.path());
    let clone = folder(&[]);
    git(clone.path(), &["clone", "--quiet", "--depth=1", &format!("file://{}", origin.path().display()), "."]);
    let step = Runner::new(clone.path())
        .set("INPUT_PATH", "app")
        .set("BASE_SHA", &base)
        .set("INPUT_NEW_FINDINGS_ONLY", "true");
    let step = step.run();
    assert_eq!((step.code, step.outputs.len()), (2, 0), "{}", step.log);
    assert!(step.log.starts_with("::error title=symlint::cannot tell which findings are new: "), "{}", step.log);
}

/// An earlier comment would be about an earlier change.
#[test]
fn a_failed_comparison_is_reported() {
    let origin = repository();
    let (base, merge) = merge(origin.path());
    let clone = folder(&[]);
    git(clone.path(), &["clone", "--quiet", "--depth=1", &format!("file://{}", origin.path().display()), "."]);
    let no_base = || of_merge(clone.path(), &base, &merge);
    // Events other than that of the change check out the base branch.
    let no_change = || of_merge(origin.path(), &merge, &merge).set("GITHUB_REF", "refs/heads/main");
    for (runner, why) in [
        (&no_base as &dyn Fn() -> Runner, "is not in the checkout and cannot be fetched"),
        (&no_change, "the base branch is checked out, not the change"),
    ] {
        let api = serve(vec![
            ("POST /graphql", 200, b"{}".to_vec()),
            ("POST /repos/o/r/issues/7/comments", 201, b"{}".to_vec()),
        ]);
        let runner = runner().set("GITHUB_API_URL", &api.address).set("GH_TOKEN", "secret-token");
        let step = runner
            .set("GITHUB_REPOSITORY", "o/r")
            .set("GITHUB_SERVER_URL", "file:///none")
            .set("INPUT_COMMENT", "true")
            .run();
        assert_eq!(step.output("code"), Some("1"), "{}", step.log);
        let sign = "## ⚠️ symlint: the change could not be compared\n\n    ";
        assert!(step.summary.starts_with(sign) && step.summary.contains(why), "{}", step.summary);
        assert!(step.log.contains(why), "{}", step.log);
        let requests = api.requests.lock().unwrap().clone();
        assert!(requests.iter().any(|it| it.contains("/issues/7/comments") && it.contains(why)), "{requests:?}");
    }
}

/// The event has the base branch at the time of the event, but the merge may be with a later commit.
#[test]
fn the_base_is_the_first_parent_of_the_merge() {
    let origin = repository();
    let (_, merge) = merge(origin.path());
    let clone = folder(&[]);
    git(clone.path(), &["clone", "--quiet", "--depth=2", &format!("file://{}", origin.path().display()), "."]);
    let earlier = "5ea1ab1e0ddba11c0ffee5ca1ab1e0ddba11c0ff";
    let step = of_merge(clone.path(), earlier, &merge).set("INPUT_NEW_FINDINGS_ONLY", "true").run();
    assert_eq!((step.output("findings"), step.output("code")), (Some("1"), Some("1")), "{}", step.log);
    assert!(step.summary.starts_with("## ❌ symlint: 1 tenant added"), "{}", step.summary);
}

#[test]
fn one_comment_is_posted_and_updated() {
    let change = repository();
    let (base, merge) = merge(change.path());
    const POST: &str = "POST /repos/o/r/issues/7/comments";
    const PATCH: &str = "PATCH /repos/o/r/issues/comments/42";
    let runner = |api: &str| {
        let runner = of_merge(change.path(), &base, &merge).set("GITHUB_API_URL", api).set("GH_TOKEN", "secret-token");
        runner.set("GITHUB_REPOSITORY", "o/r").set("INPUT_COMMENT", "true")
    };
    let comments = |nodes: &str| {
        format!(r#"{{"data":{{"repository":{{"pullRequest":{{"comments":{{"nodes":[{nodes}]}}}}}}}}}}"#).into_bytes()
    };
    let api = serve(vec![("POST /graphql", 200, comments("")), (POST, 201, b"{}".to_vec())]);
    let step = runner(&api.address).run();
    assert_eq!(step.output("code"), Some("1"), "{}", step.log);
    let requests = api.requests.lock().unwrap().clone();
    let posted = requests.iter().find(|request| request.starts_with(POST)).unwrap();
    assert!(posted.to_lowercase().contains("authorization: bearer secret-token"), "{posted}");
    let (_, body) = posted.split_once("\n\n").unwrap();
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    let body = body["body"].as_str().unwrap();
    let (marker, text) = body.split_once('\n').unwrap();
    assert!(marker.starts_with("<!-- symlint ") && text.starts_with("## ❌ symlint: 1 tenant added"), "{body}");
    assert!(!step.log.contains("secret-token"));

    let node = |own: bool, body: &str| format!(r#"{{"databaseId":42,"viewerDidAuthor":{own},"body":"{body}"}}"#);
    for (nodes, expected) in [
        (node(true, marker), PATCH),
        // Anyone can write a comment with the same first line.
        (node(false, marker), POST),
        (node(true, "<!-- symlint 0123456789abcdef -->"), POST),
    ] {
        let answers =
            vec![("POST /graphql", 200, comments(&nodes)), (POST, 201, b"{}".to_vec()), (PATCH, 200, b"{}".to_vec())];
        let api = serve(answers);
        runner(&api.address).run();
        let requests = api.requests.lock().unwrap().clone();
        let written: Vec<&String> = requests.iter().filter(|it| it.contains("/repos/o/r/issues/")).collect();
        assert_eq!(written.len(), 1, "{requests:?}");
        assert!(written[0].starts_with(expected), "{nodes}: {}", written[0]);
    }

    // The earlier comment may be on a later page.
    let page = |nodes: &str, more: bool| {
        let info = format!(r#""pageInfo":{{"hasNextPage":{more},"endCursor":"abc"}}"#);
        format!(r#"{{"data":{{"repository":{{"pullRequest":{{"comments":{{"nodes":[{nodes}],{info}}}}}}}}}}}"#)
            .into_bytes()
    };
    let answers = vec![
        ("POST /graphql \"abc\"", 200, page(&node(true, marker), false)),
        ("POST /graphql", 200, page("", true)),
        (PATCH, 200, b"{}".to_vec()),
    ];
    let api = serve(answers);
    runner(&api.address).run();
    let requests = api.requests.lock().unwrap().clone();
    assert!(requests.iter().any(|it| it.starts_with(PATCH)), "{requests:?}");

    // The token of a fork is read-only.
    let denied = r#"{"message":"Resource not accessible by integration"}"#;
    let api = serve(vec![("POST /graphql", 200, comments("")), (POST, 403, denied.into())]);
    let step = runner(&api.address).run();
    assert_eq!(step.output("code"), Some("1"), "{}", step.log);
    assert!(step.summary.contains("No comment was posted: the token may not write"), "{}", step.summary);

    // Nothing is posted if it is not requested, or if there is nothing to report.
    let api = serve(Vec::new());
    runner(&api.address).set("INPUT_COMMENT", "false").run();
    assert!(api.requests.lock().unwrap().iter().all(|request| !request.contains("graphql")));
    git(change.path(), &["checkout", "--quiet", "-B", "good", &base]);
    let base = commit(change.path(), &[("app/terraform.tfvars", &good())]);
    commit(
        change.path(),
        &[("app/terraform.tfvars", &format!("# in order\n{}", values(&[tenant("blue_harbour", &[])])))],
    );
    let head = git(change.path(), &["rev-parse", "HEAD"]);
    let api = serve(vec![("POST /graphql", 200, comments(""))]);
    let step =
        of_merge(change.path(), &base, &head).set("GITHUB_API_URL", &api.address).set("GH_TOKEN", "secret-token");
    step.set("GITHUB_REPOSITORY", "o/r").set("INPUT_COMMENT", "true").run();
    let requests = api.requests.lock().unwrap().clone();
    assert!(requests.iter().all(|request| !request.contains("/issues/")), "{requests:?}");
}
