// Measures how long checks take in Node, with one more stage in each row. Prints the medians as a Markdown table.
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { load } from "symlint";

import { many, root, timed } from "./support.js";

const SIZES = [5, 150, 1_000, 10_000];
const MODULE = ["main.tf", "variables.tf", "versions.tf", "modules/sso_flow/main.tf", "modules/sso_flow/variables.tf"];
const STAGES = [
  ["concise", { select: ["syntax-error"] }], // reads, evaluates, finds the tenants
  ["concise", {}], // and runs all rules
  ["json", {}], // and writes the report
];

const symlint = await load();
const module = Object.fromEntries(await Promise.all(MODULE.map(async (name) => [name, await readFile(join(root, "examples/multi-tenant", name), "utf8")])));

async function median(files, format, options, runs) {
  const times = [];
  for (let run = 0; run < runs; run += 1) times.push(await timed(() => symlint.render(files, format, options)));
  return times.sort((a, b) => a - b)[runs >> 1];
}

console.log("| tenants | what | read, evaluate, find tenants | and all rules | and the report as JSON |\n|---:|---|---:|---:|---:|");
for (const size of SIZES) {
  const values = { "terraform.tfvars": many(size) };
  for (const [what, files] of Object.entries({ "values file": values, module: { ...module, ...values } })) {
    const runs = size > 1_000 ? 5 : 31;
    await median(files, "json", {}, 3);
    const cells = [];
    for (const [format, options] of STAGES) cells.push(`${(await median(files, format, options, runs)).toFixed(1)} ms`);
    console.log(`| ${size.toLocaleString("en")} | ${what} | ${cells.join(" | ")} |`);
  }
}
