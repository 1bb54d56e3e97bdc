// The packed package in a project of its own, as its users have it.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtemp, readFile, readdir, rm, writeFile, mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";

import { load, EngineError, SymlintError } from "symlint";

import { crashing, root } from "./support.js";

const npm = (args, cwd) => execFileSync("npm", args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
const modules = join(root, "wasm/node_modules");
let scratch;

before(async () => {
  scratch = await mkdtemp(join(tmpdir(), "symlint-"));
  await writeFile(join(scratch, "package.json"), JSON.stringify({ private: true, name: "scratch", version: "1.0.0" }));
  const packed = npm(["pack", "--silent", "--pack-destination", scratch], join(root, "wasm/npm")).trim().split("\n").at(-1);
  npm(["install", "--no-audit", "--no-fund", "--offline", `./${packed}`], scratch);
});

after(() => rm(scratch, { recursive: true, force: true }));

const USE = `
  const symlint = await load();
  const report = symlint.check({ "terraform.tfvars": "customer_tenants = {}\\n" });
  console.log(report.tool.name, report.version, symlint.rules().length > 0, symlint.explain("role-account-mismatch").id);
`;
const SAYS = "symlint 1 true role-account-mismatch";

test("an ES module of Node uses the package", async () => {
  await writeFile(join(scratch, "use.mjs"), `import { load } from "symlint";\n${USE}`);
  assert.equal(execFileSync(process.execPath, ["use.mjs"], { cwd: scratch, encoding: "utf8" }).trim(), SAYS);
});

test("a CommonJS module of Node uses the package", async () => {
  await writeFile(join(scratch, "use.cjs"), `const { load } = require("symlint");\n(async () => {${USE}})();`);
  assert.equal(execFileSync(process.execPath, ["use.cjs"], { cwd: scratch, encoding: "utf8" }).trim(), SAYS);
});

test("Vite builds a page with the package", async () => {
  await mkdir(join(scratch, "src"), { recursive: true });
  await writeFile(join(scratch, "index.html"), `<script type="module" src="./src/main.js"></script>`);
  await writeFile(join(scratch, "src/main.js"), `import { load } from "symlint";\nload().then((symlint) => console.log(symlint.rules()));`);
  execFileSync(process.execPath, [join(modules, "vite/bin/vite.js"), "build", "--logLevel", "warn"], { cwd: scratch });
  const assets = await readdir(join(scratch, "dist/assets"));
  assert.equal(assets.filter((name) => name.endsWith(".wasm")).length, 1, assets.join());
});

test("TypeScript finds the types, for both kinds of modules", async () => {
  const use = `import { load, type Report } from "symlint";\nexport async function use(): Promise<Report> { return (await load()).check({ "a.tfvars": "" }, { select: ["syntax-error"] }); }\n`;
  await writeFile(join(scratch, "use.mts"), use);
  await writeFile(join(scratch, "typed.cts"), use);
  const args = ["--noEmit", "--strict", "--ignoreConfig", "--module", "nodenext", "--lib", "es2022,dom", "--types", "", "use.mts", "typed.cts"];
  execFileSync(process.execPath, [join(modules, "typescript/bin/tsc"), ...args], { cwd: scratch, stdio: "pipe" });
});

test("publint has nothing to say", async () => {
  const { publint } = await import("publint");
  const { messages } = await publint({ pkgDir: join(root, "wasm/npm"), strict: true, pack: false });
  assert.deepEqual(messages, []);
});

test("the package is of the version of the crates", async () => {
  const manifest = JSON.parse(await readFile(join(root, "wasm/npm/package.json"), "utf8"));
  const cargo = await readFile(join(root, "Cargo.toml"), "utf8");
  assert.equal(manifest.version, /\[workspace\.package\]\nversion = "(.*)"/.exec(cargo)?.[1]);
});

/** The texts below some folders of the repository, by their paths from its root. */
async function texts(...folders) {
  const files = {};
  for (const folder of folders) {
    for (const entry of await readdir(join(root, folder), { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (entry.isFile() && /\.(tf|tfvars|json|hcl)$/.test(path)) files[relative(root, path)] = await readFile(path, "utf8");
    }
  }
  return files;
}

/** As the recorded logs are, which do not repeat the pages of rules. */
function withoutRules(sarif) {
  const log = JSON.parse(sarif);
  const [run] = log.runs;
  const described = new Set(run.tool.driver.rules.map(({ id }) => id));
  assert.deepEqual(run.results.filter(({ ruleId }) => !described.has(ruleId)), []);
  run.tool.driver.rules = [];
  return JSON.stringify(log, undefined, 2);
}

for (const path of ["examples/copy-paste", "examples/multi-tenant", "tests/fixtures/two-short-tenants.tfvars", "tests/fixtures/half-known"]) {
  for (const format of ["json", "concise", "markdown", "sarif"]) {
    test(`${path} gets the recorded ${format} report of the command line`, async () => {
      const name = path.split("/").at(-1).split(".")[0];
      const snapshot = await readFile(join(root, `tests/snapshots/${name}.${format}.snap`), "utf8");
      const recorded = snapshot.slice(snapshot.indexOf("\n---\n") + 5);
      const symlint = await load();
      const rendered = symlint.render(await texts("examples", "tests/fixtures"), format, { path });
      // insta keeps no newline at the end.
      assert.equal((format === "sarif" ? withoutRules(rendered) : rendered).trimEnd(), recorded.trimEnd());
    });
  }
}

test("the report of each fixture is that of the command line, byte for byte", async () => {
  const symlint = await load();
  const files = await texts("examples", "tests/fixtures");
  const paths = Object.keys(files).filter((path) => path.endsWith(".tfvars")).flatMap((path) => [path, dirname(path)]);
  assert.ok(paths.length > 5);
  for (const path of new Set(paths)) {
    const args = ["run", "--quiet", "--locked", "--package", "symlint", "--", "check", "--format", "json", path];
    const { status, stdout } = spawnSync("cargo", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
    assert.ok(status === 0 || status === 1, `${path}: ${status}`);
    assert.equal(symlint.render(files, "json", { path }), stdout, path);
  }
});

test("what is not checked is no empty report", async () => {
  const symlint = await load();
  const files = { "main.tf": 'variable "customer_tenants" {}\n' };
  assert.throws(() => symlint.check(files), (error) => error instanceof SymlintError && error.kind === "nothing-checked" && error.report?.version === 1);
  assert.throws(() => symlint.check({}), { kind: "nothing-checked" });
  assert.throws(() => symlint.check({ "a.tfvars": "", ".symlint.hcl": "what = 1" }), { kind: "config" });
  assert.throws(() => symlint.check({ "a.tfvars": "" }, { select: ["role-acount-mismatch"] }), { kind: "usage", message: /did you mean/ });
});

test("fixes are applied in memory", async () => {
  const symlint = await load();
  const files = await texts("examples");
  const fixed = symlint.fix(files, { path: "examples/copy-paste", suggestions: true });
  assert.ok(fixed.fixed > 0);
  const left = symlint.check({ ...files, ...fixed.files }, { path: "examples/copy-paste" });
  assert.deepEqual(left, fixed.report);
});

test("hostile nesting is a finding, or at worst a crash that the next call does not feel", async () => {
  const symlint = await load();
  for (const text of ["[".repeat(100_000), "{".repeat(100_000), `a = ${"(".repeat(100_000)}`, `a = "${"${".repeat(50_000)}`, "\0".repeat(1000)]) {
    try {
      symlint.check({ "terraform.tfvars": text });
    } catch (error) {
      assert.ok(!(error instanceof EngineError), `crashed on ${text.slice(0, 8)}`);
    }
  }
  assert.equal(symlint.check({ "a.tfvars": "customer_tenants = {}" }).summary.tenants, 0);
});

test("a crash is an EngineError", async () => {
  const symlint = await load(await crashing());
  for (let call = 0; call < 2; call += 1) {
    assert.throws(() => symlint.check({ "a.tfvars": "customer_tenants = {}" }), (error) => error instanceof EngineError && error.cause instanceof WebAssembly.RuntimeError);
  }
});

test("the WebAssembly is small", async () => {
  const wasm = await readFile(join(root, "wasm/npm/dist/symlint.wasm"));
  const kilobytes = gzipSync(wasm, { level: 9 }).length / 1000;
  console.log(`symlint.wasm: ${Math.round(wasm.length / 1000)} kB, ${Math.round(kilobytes)} kB with gzip`);
  assert.ok(kilobytes < 785);
});
