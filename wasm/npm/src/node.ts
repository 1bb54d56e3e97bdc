import { readFile } from "node:fs/promises";

import { Symlint } from "./engine.js";

export * from "./engine.js";

/** Loads the engine, by default from the file beside this one. */
export async function load(source?: BufferSource | WebAssembly.Module): Promise<Symlint> {
  if (source instanceof WebAssembly.Module) return new Symlint(source);
  const bytes = source ?? (await readFile(new URL("./symlint.wasm", import.meta.url)));
  return new Symlint(await WebAssembly.compile(bytes as BufferSource));
}
