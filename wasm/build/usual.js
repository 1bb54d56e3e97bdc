// Runs usual checks with an engine that notes which of its functions run, and prints these functions.
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

import { many } from "../test/many.js";

const [out, wasm] = process.argv.slice(2);
const { instantiate } = await import(pathToFileURL(resolve(out, "glue.js")));
const module = new WebAssembly.Module(readFileSync(wasm));
const ran = new Set();

/** Runs checks with a new engine. */
function run(checks) {
  let memory;
  const engine = instantiate(module, (exports) => ({ memory } = exports));
  engine.rules();
  for (const [path, files] of checks) {
    try {
      engine.check(JSON.stringify({ version: 1, files, options: { path, today: "2027-01-31" } }), "json");
    } catch (problem) {
      // Input that cannot be checked is usual as well.
      if (typeof problem !== "string") throw problem;
    }
  }
  // There are fewer functions than bytes here, and the stack does not grow down to them.
  new Uint8Array(memory.buffer, 0, 65_536).forEach((note, place) => note && ran.add(place));
}

const examples = resolve(import.meta.dirname, "../../examples");
const names = readdirSync(examples, { recursive: true }).filter((name) => /\.(tf|tfvars|hcl)$/.test(name)).map((name) => name.replaceAll("\\", "/"));
const files = Object.fromEntries(names.map((name) => [name, readFileSync(join(examples, name), "utf8")]));
const pages = Object.values(JSON.parse(readFileSync(join(out, "pages.json"), "utf8")));
// Most visitors paste values, and the rule pages contain every kind of mistake.
const pasted = pages.flatMap((page) => [...page.matchAll(/```hcl (?:bad|good|fixed)\n(.*?)```/gs)].map(([, text]) => text));
const texts = [...[1, 2, 5, 20, 100].map(many), ...pasted, "customer_tenants = {", "tenants = {}\n"];
// Another order of the files causes different sorting, and so different functions run.
const ordered = names.map((_, first) => Object.fromEntries([...names.slice(first), ...names.slice(0, first)].map((name) => [name, files[name]])));
const all = [...ordered, Object.fromEntries(Object.entries(files).reverse())];
const checks = [...readdirSync(examples).flatMap((path) => all.map((files) => [path, files])), ...texts.map((text) => [".", { "terraform.tfvars": text }])];
for (const check of checks) run([check]);
// Maps have different collisions each time.
for (let round = 0; round < 20; round += 1) run([...checks.slice(round), ...checks]);
console.log(JSON.stringify([...ran].sort((a, b) => a - b)));
