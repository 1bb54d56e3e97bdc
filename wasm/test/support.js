// A static file server for a sub-path, and a browser whose requests are recorded.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { performance } from "node:perf_hooks";
import { inspect } from "node:util";

import { chromium } from "playwright-core";

export { many } from "./many.js";

export const root = normalize(join(import.meta.dirname, "../.."));
export const PAGE = "/below/a/path/";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".wasm": "application/wasm" };

/** Serves `folder` at PAGE on a free port. If `slow` returns a number for a file, it is sent at this many bytes each 300 ms. */
export async function serve(folder, { slow = () => 0 } = {}) {
  const server = createServer(async (request, response) => {
    const path = new URL(request.url, "http://localhost").pathname;
    const name = path.startsWith(PAGE) ? join(folder, normalize(path.slice(PAGE.length) || "index.html")) : "";
    if (!name || !existsSync(name)) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": TYPES[extname(name)] ?? "application/octet-stream" });
    const body = await readFile(name);
    const step = slow(name);
    for (let from = 0; step && from < body.length; from += step) {
      response.write(body.subarray(from, from + step));
      await new Promise((done) => setTimeout(done, 300));
    }
    response.end(step ? undefined : body);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address();
  return { address: `http://127.0.0.1:${port}${PAGE}`, close: () => new Promise((done) => { server.closeAllConnections(); server.close(done); }) };
}

export function browser() {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"] });
}

/** Opens a page and records its errors and requests. */
export async function visit(browser, address, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, acceptDownloads: true, ...options });
  const page = await context.newPage();
  const errors = [];
  const requests = [];
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(error.message));
  context.on("request", (request) => requests.push(request.url()));
  await page.goto(address);
  return { context, page, errors, requests };
}

/**
 * Repeats `read` until its result is as expected (a value, a pattern, or a condition), because the page may be about to change;
 * fails with the last difference. Values that belong together must be read at the same moment, by one `evaluate`.
 */
export async function eventually(read, expected, within = 15_000) {
  const until = performance.now() + within;
  for (;;) {
    try {
      const value = await read();
      if (expected instanceof RegExp) assert.match(value, expected);
      else if (typeof expected === "function") assert.ok(expected(value), inspect(value));
      else assert.deepEqual(value, expected);
      return value;
    } catch (error) {
      if (performance.now() > until) throw error;
    }
    await new Promise((done) => setTimeout(done, 30));
  }
}

/** Waits until the state of the verdict is one of those in `expected`, and its words match the patterns there. Returns the words. */
export async function verdict(page, ...expected) {
  const states = expected.filter((state) => typeof state === "string");
  const patterns = expected.filter((pattern) => pattern instanceof RegExp);
  const read = () => page.evaluate(() => {
    const verdict = document.getElementById("verdict");
    return [verdict?.dataset.state, [...(verdict?.children ?? [])].map((part) => part.textContent).join("\n")];
  });
  const [, words] = await eventually(read, ([state, words]) => states.includes(state) && patterns.every((pattern) => pattern.test(words)), 90_000);
  return words;
}

/** The titles of the samples. */
const SAMPLES = { "copy-paste": "A copied block", "multi-tenant": "As it should be" };

/** Opens a sample, and waits until it is shown. */
export async function choose(page, sample) {
  await pick(page, "Samples", SAMPLES[sample]);
  await page.locator(`#tabs .tab[data-name="${sample}/terraform.tfvars"]`).waitFor();
}

/** Chooses from a menu. */
export async function pick(page, menu, item) {
  await page.getByRole("button", { name: menu, exact: true }).click();
  await page.getByRole("menuitem").filter({ has: page.getByText(item, { exact: true }) }).click();
}

/** Replaces the text of the file that is shown. */
export async function type(page, text) {
  await page.locator(".cm-content").focus();
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText(text);
}

/** Like `type`, but pastes the text. Nobody types a long text. */
export async function paste(page, text) {
  await page.locator(".cm-content").focus();
  await page.keyboard.press("Control+a");
  await page.evaluate((text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", text);
    const event = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
    document.querySelector(".cm-content").dispatchEvent(event);
  }, text);
}

/** Drops local files and folders onto the middle of an element. */
export async function drop(page, locator, paths) {
  const { x, y, width, height } = await page.locator(locator).boundingBox();
  const devtools = await page.context().newCDPSession(page);
  const data = { items: [], files: paths, dragOperationsMask: 1 };
  const drag = (type) => devtools.send("Input.dispatchDragEvent", { type, x: x + width / 2, y: y + height / 2, data });
  // A busy page may miss the first moves.
  for (let tries = 0; tries < 10 && (await page.locator("body[data-dropping]").count()) === 0; tries += 1) {
    await drag("dragEnter");
    await drag("dragOver");
    await page.waitForTimeout(50 * tries);
  }
  await page.locator("body[data-dropping]").waitFor();
  // The browser only drops where the page has accepted an earlier move, so the move is repeated.
  for (let move = 0; move < 3; move += 1) {
    await drag("dragOver");
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
  await drag("drop");
}

/** The engine with hardly any stack, so that every call crashes. */
export async function crashing(file = "wasm/npm/dist/symlint.wasm") {
  const wasm = await readFile(join(root, file));
  // The stack starts at 8 MiB and grows down to 0. Here it starts at 16 bytes.
  const stack = wasm.indexOf(Buffer.from([0x41, 0x80, 0x80, 0x80, 0x04, 0x0b]));
  if (stack < 0) throw new Error("the stack begins elsewhere");
  wasm.set([0x90, 0x80, 0x80, 0x00], stack + 1);
  return wasm;
}

export async function timed(run) {
  const from = performance.now();
  await run();
  return performance.now() - from;
}
