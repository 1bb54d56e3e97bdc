#!/usr/bin/env python3
"""Compares the command line as one WebAssembly file (WASI preview 1) with the native one, on the examples.

    tests/wasi/compare.py NATIVE WASM

Each command must print the same bytes, write the same files and end with the same exit code. Needs `wasmtime` from PyPI.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import wasmtime

ROOT = Path(__file__).resolve().parent.parent.parent
EXAMPLES = ["examples/multi-tenant", "examples/copy-paste"]
FORMATS = ["human", "concise", "json", "sarif", "github", "gitlab", "junit", "markdown"]
# The clock is the only difference between the two.
ENVIRONMENT = {"SOURCE_DATE_EPOCH": "1785283200"}


def commands() -> list[list[str]]:
    checks = [["check", "--format", form, example] for example in EXAMPLES for form in FORMATS]
    files = [f"{form}=out.{form}" for form in FORMATS]
    return [
        *checks,
        ["check", "examples"],
        ["check", "examples/copy-paste/terraform.tfvars"],
        ["check", *(part for name in files for part in ("--format", name)), "examples/copy-paste"],
        ["check", "--write-baseline", "baseline.json", "examples/copy-paste"],
        ["check", "missing"],
        ["check", "--format", "no-such-format", "examples"],
        ["fix", "--diff", "examples/copy-paste"],
        ["fix", "--unsafe", "examples/copy-paste"],
        ["init", "examples/multi-tenant"],
        ["eval", "examples/multi-tenant", "var.customer_tenants"],
        ["explain", "role-account-mismatch"],
        ["rules"],
        ["--version"],
        ["--help"],
        ["completions", "bash"],
        ["man"],
    ]


def native(program: Path, arguments: list[str], folder: Path) -> tuple:
    run = subprocess.run([program, *arguments], cwd=folder, env=ENVIRONMENT, stdin=subprocess.DEVNULL, capture_output=True)
    return run.returncode, run.stdout, run.stderr


class Wasi:
    def __init__(self, program: Path) -> None:
        self.engine = wasmtime.Engine()
        self.module = wasmtime.Module.from_file(self.engine, str(program))

    def run(self, arguments: list[str], folder: Path) -> tuple:
        store = wasmtime.Store(self.engine)
        linker = wasmtime.Linker(self.engine)
        linker.define_wasi()
        wasi = wasmtime.WasiConfig()
        wasi.argv = ["symlint", *arguments]
        wasi.env = list(ENVIRONMENT.items())
        # It can only access this folder.
        wasi.preopen_dir(str(folder), ".")
        with tempfile.TemporaryDirectory() as scratch:
            out, err = Path(scratch, "out"), Path(scratch, "err")
            wasi.stdout_file, wasi.stderr_file = str(out), str(err)
            store.set_wasi(wasi)
            code = 0
            try:
                linker.instantiate(store, self.module).exports(store)["_start"](store)
            except wasmtime.ExitTrap as trap:
                code = trap.code
            del store
            return code, out.read_bytes(), err.read_bytes()


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def main() -> int:
    program, wasi = Path(sys.argv[1]).resolve(), Wasi(Path(sys.argv[2]))
    failed = 0
    for arguments in commands():
        results = []
        for run in (lambda folder: native(program, arguments, folder), lambda folder: wasi.run(arguments, folder)):
            with tempfile.TemporaryDirectory() as scratch:
                folder = Path(scratch)
                shutil.copytree(ROOT / "examples", folder / "examples")
                results.append((*run(folder), tree(folder)))
        if results[0] != results[1]:
            failed += 1
            print(f"FAILED symlint {' '.join(arguments)}")
            for name, ours, theirs in zip(("exit code", "standard output", "standard error", "files"), *results):
                if ours != theirs:
                    print(f"  {name}\n    native {shown(ours)}\n    WASI   {shown(theirs)}")
    total = len(commands())
    print(f"{total - failed} passed, {failed} failed")
    return 1 if failed else 0


def shown(value: object) -> str:
    text = repr(value)
    return text if len(text) < 1500 else text[:1500] + "…"


if __name__ == "__main__":
    sys.exit(main())
