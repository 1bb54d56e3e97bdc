#!/usr/bin/env python3
"""Counts the instructions of fixed workloads and compares them with a recorded budget.

    tests/benches/instructions.py            fails if a workload takes over 10 % more than recorded
    tests/benches/instructions.py --record   records the counts

Times vary on a busy machine, but counts are the same for the same binary. They come from valgrind's callgrind on
x86-64 Linux.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BUDGET = Path(__file__).with_name("instructions.json")
SLACK = 0.10
# The number of tenants, one faulty tenant in this many, and what is checked.
WORKLOADS = {
    "one tenant, values file": (1, 0, "lone.tfvars"),
    "1,000 tenants, values file": (1000, 0, "lone.tfvars"),
    "1,000 tenants with faults, module": (1000, 100, "module"),
}


def main() -> int:
    symlint, measure = build()
    counted = {name: count(symlint, measure, *workload) for name, workload in WORKLOADS.items()}
    if "--record" in sys.argv[1:]:
        BUDGET.write_text(json.dumps(counted, indent=2) + "\n")
        return 0
    budget = json.loads(BUDGET.read_text())
    failed = False
    for name, instructions in counted.items():
        change = instructions / budget[name] - 1
        failed |= change > SLACK
        verdict = "too many" if change > SLACK else "fewer: record them" if change < -SLACK else "ok"
        print(f"{name}: {instructions:,} instructions, {change:+.1%}: {verdict}")
    return int(failed)


def build() -> tuple[Path, Path]:
    # Without link-time optimization, which is enough for counting and builds in half the time. The program that writes the
    # setups is not counted, so it is built like the tests.
    cargo = ["cargo", "build", "--locked", "--package", "symlint"]
    subprocess.run([*cargo, "--profile", "measured", "--bin", "symlint"], cwd=ROOT, check=True)
    subprocess.run([*cargo, "--example", "measure"], cwd=ROOT, check=True)
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    return target / "measured" / "symlint", target / "debug" / "examples" / "measure"


def count(symlint: Path, measure: Path, tenants: int, faulty: int, what: str) -> int:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([measure, "write", folder, str(tenants), str(faulty)], check=True)
        command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/callgrind"]
        command += [str(symlint), "check", "--format", "json", what]
        # The environment must be the same everywhere, because its size changes the counts.
        environment = {"PATH": os.environ["PATH"], "SOURCE_DATE_EPOCH": "1767225600"}
        result = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    counted = re.search(r"Collected\s*:\s*(\d+)", result.stderr)
    if result.returncode not in (0, 1) or not counted:
        sys.exit(f"{what}: {result.stderr}")
    return int(counted[1])


if __name__ == "__main__":
    sys.exit(main())
