// Tests the package with bundlers, Bun, and several settings of TypeScript. It installs these tools, so it needs a
// registry and some minutes, and is not part of `npm test`: `npm run bundlers`.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { browser as launch, root, serve, visit } from "./support.js";

const TOOLS = {
  "vite5": "npm:vite@5.4.21",
  "vite7": "npm:vite@7.3.8",
  "esbuild": "0.28.2",
  "rollup": "4.68.8",
  "@rollup/plugin-node-resolve": "16.0.3",
  "webpack": "5.113.0",
  "webpack-cli": "7.3.1",
  "bun": "1.4.5",
  "jest": "30.5.2",
  "jest-environment-jsdom": "30.5.2",
  "typescript": "5.9.3",
  "@arethetypeswrong/cli": "0.18.5",
};

const CHECK = `
  const report = symlint.check({ "terraform.tfvars": "customer_tenants = {}\\n" });
  const page = await symlint.explain("role-account-mismatch");
  const says = [report.tool.name, version, page.text.includes("\`\`\`")].join(" ");
`;
const USE = `import { load, version } from "symlint";\nconst symlint = await load();\n${CHECK}\nconsole.log(says);\n`;

const scratch = await mkdtemp(join(tmpdir(), "symlint-bundlers-"));
const node = (file, args, options = {}) => execFileSync(process.execPath, [join(scratch, "node_modules", file), ...args], { cwd: scratch, encoding: "utf8", ...options });
const say = (text) => console.log(text);

await writeFile(join(scratch, "package.json"), JSON.stringify({ private: true, type: "module", devDependencies: TOOLS }));
const npm = (args, cwd) => execFileSync("npm", args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
const tarball = npm(["pack", "--silent", "--pack-destination", scratch], join(root, "wasm/npm")).trim().split("\n").at(-1);
npm(["install", "--no-audit", "--no-fund", "--loglevel", "error", `./${tarball}`], scratch);
const { version } = (await import(join(root, "wasm/npm/package.json"), { with: { type: "json" } })).default;
const SAYS = `symlint ${version} true`;
const browser = await launch();

/** Checks that the page at an address has the right result. */
async function answers(address) {
  const { context, page, errors } = await visit(browser, address);
  await page.waitForFunction(() => document.title.startsWith("symlint "), undefined, { timeout: 20_000 }).catch(() => assert.fail(errors.join("\n")));
  assert.equal(await page.title(), SAYS);
  await context.close();
}

async function built(folder) {
  const server = await serve(folder);
  await answers(server.address);
  await server.close();
}

async function project(name, files) {
  const folder = join(scratch, name);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return folder;
}

for (const vite of ["vite5", "vite7"]) {
  const folder = await project(vite, {
    "index.html": '<!doctype html><script type="module" src="./main.js"></script>',
    "main.js": `async function main() { const { load, version } = await import("symlint"); const symlint = await load(); ${CHECK} document.title = says; }\nmain();\n`,
    // As in the README.
    "vite.config.js": 'export default { base: "./", optimizeDeps: { exclude: ["symlint"] } };\n',
  });
  node(`${vite}/bin/vite.js`, ["build", folder, "--logLevel", "warn"]);
  await built(join(folder, "dist"));
  say(`${vite} build: ${SAYS}`);
  const port = vite === "vite5" ? 5305 : 5307;
  const server = spawn(process.execPath, [join(scratch, "node_modules", vite, "bin/vite.js"), folder, "--port", String(port), "--strictPort", "--logLevel", "warn"], { cwd: scratch, stdio: "inherit" });
  try {
    const address = `http://localhost:${port}/`;
    for (let tries = 0; tries < 50 && !(await fetch(address).catch(() => undefined)); tries += 1) await new Promise((done) => setTimeout(done, 200));
    await answers(address);
    say(`${vite} dev: ${SAYS}`);
  } finally {
    server.kill();
  }
}

{
  const folder = await project("esbuild", {
    "main.js": `import { load, version } from "symlint";\nimport engine from "symlint/symlint.wasm";\nimport pages from "symlint/pages.json";\nload(engine, pages).then(async (symlint) => { ${CHECK} document.title = says; });\n`,
    "dist/index.html": '<!doctype html><script type="module" src="./main.js"></script>',
  });
  // In its default format for pages, modules have no addresses.
  for (const format of ["esm", "iife"]) {
    execFileSync(join(scratch, "node_modules/.bin/esbuild"), [join(folder, "main.js"), "--bundle", `--format=${format}`, "--loader:.wasm=file", `--outdir=${join(folder, "dist")}`], { cwd: scratch, stdio: "pipe" });
    await built(join(folder, "dist"));
    say(`esbuild to ${format}: ${SAYS}`);
  }
}

{
  const folder = await project("webpack", {
    "main.js": `import { load, version } from "symlint";\nload().then(async (symlint) => { ${CHECK} document.title = says; });\n`,
    "index.html": '<!doctype html><script src="./dist/main.js"></script>',
  });
  node("webpack/bin/webpack.js", ["--mode", "production", "--entry", join(folder, "main.js"), "--output-path", join(folder, "dist")], { stdio: "pipe" });
  await built(folder);
  say(`webpack: ${SAYS}`);
}

/** A bundle for Node names the missing file, and finds it if it is next to the bundle. */
async function besideBundle(tool, file) {
  const run = () => execFileSync(process.execPath, [file], { cwd: scratch, encoding: "utf8" }).trim();
  assert.match(run(), /^cannot load the engine: .*symlint\.wasm.* see "Bundlers"/);
  for (const name of ["symlint.wasm", "pages.json"]) await cp(join(scratch, "node_modules/symlint/dist", name), join(dirname(file), name));
  assert.equal(run(), SAYS);
  say(`${tool}: ${SAYS}`);
}

{
  const run = `(async () => { const symlint = await load(); ${CHECK} console.log(says); })().catch(({ message }) => console.log(message));\n`;
  const folder = await project("node", {
    "import.js": `import { load, version } from "symlint";\n${run}`,
    "require.cjs": `const { load, version } = require("symlint");\n${run}`,
    "given.js": `import { load, version } from "symlint";\nimport engine from "symlint/symlint.wasm";\nimport pages from "symlint/pages.json";\n${run.replace("load()", "load(engine, pages)")}`,
  });
  const esbuild = (input, output, ...args) => execFileSync(join(scratch, "node_modules/.bin/esbuild"), [join(folder, input), "--bundle", "--platform=node", "--target=node20", `--outfile=${output}`, ...args], { cwd: scratch, stdio: "pipe" });
  for (const [input, format, name] of [["import.js", "esm", "bundle.mjs"], ["import.js", "cjs", "bundle.cjs"], ["require.cjs", "cjs", "bundle.cjs"]]) {
    const output = join(folder, `esbuild-${input}-${format}`, name);
    esbuild(input, output, `--format=${format}`);
    await besideBundle(`esbuild for Node, ${input} to ${format}`, output);
  }
  const single = join(folder, "single/bundle.cjs");
  esbuild("given.js", single, "--format=cjs", "--loader:.wasm=binary");
  assert.equal(execFileSync(process.execPath, [single], { cwd: scratch, encoding: "utf8" }).trim(), SAYS);
  say(`esbuild for Node, a single file: ${SAYS}`);
  for (const [format, name] of [["es", "bundle.mjs"], ["cjs", "bundle.cjs"]]) {
    const output = join(folder, `rollup-${format}`, name);
    node("rollup/dist/bin/rollup", [join(folder, "import.js"), "--plugin", "node-resolve={exportConditions:['node']}", "--format", format, "--file", output, "--silent"], { stdio: "pipe" });
    await besideBundle(`rollup to ${format}`, output);
  }
  const webpack = (input, output) => node("webpack/bin/webpack.js", ["--mode", "production", "--target", "node", "--entry", join(folder, input), "--output-path", output, "--output-filename", "main.cjs"], { stdio: "pipe" });
  webpack("require.cjs", join(folder, "webpack-require"));
  await besideBundle("webpack for Node, with require", join(folder, "webpack-require/main.cjs"));
  webpack("import.js", join(folder, "webpack-import"));
  assert.equal(execFileSync(process.execPath, [join(folder, "webpack-import/main.cjs")], { cwd: scratch, encoding: "utf8" }).trim(), SAYS);
  say(`webpack for Node: ${SAYS}`);
}

{
  const folder = await project("bun", { "main.js": USE });
  const output = execFileSync(join(scratch, "node_modules/.bin/bun"), ["run", join(folder, "main.js")], { cwd: scratch, encoding: "utf8" });
  assert.equal(output.trim(), SAYS);
  say(`bun: ${SAYS}`);
}

{
  const folder = await project("jest", {
    "use.test.cjs": `const { load, version } = require("symlint");\ntest("use", async () => { const symlint = await load(); ${CHECK} expect(says).toBe(${JSON.stringify(SAYS)}); });\n`,
  });
  for (const environment of ["node", "jsdom"]) {
    node("jest/bin/jest.js", ["--rootDir", folder, "--env", environment], { stdio: "pipe" });
    say(`jest with ${environment}: ${SAYS}`);
  }
}

{
  const file = await project("types", {
    "use.ts": 'import { load, loadSync, offsetsOf, version, type Report, type RuleId } from "symlint";\nimport engine from "symlint/symlint.wasm";\nexport const rule: RuleId = "role-account-mismatch";\nexport async function use(): Promise<Report> {\n  const symlint = await load(engine);\n  symlint.free();\n  return symlint.check({ [version]: String(offsetsOf("")(0)) });\n}\nexport const sync = loadSync;\n',
  });
  for (const [module, resolution] of [["commonjs", "node10"], ["esnext", "bundler"], ["node16", "node16"], ["nodenext", "nodenext"]]) {
    // The DOM is not available, and all declarations are checked.
    const compilerOptions = { noEmit: true, strict: true, target: "es2022", lib: ["es2022"], types: [], esModuleInterop: true, skipLibCheck: false, module, moduleResolution: resolution };
    await writeFile(join(file, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["use.ts"] }));
    node("typescript/bin/tsc", ["-p", file], { stdio: ["ignore", "inherit", "inherit"] });
    say(`types with ${module} and ${resolution}`);
  }
}

say(node("@arethetypeswrong/cli/dist/index.js", [join(scratch, tarball), "--format", "ascii"]));

await browser.close();
await rm(scratch, { recursive: true });
