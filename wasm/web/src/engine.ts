import whole from "symlint/symlint.wasm?url";
import { XzReadableStream } from "xz-decompress";

import check from "../../npm/generated/check.wasm.xz?url";
import rest from "../../npm/generated/rest.wasm.xz?url";

declare const ENGINE_BYTES: number;

type Bytes = Uint8Array<ArrayBuffer>;

/** Loads what usual checks need, and compiles it while it arrives. `progress` receives how much is there, from 0 to 1. */
export async function compileEngine(progress: (part: number) => void): Promise<WebAssembly.Module> {
  const response = await answer(check);
  let bytes = 0;
  const counting = new TransformStream<Bytes, Bytes>({
    transform(chunk, controller) {
      bytes += chunk.length;
      progress(Math.min(bytes / ENGINE_BYTES, 1));
      controller.enqueue(chunk);
    },
  });
  return compiled(unpacked(response.pipeThrough(counting)));
}

/** Loads the rest of the engine that checks. */
export async function compileRest(): Promise<WebAssembly.Module> {
  return compiled(unpacked(await answer(rest, "low")));
}

let module: Promise<WebAssembly.Module> | undefined;

/** Loads the engine that can do everything, once somebody asks for what the other cannot do. */
export function compileWhole(): Promise<WebAssembly.Module> {
  module ??= answer(whole).then(compiled);
  // What failed is tried again.
  module.catch(() => (module = undefined));
  return module;
}

async function answer(address: string, priority: RequestPriority = "auto"): Promise<ReadableStream<Bytes>> {
  const { ok, body, status, statusText } = await fetch(address, { priority });
  if (!ok || !body) throw new Error(`the engine could not be loaded: ${status} ${statusText}`);
  return body;
}

function unpacked(body: ReadableStream<Bytes>): ReadableStream<Bytes> {
  return new XzReadableStream(body) as ReadableStream<Bytes>;
}

function compiled(body: ReadableStream<Bytes>): Promise<WebAssembly.Module> {
  // Not every server knows the media type that streaming needs.
  return WebAssembly.compileStreaming(new Response(body, { headers: { "content-type": "application/wasm" } }));
}
