// Helpers for tests that each open the page in a real browser.
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { AxeBuilder } from "@axe-core/playwright";

import { browser as launch, eventually, root, serve, visit } from "./support.js";

/** The browser and the server, which are started before the tests of a file. */
export const here = {};

before(async () => {
  here.server = await serve(join(root, "wasm/web/dist"));
  here.browser = await launch();
});

after(async () => {
  await here.browser?.close();
  await here.server?.close();
});

/** A test that opens the page. The page must not log anything, and must not send requests to other servers. */
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

/** Like `onPage`, with a local folder of files. */
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

// Each of the following functions waits until something is as expected, and fails after a time limit.

/** The names of the open files. */
export const tabs = (page, expected) => eventually(() => page.evaluate(() => [...document.querySelectorAll("#tabs .tab")].map((tab) => tab.dataset.name)), expected);

/** The text that is shown, without the page's own notes in it, and without empty lines around it. */
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

/** The result of `read` for the element that has the focus. */
export const focused = (page, read, expected) => eventually(() => page.evaluate(`(${read})(document.activeElement)`), expected);

/** Shows a file. */
export const show = (page, name) => page.locator(`#tabs .tab[data-name="${name}"]`).click();

/** Shows a view of the results. */
export const view = (page, name) => page.locator(`#tab-${name}`).click();

/** The violations that axe finds in a part of the page, as rules and elements, except for the rules in `without`. */
export async function violations(page, { part = "html", without = [] } = {}) {
  const { violations } = await new AxeBuilder({ page }).include(part).disableRules(without).analyze();
  return violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
}

export const notice = (page, expected) => eventually(() => page.evaluate(() => document.querySelector("#notice p")?.textContent ?? ""), expected);
