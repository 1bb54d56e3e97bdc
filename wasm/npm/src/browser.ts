import { Symlint } from "./engine.js";

export * from "./engine.js";

/** Loads the engine, by default from the file beside this one. */
export async function load(source?: BufferSource | WebAssembly.Module): Promise<Symlint> {
  if (source instanceof WebAssembly.Module) return new Symlint(source);
  if (source) return new Symlint(await WebAssembly.compile(source));
  const response = await fetch(new URL("./symlint.wasm", import.meta.url));
  if (!response.ok) throw new Error(`cannot load the engine: ${response.status} ${response.statusText}`);
  // Not every server knows the media type that streaming needs.
  return new Symlint(await WebAssembly.compile(await response.arrayBuffer()));
}
