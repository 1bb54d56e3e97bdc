// Makes usual checks with an engine that notes which of its functions run, and prints those that did.
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

import { many } from "../test/many.js";

const [out, wasm] = process.argv.slice(2);
const { instantiate } = await import(pathToFileURL(resolve(out, "glue.js")));
const module = new WebAssembly.Module(readFileSync(wasm));
const ran = new Set();

/** Makes checks with a fresh engine. */
function run(checks) {
  let memory;
  const engine = instantiate(module, (exports) => ({ memory } = exports));
  engine.rules();
  for (const [path, files] of checks) {
    try {
      engine.check(JSON.stringify({ version: 1, files, options: { path, today: "2027-01-31" } }), "json");
    } catch (problem) {
      // What cannot be checked is usual, too.
      if (typeof problem !== "string") throw problem;
    }
  }
  // There are fewer functions than that, and the stack is not that deep.
  new Uint8Array(memory.buffer, 0, 65_536).forEach((note, place) => note && ran.add(place));
}

const examples = resolve(import.meta.dirname, "../../examples");
const names = readdirSync(examples, { recursive: true }).filter((name) => /\.(tf|tfvars|hcl)$/.test(name)).map((name) => name.replaceAll("\\", "/"));
const files = Object.fromEntries(names.map((name) => [name, readFileSync(join(examples, name), "utf8")]));
const pages = Object.values(JSON.parse(readFileSync(join(out, "pages.json"), "utf8")));
// Most paste values, and the pages of the rules have all mistakes in them.
const pasted = pages.flatMap((page) => [...page.matchAll(/```hcl (?:bad|good|fixed)\n(.*?)```/gs)].map(([, text]) => text));
const texts = [...[1, 2, 5, 20, 100].map(many), ...pasted, "customer_tenants = {", "tenants = {}\n"];
// What has an order is sorted in other ways where the files come in another one.
const ordered = names.map((_, first) => Object.fromEntries([...names.slice(first), ...names.slice(0, first)].map((name) => [name, files[name]])));
const all = [...ordered, Object.fromEntries(Object.entries(files).reverse())];
const checks = [...readdirSync(examples).flatMap((path) => all.map((files) => [path, files])), ...texts.map((text) => [".", { "terraform.tfvars": text }])];
for (const check of checks) run([check]);
// Maps have other collisions each time.
for (let round = 0; round < 20; round += 1) run([...checks.slice(round), ...checks]);
console.log(JSON.stringify([...ran].sort((a, b) => a - b)));
