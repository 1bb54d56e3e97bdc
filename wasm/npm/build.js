// Builds `dist` from the output of `npm run engine` in `generated`: types from the schema, bundles, and declarations.
import { execFileSync } from "node:child_process";
import { cp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";

import { compile } from "json-schema-to-typescript";
import { rolldown } from "rolldown";

process.chdir(import.meta.dirname);
const { version } = JSON.parse(await readFile("package.json", "utf8"));
await rm("dist", { recursive: true, force: true });
await mkdir("dist");
await Promise.all([shapes(), ...["symlint.wasm", "pages.json"].map((name) => cp(`generated/${name}`, `dist/${name}`))]);
for (const licence of ["LICENSE-APACHE", "LICENSE-MIT"]) await cp(`../../${licence}`, licence);
// Jest's environment with a DOM lacks these globals.
await bundle("node", ["es", "cjs"], { TextDecoder: ["node:util", "TextDecoder"], TextEncoder: ["node:util", "TextEncoder"] });
await bundle("browser", ["es"]);
execFileSync(process.execPath, ["../node_modules/typescript/bin/tsc"], { stdio: "inherit" });
await declarations();

async function shapes() {
  // A reference with a description next to it would become a type of its own.
  const plain = (key, value) => (value?.$ref ? { $ref: value.$ref } : value);
  const schema = JSON.parse(await readFile("generated/schema.json", "utf8"), plain);
  const options = { additionalProperties: false, bannerComment: "", unreachableDefinitions: true };
  const text = await compile(schema, "Shapes", options);
  const named = text.replaceAll(/ \*\n \* This interface was referenced by .*\n.*via the `definition` .*\n/g, "");
  const types = named.replaceAll(/\/\*\*\n \* This interface was referenced by .*\n.*via the `definition` .*\n \*\/\n/g, "");
  const shapes = types.replace(/export interface Shapes \{[^}]*\}\n/, "");
  await writeFile("src/shapes.d.ts", `// Made of the schema, which is built from the Rust types.\n${shapes}`);
}

async function bundle(name, formats, inject = {}) {
  const build = await rolldown({
    input: `src/${name}.ts`,
    platform: name,
    transform: { define: { PACKAGE_VERSION: JSON.stringify(version) }, inject },
    resolve: { alias: { "./glue.js": `${import.meta.dirname}/generated/glue.js` } },
  });
  for (const format of formats) {
    await build.write({ format, file: `dist/${name}.${format === "cjs" ? "cjs" : "js"}` });
  }
  await build.close();
}

async function declarations() {
  await cp("src/shapes.d.ts", "dist/shapes.d.ts");
  await cp("src/glue.d.ts", "dist/glue.d.ts");
  // Bundlers turn an import of the file into its address, its bytes, or a module.
  await writeFile("dist/wasm.d.cts", 'declare const engine: import("./node.cjs").Source;\nexport = engine;\n');
  // CommonJS needs the same types in separate files.
  for (const file of await readdir("dist")) {
    if (!file.endsWith(".d.ts") || file.startsWith("browser")) continue;
    const text = await readFile(`dist/${file}`, "utf8");
    await writeFile(`dist/${file.replace(".d.ts", ".d.cts")}`, text.replaceAll(/(["']\.\/\w+)\.js/g, "$1.cjs"));
  }
}
