// The page for everybody.
import assert from "node:assert/strict";
import { AxeBuilder } from "@axe-core/playwright";

import { onPage, view } from "./on-page.js";
import { choose, verdict } from "./support.js";

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
  await choose(page, "copy-paste");
  await verdict(page, "errors");
  await view(page, "access");
  assert.deepEqual(await page.evaluate(() => window.shifts), []);
});

for (const colorScheme of ["light", "dark"]) {
  for (const name of ["findings", "access", "tenants", "coverage"]) {
    onPage(`axe finds nothing in ${name}, ${colorScheme}`, async (page) => {
      await choose(page, "copy-paste");
      await verdict(page, "errors");
      await view(page, name);
      await page.locator(`#${name} :is(.problem, .node, td, .run)`).first().waitFor();
      const { violations } = await new AxeBuilder({ page }).analyze();
      assert.deepEqual(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]), []);
    }, { colorScheme });
  }
}

onPage("the keyboard alone is enough", async (page) => {
  await choose(page, "copy-paste");
  await verdict(page, "errors");
  await page.locator("#tab-findings").focus();
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

for (const colorScheme of ["light", "dark"]) {
  onPage(`axe finds nothing in menus, dialogs, the search panel and a rule's page, ${colorScheme}`, async (page) => {
    await choose(page, "copy-paste");
    await verdict(page, "errors");
    const clean = async (what) => {
      const { violations } = await new AxeBuilder({ page }).analyze();
      assert.deepEqual(violations.map(({ id, nodes }) => [what, id, nodes.map(({ html }) => html)]), []);
    };
    await page.locator(".cm-content").focus();
    await page.keyboard.press("Control+f");
    await page.locator(".cm-search").waitFor();
    await page.keyboard.type("account");
    await clean("search panel");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.locator("[role=menu]").waitFor();
    await clean("menu");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: /^Fix all/ }).click();
    await page.getByLabel(/With suggestions/).check();
    await page.locator("#fixes .diff").first().waitFor();
    await clean("fixes");
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.locator("[data-part=rule]").first().click();
    await page.locator("#rule h2").waitFor();
    await page.locator("#rule").evaluate((rule) => Promise.all(rule.getAnimations().map(({ finished }) => finished)));
    await clean("rule");
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/rule-${colorScheme}.png` });
  }, { colorScheme });
}

onPage("the search panel can be read in the dark", async (page) => {
  await choose(page, "copy-paste");
  await page.locator(".cm-content").focus();
  await page.keyboard.press("Control+f");
  const field = page.locator(".cm-search input[name=search]");
  await field.fill("account");
  const luminance = ([r, g, b]) => [r, g, b].map((part) => (part / 255 <= 0.03928 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4)).reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
  const colors = await field.evaluate((field) => [getComputedStyle(field).color, getComputedStyle(field).backgroundColor]);
  const [dark, light] = colors.map((color) => luminance(color.match(/[\d.]+/g).map(Number))).sort((a, b) => a - b);
  assert.ok((light + 0.05) / (dark + 0.05) > 7, colors.join(" on "));
}, { colorScheme: "dark" });

onPage("where the system chooses the colors, nothing is told by fills alone", async (page) => {
  await choose(page, "copy-paste");
  await verdict(page, "errors");
  await view(page, "access");
  await page.locator(".node").first().waitFor();
  const dashes = await page.locator(".node.wrong rect").first().evaluate((rect) => getComputedStyle(rect).strokeDasharray);
  assert.notEqual(dashes, "none");
  const { violations } = await new AxeBuilder({ page }).disableRules(["color-contrast"]).analyze();
  assert.deepEqual(violations.map(({ id }) => id), []);
}, { forcedColors: "active" });

onPage("at 200 % the page needs no scrolling sideways, and the verdict is near", async (page) => {
  await choose(page, "copy-paste");
  await verdict(page, "errors");
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  await page.locator("#verdict").scrollIntoViewIfNeeded();
  const { height } = await page.locator("#findings").boundingBox();
  assert.ok(height > 150, String(height));
}, { viewport: { width: 720, height: 450 } });
