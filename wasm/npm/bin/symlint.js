#!/usr/bin/env node
// Runs the native program, which is in a separate package for each platform.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";

const name = `@symlint/${process.platform}-${process.arch}`;
const program = process.platform === "win32" ? "symlint.exe" : "symlint";

function find() {
  try {
    return createRequire(import.meta.url).resolve(`${name}/${program}`);
  } catch {
    console.error(
      `error: the package ${name} is not installed\n` +
        "help: npm installs it unless optional dependencies are left out; if there is none for this platform, see " +
        "https://github.com/symlint/symlint#install for other ways",
    );
    process.exit(2);
  }
}

const { status, signal, error } = spawnSync(find(), process.argv.slice(2), { stdio: "inherit" });
if (error) {
  console.error(`error: cannot run symlint: ${error.message}`);
  process.exit(2);
}
if (signal) process.kill(process.pid, signal);
process.exit(status ?? 2);
