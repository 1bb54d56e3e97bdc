// Files that are opened, added, closed, and shared.
import { join } from "node:path";

import { count, notice, onPage, show, shown, tabs, withFiles } from "./on-page.js";
import { choose, drop, eventually, many, pick, type, verdict } from "./support.js";

onPage("a file is added by its name", async (page) => {
  await page.getByRole("button", { name: "Add a file" }).click();
  await page.getByLabel("Name, such as").fill("prod.auto.tfvars");
  await page.keyboard.press("Enter");
  await page.locator('.tab[aria-selected="true"]', { hasText: "prod.auto.tfvars" }).waitFor();
  await page.getByRole("button", { name: "Add a file" }).click();
  await page.getByLabel("Name, such as").fill("prod.txt");
  await page.keyboard.press("Enter");
  await notice(page, /^prod.txt is not checked\. symlint reads files that end in/);
});

const LARGE = `# ${"x".repeat(16 * 1024 * 1024)}\n`;

withFiles("a file that is too large is not left out silently", { "main.tf": "locals {}\n", "large.tfvars": LARGE }, async (page, folder) => {
  await type(page, "mine = 1\n");
  for (const open of [() => drop(page, "#editor", [folder]), () => page.locator("#files").setInputFiles(["main.tf", "large.tfvars"].map((name) => join(folder, name)))]) {
    await open();
    await notice(page, /^Nothing was opened: large\.tfvars is larger than 16 MB/);
    await page.getByRole("button", { name: "Close this notice" }).click();
  }
  await shown(page, "mine = 1");
});

onPage("chosen files are read, except those that are not Terraform's", async (page) => {
  await page.locator("#files").setInputFiles([
    { name: "prod.tfvars", mimeType: "text/plain", buffer: Buffer.from(many(3)) },
    { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("no") },
  ]);
  await page.locator(".tab", { hasText: "prod.tfvars" }).waitFor();
  await verdict(page, "errors", "warnings");
  await count(page.locator(".tab", { hasText: "notes" }), 0);
});

withFiles("a dropped folder is read with its subfolders, except for hidden files and those that are not Terraform's", {
  "terraform.tfvars": many(2),
  "main.tf": 'variable "customer_tenants" {}\n',
  "modules/deep/main.tf": "locals {}\n",
  "modules/deep/root.hcl": "locals {}\n",
  "notes.txt": "no",
  ".terraform.lock.hcl": "no",
  ".terraform/modules/other/main.tf": "no",
  "node_modules/thing/main.tf": "no",
}, async (page, folder) => {
  await drop(page, "#editor", [folder]);
  await verdict(page, "errors");
  const read = ["terraform.tfvars", "main.tf", "modules/deep/main.tf", "modules/deep/root.hcl"];
  await tabs(page, read);
  await page.getByRole("button", { name: "Clear the text" }).click();
  await page.locator("#folder").setInputFiles(folder);
  await tabs(page, read);
});

withFiles("a dropped file gets a tab, and the other files stay", { "prod.tfvars": many(3) }, async (page, folder) => {
  await type(page, "mine = 1\n");
  await drop(page, ".cm-content", [join(folder, "prod.tfvars")]);
  await page.locator('.tab[aria-selected="true"]', { hasText: "prod.tfvars" }).waitFor();
  await verdict(page, "errors");
  await shown(page, many(3));
  await show(page, "terraform.tfvars");
  await shown(page, "mine = 1");
});

onPage("a file that is added to a sample is checked with it", async (page) => {
  await choose(page, "multi-tenant");
  await verdict(page, "clean");
  await page.getByRole("button", { name: "Add a file" }).click();
  await page.getByLabel("Name, such as").fill("a.auto.tfvars");
  await page.keyboard.press("Enter");
  await type(page, many(2));
  await verdict(page, "errors", /2 tenants/);
  await page.getByRole("button", { name: "Remove multi-tenant/a.auto.tfvars" }).click();
  await verdict(page, "clean");
  await page.locator("#files").setInputFiles([{ name: "b.auto.tfvars", mimeType: "text/plain", buffer: Buffer.from(many(3)) }]);
  await verdict(page, "errors", /3 tenants/);
  await tabs(page, (names) => names.at(-1) === "multi-tenant/b.auto.tfvars");
});

withFiles("a menu has the files whose tabs do not fit, and the values come first", Object.fromEntries(["prod/terraform.tfvars", "prod/more.auto.tfvars", "prod/main.tf", "test/terraform.tfvars", "test/main.tf"].map((name) => [name, "a = {\n"])), async (page, folder) => {
  await page.setInputFiles("#folder", folder);
  await tabs(page, ["prod/terraform.tfvars", "test/terraform.tfvars", "prod/more.auto.tfvars", "prod/main.tf", "test/main.tf"]);
  await pick(page, "All files", "test/main.tf");
  await page.locator('.tab[aria-selected="true"][data-name="test/main.tf"]').waitFor();
  await page.locator(".tab-list").evaluate((list) => list.scrollLeft > 0 || list.scrollWidth <= list.clientWidth || Promise.reject(new Error("it is out of sight")));
});

onPage("after all files are closed, new ones can be added", async (page) => {
  await choose(page, "copy-paste");
  await tabs(page, ({ length }) => length === 7);
  for (let left = 7; left > 0; left -= 1) await page.getByRole("button", { name: /^Remove / }).click();
  await tabs(page, ["terraform.tfvars"]);
  await type(page, many(2));
  await verdict(page, "errors", /2 tenants/);
});

withFiles("several dropped files replace the existing ones", { "a.tfvars": many(2), "main.tf": 'variable "customer_tenants" {}\n' }, async (page, folder) => {
  await drop(page, "#results", ["a.tfvars", "main.tf"].map((name) => join(folder, name)));
  await page.locator(".tab", { hasText: "a.tfvars" }).waitFor();
  await tabs(page, (names) => names.sort().join() === "a.tfvars,main.tf");
});

withFiles("a folder without Terraform is reported to have none", { "notes.txt": "no" }, async (page, folder) => {
  await drop(page, "#editor", [folder]);
  await verdict(page, "problem", /No Terraform files/);
});

onPage("a link restores the text, and shows a warning", async (page, context) => {
  await type(page, many(2));
  await verdict(page, "errors");
  await page.getByRole("button", { name: "Share" }).click();
  await page.locator("#link[open]").waitFor();
  await eventually(() => page.locator("#link").innerText(), /contains the text/);
  const address = await eventually(() => page.locator("#link-text").inputValue(), /#v/);
  const other = await context.newPage();
  await other.goto(address);
  await verdict(other, "errors");
  await shown(other, /tenant_1/);
});
