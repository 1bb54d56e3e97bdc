import whole from "symlint/symlint.wasm?url";
import { XzReadableStream } from "xz-decompress";

import check from "../../npm/generated/check.wasm.xz?url";
import rest from "../../npm/generated/rest.wasm.xz?url";

declare const CHECK_BYTES: number;
declare const REST_BYTES: number;

type Bytes = Uint8Array<ArrayBuffer>;
/** Receives the part that has been loaded, from 0 to 1. */
type Progress = (part: number) => void;

/** Loads the half that usual checks need, and compiles it while it is loading. */
export async function compileEngine(progress: Progress): Promise<WebAssembly.Module> {
  return compiled(unpacked(await answer(check), CHECK_BYTES, progress));
}

/** Loads the rest of the engine that checks. */
export async function compileRest(progress: Progress): Promise<WebAssembly.Module> {
  return compiled(unpacked(await answer(rest, "low"), REST_BYTES, progress));
}

let module: Promise<WebAssembly.Module> | undefined;

/** Loads the engine with all functions, when one of these is needed. */
export function compileWhole(): Promise<WebAssembly.Module> {
  module ??= answer(whole).then(compiled);
  // After a failure, the next call tries again.
  module.catch(() => (module = undefined));
  return module;
}

async function answer(address: string, priority: RequestPriority = "auto"): Promise<ReadableStream<Bytes>> {
  const { ok, body, status, statusText } = await fetch(address, { priority });
  if (!ok || !body) throw new Error(`the engine could not be loaded: ${status} ${statusText}`);
  return body;
}

function unpacked(packed: ReadableStream<Bytes>, size: number, progress: Progress): ReadableStream<Bytes> {
  let bytes = 0;
  const counting = new TransformStream<Bytes, Bytes>({
    transform(chunk, controller) {
      bytes += chunk.length;
      progress(Math.min(bytes / size, 1));
      controller.enqueue(chunk);
    },
  });
  return new XzReadableStream(packed.pipeThrough(counting)) as ReadableStream<Bytes>;
}

function compiled(body: ReadableStream<Bytes>): Promise<WebAssembly.Module> {
  // Not every server knows the media type that streaming requires.
  return WebAssembly.compileStreaming(new Response(body, { headers: { "content-type": "application/wasm" } }));
}
