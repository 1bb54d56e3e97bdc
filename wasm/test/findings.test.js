// The list of findings, their fixes and the pages of rules.
import assert from "node:assert/strict";

import { notice, onPage, shown } from "./on-page.js";
import { choose, many, paste, type, verdict } from "./support.js";

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

onPage("what gives one tenant access to another comes first", async (page) => {
  await choose(page, "copy-paste");
  await verdict(page, "errors");
  const rules = await page.locator(".row-actions .link[aria-label^=About]").allInnerTexts();
  assert.ok(rules.indexOf("role-account-mismatch") < rules.indexOf("region-invalid"), rules.join());
});

onPage("the tooltip of a squiggle has the message, the help and the fix", async (page) => {
  await choose(page, "copy-paste");
  await verdict(page, "errors");
  await page.locator(".cm-lintRange").first().hover();
  await page.locator(".cm-tooltip .tip-message").first().waitFor();
  assert.ok((await page.locator(".cm-tooltip .cm-diagnosticAction").count()) > 0);
});

onPage("a finding has its help, what it was compared with, and what the fix would write", async (page) => {
  await choose(page, "copy-paste");
  await verdict(page, "errors");
  const row = page.locator(".problems > li", { hasText: "availability zone" });
  assert.match(await row.locator(".help").innerText(), /Write the region/);
  assert.deepEqual(await row.locator(".diff > div").allTextContents(), ['−Before: region       = "eu-west-1a"', '+After: region       = "eu-west-1"']);
  const role = page.locator(".problems > li", { hasText: "role_arn is in account 689558360591" });
  await role.locator(".related .link", { hasText: "is harbour_retail's" }).first().click();
  assert.equal(await page.evaluate(() => getSelection()?.toString()), "689558360591");
});

onPage("after a fix the list keeps the focus, the changed line is shown, and all of it can be undone", async (page) => {
  await choose(page, "copy-paste");
  await verdict(page, "errors");
  const row = page.locator(".problems > li", { hasText: "availability zone" });
  await row.getByRole("button", { name: "Apply suggestion" }).focus();
  await page.keyboard.press("Enter");
  await row.waitFor({ state: "detached" });
  assert.equal(await page.evaluate(() => document.activeElement?.closest("#findings") !== null), true);
  const line = page.locator(".cm-line", { hasText: '"eu-west-1"' });
  assert.equal(await line.evaluate((line) => {
    const { top, bottom } = line.getBoundingClientRect();
    const pane = document.getElementById("editor").getBoundingClientRect();
    return pane.top <= top && bottom <= pane.bottom;
  }), true);
  await page.getByRole("button", { name: "Undo" }).click();
  await verdict(page, "errors");
  assert.match(await shown(page), /"eu-west-1a"/);
});

onPage("all fixes are shown before they are applied", async (page) => {
  await choose(page, "copy-paste");
  await verdict(page, "errors");
  const before = await page.locator(".problem").count();
  await page.getByRole("button", { name: /^Fix all/ }).click();
  const dialog = page.locator("#fixes");
  await dialog.getByLabel(/With suggestions/).check();
  await dialog.locator(".diff .ins", { hasText: "eu-west-1" }).waitFor();
  assert.match(await dialog.locator("#fixes-says").innerText(), /would be fixed in/);
  await dialog.getByRole("button", { name: "Apply" }).click();
  await page.waitForFunction((before) => document.querySelectorAll(".problem").length < before, before);
  assert.match(await notice(page), /findings fixed in/);
});

onPage("findings are grouped and filtered", async (page) => {
  await choose(page, "copy-paste");
  await verdict(page, "errors");
  await page.getByLabel("Group by").selectOption("tenant");
  const groups = await page.locator(".group h2").allInnerTexts();
  assert.ok(groups.includes("meadow_clinic 3 findings"), groups.join());
  await page.getByRole("button", { name: "Filter" }).click();
  await page.getByLabel("Filter by level").selectOption("Warnings");
  assert.equal(await page.locator(".problem").count(), 1);
  await page.getByLabel("Filter by level").selectOption("");
  await page.getByLabel("Search findings").fill("availability");
  assert.equal(await page.locator(".problem").count(), 1);
  await page.getByLabel("Search findings").fill("no such thing");
  assert.match(await page.locator("#findings").innerText(), /No finding has all of that/);
});

onPage("thousands of findings stay usable", async (page) => {
  await paste(page, many(3000).replaceAll('"us-east-1"', '"us-east-1a"'));
  await verdict(page, "errors");
  assert.equal(await page.locator(".problem").count(), 100);
  await page.getByRole("button", { name: /^Show 100 of/ }).click();
  assert.equal(await page.locator(".problem").count(), 200);
  assert.equal(await page.evaluate(() => [...document.querySelectorAll(".problem")].indexOf(document.activeElement)), 100);
  await page.getByLabel("Search findings").fill("tenant_2999");
  await page.waitForFunction(() => document.querySelectorAll(".problem").length < 5);
});
