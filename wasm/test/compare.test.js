// The compare view: who gains and who loses access through a change.
import assert from "node:assert/strict";

import { count, focused, notice, onPage, selected, shown, texts, view, violations, withFiles } from "./on-page.js";
import { choose, drop, eventually, many, paste, type, verdict } from "./support.js";

const account = (tenant) => String(259298427341 + tenant * 7919);
/** Tenants of which the last one has its own role, and not that of the first one as in `many`. */
const clean = (number) => many(number).replace(`arn:aws:iam::259298427341:role/sym/SymSSOTenant-${number - 1}`, `arn:aws:iam::${account(number - 1)}:role/sym/SymSSOTenant-${number - 1}`);
const headline = (page, expected) => eventually(() => page.locator("#compare .headline").innerText(), expected);
// The titles include those that are not visible.
const titles = (page, expected) => eventually(() => page.locator("#compare .changed h2").allTextContents(), expected);
const card = (page, name) => page.locator("#compare .card", { hasText: name }).click();
onPage("changes from now on are compared, crossings first", async (page) => {
  await paste(page, clean(3));
  await verdict(page, "partial");
  await view(page, "compare");
  await card(page, "The text as it is now");
  await headline(page, /Nobody gains or loses access/);
  assert.ok(await page.evaluate(() => getComputedStyle(document.querySelector("#compare .headline")).fontFamily === getComputedStyle(document.body).fontFamily));
  await paste(page, many(3));
  await verdict(page, "errors");
  await headline(page, /^1 crossing into another customer/);
  await titles(page, (titles) => titles[0] === "Crossings into another customer" && titles[1] === "Access that changes" && titles[2].startsWith("tenant_2 changes"));
  await page.locator("#compare .changed", { hasText: "Crossings" }).locator(".link").first().click();
  await selected(page, account(0));
  await count(page.locator("#compare .edge.gained"), (edges) => edges > 0);
  await count(page.locator("#compare .edge.lost"), (edges) => edges > 0);
  await count(page.locator("#compare .node.wrong"), 1);
});

onPage("the changes since a sample was opened are compared, and sides are swapped", async (page) => {
  await choose(page, "multi-tenant");
  await verdict(page, "clean");
  await view(page, "compare");
  await count(page.locator("#compare .card", { hasText: "The text as it was opened" }), 0);
  const text = await shown(page, /harbour_retail/);
  await paste(page, text.replace(/  harbour_retail = \{[^]*?\n  \}\n/, ""));
  await verdict(page, "clean", "errors", "warnings", "partial");
  await card(page, "The text as it was opened");
  await titles(page, (titles) => titles.some((title) => title.startsWith("harbour_retail is removed")));
  await page.getByRole("button", { name: "Swap" }).click();
  await shown(page, (now) => now.includes("harbour_retail") && text.startsWith(now));
  await titles(page, (titles) => titles.some((title) => title.startsWith("harbour_retail is new")));
  await notice(page, /The text from before replaced your text/);
  await focused(page, (element) => element?.textContent, "Swap");
});

onPage("the state before the change can be pasted, and a reload keeps it", async (page, context) => {
  await paste(page, many(2));
  await verdict(page, "errors");
  await view(page, "compare");
  await page.getByLabel("Or paste terraform.tfvars as it was before").fill(clean(2));
  await page.getByRole("button", { name: "Compare", exact: true }).click();
  await headline(page, /^1 crossing/);
  await page.waitForFunction(() => JSON.parse(sessionStorage.getItem("symlint.text") ?? "null")?.before);
  await page.reload();
  await verdict(page, "errors");
  await view(page, "compare");
  await headline(page, /^1 crossing/);
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.getByRole("button", { name: "Copy as a pull request comment" }).click();
  await notice(page, "The comment was copied.");
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), /crossing into another customer/);
  await page.getByRole("button", { name: "Compare with something else" }).click();
  await focused(page, (element) => element?.textContent?.startsWith("The text as it is now"), true);
  // The text may exist nowhere else, so it is kept.
  assert.equal(await page.getByLabel("Or paste terraform.tfvars as it was before").inputValue(), clean(2));
});

withFiles("of two dropped folders, the first by name is the state before the change", { "1-old/a.tfvars": clean(2), "2-new/a.tfvars": many(2) }, async (page, folder) => {
  await paste(page, "mine = 1\n");
  await verdict(page, "partial", "problem");
  await view(page, "compare");
  await drop(page, "#compare", ["2-new", "1-old"].map((name) => `${folder}/${name}`));
  await verdict(page, "errors");
  await headline(page, /^1 crossing/);
  await eventually(() => page.locator("#compare .compare-head p").innerText(), "Before: 1-old. After: what is in the editor.");
});

onPage("files that cannot be compared are reported", async (page) => {
  await paste(page, many(2));
  await verdict(page, "errors");
  await view(page, "compare");
  await page.getByLabel("Or paste terraform.tfvars as it was before").fill("customer_tenants = {\n");
  await page.getByRole("button", { name: "Compare", exact: true }).click();
  await titles(page, (titles) => titles.includes("Not compared"));
});

onPage("files opened from another folder are compared with the earlier ones", async (page) => {
  await choose(page, "multi-tenant");
  await verdict(page, "clean");
  await view(page, "compare");
  await card(page, "The text as it is now");
  await headline(page, /Nobody gains or loses access/);
  await choose(page, "copy-paste");
  await verdict(page, "errors");
  await headline(page, /crossings into another customer/);
  await titles(page, (titles) => titles.some((title) => title.startsWith("orchard_foods is new")) && !titles.some((title) => / is removed/.test(title)));
});

for (const colorScheme of ["light", "dark"]) {
  onPage(`axe finds nothing in comparisons, ${colorScheme}`, async (page) => {
    await choose(page, "copy-paste");
    await verdict(page, "errors");
    await view(page, "compare");
    await page.locator("#compare .card").first().waitFor();
    const clean = () => eventually(() => violations(page, { part: "#results" }), []);
    await clean();
    await card(page, "The text as it is now");
    await choose(page, "multi-tenant");
    await verdict(page, "clean");
    await page.locator("#compare .changed").first().waitFor();
    await clean();
  }, { colorScheme });
}

onPage("the effects of a change are announced to screen readers", async (page) => {
  await paste(page, clean(2));
  await verdict(page, "partial");
  await view(page, "compare");
  await card(page, "The text as it is now");
  await eventually(() => page.locator("#compare [role=status]").textContent(), /^nobody gains or loses access/);
  await paste(page, many(2));
  await eventually(() => page.locator("#compare [role=status]").textContent(), /^1 crossing into another customer/);
});

onPage("a comparison that fails is not announced with its old result", async (page) => {
  await choose(page, "multi-tenant");
  await verdict(page, "clean");
  await view(page, "compare");
  await card(page, "The text as it is now");
  const said = (expected) => eventually(() => page.locator("#compare [role=status]").textContent(), expected);
  await said(/^nobody gains or loses access/);
  await type(page, "x = 1\n");
  await headline(page, /^Not compared: no tenants were checked/);
  await said(/^Not compared: no tenants were checked/);
});

onPage("with forced colors, gained and lost access is shown by signs", async (page) => {
  await paste(page, clean(3));
  await verdict(page, "partial");
  await view(page, "compare");
  await card(page, "The text as it is now");
  await paste(page, many(3));
  await headline(page, /^1 crossing/);
  await texts(page.locator("#compare .changed li .sign"), (signs) => signs.includes("!"));
  await eventually(() => page.locator("#compare .edge .fate").allTextContents(), (signs) => signs.includes("+") && signs.includes("−"));
  await eventually(() => violations(page, { without: ["color-contrast"] }), []);
}, { forcedColors: "active" });

onPage("a comparison fits a narrow screen", async (page) => {
  await paste(page, clean(3));
  await verdict(page, "partial");
  await view(page, "compare");
  await card(page, "The text as it is now");
  await type(page, many(3));
  await verdict(page, "errors");
  await headline(page, /^1 crossing/);
  await eventually(() => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
}, { viewport: { width: 360, height: 740 } });
