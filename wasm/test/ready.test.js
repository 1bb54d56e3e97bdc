// What the build reports if something that it needs is missing.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { root } from "./support.js";

test("the build names the one command to run", async () => {
  const scratch = await mkdtemp(join(tmpdir(), "symlint-"));
  const sysroot = join(scratch, "sysroot");
  const rustc = join(scratch, "bin/rustc");
  await mkdir(join(scratch, "bin"));
  await writeFile(rustc, `#!/bin/sh\n[ "$1" = --version ] && echo "rustc 1.2.3 (a 2026-01-01)" || echo "${sysroot}"\n`);
  await chmod(rustc, 0o755);
  const ready = (PATH) => {
    const run = spawnSync(process.execPath, [join(root, "wasm/build/ready.js")], { encoding: "utf8", env: { PATH } });
    return [run.status, run.stderr];
  };
  const path = `${join(scratch, "bin")}:/usr/bin:/bin`;
  const said = (missing) => [2, `error: the WebAssembly cannot be built yet; run this first:\n\n    rustup toolchain install 1.2.3 --no-self-update${missing}\n\n`];

  assert.deepEqual(ready(path), said(" --target wasm32-unknown-unknown --component rust-src"));
  await mkdir(join(sysroot, "lib/rustlib/wasm32-unknown-unknown/lib"), { recursive: true });
  assert.deepEqual(ready(path), said(" --component rust-src"));
  await mkdir(join(sysroot, "lib/rustlib/src/rust/library"), { recursive: true });
  await writeFile(join(sysroot, "lib/rustlib/src/rust/library/Cargo.lock"), "");
  assert.deepEqual(ready(path), [0, ""]);
  assert.deepEqual(ready(join(scratch, "nothing")), [2, "error: Rust is not installed: see https://rustup.rs\n"]);
  await rm(scratch, { recursive: true });
});
