import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { Symlint, type Pages, type Source } from "./engine.js";
import { missing } from "./errors.js";

export * from "./engine.js";

// Bundlers recognize these expressions. In the output of some bundlers, modules have no address, but a folder.
const engine = () => beside("symlint.wasm", () => new URL("./symlint.wasm", import.meta.url));
const pagesFile = () => beside("pages.json", () => new URL("./pages.json", import.meta.url));

/** Loads the engine, by default from the file next to this one. */
export async function load(source: Source = engine(), pages?: Pages): Promise<Symlint> {
  if (isModule(source)) return symlint(source, pages);
  const bytes = isFile(source) ? await readFile(path(source)).catch(unread("the engine")) : source;
  return symlint(await WebAssembly.compile(bytes as BufferSource), pages);
}

/** Like `load`, but synchronous. */
export function loadSync(source: Source = engine(), pages?: Pages): Symlint {
  if (isModule(source)) return symlint(source, pages);
  return symlint(new WebAssembly.Module((isFile(source) ? bytesOf(source) : source) as BufferSource), pages);
}

function symlint(module: object, pages?: Pages): Symlint {
  return new Symlint(module, async () => {
    if (pages) return pages;
    return JSON.parse(await readFile(pagesFile(), "utf8").catch(unread("the pages of the rules"))) as Pages;
  });
}

function beside(name: string, address: () => URL): URL {
  try {
    return address();
  } catch (error) {
    if (typeof __dirname === "string") return pathToFileURL(join(__dirname, name));
    return unread(name)(error);
  }
}

function bytesOf(file: string | URL): Uint8Array {
  try {
    return readFileSync(path(file));
  } catch (error) {
    return unread("the engine")(error);
  }
}

function unread(what: string): (error: unknown) => never {
  return (error) => {
    throw missing(what, error instanceof Error ? error.message : String(error));
  };
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
