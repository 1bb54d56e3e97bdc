// Reports what the build of the WebAssembly lacks, so that cargo does not compile for minutes first.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

function sysroot() {
  try {
    return execFileSync("rustc", ["--print", "sysroot"], { encoding: "utf8" }).trim();
  } catch {
    console.error("error: Rust is not installed: see https://rustup.rs");
    process.exit(2);
  }
}

const lib = join(sysroot(), "lib/rustlib");
const target = existsSync(join(lib, "wasm32-unknown-unknown/lib")) ? "" : " --target wasm32-unknown-unknown";
const source = existsSync(join(lib, "src/rust/library/Cargo.lock")) ? "" : " --component rust-src";
if (target || source) {
  const version = execFileSync("rustc", ["--version"], { encoding: "utf8" }).split(" ")[1];
  // One command, which installs what is missing and keeps the rest.
  console.error(`error: the WebAssembly cannot be built yet; run this first:\n\n    rustup toolchain install ${version} --no-self-update${target}${source}\n`);
  process.exit(2);
}
