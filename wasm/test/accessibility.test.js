// Accessibility of the page.
import assert from "node:assert/strict";

import { focused, onPage, selected, view, violations } from "./on-page.js";
import { choose, eventually, verdict } from "./support.js";

onPage("a sample is a button in the empty page, and nothing shifts", async (page) => {
  await page.evaluate(() => {
    window.shifts = [];
    const name = ({ node }) => node?.outerHTML?.slice(0, 120) ?? node?.textContent;
    // The editor reuses elements of line numbers for other lines, which is not a layout shift.
    const moved = ({ sources }) => sources.filter(({ node }) => !node?.parentElement?.closest(".cm-gutters")).map(name);
    const note = (list) => window.shifts.push(...list.getEntries().flatMap(moved));
    new PerformanceObserver(note).observe({ type: "layout-shift", buffered: true });
  });
  await page.getByRole("button", { name: "As it should be" }).click();
  await verdict(page, "clean");
  await choose(page, "copy-paste");
  await verdict(page, "errors");
  await view(page, "access");
  await page.locator(".node").first().waitFor();
  assert.deepEqual(await page.evaluate(() => window.shifts), []);
});

for (const colorScheme of ["light", "dark"]) {
  for (const name of ["findings", "access", "tenants", "coverage"]) {
    onPage(`axe finds nothing in ${name}, ${colorScheme}`, async (page) => {
      await choose(page, "copy-paste");
      await verdict(page, "errors");
      await view(page, name);
      await page.locator(`#${name} :is(.problem, .node, td, .run)`).first().waitFor();
      await eventually(() => violations(page), []);
    }, { colorScheme });
  }
}

onPage("the keyboard alone is enough", async (page) => {
  await choose(page, "copy-paste");
  await verdict(page, "errors");
  await page.locator("#tab-findings").focus();
  await page.keyboard.press("ArrowRight");
  await focused(page, (element) => element?.textContent, "Access");
  await page.keyboard.press("Enter");
  await page.locator(".edge.wrong").first().press("Enter");
  await focused(page, (element) => element?.closest(".cm-editor") !== null, true);
  // The keyboard leaves the editor with Escape, then Tab.
  await page.keyboard.press("Escape");
  await page.keyboard.press("Tab");
  await focused(page, (element) => element?.closest(".cm-editor") === null, true);
});

onPage("the columns of the diagram have room for all digits of an account", async (page) => {
  await choose(page, "copy-paste");
  await verdict(page, "errors");
  await view(page, "access");
  await eventually(() => page.locator("#access .node .label").allTextContents(), (labels) => ["harbour_retail", "689558360591", "284656541736"].every((label) => labels.includes(label)));
});

onPage("nothing is animated if the system asks for reduced motion", async (page) => {
  await choose(page, "copy-paste");
  await verdict(page, "errors");
  const moving = () => page.evaluate(() => [...document.querySelectorAll("*")].filter((element) => {
    const { animationDuration, transitionDuration } = getComputedStyle(element);
    return [animationDuration, transitionDuration].some((duration) => parseFloat(duration) > 0.01) && !element.closest(".cm-editor");
  }).map((element) => element.outerHTML.slice(0, 80)));
  await eventually(moving, []);
}, { reducedMotion: "reduce" });

for (const width of [360, 390, 1024]) {
  onPage(`it fits a screen of ${width} pixels, with all names of the views`, async (page) => {
    await choose(page, "copy-paste");
    await verdict(page, "errors");
    await eventually(() => page.evaluate(() => [document.documentElement, document.getElementById("views")].every(({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth)), true);
  }, { viewport: { width, height: 740 } });

  onPage(`the access picture needs no scrolling sideways at ${width} pixels, and cuts no id`, async (page) => {
    await choose(page, "copy-paste");
    await verdict(page, "errors");
    await view(page, "access");
    await page.locator(".node").first().waitFor();
    const fits = () => page.evaluate(() => {
      const { clientWidth, scrollWidth } = document.getElementById("access");
      return [scrollWidth <= clientWidth, [...document.querySelectorAll("#access svg text")].some(({ textContent }) => textContent === "ssoins-6804725e77da42b2")];
    });
    await eventually(fits, [true, true]);
    // In the tree, no two boxes overlap.
    const boxes = await page.evaluate(() => [...document.querySelectorAll("#access .node")].map((node) => node.getBoundingClientRect().toJSON()));
    assert.ok(boxes.every((box, at) => at === 0 || box.top >= boxes[at - 1].bottom), JSON.stringify(boxes));
    await page.locator("#access .node", { hasText: "meadow_clinic" }).click();
    await selected(page, "689558360591");
  }, { viewport: { width, height: 740 } });
}

for (const colorScheme of ["light", "dark"]) {
  onPage(`axe finds nothing in menus, dialogs, the search panel and a rule's page, ${colorScheme}`, async (page) => {
    await choose(page, "copy-paste");
    await verdict(page, "errors");
    // Nothing else has changed.
    const clean = (part) => eventually(() => violations(page, { part }), []);
    await page.locator(".cm-content").focus();
    await page.keyboard.press("Control+f");
    await page.locator(".cm-search").waitFor();
    await page.keyboard.type("account");
    await clean(".editor-pane");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.locator("[role=menu]").waitFor();
    await clean(".top");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "All files" }).click();
    await page.locator(".tabs [role=menu]").waitFor();
    await clean(".tabs");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: /^Fix all/ }).click();
    await page.locator("#fixes .diff").first().waitFor();
    await clean("#fixes");
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.locator("[data-part=rule]").first().click();
    await page.locator("#rule h2").waitFor();
    await page.locator("#rule").evaluate((rule) => Promise.all(rule.getAnimations().map(({ finished }) => finished)));
    await clean("#results");
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/rule-${colorScheme}.png` });
  }, { colorScheme });
}

onPage("the search panel is readable in dark mode", async (page) => {
  await choose(page, "copy-paste");
  await page.locator(".cm-content").focus();
  await page.keyboard.press("Control+f");
  const field = page.locator(".cm-search input[name=search]");
  await field.fill("account");
  const luminance = ([r, g, b]) => [r, g, b].map((part) => (part / 255 <= 0.03928 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4)).reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
  const colors = () => field.evaluate((field) => [getComputedStyle(field).color, getComputedStyle(field).backgroundColor]);
  await eventually(colors, (colors) => {
    const [dark, light] = colors.map((color) => luminance(color.match(/[\d.]+/g).map(Number))).sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05) > 7;
  });
}, { colorScheme: "dark" });

onPage("with forced colors, nothing is shown by fills alone", async (page) => {
  await choose(page, "copy-paste");
  await verdict(page, "errors");
  await view(page, "access");
  await page.locator(".node").first().waitFor();
  await eventually(() => page.evaluate(() => getComputedStyle(document.querySelector(".node.wrong rect")).strokeDasharray), (dashes) => dashes && dashes !== "none");
  await eventually(() => violations(page, { without: ["color-contrast"] }), []);
}, { forcedColors: "active" });

onPage("at 200% the page does not scroll sideways, and the verdict is visible", async (page) => {
  await choose(page, "copy-paste");
  await verdict(page, "errors");
  await eventually(() => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
  await eventually(() => page.evaluate(() => document.querySelector("#verdict strong").getBoundingClientRect().bottom <= innerHeight), true);
  await eventually(async () => (await page.locator("#findings").boundingBox()).height, (height) => height > 150);
}, { viewport: { width: 720, height: 450 } });
