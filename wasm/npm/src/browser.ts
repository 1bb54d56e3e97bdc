import { Symlint, type Source } from "./engine.js";

export * from "./engine.js";

const ENGINE = new URL("./symlint.wasm", import.meta.url);
const PAGES = new URL("./pages.json", import.meta.url);

/** Loads the engine: by default from the file next to this one. It can be a `Response`, too, or the promise of one. */
export async function load(source: Source = ENGINE): Promise<Symlint> {
  const given = await source;
  const fetched = typeof given === "string" || given instanceof URL ? await fetch(given) : given;
  return symlint(fetched instanceof Response ? await compiled(fetched) : isModule(fetched) ? fetched : await WebAssembly.compile(fetched as BufferSource));
}

/** Loads the engine at once, from its bytes or from what was compiled of them. */
export function loadSync(source: object): Symlint {
  return symlint(isModule(source) ? source : new WebAssembly.Module(source as BufferSource));
}

function symlint(module: object): Symlint {
  return new Symlint(module, async () => {
    const response = await fetch(PAGES);
    if (!response.ok) throw new Error(`cannot load the pages of the rules from ${PAGES.href}: ${response.status} ${response.statusText}`);
    return (await response.json()) as Record<string, string>;
  });
}

function isModule(source: object): source is WebAssembly.Module {
  return source instanceof WebAssembly.Module;
}

/** Compiles while the bytes arrive, where the server says what they are. */
async function compiled(response: Response): Promise<WebAssembly.Module> {
  const type = response.headers.get("content-type") ?? "";
  if (!response.ok) throw new Error(`cannot load the engine from ${response.url}: ${response.status} ${response.statusText}. ${ADVICE}`);
  // What a server for development sends in place of a file that it does not have.
  if (type.startsWith("text/html")) throw new Error(`cannot load the engine from ${response.url}: there is a page in its place. ${ADVICE}`);
  return type === "application/wasm" ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
}

const ADVICE = 'The bundler has moved the code away from `symlint.wasm`: see "Bundlers" in the README of symlint.';
