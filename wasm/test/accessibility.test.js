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
