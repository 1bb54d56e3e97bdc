//! Where the action gets the program from.

use crate::action::runner::{ARCHIVE, RELEASES, Runner, VERSION, checksums, serve};
use crate::support::{VARIABLE, folder, good};

fn workspace() -> tempfile::TempDir {
    folder(&[(".git/HEAD", ""), ("main.tf", VARIABLE), ("terraform.tfvars", &good())])
}

#[test]
fn a_tag_runs_its_release() {
    let workspace = workspace();
    for tag in ["v9.8.7", "9.8.7"] {
        let step = Runner::new(workspace.path()).set("ACTION_REF", tag).run();
        assert_eq!((step.code, step.output("code")), (0, Some("0")), "{}", step.log);
    }
}

#[test]
fn a_hash_runs_the_release_that_its_commit_pins() {
    let workspace = workspace();
    let archive = std::fs::read(RELEASES.join(format!("v{VERSION}")).join(ARCHIVE)).unwrap();
    let server = serve(vec![("/v9.8.7/symlint-9.8.7-x86_64-unknown-linux-musl.tar.gz", 200, archive)]);
    let runner = || Runner::new(workspace.path()).set("SYMLINT_RELEASES", &server.address);
    for reference in [crate::action::runner::HASH, "main", "v9", ""] {
        let step = runner().by_hash(&checksums()).set("ACTION_REF", reference).run();
        assert_eq!((step.code, step.output("code")), (0, Some("0")), "{}", step.log);
    }
    assert_eq!(server.requests.lock().unwrap().len(), 4, "the checksums are not asked of the server");

    // The server has a different archive than the pinned one.
    let (sum, name) = checksums().split_once(' ').map(|(sum, name)| (sum.to_owned(), name.to_owned())).unwrap();
    let other: String = sum.chars().rev().collect();
    let step = runner().by_hash(&format!("{other} {name}")).run();
    assert_eq!((step.code, step.outputs.len()), (2, 0), "{}", step.log);
    assert!(
        step.log.contains(&format!("::error title=symlint::the checksum of {ARCHIVE} is not that")),
        "{}",
        step.log
    );
}

#[test]
fn a_commit_that_pins_no_release_is_an_error() {
    let workspace = workspace();
    let step = Runner::new(workspace.path()).by_hash("").run();
    assert_eq!((step.code, step.outputs.len(), step.summary.as_str()), (2, 0, ""));
    let said = "::error title=symlint::this commit of the action does not name a release: ";
    assert!(step.log.starts_with(said) && step.log.lines().count() == 1, "{}", step.log);
}

#[test]
fn an_archive_with_another_checksum_is_not_run() {
    let releases = tempfile::tempdir().unwrap();
    let version = releases.path().join("v9.8.7");
    std::fs::create_dir(&version).unwrap();
    std::fs::write(version.join(ARCHIVE), "another one").unwrap();
    for sums in [checksums(), String::new()] {
        std::fs::write(version.join("SHA256SUMS"), sums).unwrap();
        let releases = format!("file://{}", releases.path().display());
        let workspace = workspace();
        let step = Runner::new(workspace.path()).set("SYMLINT_RELEASES", releases).run();
        assert_eq!((step.code, step.outputs.len()), (2, 0), "{}", step.log);
        assert!(step.log.contains(&format!("the checksum of {ARCHIVE}")), "{}", step.log);
    }
}

#[test]
fn without_a_network_the_step_fails_with_a_message() {
    let workspace = workspace();
    for runner in [Runner::new(workspace.path()), Runner::new(workspace.path()).by_hash(&checksums())] {
        // No server listens on this port.
        let step = runner.set("SYMLINT_RELEASES", "http://127.0.0.1:1").run();
        assert_eq!((step.code, step.outputs.len()), (2, 0), "{}", step.log);
        let said = "::error title=symlint::cannot download symlint 9.8.7 from http://127.0.0.1:1/v9.8.7/";
        assert!(step.log.starts_with(said) && step.log.lines().count() == 1, "{}", step.log);
    }
}

#[test]
fn a_version_that_was_never_released_is_an_error() {
    let server = serve(Vec::new());
    let workspace = workspace();
    let runner = || Runner::new(workspace.path()).set("SYMLINT_RELEASES", &server.address);
    let step = runner().set("INPUT_VERSION", "v0.0.7").run();
    assert_eq!(step.code, 2);
    assert!(step.log.contains("cannot download symlint 0.0.7 from ") && step.log.contains("404"), "{}", step.log);
    let step = runner().set("INPUT_VERSION", "latest").run();
    assert_eq!((step.code, step.outputs.len()), (2, 0));
    assert_eq!(step.log, "::error title=symlint::`version` is not a version, such as `1.2.3`: latest\n");
    let step = runner().set("RUNNER_ARCH", "RISCV64").run();
    assert_eq!((step.code, step.outputs.len()), (2, 0));
    assert_eq!(step.log, "::error title=symlint::there is no release of symlint for Linux on RISCV64\n");
}

#[test]
fn the_attestation_is_verified_if_gh_is_installed() {
    let workspace = workspace();
    let step = Runner::new(workspace.path()).run();
    assert_eq!(step.code, 0, "{}", step.log);
    let repository = "--repo symlint/symlint --deny-self-hosted-runners";
    let workflow = "--signer-workflow symlint/symlint/.github/workflows/release.yml";
    assert!(step.gh.starts_with("attestation verify /"), "{}", step.gh);
    assert!(step.gh.ends_with(&format!("{ARCHIVE} {repository} {workflow}\n")), "{}", step.gh);

    for runner in [Runner::new(workspace.path()), Runner::new(workspace.path()).by_hash(&checksums())] {
        let step = runner.gh("echo 'no attestation' >&2; exit 1").run();
        assert_eq!((step.code, step.outputs.len()), (2, 0), "{}", step.log);
        assert!(step.log.starts_with("::error title=symlint::cannot verify that"), "{}", step.log);
        assert!(step.log.ends_with(": no attestation\n"), "{}", step.log);
    }

    let step = Runner::new(workspace.path()).set("GITHUB_SERVER_URL", "https://git.example").gh("exit 1").run();
    assert_eq!((step.code, step.gh.as_str()), (0, ""), "another server knows nothing of it: {}", step.log);
}
