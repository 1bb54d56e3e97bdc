// No text is lost by menus, tabs, samples, links, or reloads.
import assert from "node:assert/strict";

import { count, focused, notice, onPage, shown, show, tabs } from "./on-page.js";
import { choose, eventually, many, paste, pick, type, verdict } from "./support.js";

const undo = (page) => page.locator("#notice").getByRole("button", { name: "Undo" }).click();

onPage("arrow keys in a menu change nothing, and Escape returns the focus", async (page) => {
  await type(page, "mine = 1\n");
  await page.getByRole("button", { name: "Samples" }).focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("End");
  await focused(page, (element) => element?.querySelector("span")?.textContent, "As it should be");
  await page.keyboard.press("Escape");
  await focused(page, (element) => element?.id, "samples");
  await count(page.locator("[role=menu]"), 0);
  await shown(page, "mine = 1");
});

onPage("a sample that replaced text can be undone, and the undo as well", async (page) => {
  await type(page, "mine = 1\n");
  await choose(page, "multi-tenant");
  await notice(page, /The sample “As it should be” replaced your text/);
  await undo(page);
  await shown(page, "mine = 1");
  await undo(page);
  await tabs(page, ([first]) => first === "multi-tenant/terraform.tfvars");
});

onPage("a notice does not hide a line", async (page) => {
  await type(page, "mine = 1\n");
  await choose(page, "multi-tenant");
  await notice(page, /replaced your text/);
  await page.locator(".cm-content").focus();
  await page.keyboard.press("Control+End");
  const places = () => page.evaluate(() => [".cm-activeLine", "#notice"].map((part) => document.querySelector(part).getBoundingClientRect().toJSON()));
  await eventually(places, ([line, { top }]) => line.bottom <= top + 1);
});

onPage("a closed file can be restored with its history", async (page) => {
  await type(page, "one = 1\n");
  await type(page, "two = 2\n");
  await page.getByRole("button", { name: "Remove terraform.tfvars" }).click();
  await notice(page, /terraform.tfvars was closed/);
  await focused(page, (element) => element?.getAttribute("aria-label"), "Remove main.tf");
  await undo(page);
  await shown(page, "two = 2");
  await page.locator(".cm-content").focus();
  await page.keyboard.press("Control+z");
  await shown(page, /one = 1/);
});

onPage("the text survives a reload, with the file that was shown", async (page) => {
  await type(page, many(2));
  await show(page, "main.tf");
  await type(page, 'variable "customer_tenants" {}\n');
  await verdict(page, "errors");
  await page.waitForFunction(() => JSON.parse(sessionStorage.getItem("symlint.text") ?? "null")?.project.files["main.tf"]);
  await page.reload();
  await verdict(page, "errors");
  await shown(page, 'variable "customer_tenants" {}');
  await show(page, "terraform.tfvars");
  await shown(page, /tenant_1/);
});

onPage("one press clears all text, also from storage, and can be undone", async (page) => {
  await type(page, "mine = 1\n");
  await page.waitForFunction(() => sessionStorage.getItem("symlint.text")?.includes("mine"));
  await page.getByRole("button", { name: "Clear the text" }).click();
  await eventually(() => page.evaluate(() => sessionStorage.getItem("symlint.text")), null);
  await verdict(page, "empty");
  await undo(page);
  await shown(page, "mine = 1");
});

onPage("nothing is stored if storing is turned off", async (page) => {
  await type(page, "mine = 1\n");
  await page.waitForFunction(() => sessionStorage.length > 0);
  await page.getByLabel("Keep the text in this browser tab").uncheck();
  await type(page, "mine = 2\n");
  await page.waitForTimeout(700);
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
  // The browser asks before it discards the text.
  const asked = page.waitForEvent("dialog");
  page.reload().catch(() => undefined);
  const dialog = await asked;
  assert.equal(dialog.type(), "beforeunload");
  await dialog.accept();
  await verdict(page, "empty");
  await eventually(() => page.getByLabel("Keep the text in this browser tab").isChecked(), false);
});

onPage("a broken link is reported", async (page) => {
  await verdict(page, "empty");
  await notice(page, /This link is broken/);
}, { fragment: "#v1.abc" });

onPage("opening a link can be undone", async (page) => {
  await type(page, many(1));
  await page.getByRole("button", { name: "Share" }).click();
  await page.locator("#link[open]").waitFor();
  const address = await eventually(() => page.locator("#link-text").inputValue(), /#v/);
  await page.getByRole("button", { name: "Close", exact: true }).click();
  await type(page, "mine = 1\n");
  await page.evaluate((address) => (location.hash = new URL(address).hash), address);
  await page.locator("#notice", { hasText: "The text of the link replaced your text" }).waitFor();
  await shown(page, /tenant_0/);
  await undo(page);
  await shown(page, "mine = 1");
});

onPage("a long link has a warning", async (page) => {
  await type(page, "mine = 1\n");
  await page.getByRole("button", { name: "Share" }).click();
  await page.locator("#link[open]").waitFor();
  await page.locator("#link-long").waitFor({ state: "hidden" });
  await page.getByRole("button", { name: "Close", exact: true }).click();
  const text = Array.from({ length: 3000 }, (_, at) => `# ${Math.sin(at)}`).join("\n");
  await paste(page, `mine = 1\n${text}\n`);
  await page.getByRole("button", { name: "Share" }).click();
  await page.locator("#link-long", { hasText: /This link has [\d,]+ characters/ }).waitFor();
});

onPage("unavailable items of a menu cannot be chosen", async (page) => {
  await eventually(() => page.getByRole("button", { name: "Save", exact: true }).isDisabled(), true);
  await type(page, many(1));
  await verdict(page, "errors", "partial");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.locator("[role=menuitem]").first().waitFor();
  await count(page.locator("[role=menuitem][aria-disabled]"), 0);
  await page.keyboard.press("Escape");
  await pick(page, "Samples", "As it should be");
  await verdict(page, "clean");
});
