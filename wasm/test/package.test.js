// Tests the packed package in a separate project, as its users install it.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { cp, mkdtemp, readFile, readdir, rm, writeFile, mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";

import { load, loadSync, offsetsOf, version, EngineError, SymlintError } from "symlint";

import { crashing, many, root } from "./support.js";

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
  console.log(report.tool.name, report.version, symlint.rules().length > 0, (await symlint.explain("role-account-mismatch")).text.includes("**Wrong"));
`;
const SAYS = "symlint 1 true true";

test("an ES module of Node uses the package", async () => {
  await writeFile(join(scratch, "use.mjs"), `import { load } from "symlint";\n${USE}`);
  assert.equal(execFileSync(process.execPath, ["use.mjs"], { cwd: scratch, encoding: "utf8" }).trim(), SAYS);
});

test("a CommonJS module of Node uses the package", async () => {
  await writeFile(join(scratch, "use.cjs"), `const { load } = require("symlint");\n(async () => {${USE}})();`);
  assert.equal(execFileSync(process.execPath, ["use.cjs"], { cwd: scratch, encoding: "utf8" }).trim(), SAYS);
});

test("the package works where TextDecoder and TextEncoder are no globals, as in Jest with a DOM", async () => {
  const without = "delete globalThis.TextDecoder; delete globalThis.TextEncoder;";
  await writeFile(join(scratch, "without.cjs"), `const { load } = require("symlint");\n${without}\n(async () => {${USE}})();`);
  assert.equal(execFileSync(process.execPath, ["without.cjs"], { cwd: scratch, encoding: "utf8" }).trim(), SAYS);
});

test("Vite builds a page with the package", async () => {
  await mkdir(join(scratch, "src"), { recursive: true });
  await writeFile(join(scratch, "index.html"), `<script type="module" src="./src/main.js"></script>`);
  await writeFile(join(scratch, "src/main.js"), `import { load } from "symlint";\nload().then((symlint) => console.log(symlint.rules()));`);
  execFileSync(process.execPath, [join(modules, "vite/bin/vite.js"), "build", "--logLevel", "warn"], { cwd: scratch });
  const assets = await readdir(join(scratch, "dist/assets"));
  assert.equal(assets.filter((name) => name.endsWith(".wasm")).length, 1, assets.join());
});

test("a bundle for Node finds the files next to it, or names the missing one", async () => {
  const { rolldown } = await import("rolldown");
  await writeFile(join(scratch, "bundled.js"), `import { load } from "symlint";\n(async () => {${USE}})().catch(({ message }) => console.log(message));`);
  const build = await rolldown({ input: join(scratch, "bundled.js"), platform: "node" });
  for (const format of ["es", "cjs", "a module without an address"]) {
    const folder = join(scratch, format);
    const file = join(folder, format === "es" ? "bundle.mjs" : "bundle.cjs");
    await build.write({ format: format === "es" ? "es" : "cjs", file });
    if (format === "a module without an address") {
      // This is how esbuild writes it.
      const code = await readFile(file, "utf8");
      const without = code.replaceAll(/require\("url"\)\.pathToFileURL\(__filename\)\.href/g, "{}.url");
      assert.notEqual(without, code);
      await writeFile(file, without);
    }
    const run = () => execFileSync(process.execPath, [file], { cwd: root, encoding: "utf8" }).trim();
    await Promise.all(["symlint.wasm", "pages.json"].map((name) => rm(join(folder, name), { force: true })));
    assert.match(run(), /^cannot load the engine: .*symlint\.wasm.* see "Bundlers" in the README of symlint\.$/);
    for (const name of ["symlint.wasm", "pages.json"]) await cp(join(scratch, "node_modules/symlint/dist", name), join(folder, name));
    assert.equal(run(), SAYS);
  }
  await build.close();
});

test("TypeScript finds the types, for both kinds of modules", async () => {
  const use = `import { load, type Report } from "symlint";\nimport engine from "symlint/symlint.wasm";\nexport async function use(): Promise<Report> { return (await load(engine)).check({ "a.tfvars": "" }, { select: ["syntax-error"] }); }\n`;
  await writeFile(join(scratch, "use.mts"), use);
  await writeFile(join(scratch, "typed.cts"), use);
  const args = ["--noEmit", "--strict", "--ignoreConfig", "--module", "nodenext", "--lib", "es2022", "--skipLibCheck", "false", "--types", "", "use.mts", "typed.cts"];
  execFileSync(process.execPath, [join(modules, "typescript/bin/tsc"), ...args], { cwd: scratch, stdio: "pipe" });
});

test("publint reports nothing", async () => {
  const { publint } = await import("publint");
  const { messages } = await publint({ pkgDir: join(root, "wasm/npm"), strict: true, pack: false });
  assert.deepEqual(messages, []);
});

test("the package has the version of the crates", async () => {
  const manifest = JSON.parse(await readFile(join(root, "wasm/npm/package.json"), "utf8"));
  const cargo = await readFile(join(root, "Cargo.toml"), "utf8");
  assert.equal(manifest.version, /\[workspace\.package\]\nversion = "(.*)"/.exec(cargo)?.[1]);
});

/** The texts in some folders of the repository, by their paths relative to its root. */
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

/** SARIF without the pages of the rules, which the snapshots do not contain. */
function withoutRules(sarif) {
  const log = JSON.parse(sarif);
  const [run] = log.runs;
  const described = new Set(run.tool.driver.rules.map(({ id }) => id));
  assert.deepEqual(run.results.filter(({ ruleId }) => !described.has(ruleId)), []);
  run.tool.driver.rules = [];
  return JSON.stringify(log, undefined, 2);
}

for (const format of ["json", "concise", "markdown", "sarif", "github", "gitlab", "junit"]) {
  test(`the ${format} report equals the snapshot of the command line`, async () => {
    const snapshot = await readFile(join(root, `tests/program/snapshots/rich.${format}.snap`), "utf8");
    const recorded = snapshot.slice(snapshot.indexOf("\n---\n") + 5);
    const symlint = await load();
    const rendered = symlint.render(await texts("tests/fixtures"), format, { path: "tests/fixtures/rich" });
    // insta removes the newline at the end.
    assert.equal((format === "sarif" ? withoutRules(rendered) : rendered).trimEnd(), recorded.trimEnd());
  });
}

let program;

/** Runs the command line. It is built once. */
function commandLine(...args) {
  program ??= built();
  return spawnSync(program, args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}

function built() {
  const args = ["build", "--quiet", "--locked", "--package", "symlint", "--bin", "symlint", "--message-format", "json-render-diagnostics"];
  const lines = execFileSync("cargo", args, { cwd: root, encoding: "utf8", maxBuffer: Infinity, stdio: ["ignore", "pipe", "inherit"] }).trim().split("\n");
  return lines.map((line) => JSON.parse(line).executable).findLast(Boolean);
}

test("the report of each fixture equals that of the command line", async () => {
  const symlint = await load();
  const files = await texts("examples", "tests/fixtures");
  const paths = Object.keys(files).filter((path) => path.endsWith(".tfvars")).flatMap((path) => [path, dirname(path)]);
  assert.ok(paths.length > 5);
  for (const path of new Set(paths)) {
    const { status, stdout } = commandLine("check", "--format", "json", path);
    const rendered = () => symlint.render(files, "json", { path });
    // If a module is missing, the error contains the report.
    if (status === 2) assert.throws(rendered, ({ report }) => (assert.deepEqual(report, JSON.parse(stdout), path), true));
    else assert.equal(rendered(), stdout, path);
  }
});

test("input that cannot be checked is an error, not an empty report", async () => {
  const symlint = await load();
  const files = { "main.tf": 'variable "customer_tenants" {}\n' };
  assert.throws(() => symlint.check(files), (error) => error instanceof SymlintError && error.kind === "nothing-checked" && error.report?.version === 1);
  assert.throws(() => symlint.check({}), { kind: "nothing-checked" });
  assert.throws(() => symlint.check({ "a.tfvars": "", ".symlint.hcl": "what = 1" }), { kind: "config" });
  assert.throws(() => symlint.check({ "a.tfvars": "" }, { select: ["role-acount-mismatch"] }), { kind: "usage", message: /did you mean/ });
});

test("wrong arguments of a call are errors in the terms of JavaScript", async () => {
  const symlint = await load();
  const wrong = (files, options, message) => assert.throws(() => symlint.check(files, options), { name: "SymlintError", kind: "usage", message });
  wrong([], {}, "`files` is not an object of texts by their paths");
  wrong(new Map([["a.tfvars", ""]]), {}, "`files` is not an object of texts by their paths");
  wrong({ "a.tfvars": 1 }, {}, "the text of the file `a.tfvars` is not a string");
  wrong({ "a.tfvars": "", "/repo/b.tfvars": "" }, {}, "the path `/repo/b.tfvars` of a file is absolute");
  wrong({ "envs\\a.tfvars": "" }, {}, "the path `envs\\a.tfvars` of a file contains a backslash");
  assert.throws(() => symlint.compare({ "/a.tfvars": "" }, { "a.tfvars": "" }), { kind: "usage", message: "the path `/a.tfvars` of a file is absolute" });
  wrong({ "a.tfvars": "" }, { selct: [] }, "there is no option `selct`");
  wrong({ "a.tfvars": "" }, { select: "region-invalid" }, "the option `select` is not an array of rules");
  wrong({ "a.tfvars": "" }, { levels: { "region-invalid": "loud" } }, /the option `levels` is not an object/);
  for (const today of ["tomorrow", "2027-02-30", "2027-1-1", 20270101]) wrong({ "a.tfvars": "" }, { today }, "the option `today` is not a day such as 2027-01-31");
  for (const format of ["yaml", "human"]) {
    const message = `\`${format}\` is not a valid format: use \`json\`, \`concise\`, \`markdown\`, \`sarif\`, \`github\`, \`gitlab\`, \`junit\``;
    assert.throws(() => symlint.render({ "a.tfvars": "" }, format), { name: "SymlintError", kind: "usage", message });
  }
  assert.throws(() => symlint.render({ "a.tfvars": "" }), { kind: "usage", message: "`format` is not a string" });
  assert.throws(() => symlint.renderDiff({ "a.tfvars": "" }, { "a.tfvars": "" }), { kind: "usage", message: "`format` is not a string" });
  await assert.rejects(symlint.explain(), { kind: "usage", message: "`rule` is not a string" });
  await assert.rejects(symlint.explain("role-acount-mismatch"), { kind: "usage", message: /did you mean/ });
});

test("files in an absolute folder are checked", async () => {
  const symlint = await load();
  for (const path of ["/repo", "/repo/a.tfvars"]) assert.equal(symlint.check({ "/repo/a.tfvars": many(2) }, { path }).summary.tenants, 2);
});

test("the pages of the rules can be passed, for bundlers that do not include their file", async () => {
  const pages = { "region-invalid": "the page" };
  for (const symlint of [await load(undefined, pages), loadSync(undefined, pages)]) assert.equal((await symlint.explain("region-invalid")).text, "the page");
});

test("exceptions expire on their date, compared with today or a given date", async () => {
  const symlint = await load();
  const text = many(2).replace('"aws"', '"AWS"');
  const config = (expires) => `exception "cloud-invalid" {\n  tenant  = "tenant_0"\n  reason  = "a test"\n  expires = "${expires}"\n}\n`;
  const rule = symlint.check({ "a.tfvars": text }).findings.find(({ tenant }) => tenant === "tenant_0").rule;
  const suppressed = (expires, options) => symlint.check({ "a.tfvars": text, ".symlint.hcl": config(expires).replace("cloud-invalid", rule) }, options).summary.suppressed;
  assert.equal(suppressed("2020-01-01"), 0);
  assert.equal(suppressed("2020-01-01", { today: "2019-12-31" }), 1);
  assert.equal(suppressed("2999-01-01"), 1);
});

test("the engine can be loaded synchronously from bytes, and freed", async () => {
  const bytes = await readFile(join(root, "wasm/npm/dist/symlint.wasm"));
  for (const symlint of [loadSync(), loadSync(bytes), loadSync(new WebAssembly.Module(bytes)), await load(join(root, "wasm/npm/dist/symlint.wasm"))]) {
    const count = symlint.rules().length;
    symlint.free();
    assert.equal(symlint.rules().length, count);
  }
  assert.match(version, /^\d+\.\d+\.\d+$/);
});

test("a lone half of a surrogate pair is read as the replacement character", async () => {
  const symlint = await load();
  const text = `# \ud800 \\ud800 \\\\\udc00 \u{1f600}\n${many(1).replace('"us-east-1"', '"us-east-1a"')}`;
  const check = (text) => symlint.check({ "a\udc00.tfvars": text }).findings;
  assert.deepEqual(check(text), check(text.toWellFormed()));
  const [{ location }] = check(text).filter(({ rule }) => rule === "region-invalid");
  assert.equal(location.file, "a\ufffd.tfvars");
  assert.equal(text.slice(offsetsOf(text)(location.start.offset), offsetsOf(text)(location.end.offset)), "us-east-1a");
});

test("offsets of a report are found in JavaScript's strings", async () => {
  const symlint = await load();
  const text = `# \u00e4\u{1f600}\n${many(1).replace('"us-east-1"', '"us-east-1a"')}`;
  const [finding] = symlint.check({ "a.tfvars": text }).findings.filter(({ rule }) => rule === "region-invalid");
  const offset = offsetsOf(text);
  assert.equal(text.slice(offset(finding.location.start.offset), offset(finding.location.end.offset)), "us-east-1a");
});

test("offsets in bytes and in JavaScript are at the same character, for any text", () => {
  // The last text is long enough for several entries of the table, one of them in the middle of a surrogate pair. One text has lone halves.
  for (const text of ["aä€😀z", "\udc00a\ud800b😀c", `${"x".repeat(1023)}${"😀ä".repeat(1500)}z`]) {
    const offset = offsetsOf(text);
    let unit = 0;
    for (const character of text) {
      assert.equal(offset(Buffer.byteLength(text.slice(0, unit))), unit);
      unit += character.length;
    }
    assert.equal(offset(Buffer.byteLength(text)), text.length);
  }
});

test("files before and after a change are compared", async () => {
  const symlint = await load();
  const before = { "terraform.tfvars": many(3) };
  // The second tenant gets the role of the first.
  const after = { "terraform.tfvars": many(3).replace(`role_arn     = "arn:aws:iam::${259298427341 + 7919}:`, 'role_arn     = "arn:aws:iam::259298427341:') };
  const diff = symlint.compare(before, after);
  assert.deepEqual(diff.crossings.map(({ from, into, finding }) => [from, into, finding.rule]), [[["tenant_1"], ["tenant_0"], "role-account-mismatch"]]);
  assert.deepEqual(diff.tenants.map(({ tenant, change, values }) => [tenant, change, values.map(({ name }) => name)]), [["tenant_1", "changed", ["sso_connector_settings.role_arn"]]]);
  for (const format of ["markdown", "summary"]) assert.match(symlint.renderDiff(before, after, format), /1 crossing into another customer/);
  const described = JSON.parse(symlint.renderDiff(before, after, "described"));
  assert.match(described.headline, /^1 crossing into another customer/);
  assert.deepEqual(described.diff, diff);
  assert.equal(described.tenants.length, 1);
  const none = symlint.compare(before, before);
  assert.deepEqual([none.tenants, none.findings.new, none.crossings], [[], [], []]);
  assert.throws(() => symlint.compare([], after), { kind: "usage", message: "`before` is not an object of texts by their paths" });
  assert.throws(() => symlint.renderDiff(before, after, "sarif"), { kind: "usage", message: /`sarif` is not a valid format/ });
  assert.throws(() => symlint.compare(before, after, { before: "." }), { kind: "usage", help: /`suggestions`, `before_path`$/ });
  assert.throws(() => symlint.compare(before, {}), { kind: "nothing-checked" });
});

test("a comparison of two folders equals that of the command line", async () => {
  const symlint = await load();
  const [old, path] = ["examples/multi-tenant", "examples/copy-paste"];
  const { stdout } = commandLine("diff", "--format", "json", old, path);
  const files = await texts("examples");
  const diff = JSON.parse(symlint.renderDiff(files, files, "json", { before_path: old, path }));
  assert.ok(diff.crossings.length > 0 && diff.tenants.length > 0);
  assert.deepEqual({ ...diff, base: `\`${old}\`` }, JSON.parse(stdout));
  assert.throws(() => symlint.compare(files, files, { before_path: 1 }), { kind: "usage", message: "the option `before_path` is not the path of a folder or of a file" });
});

test("fixes are applied in memory", async () => {
  const symlint = await load();
  const files = await texts("examples");
  const fixed = symlint.fix(files, { path: "examples/copy-paste", suggestions: true });
  assert.ok(fixed.fixed > 0);
  const left = symlint.check({ ...files, ...fixed.files }, { path: "examples/copy-paste" });
  assert.deepEqual(left, fixed.report);
});

test("hostile nesting is a finding, or at worst a crash that does not affect the next call", async () => {
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
  assert.ok(kilobytes < 1135);
});
