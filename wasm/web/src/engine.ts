import address from "symlint/symlint.wasm?url";

declare const ENGINE_BYTES: number;

/** Loads the engine, and compiles it while it arrives. `progress` is told how much is there, from 0 to 1. */
export async function compileEngine(progress: (part: number) => void): Promise<WebAssembly.Module> {
  const response = await fetch(address);
  if (!response.ok || !response.body) throw new Error(`it could not be loaded: ${response.status} ${response.statusText}`);
  let bytes = 0;
  const counting = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, controller) {
      bytes += chunk.length;
      progress(Math.min(bytes / ENGINE_BYTES, 1));
      controller.enqueue(chunk);
    },
  });
  // Not every server knows the media type that streaming needs.
  const headers = { "content-type": "application/wasm" };
  return WebAssembly.compileStreaming(new Response(response.body.pipeThrough(counting), { headers }));
}
