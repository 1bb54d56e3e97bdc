// What can be saved after a check.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { unzipSync } from "fflate";
import { load } from "symlint";

import { notice, onPage, selected, shown, texts, withFiles } from "./on-page.js";
import { choose, eventually, many, paste, pick, verdict } from "./support.js";

/** The file that is saved when an item of the menu is chosen. */
async function saved(page, item) {
  const download = page.waitForEvent("download");
  await pick(page, "Save", item);
  return readFile(await (await download).path());
}

for (const [item, first] of [["SARIF", "{"], ["Markdown", "## ❌ symlint: "], ["JUnit", "<?xml"], ["GitLab code quality", "["], ["Plain text", "copy-paste/main.tf:40:28: error"]]) {
  onPage(`a report is saved as ${item}`, async (page) => {
    await choose(page, "copy-paste");
    await verdict(page, "errors");
    const text = (await saved(page, item)).toString();
    assert.ok(text.startsWith(first), text.slice(0, 80));
  });
}

onPage("a saved report equals the output of the command line", async (page) => {
  await choose(page, "copy-paste");
  await verdict(page, "errors");
  const report = JSON.parse((await saved(page, "JSON")).toString());
  assert.equal(report.tool.name, "symlint");
  assert.equal(report.tenants.length, 4);
});

onPage("a comment for a pull request is copied", async (page, context) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await choose(page, "copy-paste");
  await verdict(page, "errors");
  await pick(page, "Save", "Comment for a pull request");
  await page.locator("#notice", { hasText: "The comment was copied" }).waitFor();
  await eventually(() => page.evaluate(() => navigator.clipboard.readText()), /^## ❌ symlint: 7 errors, 1 warning\n/);
});

onPage("the file that is shown is copied, and the message disappears with the next edit", async (page, context) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await paste(page, many(2));
  await verdict(page, "errors");
  await pick(page, "Save", "This file");
  await notice(page, "terraform.tfvars was copied.");
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), many(2));
  await page.locator(".cm-content").focus();
  await page.keyboard.insertText("#");
  await notice(page, "");
});

onPage("the message about copying is below a notice with an undo action", async (page, context) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await paste(page, "mine = 1\n");
  await choose(page, "copy-paste");
  await verdict(page, "errors");
  await pick(page, "Save", "This file");
  await texts(page.locator("#notice p"), ["The sample “A copied block” replaced your text.", "copy-paste/terraform.tfvars was copied."]);
  await page.getByRole("button", { name: "Undo" }).click();
  await shown(page, "mine = 1");
});

onPage("the files are saved unchanged, or with fixes", async (page) => {
  const text = many(2).replace('"aws"', '"AWS"');
  await paste(page, text);
  await verdict(page, "errors");
  const files = unzipSync(await saved(page, "All files"));
  assert.deepEqual(Object.keys(files), ["terraform.tfvars"]);
  assert.equal(Buffer.from(files["terraform.tfvars"]).toString(), text);
  const fixed = unzipSync(await saved(page, "All files, fixed"));
  assert.equal(Buffer.from(fixed["terraform.tfvars"]).toString(), many(2));
});

withFiles("line breaks of Windows are kept", { "terraform.tfvars": many(2).replaceAll('"us-east-1"', '"us-east-1a"').replaceAll("\n", "\r\n") }, async (page, folder) => {
  const text = await readFile(join(folder, "terraform.tfvars"), "utf8");
  await page.locator("#files").setInputFiles(join(folder, "terraform.tfvars"));
  await verdict(page, "errors");
  const first = async (item) => Buffer.from(unzipSync(await saved(page, item))["terraform.tfvars"]).toString();
  assert.equal(await first("All files"), text);
  assert.doesNotMatch(await first("All files, fixed"), /[^\r]\n/);
  const digest = createHash("sha256").update(text).digest("hex");
  assert.match((await saved(page, "Report to read and print")).toString(), new RegExp(digest));
  await page.reload();
  await verdict(page, "errors");
  assert.equal(await first("All files"), text);
});

/** A file as Windows saves it, with a byte order mark and CRLF. Because of a character outside of ASCII, bytes and characters differ. */
const WINDOWS = `\ufeff# Käufer\n${many(2).replaceAll('"aws"', '"AWS"')}`.replaceAll("\n", "\r\n");

withFiles("a file from Windows keeps its byte order mark, and its offsets equal those of the command line", { "terraform.tfvars": WINDOWS }, async (page, folder, context) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.locator("#files").setInputFiles(join(folder, "terraform.tfvars"));
  await verdict(page, "errors");
  const files = async (item) => Buffer.from(unzipSync(await saved(page, item))["terraform.tfvars"]).toString();
  assert.equal(await files("All files"), WINDOWS);
  const symlint = await load();
  assert.equal((await saved(page, "JSON")).toString(), symlint.render({ "terraform.tfvars": WINDOWS }, "json"));
  assert.equal(await files("All files, fixed"), symlint.fix({ "terraform.tfvars": WINDOWS }).files["terraform.tfvars"]);
  // In the editor, the finding is at the same place as in the report.
  await page.locator(".problem", { hasText: "is AWS, but" }).first().click();
  await selected(page, "AWS");
  // This is for pasting into other programs.
  await pick(page, "Save", "This file");
  await notice(page, "terraform.tfvars was copied.");
  assert.equal((await page.evaluate(() => navigator.clipboard.readText())).replaceAll("\r\n", "\n"), WINDOWS.slice(1).replaceAll("\r\n", "\n"));
  await page.getByRole("button", { name: /^Fix all/ }).click();
  await page.getByRole("button", { name: "Apply", exact: true }).click();
  await verdict(page, "errors", "warnings", "partial", "clean");
  await shown(page, (text) => text.startsWith("# Käufer\ncustomer_tenants") && !text.includes("AWS"));
  assert.equal(await files("All files"), symlint.fix({ "terraform.tfvars": WINDOWS }).files["terraform.tfvars"]);
  await page.reload();
  await verdict(page, "errors", "warnings", "partial", "clean");
  assert.ok((await files("All files")).startsWith("\ufeff# Käufer\r\n"));
});

onPage("the HTML report is one complete file without scripts", async (page, context) => {
  await paste(page, many(3).replace('"us-east-1"', '"us-east-1a"').replace("tenant_1 = {", '"<img src=x onerror=alert(1)>" = {'));
  await verdict(page, "errors");
  const html = (await saved(page, "Report to read and print")).toString();
  assert.doesNotMatch(html, /<script|<img|<link| on\w+="/);
  const other = await context.newPage();
  const asked = [];
  other.on("request", (request) => asked.push(request.url()));
  await other.setContent(html);
  assert.deepEqual(asked, []);
  const text = await other.locator("body").innerText();
  for (const part of [/symlint 0\.\d+\.\d+, \w+ \d+, \d{4}/, /is an availability zone, not a region/, /3 tenants/, /Wiring was not checked/, /Values checked\s+21/, /terraform\.tfvars\s+[0-9a-f]{64}/, /<img src=x onerror=alert\(1\)>/]) assert.match(text, part);
  assert.ok((await other.locator("svg .node").count()) > 5);
  await other.setViewportSize({ width: 390, height: 844 });
  assert.ok(await other.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  assert.ok((await other.pdf({ format: "A4", landscape: true })).length > 10_000);
  if (process.env.SHOTS) await other.screenshot({ path: `${process.env.SHOTS}/report.png`, fullPage: true });
});

onPage("a printed report is not cut off on any paper", async (page, context) => {
  await choose(page, "copy-paste");
  await verdict(page, "errors");
  const html = (await saved(page, "Report to read and print")).toString();
  const other = await context.newPage();
  await other.setContent(html);
  await other.emulateMedia({ media: "print" });
  // The widths of Letter and A4, in landscape and portrait, without margins.
  for (const width of [949, 1017, 710, 688]) {
    await other.setViewportSize({ width, height: 900 });
    assert.deepEqual(await other.evaluate(() => [...document.querySelectorAll(".wide")].filter(({ clientWidth, scrollWidth }) => scrollWidth > clientWidth).length), 0, `${width}`);
    const lines = await other.evaluate(() => [...document.querySelectorAll("td.digits")].map((cell) => {
      const range = document.createRange();
      range.setStart(cell.firstChild, 0);
      range.setEnd(cell.firstChild, /^\d+/.exec(cell.textContent)[0].length);
      return [cell.textContent, range.getClientRects().length];
    }));
    assert.deepEqual(lines.filter(([, lines]) => lines > 1), [], `${width}`);
  }
});

onPage("the HTML report of many tenants has the matrix and the table", async (page) => {
  await paste(page, many(100));
  await verdict(page, "errors");
  const html = (await saved(page, "Report to read and print")).toString();
  assert.match(html, /class="leak"/);
  assert.match(html, /tenant_42/);
  await notice(page, "");
});
