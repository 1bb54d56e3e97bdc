import { Symlint, type Pages, type Source } from "./engine.js";

export * from "./engine.js";

// The addresses are made when they are needed: a bundle of a kind that has none may be given the files.

/** Loads the engine: by default from the file next to this one. It can be a `Response`, too, or the promise of one. */
export async function load(source: Source = new URL("./symlint.wasm", import.meta.url), pages?: Pages): Promise<Symlint> {
  const given = await source;
  const fetched = typeof given === "string" || given instanceof URL ? await fetch(given) : given;
  return symlint(fetched instanceof Response ? await compiled(fetched) : isModule(fetched) ? fetched : await WebAssembly.compile(fetched as BufferSource), pages);
}

/** Loads the engine at once, from its bytes or from what was compiled of them. */
export function loadSync(source: object, pages?: Pages): Symlint {
  return symlint(isModule(source) ? source : new WebAssembly.Module(source as BufferSource), pages);
}

function symlint(module: object, pages?: Pages): Symlint {
  return new Symlint(module, async () => {
    if (pages) return pages;
    const address = new URL("./pages.json", import.meta.url);
    const response = await fetch(address);
    const isThere = response.ok && !response.headers.get("content-type")?.startsWith("text/html");
    if (!isThere) throw new Error(`cannot load the pages of the rules from ${address.href}. ${ADVICE}`);
    return (await response.json()) as Pages;
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

const ADVICE = 'The bundler has moved the code of symlint away from its files: see "Bundlers" in the README of symlint.';
