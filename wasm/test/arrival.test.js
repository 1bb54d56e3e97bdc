// How the page loads, and what it does if something cannot be loaded.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

import { count, focused, here, notice, onPage, selected, show, shown, texts, view, violations } from "./on-page.js";
import { choose, crashing, eventually, many, paste, pick, root, serve, timed, type, verdict, visit } from "./support.js";

onPage("the page works offline after it was used", async (page, context) => {
  await page.getByLabel("Text of terraform.tfvars").focus();
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await context.setOffline(true);
  await page.reload();
  await choose(page, "copy-paste");
  await verdict(page, "errors");
}, { allow: /ERR_INTERNET_DISCONNECTED/ });

/** The first half of the engine, compressed as the page loads it. */
async function packed() {
  const input = await crashing("wasm/npm/generated/check.wasm");
  return execFileSync("python3", ["-c", "import lzma, sys; sys.stdout.buffer.write(lzma.compress(sys.stdin.buffer.read(), check=lzma.CHECK_CRC32, preset=1))"], { input, maxBuffer: Infinity });
}

for (const [what, engine] of [["cannot start", () => Buffer.from("no engine")], ["crashes", packed]]) {
  onPage(`an engine that ${what} is reported, and started again`, async (page, context) => {
    const body = await engine();
    await context.route("**/check*.xz", (route) => route.fulfill({ body }));
    await page.reload();
    await type(page, many(1));
    await verdict(page, "problem", /The engine stopped/);
    // There is no report to save, but the files can be saved.
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await texts(page.locator("[role=menuitem]:not([aria-disabled]) span:first-child"), ["This file", "All files"]);
    await page.keyboard.press("Escape");
    await context.unroute("**/check*.xz");
    // A check that was started before the route was removed may still fail.
    await type(page, many(2));
    await verdict(page, "errors", "problem");
    await type(page, many(3));
    await verdict(page, "errors", /3 tenants/);
  }, { serviceWorkers: "block", allow: /./ });
}

/** Tenants that need functions of the engine's second half. */
const UNUSUAL = `module "sso_flow" {
  source   = "./flow"
  for_each = { for name in csvdecode("name\\nacme") : name.name => regexall("[a-z]+", sha256(name.name)) }
  tenant   = each.value
}
`;

/** Delays files until the returned function is called. */
async function hold(context, pattern) {
  let release;
  const released = new Promise((done) => (release = done));
  await context.route(pattern, (route) => released.then(() => route.continue()));
  return release;
}

onPage("before the editor is loaded, a plain field accepts text, which the editor takes over", async (page, context) => {
  const release = await hold(context, "**/rich-*.js");
  await page.reload();
  await page.getByLabel("Text of terraform.tfvars").focus();
  await page.keyboard.insertText(many(2));
  await verdict(page, "errors", /2 tenants/);
  assert.deepEqual(await violations(page), []);
  await page.locator(".problem", { hasText: "role_arn is in account 259298427341" }).click();
  await focused(page, (field) => [field.tagName, field.value.slice(field.selectionStart, field.selectionEnd)].join(), "TEXTAREA,259298427341");
  release();
  await page.locator(".cm-lintRange-error").first().waitFor();
  await selected(page, "259298427341");
  await focused(page, (element) => element.className, /cm-content/);
  await shown(page, many(2));
}, { serviceWorkers: "block", allow: /Service Worker/ });

onPage("text that is pasted before the editor is loaded is recognized, and undo restores it with its colors", async (page, context) => {
  const release = await hold(context, "**/rich-*.js");
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.reload();
  await page.getByLabel("Text of terraform.tfvars").focus();
  await page.evaluate((text) => navigator.clipboard.writeText(text), many(1).split("\n").slice(1, -2).join("\n"));
  await page.keyboard.press("Control+v");
  await notice(page, /were put into customer_tenants/);
  await verdict(page, "partial", /1 tenant /);
  release();
  await shown(page, /^customer_tenants/);
  await page.getByRole("button", { name: "Keep what I pasted" }).click();
  await shown(page, /^tenant_0 = \{/);
  await count(page.locator(".cm-line span"), (spans) => spans > 5);
}, { serviceWorkers: "block", allow: /Service Worker/ });

test("a check that needs the rest of the engine waits for it", { timeout: 60_000 }, async () => {
  const context = await here.browser.newContext({ serviceWorkers: "block" });
  const page = await context.newPage();
  const release = await hold(context, "**/rest*.xz");
  await page.goto(here.server.address);
  await choose(page, "copy-paste");
  await verdict(page, "errors");
  await show(page, "copy-paste/main.tf");
  await type(page, UNUSUAL);
  // The page says so, and an answer about the earlier text is not shown as the result.
  await verdict(page, "checking", /^Loading the engine…\nThis text needs more of it than most: 0% loaded\.$/);
  assert.equal(await page.locator("#results").getAttribute("data-state"), "loading");
  // A check of another text does not wait for it.
  await page.keyboard.press("Control+z");
  await verdict(page, "errors", "partial", "warnings");
  await type(page, UNUSUAL);
  await verdict(page, "checking", /needs more of it/);
  release();
  await verdict(page, "errors", /tenant/);
  await context.close();
});

onPage("after a crash while something was prepared, the report is shown again", async (page, context) => {
  await choose(page, "copy-paste");
  await verdict(page, "errors");
  const body = await crashing();
  await context.route("**/symlint-*.wasm", (route) => route.fulfill({ body }));
  await page.getByRole("button", { name: /^Fix all/ }).click();
  await page.locator("#fixes-says", { hasText: "The fixes could not be prepared" }).waitFor();
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.locator("#tab-access").click();
  await page.locator(".node.wrong").first().waitFor();
}, { serviceWorkers: "block", allow: /./ });

onPage("an action that takes time shows that it is in progress", async (page, context) => {
  await choose(page, "copy-paste");
  await verdict(page, "errors");
  const release = await hold(context, "**/symlint-*.wasm");
  const download = page.waitForEvent("download");
  await pick(page, "Save", "JSON");
  await notice(page, "Preparing “JSON”…");
  release();
  await download;
  await notice(page, "");
}, { serviceWorkers: "block", allow: /Service Worker/ });

onPage("if the rest of the engine cannot be loaded, that is reported, and it is requested again", async (page, context) => {
  await context.route("**/rest*.xz", (route) => route.abort());
  await page.reload();
  await choose(page, "copy-paste");
  await verdict(page, "errors");
  await show(page, "copy-paste/main.tf");
  await type(page, UNUSUAL);
  await verdict(page, "problem", /The engine stopped/);
  await context.unroute("**/rest*.xz");
  await type(page, `${UNUSUAL}\n`);
  await verdict(page, "errors");
}, { serviceWorkers: "block", allow: /./ });

test("on a slow connection, the page shows how much of the engine has arrived, and waits for it", { timeout: 60_000 }, async () => {
  const { size } = await stat(join(root, "wasm/npm/generated/check.wasm.xz"));
  const server = await serve(join(root, "wasm/web/dist"), { slow: (name) => (name.endsWith(".xz") ? Math.ceil(size / 10) : 0) });
  const { context, page } = await visit(here.browser, server.address, { serviceWorkers: "block" });
  try {
    await page.evaluate(() => {
      const verdict = document.getElementById("verdict");
      window.said = [];
      new MutationObserver(() => window.said.push(verdict.textContent)).observe(verdict, { childList: true });
    });
    await page.locator(".plain").fill(many(1));
    await verdict(page, "partial", "errors");
    const said = await page.evaluate(() => window.said);
    const parts = said.flatMap((text) => /Loading the engine.*?(\d+)% loaded/.exec(text)?.slice(1).map(Number) ?? []);
    assert.ok(parts.length > 1, said.join("\n"));
    assert.deepEqual(parts, [...new Set(parts)].sort((a, b) => a - b));
  } finally {
    await context.close();
    await server.close();
  }
});

test("the page cannot send anything to anyone", async () => {
  const received = [];
  const other = createServer((request, response) => {
    received.push(request.url);
    response.end();
  });
  await new Promise((done) => other.listen(0, "127.0.0.1", done));
  const { context, page } = await visit(here.browser, here.server.address);
  await page.evaluate(async (address) => {
    const refused = new Promise((done) => document.addEventListener("securitypolicyviolation", ({ blockedURI }) => blockedURI.endsWith("beacon") && done()));
    const image = new Promise((done) => Object.assign(new Image(), { onload: done, onerror: done, src: `${address}image` }));
    const fetched = fetch(`${address}fetch`, { method: "POST", body: "text", mode: "no-cors" }).catch(() => undefined);
    navigator.sendBeacon(`${address}beacon`, "text");
    await Promise.all([image, fetched, refused]);
  }, `http://127.0.0.1:${other.address().port}/`);
  await context.close();
  other.closeAllConnections();
  await new Promise((done) => other.close(done));
  assert.deepEqual(received, []);
});

test("the first load is small, and typing in a thousand tenants is smooth", async () => {
  const { context, page } = await visit(here.browser, "about:blank");
  const names = new Map();
  page.on("response", async (response) => names.set(response.url(), await response.body().catch(() => Buffer.alloc(0))));
  const first = await timed(async () => {
    await page.goto(here.server.address);
    await choose(page, "copy-paste");
    await verdict(page, "errors");
  });
  await page.locator(".cm-content").waitFor();
  const sum = (names) => names.reduce((sum, [, body]) => sum + gzipSync(body).length, 0);
  // The editor is loaded after the first result, while the visitor reads it.
  const [bytes, needed] = [sum([...names]), sum([...names].filter(([name]) => !/rich[^/]*\.js$/.test(name)))];
  const engines = () => [...names.keys()].flatMap((name) => /(check|rest)(?=[^/]*\.xz$)|[^/]*\.wasm$/.exec(name)?.[0] ?? []);
  // Only one engine was loaded: the first half of the small one.
  assert.deepEqual(engines(), ["check"]);
  // Nothing is stored for offline use yet.
  assert.equal(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length), 0);
  console.log(`first load: ${Math.round(bytes / 1000)} kB with gzip, ${Math.round(needed / 1000)} kB of it for the first result, after ${Math.round(first)} ms`);
  assert.ok(bytes < 800_000);
  // With this size, the first result takes 3.5 s on slow 4G (1.6 Mbit/s, 150 ms).
  assert.ok(needed < 600_000);
  await show(page, "copy-paste/terraform.tfvars");
  await page.locator(".cm-content").focus();
  await eventually(engines, ["check", "rest"]);
  await paste(page, many(1000));
  await verdict(page, "errors", /1,000 tenants/);
  const times = [];
  await page.keyboard.press("Control+End");
  for (let round = 0; round < 7; round += 1) {
    // An open brace is a syntax error, and without it there is none, so each keystroke changes the result.
    times.push(await timed(async () => {
      await page.keyboard.insertText("{");
      await page.waitForFunction(() => document.getElementById("verdict")?.textContent.includes("part of a file was not checked"), undefined, { polling: 5 });
    }));
    await page.keyboard.press("Backspace");
    await page.waitForFunction(() => !document.getElementById("verdict")?.textContent.includes("part of a file was not checked"), undefined, { polling: 5 });
  }
  console.log(`a keystroke in 1,000 tenants: ${Math.round(times.sort((a, b) => a - b)[3])} ms until its answer`);
  await context.close();
});

/** The processor time of the longest task of the page while something runs, in milliseconds. */
async function longestTask(run) {
  const devtools = await here.browser.newBrowserCDPSession();
  const events = [];
  devtools.on("Tracing.dataCollected", ({ value }) => events.push(...value));
  const complete = new Promise((done) => devtools.once("Tracing.tracingComplete", done));
  await devtools.send("Tracing.start", { transferMode: "ReportEvents", traceConfig: { includedCategories: ["toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline"] } });
  await run();
  await devtools.send("Tracing.end");
  await complete;
  await devtools.detach();
  const thread = ({ pid, tid }) => `${pid} ${tid}`;
  const pages = new Set(events.filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain").map(thread));
  return Math.max(...events.filter((event) => event.name.endsWith("RunTask") && pages.has(thread(event))).map(({ tdur = 0 }) => tdur / 1000));
}

for (const [what, text] of [["tenants", many(10_000)], ["findings", many(10_000).replaceAll('"us-east-1"', '"us-east-1a"')]]) {
  onPage(`a keystroke in ten thousand ${what} does not block the page`, async (page) => {
    await page.locator(".cm-content").waitFor();
    await paste(page, text);
    await verdict(page, "errors", /10,000 tenants/);
    await page.locator(".cm-content").focus();
    const rounds = [];
    for (let round = 0; round < 3; round += 1) {
      rounds.push(await longestTask(async () => {
        await page.keyboard.insertText("{");
        await verdict(page, "errors", /part of a file was not checked/);
        await page.keyboard.press("Backspace");
        await verdict(page, "errors", /^(?![^]*part of a file was not checked)/);
      }));
    }
    // Other processes may slow down some rounds, but hardly all of them.
    const longest = Math.min(...rounds);
    console.log(`the longest task while typing in 10,000 ${what}: ${Math.round(longest)} ms`);
    assert.ok(longest > 0 && longest < 50, rounds.join());
  });
}

onPage("a keystroke in a comparison of thousands of tenants does not block the page, and not all of them are listed", async (page) => {
  const text = many(3000);
  await page.locator(".cm-content").waitFor();
  await paste(page, text);
  await verdict(page, "errors", /3,000 tenants/);
  await view(page, "compare");
  await page.locator("#compare .card", { hasText: "The text as it is now" }).click();
  await page.locator("#compare .headline", { hasText: "Nobody gains or loses access" }).waitFor();
  await paste(page, text.replaceAll('target_account_id  = "4', 'target_account_id  = "3'));
  const headline = page.locator("#compare .headline");
  await eventually(() => headline.textContent(), /^3000 grants gained, 3000 grants lost/);
  await eventually(() => page.locator("#compare .comparison > .hint").allTextContents(), ["And 2,900 more tenants."]);
  await page.locator(".cm-content").focus();
  const rounds = [];
  for (let round = 0; round < 3; round += 1) {
    rounds.push(await longestTask(async () => {
      await page.keyboard.insertText("{");
      await eventually(() => headline.textContent(), /not everything could be compared/);
      await page.keyboard.press("Backspace");
      await eventually(() => headline.textContent(), /^(?!.*not everything could be compared)/);
    }));
  }
  const longest = Math.min(...rounds);
  console.log(`the longest task while typing in a comparison of 3,000 tenants: ${Math.round(longest)} ms`);
  assert.ok(longest > 0 && longest < 50, rounds.join());
});
