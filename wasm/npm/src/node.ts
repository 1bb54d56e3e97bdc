import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { Symlint, type Pages, type Source } from "./engine.js";

export * from "./engine.js";

const engine = () => new URL("./symlint.wasm", import.meta.url);

/** Loads the engine: by default from the file next to this one. */
export async function load(source: Source = engine(), pages?: Pages): Promise<Symlint> {
  if (isModule(source)) return symlint(source, pages);
  return symlint(await WebAssembly.compile((isFile(source) ? await readFile(path(source)) : source) as BufferSource), pages);
}

/** As `load`, at once. */
export function loadSync(source: Source = engine(), pages?: Pages): Symlint {
  if (isModule(source)) return symlint(source, pages);
  return symlint(new WebAssembly.Module((isFile(source) ? readFileSync(path(source)) : source) as BufferSource), pages);
}

function symlint(module: object, pages?: Pages): Symlint {
  return new Symlint(module, async () => pages ?? (JSON.parse(await readFile(new URL("./pages.json", import.meta.url), "utf8")) as Pages));
}

function isModule(source: Source): source is object {
  return source instanceof WebAssembly.Module;
}

function isFile(source: Source): source is string | URL {
  return typeof source === "string" || source instanceof URL;
}

function path(file: string | URL): string | URL {
  return typeof file === "string" && file.startsWith("file:") ? fileURLToPath(file) : file;
}
