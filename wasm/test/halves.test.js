// The two halves of the page's engine.
import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "node:test";

import { instantiate } from "../npm/generated/glue.js";
import { many, root } from "./support.js";

const compiled = async (name) => new WebAssembly.Module(await readFile(join(root, "wasm/npm/generated", name)));
const request = (files, path) => JSON.stringify({ version: 1, files, options: { path, today: "2027-01-31" } });

/** The result of a call, or the error that it throws. */
function answer(run) {
  try {
    return run();
  } catch (error) {
    if (typeof error === "string") return error;
    throw error;
  }
}

async function folder(path) {
  const names = (await readdir(join(root, path), { recursive: true })).filter((name) => /\.(tf|tfvars|hcl|json|yaml|yml|csv)$/.test(name));
  return Object.fromEntries(await Promise.all(names.map(async (name) => [`${path}/${name}`, await readFile(join(root, path, name), "utf8")])));
}

/** The samples of the page, and values files. */
async function usual() {
  const examples = Object.fromEntries(Object.entries(await folder("examples")).map(([name, text]) => [name.replace("examples/", ""), text]));
  return [request(examples, "copy-paste"), request(examples, "multi-tenant"), request({ "terraform.tfvars": many(100) }, ".")];
}

test("the first half is enough for the samples and for values", async () => {
  const first = await compiled("check.wasm");
  for (const check of await usual()) assert.ok(JSON.parse(instantiate(first).check(check, "json")).summary.tenants > 0);
});

test("both halves together have the results of the whole engine, and the first one alone has no others", async () => {
  const [whole, first, rest] = await Promise.all(["symlint.wasm", "check.wasm", "rest.wasm"].map(compiled));
  const engines = [instantiate(whole), instantiate(first, (exports) => new WebAssembly.Instance(rest, { first: exports }))];
  const files = { ...(await folder("examples")), ...(await folder("tests/fixtures")) };
  const paths = new Set(Object.keys(files).filter((name) => name.endsWith(".tfvars")).map(dirname));
  const checks = [...(await usual()), ...[...paths].map((path) => request(files, path))];
  let alone = 0;
  for (const check of checks) {
    const [expected, said] = engines.map((engine) => answer(() => engine.check(check, "json")));
    assert.equal(said, expected);
    try {
      assert.equal(answer(() => instantiate(first).check(check, "json")), said);
      alone += 1;
    } catch (error) {
      // It needs a function of the second half.
      if (!(error instanceof WebAssembly.RuntimeError)) throw error;
    }
  }
  assert.ok(alone > 0 && alone < checks.length, `${alone} of ${checks.length}`);
});
