#!/usr/bin/env python3
"""Compares whole processes: symlint, lower bounds, and the tools that people use in its place.

    tests/benches/compare.py [--sizes 1000,10000,100000] [--rounds 5]

Prints a table in Markdown: the median of the wall-clock times, the ratio to symlint on the same values file in the same
run, and the peak of resident memory. The programs take turns, so that a busy machine affects all of them.
A program that is not installed is left out: `terraform`, and `pygohcl` for the Go parser.
"""

import argparse
import importlib.util
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
# `terraform fmt` takes minutes over 100,000 tenants, and the cost of hcl-edit is quadratic.
LARGEST = {"hcl-edit": 10_000, "terraform fmt": 10_000}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1000,10000")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--faulty", type=int, default=0, help="one tenant in so many is wrong")
    options = parser.parse_args()
    symlint, measure = build()
    print("| tenants | program | time | ratio | memory |")
    print("|---:|---|---:|---:|---:|")
    for tenants in map(int, options.sizes.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([measure, "write", folder, str(tenants), str(options.faulty)], check=True)
            programs = {
                name: command
                for name, command in commands(symlint, measure, Path(folder)).items()
                if tenants <= LARGEST.get(name, tenants)
            }
            table(tenants, programs, options.rounds)


def build() -> tuple[Path, Path]:
    # They are built separately, so that the features of the example do not change the program.
    for what in (["--bin", "symlint"], ["--example", "measure"]):
        subprocess.run(["cargo", "build", "--profile", "dist", "--package", "symlint", *what], cwd=ROOT, check=True)
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "dist"
    return target / "symlint", target / "examples" / "measure"


def commands(symlint: Path, measure: Path, folder: Path) -> dict[str, list[str]]:
    values = str(folder / "lone.tfvars")
    all_of_them = {
        "symlint, values file": [str(symlint), "check", "--format", "json", values],
        "symlint, module": [str(symlint), "check", "--format", "json", str(folder / "module")],
        "true": ["true"],
        "count lines": [str(measure), "lines", values],
        "hcl-edit": [str(measure), "hcl-edit", values],
    }
    if shutil.which("terraform"):
        all_of_them["terraform fmt"] = ["terraform", "fmt", "-check", values]
    if importlib.util.find_spec("pygohcl"):
        peer = str(Path(__file__).with_name("peer.py"))
        all_of_them["Go parser and a script"] = [sys.executable, peer, values]
    return all_of_them


def table(tenants: int, programs: dict[str, list[str]], rounds: int) -> None:
    times: dict[str, list[float]] = {name: [] for name in programs}
    memory = dict.fromkeys(programs, 0)
    for _ in range(rounds):
        for name, command in programs.items():
            seconds, kilobytes = run(command)
            times[name].append(seconds)
            memory[name] = max(memory[name], kilobytes)
    base = statistics.median(times["symlint, values file"])
    for name in programs:
        median = statistics.median(times[name])
        ratio = f"{median / base:.2f}"
        print(f"| {tenants:,} | {name} | {median * 1000:,.1f} ms | {ratio} | {memory[name] / 1024:,.1f} MiB |", flush=True)


def run(command: list[str]) -> tuple[float, int]:
    """Seconds, and kilobytes resident at most. The exit code is ignored: findings are not a failure here."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    return time.perf_counter() - start, usage.ru_maxrss


if __name__ == "__main__":
    main()
