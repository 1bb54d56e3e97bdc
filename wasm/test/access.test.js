// The access view: who can access what, and which values belong to other tenants.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { count, focused, onPage, selected, texts, view } from "./on-page.js";
import { choose, eventually, many, paste, root, verdict } from "./support.js";

const keys = (page, expected) => texts(page.locator("#tenants tbody th"), expected);
/** Waits for the order of the table, which comes from the worker. */
const sorted = (page, order) => page.waitForFunction((order) => document.querySelector("th[aria-sort]")?.getAttribute("aria-sort") === order, order);

onPage("the table sorts and filters", async (page) => {
  await choose(page, "multi-tenant");
  await verdict(page, "clean");
  await view(page, "tenants");
  await page.locator("#tenants tbody tr").first().waitFor();
  await page.locator(".sort", { hasText: "Tenant" }).first().click();
  await sorted(page, "ascending");
  await keys(page, ["harbour_retail", "meadow_clinic", "summit_robotics"]);
  await page.locator(".sort", { hasText: "Tenant" }).first().click();
  await sorted(page, "descending");
  await keys(page, ["summit_robotics", "meadow_clinic", "harbour_retail"]);
  await page.getByLabel("Search tenants").fill("no such tenant");
  await page.locator("#tenants .hint", { hasText: "0 tenants" }).waitFor();
  await keys(page, []);
});

onPage("each finding is noted in a cell of the table, which links to it", async (page) => {
  await choose(page, "copy-paste");
  await verdict(page, "errors");
  await view(page, "tenants");
  const row = page.locator("#tenants tbody tr", { hasText: "meadow_clinic" });
  await row.first().waitFor();
  const noted = (tenant) => page.evaluate((tenant) => {
    const heads = [...document.querySelectorAll("#tenants thead th")].map((head) => head.innerText);
    const row = [...document.querySelectorAll("#tenants tbody tr")].find((row) => row.textContent.includes(tenant));
    return [...row.querySelectorAll("td")].flatMap((cell, at) => (cell.classList.contains("noted") ? [heads[at + 1]] : []));
  }, tenant);
  await eventually(() => noted("meadow_clinic"), ["Role", "Permission sets", "Target accounts"]);
  // The flow passes another account than the tenant's own for all tenants.
  await eventually(() => noted("summit_robotics"), ["Target accounts"]);
  await row.getByRole("button", { name: /role_arn is in account 689558360591/ }).click();
  await selected(page, "689558360591");
});

onPage("a finding about a tenant as a whole is not noted at its role", async (page) => {
  await paste(page, many(2));
  await page.locator("#tabs").getByRole("button", { name: "Add a file" }).click();
  await page.locator("#name-text").fill("copy.tfvars");
  await page.locator("#name").getByRole("button", { name: "Add" }).click();
  await paste(page, many(2));
  await verdict(page, "errors", /4 tenants/);
  await page.locator(".problem", { hasText: "are also in" }).waitFor();
  await view(page, "tenants");
  await count(page.locator("#tenants .note.warning"), (notes) => notes > 0);
  await eventually(() => page.locator("#tenants .note.warning").evaluateAll((notes) => [...new Set(notes.map((note) => document.querySelectorAll("#tenants thead th")[note.closest("td").cellIndex].textContent))]), ["Findings"]);
});

onPage("the table is saved as CSV in which no value is run as a formula", async (page) => {
  await paste(page, many(2).replace("tenant_1 = {", '"=1+1" = {'));
  await verdict(page, "errors", "partial", "warnings");
  await view(page, "tenants");
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save as CSV" }).click();
  const lines = (await readFile(await (await download).path(), "utf8")).split("\r\n");
  assert.equal(lines[0], '"Tenant","Findings","SSO account","Role","Instance","Region","Permission sets","Target accounts"');
  assert.match(lines[1], /^"tenant_0","0","259298427341","arn:aws:iam::259298427341:role/);
  assert.match(lines[2], /^"'=1\+1",/);
});

onPage("for a large file there is a matrix, and the diagram has the wrong tenants and those whose values they use", async (page) => {
  await paste(page, many(200));
  await verdict(page, "errors");
  await view(page, "access");
  await eventually(() => page.locator("#access .legend").innerText(), "1 connection with errors; 198 other tenants not drawn");
  await eventually(() => page.locator(".matrix figcaption").innerText(), /1 of 200 tenants uses values of another tenant: 1 mark off the diagonal/);
  await count(page.locator(".matrix .leak"), 1);
  await texts(page.locator(".leaks tbody tr"), ["tenant_199\ttenant_0\trole\t1"]);
  await page.locator("#access .errors .link", { hasText: "role_arn is in account 259298427341, which is tenant_0's" }).click();
  await selected(page, "259298427341");
});

const placesIn = (page) => page.evaluate(() => [".matrix .leak", ".matrix .field"].map((part) => document.querySelector(part).getBoundingClientRect().toJSON()));

onPage("a value of the previous tenant is visibly off the diagonal", async (page) => {
  const last = many(999).match(/role_arn .*\n/g).at(-2);
  await paste(page, many(1000).replace(/role_arn .*\n(?![^]*role_arn)/, last));
  await verdict(page, "errors");
  await view(page, "access");
  await page.locator(".matrix .leak").waitFor();
  await texts(page.locator(".leaks tbody th"), ["tenant_999"]);
  await eventually(() => placesIn(page), ([{ x, y, width }, field]) => x - field.x - (y - field.y) > width);
});

onPage("the matrix of a thousand tenants has visible marks", async (page) => {
  await paste(page, many(1000));
  await verdict(page, "errors");
  await view(page, "access");
  await page.locator(".matrix .leak").waitFor();
  // A tenant with a value of another is first, and the owner is after those, so the mark is at the top right.
  await eventually(() => placesIn(page), ([{ width, x, y }, field]) => width >= 6 && x - field.x > field.width / 2 && y - field.y < field.height / 2);
  await page.locator(".leaks .link").first().click();
  await selected(page, "259298427341");
});

onPage("the marks of thousands of leaks do not cover the matrix", async (page) => {
  const number = 3000;
  const other = (tenant) => String(259298427341 + ((tenant * 2003 + 7) % number) * 7919);
  await paste(page, many(number).replaceAll(/iam::\d+(?=:role\/sym\/SymSSOTenant-(\d+)")/g, (_, tenant) => `iam::${other(Number(tenant))}`));
  await verdict(page, "errors", /3,000 tenants/);
  await view(page, "access");
  await count(page.locator(".matrix .leak"), (marks) => marks > number - 10);
  const covered = () => page.evaluate(() => {
    const area = (part) => [...document.querySelectorAll(part)].reduce((sum, { width, height }) => sum + width.baseVal.value * height.baseVal.value, 0);
    return area(".matrix .leak") / area(".matrix .field");
  });
  await eventually(covered, (part) => part > 0.2 && part < 0.3);
});

onPage("the diagram has the wrong tenant first, and nothing is wrong with the one whose value it uses", async (page) => {
  // The last of the tenants has a value of the first one.
  await paste(page, many(4));
  await verdict(page, "errors");
  await view(page, "access");
  await eventually(() => page.evaluate(() => [...document.querySelectorAll("#access .node")].filter((node) => /Tenant tenant/.test(node.ariaLabel)).map((node) => node.ariaLabel)), [
    "Tenant tenant_3, has errors",
    "Tenant tenant_0",
    "Tenant tenant_1",
    "Tenant tenant_2",
  ]);
  await eventually(() => page.locator("#access .legend").innerText(), "1 connection with errors");
});

onPage("an ID at the end of a long line is in sight", async (page) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await choose(page, "copy-paste");
  await verdict(page, "errors");
  await page.locator(".problem", { hasText: "permission_set_arn belongs to" }).click();
  await page.locator(".cm-line .owner", { hasText: "harbour_retail" }).first().waitFor();
  await eventually(() => page.evaluate(() => [document.querySelector(".cm-scroller"), ...document.querySelectorAll(".cm-line .owner")].map((part) => (part.clientWidth < part.scrollWidth ? part.className : "")).join("")), "");
});

onPage("a value of another tenant is marked with that tenant's name, in one color everywhere", async (page) => {
  await choose(page, "copy-paste");
  await verdict(page, "errors");
  await page.locator(".problem", { hasText: "role_arn is in account 689558360591" }).click();
  await view(page, "access");
  const colors = () => page.evaluate(() => {
    const of = (selector, text) => [...document.querySelectorAll(selector)].find((element) => element.textContent.includes(text));
    return {
      badge: getComputedStyle(of(".cm-line .owner", "harbour_retail")).color,
      value: getComputedStyle(of(".owned", "689558360591")).borderBottomColor,
      stripe: getComputedStyle(of(".node", "harbour_retail").querySelector(".stripe")).fill,
    };
  });
  await eventually(colors, ({ badge, value, stripe }) => badge.startsWith("rgb") && value === badge && stripe === badge);
  // Tenants whose values no other tenant uses have no color.
  await eventually(() => page.locator(".node", { hasText: "orchard_foods" }).first().locator(".stripe").isVisible(), false);
});

onPage("a tenant keeps its color when another gets one", async (page) => {
  const text = await readFile(join(root, "examples/copy-paste/terraform.tfvars"), "utf8");
  const colors = (name) => page.evaluate((name) => {
    const badge = [...document.querySelectorAll(".cm-line .owner")].find(({ textContent }) => textContent === name);
    return badge && [getComputedStyle(badge).color, getComputedStyle(badge.closest(".cm-line").querySelector(".owned")).borderBottomColor];
  }, name);
  await paste(page, text);
  const [color] = await eventually(() => colors("harbour_retail"), (found) => found && found[0] === found[1]);
  // Now the tenant's own account is another tenant's, which is shown first.
  await paste(page, text.replace('"689558360591"', '"259298427341"'));
  await eventually(() => colors("summit_robotics"), (found) => found && found[0] === found[1] && found[0] !== color);
  await eventually(() => colors("harbour_retail"), [color, color]);
});

onPage("an id under the pointer is highlighted everywhere", async (page) => {
  await choose(page, "copy-paste");
  await verdict(page, "errors");
  await page.locator(".problem", { hasText: "role_arn is in account 689558360591" }).click();
  await view(page, "tenants");
  const cell = page.locator('#tenants [data-ids~="689558360591"]').first();
  await cell.hover();
  await page.locator(".cm-lit", { hasText: "689558360591" }).first().waitFor();
  await page.locator("#tenants .lit").first().waitFor();
  await view(page, "access");
  await page.locator(".node").first().waitFor();
  await page.locator(".cm-line span", { hasText: "689558360591" }).first().hover();
  await page.locator(".node.lit").first().waitFor();
  await page.mouse.move(5, 5);
  await page.waitForFunction(() => document.querySelectorAll(".lit, .cm-lit").length === 0);
});

onPage("the diagram is one stop for the Tab key, and arrow keys move inside it", async (page) => {
  await choose(page, "copy-paste");
  await verdict(page, "errors");
  await view(page, "access");
  await page.locator(".node").first().waitFor();
  const stop = page.locator('#access svg [tabindex="0"]');
  await count(stop, 1);
  const first = await stop.getAttribute("aria-label");
  assert.ok(first);
  await stop.focus();
  const label = (expected) => focused(page, (element) => element?.getAttribute("aria-label"), expected);
  await label(first);
  await page.keyboard.press("ArrowDown");
  await label((now) => now && now !== first);
  await page.keyboard.press("Home");
  await label(first);
  await count(stop, 1);
});
