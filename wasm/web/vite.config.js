import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { defineConfig } from "vite";

// The page shows its version.
process.env.VITE_VERSION = JSON.parse(readFileSync(fileURLToPath(import.meta.resolve("symlint/package.json")), "utf8")).version;

// Relative, so that the page works below any path.
export default defineConfig({
  base: "./",
  // The page shows how much has been loaded, but servers do not always send the size.
  define: { CHECK_BYTES: sizeOf("check"), REST_BYTES: sizeOf("rest") },
  build: { target: "es2022", assetsInlineLimit: 0, modulePreload: false },
  worker: { format: "es" },
  // The samples are read from the repository's examples.
  server: { fs: { allow: ["../.."] } },
  plugins: [preloadEngine(), serviceWorker()],
});

function sizeOf(half) {
  return String(statSync(`../npm/generated/${half}.wasm.xz`).size);
}

/** Lets the browser request the engine while it still reads the page. The editor, which is smaller, comes first. */
function preloadEngine() {
  return {
    name: "preload-engine",
    transformIndexHtml: {
      order: "post",
      handler(_, { bundle }) {
        const engine = Object.keys(bundle ?? {}).find((name) => /\/check[^/]*\.xz$/.test(name));
        return engine ? [{ tag: "link", attrs: { rel: "preload", as: "fetch", fetchpriority: "low", href: `./${engine}`, crossorigin: true }, injectTo: "head" }] : [];
      },
    },
  };
}

/** Writes the service worker with the names of all built files, so that the page works offline. */
function serviceWorker() {
  return {
    name: "service-worker",
    apply: "build",
    // This must run after the plugins that emit the worker and its engine.
    enforce: "post",
    generateBundle(_, bundle) {
      const names = Object.keys(bundle).filter((name) => name !== "index.html");
      const assets = ["./", "./icon.svg", ...names.map((name) => `./${name}`)];
      const code = readFileSync("src/service-worker.js", "utf8");
      const hash = createHash("sha256").update(code);
      for (const file of Object.values(bundle)) hash.update("code" in file ? file.code : file.source);
      const version = hash.digest("hex").slice(0, 16);
      const source = code.replace("VERSION", JSON.stringify(version)).replace("ASSETS", JSON.stringify(assets));
      this.emitFile({ type: "asset", fileName: "service-worker.js", source });
    },
  };
}
