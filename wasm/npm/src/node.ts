import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { Symlint, type Source } from "./engine.js";

export * from "./engine.js";

const ENGINE = new URL("./symlint.wasm", import.meta.url);
const PAGES = new URL("./pages.json", import.meta.url);

/** Loads the engine: by default from the file next to this one. */
export async function load(source: Source = ENGINE): Promise<Symlint> {
  if (isModule(source)) return symlint(source);
  return symlint(await WebAssembly.compile((isFile(source) ? await readFile(path(source)) : source) as BufferSource));
}

/** As `load`, at once. */
export function loadSync(source: Source = ENGINE): Symlint {
  if (isModule(source)) return symlint(source);
  return symlint(new WebAssembly.Module((isFile(source) ? readFileSync(path(source)) : source) as BufferSource));
}

function symlint(module: object): Symlint {
  return new Symlint(module, async () => JSON.parse(await readFile(PAGES, "utf8")) as Record<string, string>);
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
