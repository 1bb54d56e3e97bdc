// The page in a real browser.
import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";

import { AxeBuilder } from "@axe-core/playwright";

import { browser as launch, choose, crashing, drop, many, paste, root, serve, timed, type, verdict, visit } from "./support.js";

let browser;
let server;

before(async () => {
  server = await serve(join(root, "wasm/web/dist"));
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await server?.close();
});

/** A test with a page of its own, whose console stays silent and which asks nobody else. */
function onPage(name, run, options = {}) {
  test(name, async () => {
    const { context, page, errors, requests } = await visit(browser, server.address + (options.fragment ?? ""), options);
    try {
      await run(page, context, requests);
      assert.deepEqual(errors.filter((error) => !options.allow?.test(error)), []);
      const { host } = new URL(server.address);
      assert.deepEqual(requests.filter((address) => new URL(address).host !== host && !address.startsWith("blob:") && !address.startsWith("data:")), []);
    } finally {
      if (process.env.SHOTS) await page.screenshot({ path: join(process.env.SHOTS, `${name.replaceAll(/[^a-z0-9]+/gi, "-")}.png`) });
      await context.close();
    }
  });
}

onPage("it starts empty and says so", async (page) => {
  assert.match(await verdict(page, "empty"), /Nothing to check yet/);
  const names = ["terraform.tfvars", "main.tf", "variables.tf", ".symlint.hcl"];
  assert.deepEqual(await page.locator(".tab").allInnerTexts(), names);
});

onPage("the copied block has its findings in the list, the text and the picture", async (page) => {
  await choose(page, "copy-paste");
  assert.match(await verdict(page, "errors"), /error/);
  const row = page.locator(".problem", { hasText: "role_arn is in account 689558360591" });
  await row.click();
  assert.equal(await page.evaluate(() => getSelection()?.toString()), "689558360591");
  assert.ok((await page.locator(".cm-lintRange-error").count()) > 0);
  assert.ok((await page.locator(".cm-lint-marker-error").count()) > 0);
  await page.getByRole("tab", { name: "Access" }).click();
  const wrong = page.locator(".edge.wrong");
  assert.ok((await wrong.count()) > 0);
  await wrong.first().focus();
  await page.keyboard.press("Enter");
  assert.notEqual(await page.evaluate(() => getSelection()?.toString()), "");
});

onPage("the clean example is clean", async (page) => {
  await choose(page, "multi-tenant");
  assert.match(await verdict(page, "clean"), /No findings/);
  await page.getByRole("tab", { name: "Access" }).click();
  assert.equal(await page.locator(".edge.wrong").count(), 0);
  assert.ok((await page.locator(".node").count()) > 5);
});

onPage("a fix is applied, and the rule's page opens and closes", async (page) => {
  await type(page, many(2).replace('"aws"', '"AWS"'));
  await verdict(page, "errors");
  const before = await page.locator(".problem").count();
  await page.getByRole("button", { name: "Apply fix" }).first().click();
  await page.waitForFunction((before) => document.querySelectorAll(".problem").length < before, before);
  await page.locator(".row-actions .link[aria-label^=About]").first().click();
  await page.locator("#rule h2").waitFor();
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("#rule").isVisible(), false);
});

onPage("what lets one tenant into another comes first", async (page) => {
  await choose(page, "copy-paste");
  await verdict(page, "errors");
  const rules = await page.locator(".row-actions .link[aria-label^=About]").allInnerTexts();
  assert.ok(rules.indexOf("connector-role-foreign") < rules.indexOf("region-invalid"), rules.join());
});

onPage("a file is added by its name", async (page) => {
  await page.getByRole("button", { name: "Add a file" }).click();
  await page.getByLabel("Name, such as").fill("prod.auto.tfvars");
  await page.keyboard.press("Enter");
  await page.locator('.tab[aria-selected="true"]', { hasText: "prod.auto.tfvars" }).waitFor();
});

onPage("the tooltip of a squiggle has the message, the help and the fix", async (page) => {
  await choose(page, "copy-paste");
  await verdict(page, "errors");
  await page.locator(".cm-lintRange").first().hover();
  await page.locator(".cm-tooltip .tip-message").first().waitFor();
  assert.ok((await page.locator(".cm-tooltip .cm-diagnosticAction").count()) > 0);
});

onPage("the text has its colours, inside of templates and heredocs too", async (page) => {
  await paste(page, [
    'resource "aws_role" "this" { # why',
    '  name = "a-${lower(var.name)}-b"',
    "  text = <<-EOT",
    "    one ${true} two",
    "  EOT",
    "  count = 12",
    "}",
  ].join("\n"));
  await page.waitForFunction(() => document.querySelectorAll(".cm-line span").length > 10);
  const colours = await page.locator(".cm-line span").evaluateAll((spans) => {
    const style = getComputedStyle(document.documentElement);
    const names = ["comment", "string", "number", "keyword", "function"];
    const probe = document.body.appendChild(document.createElement("i"));
    const known = new Map(names.map((name) => [((probe.style.color = style.getPropertyValue(`--code-${name}`)), getComputedStyle(probe).color), name]));
    return spans.map((span) => [span.textContent, known.get(getComputedStyle(span).color)]).filter(([, colour]) => colour);
  });
  assert.deepEqual(colours, [
    ["resource", "keyword"], ['"aws_role"', "string"], ['"this"', "string"], ["# why", "comment"],
    ['"a-', "string"], ["${", "keyword"], ["lower", "function"], ['-b"', "string"],
    ["<<-EOT", "keyword"], ["    one ", "string"], ["${", "keyword"], ["true", "number"], [" two", "string"], ["  EOT", "keyword"],
    ["12", "number"],
  ]);
});

onPage("a syntax error is a finding, and the rest is checked", async (page) => {
  await type(page, `${many(2)}\nbroken = {\n`);
  const text = await verdict(page, "errors");
  assert.match(text, /What can be read was checked/);
  assert.match(text, /2 tenants/);
});

onPage("the table sorts and filters", async (page) => {
  await choose(page, "multi-tenant");
  await verdict(page, "clean");
  await page.getByRole("tab", { name: "Tenants" }).click();
  const keys = () => page.locator("tbody th").allInnerTexts();
  await page.locator(".sort", { hasText: "Tenant" }).first().click();
  assert.deepEqual(await keys(), [...(await keys())].sort());
  await page.locator(".sort", { hasText: "Tenant" }).first().click();
  assert.deepEqual(await keys(), [...(await keys())].sort().reverse());
  await page.getByLabel("Filter tenants").fill("no such tenant");
  assert.deepEqual(await keys(), []);
});

onPage("a link brings the text back, and warns", async (page, context) => {
  await type(page, many(2));
  await verdict(page, "errors");
  await page.getByRole("button", { name: "Share" }).click();
  await page.locator("#link[open]").waitFor();
  assert.match(await page.locator("#link").innerText(), /contains the text/);
  const address = await page.locator("#link-text").inputValue();
  const other = await context.newPage();
  await other.goto(address);
  await verdict(other, "errors");
  assert.match(await other.locator(".cm-content").innerText(), /tenant_1/);
});

onPage("a download is what the command line writes", async (page) => {
  await choose(page, "copy-paste");
  await verdict(page, "errors");
  const download = page.waitForEvent("download");
  await page.locator("#download").selectOption("json");
  const report = JSON.parse(await readFile(await (await download).path(), "utf8"));
  assert.equal(report.tool.name, "symlint");
});

onPage("files that are chosen are read, without what is not Terraform's", async (page) => {
  await page.locator("#files").evaluate((input) => input.removeAttribute("webkitdirectory"));
  await page.locator("#files").setInputFiles([
    { name: "prod.tfvars", mimeType: "text/plain", buffer: Buffer.from(many(3)) },
    { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("no") },
  ]);
  await page.locator(".tab", { hasText: "prod.tfvars" }).waitFor();
  await verdict(page, "errors", "warnings");
  assert.equal(await page.locator(".tab", { hasText: "notes" }).count(), 0);
});

/** A test with a folder of files to drop. */
function withFiles(name, files, run) {
  onPage(name, async (page) => {
    const folder = await mkdtemp(join(tmpdir(), "symlint-"));
    try {
      for (const [path, text] of Object.entries(files)) {
        await mkdir(join(folder, path, ".."), { recursive: true });
        await writeFile(join(folder, path), text);
      }
      await run(page, folder);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
}

const tabs = (page) => page.locator(".tab").evaluateAll((tabs) => tabs.map((tab) => tab.dataset.name));
const shown = (page) => page.evaluate(() => document.querySelector(".cm-content").innerText);

withFiles("a folder is dropped with the folders in it, without what is hidden or not Terraform's", {
  "terraform.tfvars": many(2),
  "main.tf": 'variable "customer_tenants" {}\n',
  "modules/deep/main.tf": "locals {}\n",
  "notes.txt": "no",
  ".terraform/modules/other/main.tf": "no",
  "node_modules/thing/main.tf": "no",
}, async (page, folder) => {
  await drop(page, "#editor", [folder]);
  await verdict(page, "errors");
  assert.deepEqual(await tabs(page), ["terraform.tfvars", "main.tf", "modules/deep/main.tf"]);
});

withFiles("a file that is dropped gets a tab, and the text that is shown stays", { "prod.tfvars": many(3) }, async (page, folder) => {
  await type(page, "mine = 1\n");
  await drop(page, ".cm-content", [join(folder, "prod.tfvars")]);
  await page.locator('.tab[aria-selected="true"]', { hasText: "prod.tfvars" }).waitFor();
  await verdict(page, "errors");
  assert.equal((await shown(page)).trim(), many(3).trim());
  await page.locator(".tab", { hasText: "terraform.tfvars" }).click();
  assert.equal((await shown(page)).trim(), "mine = 1");
});

withFiles("several files that are dropped take the place of what was there", { "a.tfvars": many(2), "main.tf": 'variable "customer_tenants" {}\n' }, async (page, folder) => {
  await drop(page, "#results", ["a.tfvars", "main.tf"].map((name) => join(folder, name)));
  await page.locator(".tab", { hasText: "a.tfvars" }).waitFor();
  assert.deepEqual((await tabs(page)).sort(), ["a.tfvars", "main.tf"]);
});

withFiles("a folder without Terraform is said to have none", { "notes.txt": "no" }, async (page, folder) => {
  await drop(page, "#editor", [folder]);
  assert.match(await verdict(page, "problem"), /No Terraform files/);
});

onPage("a sample is a button in the empty page, and nothing shifts", async (page) => {
  await page.evaluate(() => {
    window.shifts = [];
    const name = ({ node }) => node?.outerHTML?.slice(0, 120) ?? node?.textContent;
    // The editor reuses the numbers of lines for other lines, which looks the same.
    const moved = ({ sources }) => sources.filter(({ node }) => !node?.parentElement?.closest(".cm-gutters")).map(name);
    const note = (list) => window.shifts.push(...list.getEntries().flatMap(moved));
    new PerformanceObserver(note).observe({ type: "layout-shift", buffered: true });
  });
  await page.getByRole("button", { name: "As it should be" }).click();
  await verdict(page, "clean");
  await page.locator("#sample").selectOption("copy-paste");
  await verdict(page, "errors");
  await page.getByRole("tab", { name: "Access" }).click();
  assert.deepEqual(await page.evaluate(() => window.shifts), []);
});

onPage("of a large file the picture has what is wrong, with what it reaches into", async (page) => {
  await paste(page, many(200));
  await verdict(page, "errors");
  await page.getByRole("tab", { name: "Access" }).click();
  assert.equal(await page.locator("#picture .legend").innerText(), "2 lines with errors; 198 other tenants not drawn");
  await page.locator("#picture .errors .link", { hasText: "role_arn is in account 259298427341, which is tenant_0's" }).click();
  assert.equal(await page.evaluate(() => getSelection()?.toString()), "259298427341");
});

onPage("it works offline once it was loaded", async (page, context) => {
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await context.setOffline(true);
  await page.reload();
  await choose(page, "copy-paste");
  await verdict(page, "errors");
}, { allow: /ERR_INTERNET_DISCONNECTED/ });

onPage("a mistake in the configuration has a place", async (page) => {
  await type(page, many(2));
  await page.locator(".tab", { hasText: ".symlint.hcl" }).click();
  await type(page, "tenant = 1\n");
  assert.match(await verdict(page, "problem"), /configuration has a mistake/);
  await page.locator("#verdict .link").click();
});

for (const colorScheme of ["light", "dark"]) {
  for (const view of ["Problems", "Access", "Tenants"]) {
    onPage(`axe finds nothing in ${view}, ${colorScheme}`, async (page) => {
      await choose(page, "copy-paste");
      await verdict(page, "errors");
      await page.getByRole("tab", { name: view }).click();
      const { violations } = await new AxeBuilder({ page }).analyze();
      assert.deepEqual(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]), []);
    }, { colorScheme });
  }
}

onPage("a comment for a pull request is copied", async (page, context) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await choose(page, "copy-paste");
  await verdict(page, "errors");
  await page.getByRole("button", { name: "Copy comment" }).click();
  await page.getByRole("button", { name: "Copied" }).waitFor();
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^## ❌ symlint: 8 errors, 1 warning\n/);
});

onPage("what is too large is said, and what is cut down is checked", async (page) => {
  await page.locator("#files").evaluate((input) => input.removeAttribute("webkitdirectory"));
  const half = Buffer.from(`${many(1)}#${"x".repeat(9_000_000)}\n`);
  await page.locator("#files").setInputFiles(["a.tfvars", "b.tfvars"].map((name) => ({ name, mimeType: "text/plain", buffer: half })));
  assert.match(await verdict(page, "problem"), /Too large to check here/);
  await type(page, many(2));
  await verdict(page, "errors");
});

for (const [what, engine] of [["cannot start", () => Buffer.from("no engine")], ["crashes", crashing]]) {
  onPage(`an engine that ${what} is said, and started again`, async (page, context) => {
    const body = await engine();
    await context.route("**/*.wasm", (route) => route.fulfill({ body, contentType: "application/wasm" }));
    await page.reload();
    await type(page, many(1));
    assert.match(await verdict(page, "problem"), /The engine stopped/);
    await context.unroute("**/*.wasm");
    // The one that was started before the route went away may stop once more.
    await type(page, many(2));
    await verdict(page, "errors", "problem");
    await type(page, many(3));
    await verdict(page, "errors");
  }, { serviceWorkers: "block", allow: /./ });
}

test("the page cannot send anything to anyone", async () => {
  const received = [];
  const other = createServer((request, response) => {
    received.push(request.url);
    response.end();
  });
  await new Promise((done) => other.listen(0, "127.0.0.1", done));
  const { context, page } = await visit(browser, server.address);
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

onPage("the keyboard alone is enough", async (page) => {
  await choose(page, "copy-paste");
  await verdict(page, "errors");
  await page.getByRole("tab", { name: "Problems" }).focus();
  await page.keyboard.press("ArrowRight");
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), "Access");
  await page.keyboard.press("Enter");
  await page.locator(".edge.wrong").first().focus();
  await page.keyboard.press("Enter");
  // Out of the editor by its own way: Escape, then Tab.
  await page.keyboard.press("Escape");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement?.closest(".cm-editor") === null), true);
});

onPage("nothing moves for those who want it still", async (page) => {
  await choose(page, "copy-paste");
  await verdict(page, "errors");
  const moving = await page.evaluate(() => [...document.querySelectorAll("*")].filter((element) => {
    const { animationDuration, transitionDuration } = getComputedStyle(element);
    return [animationDuration, transitionDuration].some((duration) => parseFloat(duration) > 0.01) && !element.closest(".cm-editor");
  }).map((element) => element.outerHTML.slice(0, 80)));
  assert.deepEqual(moving, []);
}, { reducedMotion: "reduce" });

onPage("it fits a narrow screen", async (page) => {
  await choose(page, "copy-paste");
  await verdict(page, "errors");
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
}, { viewport: { width: 360, height: 740 } });

test("the first load is small, and typing in a thousand tenants is smooth", async () => {
  const { context, page } = await visit(browser, "about:blank");
  const names = new Map();
  page.on("response", async (response) => names.set(response.url(), await response.body().catch(() => Buffer.alloc(0))));
  const first = await timed(async () => {
    await page.goto(server.address);
    await choose(page, "copy-paste");
    await verdict(page, "errors");
  });
  const bytes = [...names.values()].reduce((sum, body) => sum + gzipSync(body).length, 0);
  // The worker asks for the engine by itself.
  const wasm = [...names.keys()].some((name) => name.endsWith(".wasm")) ? 0 : gzipSync(await readFile(join(root, "wasm/npm/dist/symlint.wasm"))).length;
  console.log(`first load: ${Math.round((bytes + wasm) / 1000)} kB with gzip; first result after ${Math.round(first)} ms`);
  assert.ok(bytes + wasm < 900_000);
  await page.locator(".tab", { hasText: "terraform.tfvars" }).click();
  await paste(page, many(1000));
  await page.waitForFunction(() => document.getElementById("verdict")?.textContent.includes("1,000 tenants"), undefined, { timeout: 60_000 });
  const times = [];
  await page.keyboard.press("Control+End");
  for (let round = 0; round < 7; round += 1) {
    // An open brace is a syntax error, and without it there is none: each keystroke has another answer.
    times.push(await timed(async () => {
      await page.keyboard.insertText("{");
      await page.waitForFunction(() => document.getElementById("verdict")?.textContent.includes("What can be read"), undefined, { polling: 5 });
    }));
    await page.keyboard.press("Backspace");
    await page.waitForFunction(() => !document.getElementById("verdict")?.textContent.includes("What can be read"), undefined, { polling: 5 });
  }
  console.log(`a keystroke in 1,000 tenants: ${Math.round(times.sort((a, b) => a - b)[3])} ms until its answer`);
  await context.close();
});
