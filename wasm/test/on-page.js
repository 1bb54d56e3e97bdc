// Tests with a page of their own in a real browser, for the test files of the page.
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { AxeBuilder } from "@axe-core/playwright";

import { browser as launch, eventually, root, serve, visit } from "./support.js";

/** The browser and the server of the test file, once it runs. */
export const here = {};

before(async () => {
  here.server = await serve(join(root, "wasm/web/dist"));
  here.browser = await launch();
});

after(async () => {
  await here.browser?.close();
  await here.server?.close();
});

/** A test with a page of its own, whose console stays silent and which asks nobody else. */
export function onPage(name, run, options = {}) {
  test(name, async () => {
    const { address } = here.server;
    const { context, page, errors, requests } = await visit(here.browser, address + (options.fragment ?? ""), options);
    try {
      await run(page, context, requests);
      assert.deepEqual(errors.filter((error) => !options.allow?.test(error)), []);
      const { host } = new URL(address);
      assert.deepEqual(requests.filter((address) => new URL(address).host !== host && !address.startsWith("blob:") && !address.startsWith("data:")), []);
    } finally {
      if (process.env.SHOTS) await page.screenshot({ path: join(process.env.SHOTS, `${name.replaceAll(/[^a-z0-9]+/gi, "-")}.png`) });
      await context.close();
    }
  });
}

/** As `onPage`, with a folder of files on this machine. */
export function withFiles(name, files, run) {
  onPage(name, async (page, context) => {
    const folder = await mkdtemp(join(tmpdir(), "symlint-"));
    try {
      for (const [path, text] of Object.entries(files)) {
        await mkdir(join(folder, path, ".."), { recursive: true });
        await writeFile(join(folder, path), text);
      }
      await run(page, folder, context);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
}

// What follows waits until something is as expected, and fails where it does not come to that.

/** The names of the open files. */
export const tabs = (page, expected) => eventually(() => page.evaluate(() => [...document.querySelectorAll("#tabs .tab")].map((tab) => tab.dataset.name)), expected);

/** The text that is shown, without what the page writes next to it, nor empty lines around it. */
export const shown = (page, expected) =>
  eventually(() => page.evaluate(() => {
    const content = document.querySelector(".cm-content").cloneNode(true);
    for (const other of content.querySelectorAll(".owner, .cm-placeholder")) other.remove();
    return [...content.querySelectorAll(".cm-line")].map((line) => line.textContent).join("\n").trim();
  }), typeof expected === "string" ? expected.trim() : expected);

/** The text that is selected. */
export const selected = (page, expected) => eventually(() => page.evaluate(() => getSelection()?.toString() ?? ""), expected);

/** The texts of elements. */
export const texts = (locator, expected) => eventually(() => locator.allInnerTexts(), expected);

/** How many elements there are. */
export const count = (locator, expected) => eventually(() => locator.count(), expected);

/** What `read` says of the element that has the focus. */
export const focused = (page, read, expected) => eventually(() => page.evaluate(`(${read})(document.activeElement)`), expected);

/** Shows a file. */
export const show = (page, name) => page.locator(`#tabs .tab[data-name="${name}"]`).click();

/** Shows a view of the results. */
export const view = (page, name) => page.locator(`#tab-${name}`).click();

/** What axe finds in a part of the page, by rules and elements, without what some rules find. */
export async function violations(page, { part = "html", without = [] } = {}) {
  const { violations } = await new AxeBuilder({ page }).include(part).disableRules(without).analyze();
  return violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
}

export const notice = (page, expected) => eventually(() => page.evaluate(() => document.querySelector("#notice p")?.textContent ?? ""), expected);
