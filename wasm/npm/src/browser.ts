import { Symlint, type Pages, type Source } from "./engine.js";
import { missing } from "./errors.js";

export * from "./engine.js";

// Bundlers recognize this expression. In the output of some bundlers, modules have no address.
const engine = () => addressOf("the engine", () => new URL("./symlint.wasm", import.meta.url));

/** Loads the engine, by default from the file next to this one. `source` can also be a `Response`, or the promise of one. */
export async function load(source: Source = engine(), pages?: Pages): Promise<Symlint> {
  const given = await source;
  const content = typeof given === "string" || given instanceof URL ? await fetched("the engine", given) : given;
  return symlint(content instanceof Response ? await compiled(content) : isModule(content) ? content : await WebAssembly.compile(content as BufferSource), pages);
}

/** Loads the engine synchronously, from its bytes or a compiled module. */
export function loadSync(source: object, pages?: Pages): Symlint {
  return symlint(isModule(source) ? source : new WebAssembly.Module(source as BufferSource), pages);
}

function symlint(module: object, pages?: Pages): Symlint {
  return new Symlint(module, async () => {
    if (pages) return pages;
    const address = addressOf("the pages of the rules", () => new URL("./pages.json", import.meta.url));
    const response = await fetched("the pages of the rules", address);
    const isThere = response.ok && !response.headers.get("content-type")?.startsWith("text/html");
    if (!isThere) throw missing("the pages of the rules", `they are not at ${address.href}`);
    return (await response.json()) as Pages;
  });
}

function fetched(what: string, address: string | URL): Promise<Response> {
  return fetch(address).catch((error: unknown) => {
    throw missing(what, `${String(address)}: ${error instanceof Error ? error.message : String(error)}`);
  });
}

function addressOf(what: string, address: () => URL): URL {
  try {
    return address();
  } catch {
    throw missing(what, "this code has no address");
  }
}

function isModule(source: object): source is WebAssembly.Module {
  return source instanceof WebAssembly.Module;
}

/** Compiles while the bytes arrive, if the server sends the right media type. */
async function compiled(response: Response): Promise<WebAssembly.Module> {
  const type = response.headers.get("content-type") ?? "";
  if (!response.ok) throw missing("the engine", `${response.url} says ${response.status} ${response.statusText}`.trimEnd());
  // Development servers send a page in place of a missing file.
  if (type.startsWith("text/html")) throw missing("the engine", `there is a page in its place at ${response.url}`);
  return type === "application/wasm" ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
}
