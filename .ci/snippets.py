#!/usr/bin/env python3
"""Validates or runs the snippets that the documentation tells people to put into their repositories.

    .ci/snippets.py check           against schemas and linters
    .ci/snippets.py run ARCHIVES    the commands, with the program of a folder of archives

Needs ruamel.yaml, which check-jsonschema has; the linters are those of target/ci/workflows.
"""

import functools
import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import textwrap
import threading
import tomllib
from pathlib import Path

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / "target/ci/workflows/bin"
PAGES = ["README.md", "docs/ci.md", "docs/security.md", "docs/diff.md"]
COMPONENT = ROOT / "templates/symlint.yml"
TARGET = "x86_64-unknown-linux-musl"


# The workflow around steps that are shown alone.
STEPS = """on: pull_request
permissions: {}
jobs:
  symlint:
    runs-on: ubuntu-latest
    permissions:
      contents: read
    steps:
"""


def snippets() -> dict[str, list[str]]:
    """The YAML blocks of the pages, by what they are for."""
    found: dict[str, list[str]] = {}
    for page in PAGES:
        for text in re.findall(r"^```yaml\n(.*?)^```$", (ROOT / page).read_text(), re.M | re.S):
            found.setdefault(kind(load(text)), []).append(text)
    return found


def kind(snippet: dict | list) -> str:
    if isinstance(snippet, list):
        return "steps"
    if "jobs" in snippet:
        return "workflow"
    if "include" in snippet:
        return "gitlab"
    if "stack_defaults" in snippet:
        return "spacelift"
    if "workflows" in snippet:
        return "atlantis"
    return "pre-commit" if "repos" in snippet else "gitlab-job"


def load(text: str):
    return YAML(typ="safe", pure=True).load(text)


def component(given: dict) -> dict:
    """The jobs of the component, with its inputs filled in as GitLab does: into the values, and not into the text."""
    head, body = COMPONENT.read_text().split("\n---\n")
    inputs = load(head)["spec"]["inputs"]
    values = {}
    unknown = set(given) - set(inputs)
    assert not unknown, f"the component has no input {unknown}"
    for name, spec in inputs.items():
        value = given.get(name, spec.get("default"))
        assert value is not None, f"the component needs the input {name}"
        assert value in spec.get("options", [value]) and re.search(spec.get("regex", ""), value), (name, value)
        values[f"$[[ inputs.{name} ]]"] = value
    return filled(load(body), values)


def filled(node, values: dict[str, str]):
    if isinstance(node, dict):
        return {key: filled(value, values) for key, value in node.items()}
    if isinstance(node, list):
        return [filled(value, values) for value in node]
    if isinstance(node, str) and "$[[" in node:
        return values[node]
    return node


def check() -> None:
    found = snippets()
    missing = {"workflow", "steps", "gitlab", "gitlab-job", "spacelift", "atlantis", "pre-commit"} - set(found)
    assert not missing, f"no snippet for {missing}"
    found["workflow"] += [STEPS + textwrap.indent(text, " " * 6) for text in found["steps"]]
    with tempfile.TemporaryDirectory() as scratch:
        for purpose, texts in found.items():
            for number, text in enumerate(texts):
                file = Path(scratch, f"{purpose}-{number}.yml")
                # No release exists yet whose commit could be used.
                file.write_text(text.replace("symlint/symlint@v1.2.3", f"symlint/symlint@{'0' * 40}"))
                for command in linters(purpose):
                    subprocess.run([TOOLS / command[0], *command[1:], file], check=True)
        for text in found["gitlab"]:
            for included in load(text)["include"]:
                file = Path(scratch, "component.yml")
                file.write_text(json.dumps(component(included["inputs"])))
                subprocess.run([TOOLS / "check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", file], check=True)


def linters(purpose: str) -> list[list[str]]:
    return {
        "workflow": [
            ["actionlint"],
            ["zizmor", "--offline", "--quiet"],
            ["check-jsonschema", "--builtin-schema", "vendor.github-workflows"],
        ],
        "gitlab": [["check-jsonschema", "--builtin-schema", "vendor.gitlab-ci"]],
        "gitlab-job": [["check-jsonschema", "--builtin-schema", "vendor.gitlab-ci"]],
        "pre-commit": [["pre-commit", "validate-config"]],
    }.get(purpose, [])


def run(archives: Path) -> None:
    archive = next(archives.glob(f"symlint-*-{TARGET}.tar.gz"))
    version = archive.name.removeprefix("symlint-").removesuffix(f"-{TARGET}.tar.gz")
    binstall(archive, version)
    found = snippets()
    with tempfile.TemporaryDirectory() as scratch:
        bin = Path(scratch, "bin")
        bin.mkdir()
        with tarfile.open(archive) as tar:
            member = tar.getmember(f"symlint-{version}-{TARGET}/symlint")
            member.name = "symlint"
            tar.extract(member, bin, filter="data")
        path = {**os.environ, "PATH": f"{bin}{os.pathsep}{os.environ['PATH']}"}
        commands = [step["run"] for text in found["atlantis"] for step in atlantis_steps(load(text)) if isinstance(step, dict)]
        commands += [command for text in found["spacelift"] for command in load(text)["stack_defaults"]["before_init"]]
        assert len(commands) == 4, commands
        for command in (command for command in commands if " diff " not in command):
            for example, code in (("multi-tenant", 0), ("copy-paste", 1)):
                expect(["sh", "-c", command], code, cwd=ROOT / "examples" / example, env=path)
        gitlab(archives, version, Path(scratch))
        comparisons(found, path, Path(scratch))
    print("the snippets do what they say")


def binstall(archive: Path, version: str) -> None:
    """Whether `cargo binstall` would find the archive, and the program in it."""
    package = tomllib.loads((ROOT / "Cargo.toml").read_text())
    metadata = package["package"]["metadata"]["binstall"]
    with tarfile.open(archive) as tar:
        members = tar.getnames()
    for target in (TARGET, TARGET.replace("musl", "gnu")):
        places = metadata | metadata["overrides"].get(target, {})
        repository = package["workspace"]["package"]["repository"]
        names = {"repo": repository, "version": version, "target": target, "bin": "symlint", "binary-ext": ""}
        url, program = (re.sub(r"{ ([a-z-]+) }", lambda name: names[name[1]], places[key]) for key in ("pkg-url", "bin-dir"))
        assert url == f"{repository}/releases/download/v{version}/{archive.name}", url
        assert program in members and places["pkg-fmt"] == "tgz", (program, members)


def comparisons(found: dict[str, list[str]], env: dict[str, str], scratch: Path) -> None:
    """Runs the commands that compare, in a change that lets one customer into another."""

    def git(folder: Path, *arguments: str) -> str:
        author = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
        done = subprocess.run(["git", "-C", folder, *author, *arguments], check=True, capture_output=True, text=True)
        return done.stdout.strip()

    example = ROOT / "examples/multi-tenant"
    origin = scratch / "origin"
    shutil.copytree(example, origin)
    git(origin, "init", "--quiet", "--initial-branch=main")
    values = origin / "terraform.tfvars"
    git(origin, "add", "--all")
    git(origin, "commit", "--quiet", "--message", "right")
    git(origin, "checkout", "--quiet", "-b", "change")
    values.write_text(values.read_text().replace("iam::284656541736", "iam::689558360591"))
    git(origin, "commit", "--quiet", "--all", "--message", "wrong")
    base = git(origin, "rev-parse", "main")
    git(origin, "checkout", "--quiet", "main")
    git(origin, "merge", "--quiet", "--no-ff", "--message", "merge", "change")

    # A checkout like that of CI: two commits, and origin/main before the change.
    merge = scratch / "merge"
    git(scratch, "clone", "--quiet", "--depth=2", f"file://{origin}", str(merge))
    git(merge, "update-ref", "refs/remotes/origin/main", base)
    folders = scratch / "folders"
    shutil.copytree(example, folders / "old")
    shutil.copytree(merge, folders / "new", ignore=shutil.ignore_patterns(".git"))

    commands = [step["run"] for text in found["steps"] for step in load(text) if "run" in step]
    commands += [step["run"] for text in found["atlantis"] for step in atlantis_steps(load(text)) if isinstance(step, dict)]
    for block in re.findall(r"^```console\n(.*?)^```$", (ROOT / "docs/diff.md").read_text(), re.M | re.S):
        commands += block.splitlines()
    commands = [command for command in commands if " diff " in command or "--new-since" in command]
    assert len(commands) == 5, commands
    summary = scratch / "summary"
    for command in commands:
        code = 0 if "--fail-on never" in command else 1
        cwd = folders if " old new" in command else merge
        said = expect(["sh", "-c", command], code, cwd=cwd, env={**env, "GITHUB_STEP_SUMMARY": str(summary)})
        assert "role-account-mismatch" in said or command.endswith('>>"$GITHUB_STEP_SUMMARY"'), (command, said)
    assert summary.read_text().startswith("## ❌ symlint: 1 crossing into another customer"), summary.read_text()

    # GitLab's job, with local programs in place of those that it downloads.
    for name, text in (("apk", "exit 0"), ("uvx", 'test "$1" = symlint==1.2.3 && shift && exec symlint "$@"')):
        program = Path(env["PATH"].split(os.pathsep)[0], name)
        program.write_text(f"#!/bin/sh\n{text}\n")
        program.chmod(0o755)
    (job,) = (job for text in found["gitlab-job"] for job in load(text).values())
    checkout = scratch / "checkout"
    git(scratch, "clone", "--quiet", "--depth=1", "--branch=change", f"file://{origin}", str(checkout))
    script = "set -e\n" + "\n".join(job["script"])
    expect(["sh", "-c", script], 1, cwd=checkout, env={**env, "CI_MERGE_REQUEST_DIFF_BASE_SHA": base})
    for path in job["artifacts"]["paths"]:
        assert (checkout / path).read_text().startswith("## ❌ symlint: 1 crossing into another customer"), path


def atlantis_steps(configuration: dict) -> list:
    return [step for workflow in configuration["workflows"].values() for step in workflow["plan"]["steps"]]


def gitlab(archives: Path, version: str, scratch: Path) -> None:
    """Runs the component's script as a runner does, against releases on this machine."""
    releases = scratch / "releases"
    shutil.copytree(archives, releases / f"v{version}")
    sums = subprocess.run("sha256sum -- *", shell=True, cwd=releases / f"v{version}", check=True, capture_output=True)
    (releases / f"v{version}/SHA256SUMS").write_bytes(sums.stdout)
    handler = functools.partial(Quiet, directory=releases)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        for inputs, example, code, findings in (
            ({}, "multi-tenant", 0, 0),
            ({}, "copy-paste", 1, 8),
            ({"fail-on": "never", "path": "./terraform.tfvars"}, "copy-paste", 0, None),
            ({"path": "missing; touch pwned"}, "copy-paste", 2, None),
            ({"config": "missing.hcl"}, "multi-tenant", 2, None),
            ({"sha256": "0" * 64}, "multi-tenant", 2, None),
            ({"version": "0.0.7"}, "multi-tenant", 2, None),
        ):
            job = component({"version": version, **inputs})["symlint"]
            workspace = Path(tempfile.mkdtemp(dir=scratch)) / "project"
            shutil.copytree(ROOT / "examples" / example, workspace)
            # One example calls the module of the other, and only files in the project are read.
            if example == "copy-paste":
                shutil.copytree(ROOT / "examples/multi-tenant/modules", workspace / "modules")
                main = workspace / "main.tf"
                main.write_text(main.read_text().replace("../multi-tenant/modules", "./modules"))
            victim = scratch / "victim"
            victim.write_text("precious")
            report = workspace / "gl-code-quality-report.json"
            report.symlink_to(victim)
            env = {"PATH": os.environ["PATH"], **job["variables"], "SYMLINT_RELEASES": address}
            expect(["sh", "-c", "\n".join(job["script"])], code, cwd=workspace, env=env)
            assert victim.read_text() == "precious", "the script follows a link"
            assert not (workspace / "pwned").exists(), "an input is executed"
            if findings is not None:
                entries = json.loads(report.read_text())
                assert len(entries) == findings, entries
                for entry in entries:
                    assert entry["severity"] in ("info", "minor", "major", "critical", "blocker"), entry
                    assert entry["description"] and entry["check_name"] and entry["fingerprint"], entry
                    assert (workspace / entry["location"]["path"]).is_file() and entry["location"]["lines"]["begin"] > 0
            elif code:
                assert not os.path.lexists(report), "a report of what was not checked"
        server.shutdown()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def expect(command: list[str], code: int, **options) -> str:
    done = subprocess.run(command, capture_output=True, text=True, **options)
    assert done.returncode == code, (command, code, done)
    return done.stdout


if __name__ == "__main__":
    if sys.argv[1:] == ["check"]:
        check()
    elif len(sys.argv) == 3 and sys.argv[1] == "run":
        run(Path(sys.argv[2]).resolve())
    else:
        sys.exit(__doc__)
