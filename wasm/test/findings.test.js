// The list of findings, their fixes, and the pages of the rules.
import { count, focused, notice, onPage, selected, shown, texts } from "./on-page.js";
import { choose, eventually, many, paste, type, verdict } from "./support.js";

onPage("a fix is applied, and the rule's page opens and closes", async (page) => {
  await type(page, many(2).replace('"aws"', '"AWS"'));
  await verdict(page, "errors");
  const before = await page.locator(".problem").count();
  await page.getByRole("button", { name: "Apply fix" }).first().click();
  await page.waitForFunction((before) => document.querySelectorAll(".problem").length < before, before);
  await page.locator(".row-actions .link[aria-label^=About]").first().click();
  await page.locator("#rule h2").waitFor();
  await page.keyboard.press("Escape");
  await page.locator("#rule").waitFor({ state: "hidden" });
});

onPage("findings about access to another tenant come first", async (page) => {
  await choose(page, "copy-paste");
  await verdict(page, "errors");
  const isFirst = (rules) => rules.includes("role-account-mismatch") && rules.indexOf("role-account-mismatch") < rules.indexOf("region-invalid");
  await texts(page.locator(".row-actions .link[aria-label^=About]"), isFirst);
});

onPage("the tooltip of a squiggle has the message, the help and the fix", async (page) => {
  await choose(page, "copy-paste");
  await verdict(page, "errors");
  await page.locator(".cm-lintRange").first().hover();
  await page.locator(".cm-tooltip .tip-message").first().waitFor();
  await page.locator(".cm-tooltip .cm-diagnosticAction").first().waitFor();
});

onPage("a finding has its help, the places that it was compared with, and a preview of the fix", async (page) => {
  await choose(page, "copy-paste");
  await verdict(page, "errors");
  const row = page.locator(".problems > li", { hasText: "availability zone" });
  await eventually(() => row.locator(".help").innerText(), /Write the region/);
  await eventually(() => row.locator(".diff > div").allTextContents(), ['−Before: region       = "eu-west-1a"', '+After: region       = "eu-west-1"']);
  const role = page.locator(".problems > li", { hasText: "role_arn is in account 689558360591" });
  await role.locator(".related .link", { hasText: "is harbour_retail's" }).first().click();
  await selected(page, "689558360591");
});

onPage("after a fix the list keeps the focus, the changed line is shown, and all of it can be undone", async (page) => {
  await choose(page, "copy-paste");
  await verdict(page, "errors");
  const row = page.locator(".problems > li", { hasText: "availability zone" });
  await row.getByRole("button", { name: "Apply suggestion" }).press("Enter");
  await row.waitFor({ state: "detached" });
  await focused(page, (element) => element?.closest("#findings") !== null, true);
  const isSeen = () => page.evaluate(() => {
    const line = [...document.querySelectorAll(".cm-line")].find(({ textContent }) => textContent.includes('"eu-west-1"'));
    const { top, bottom } = line.getBoundingClientRect();
    const pane = document.getElementById("editor").getBoundingClientRect();
    return pane.top <= top && bottom <= pane.bottom;
  });
  await eventually(isSeen, true);
  await page.getByRole("button", { name: "Undo" }).click();
  await verdict(page, "errors");
  await shown(page, /"eu-west-1a"/);
});

onPage("all fixes are shown before they are applied", async (page) => {
  await choose(page, "copy-paste");
  await verdict(page, "errors");
  const before = await page.locator(".problem").count();
  await page.getByRole("button", { name: /^Fix all/ }).click();
  const dialog = page.locator("#fixes");
  // There are only suggestions.
  await eventually(() => dialog.getByLabel(/Include suggestions/).isChecked(), true);
  await dialog.locator(".diff .ins", { hasText: "eu-west-1" }).waitFor();
  await eventually(() => dialog.locator("#fixes-says").innerText(), /would be fixed in/);
  await dialog.getByRole("button", { name: "Apply" }).click();
  await page.waitForFunction((before) => document.querySelectorAll(".problem").length < before, before);
  await notice(page, /findings fixed in/);
  await focused(page, (element) => element?.closest("#findings") != null, true);
});

onPage("thousands of fixes are shown in part and applied in full, including added and removed lines", async (page) => {
  // A duplicate attribute is on an additional line.
  const text = many(3000).replaceAll('"us-east-1"', '"us-east-1a"').replace(/(    cloud        = "aws"\n)(?=[^]{9000})/, "$1$1");
  await paste(page, text);
  await verdict(page, "errors");
  await page.getByRole("button", { name: /^Fix all/ }).click();
  await page.locator("#fixes").getByLabel(/Include suggestions/).check();
  await eventually(() => page.locator("#fixes-says").innerText(), /^3,00\d findings would be fixed/);
  await count(page.locator("#fixes .ins"), (lines) => lines >= 150 && lines <= 200);
  await eventually(() => page.locator("#fixes section > .hint").innerText(), /^And 2,8\d\d more places\.$/);
  await page.locator("#fixes").getByRole("button", { name: "Apply" }).click();
  await notice(page, /^3,00\d findings fixed in/);
  await verdict(page, "errors", /^1 error/);
  await page.getByRole("button", { name: "Undo" }).click();
  await verdict(page, "errors", /^3,00\d errors/);
});

onPage("findings are grouped and filtered", async (page) => {
  await choose(page, "copy-paste");
  await verdict(page, "errors");
  await page.getByLabel("Group by").selectOption("tenant");
  await texts(page.locator(".group h2"), (groups) => groups.includes("meadow_clinic 3 findings"));
  await page.getByRole("button", { name: "Filter" }).click();
  await page.getByLabel("Filter by level").selectOption("Warnings");
  await count(page.locator(".problem"), 1);
  await page.getByLabel("Filter by level").selectOption("");
  await page.getByLabel("Search findings").fill("availability");
  await count(page.locator(".problem"), 1);
  await page.getByLabel("Search findings").fill("no such thing");
  await eventually(() => page.locator("#findings").innerText(), /No finding matches all filters/);
});

onPage("for files with equal names, a finding shows the folder", async (page) => {
  await page.evaluate((files) => {
    const data = new DataTransfer();
    for (const [path, text] of files) {
      const file = new File([text], path.split("/").at(-1));
      Object.defineProperty(file, "webkitRelativePath", { value: `repository/${path}` });
      data.items.add(file);
    }
    const folder = document.getElementById("folder");
    folder.files = data.files;
    folder.dispatchEvent(new Event("change"));
  }, ["envs/dev/terraform.tfvars", "envs/prod/terraform.tfvars"].map((path) => [path, many(2)]));
  await verdict(page, "errors");
  await texts(page.locator(".problem .place"), (places) => ["dev", "prod"].every((env) => places.some((place) => place.includes(`envs/${env}/terraform.tfvars:`))));
});

onPage("a long name does not make a finding wider than the list", async (page) => {
  await paste(page, many(3).replaceAll("tenant_1", "a_very_long_customer_name_".repeat(8)));
  await verdict(page, "errors");
  await texts(page.locator(".problem .message"), (messages) => messages.some((text) => text.includes("does not match tenant a_very_long")));
  await eventually(() => page.locator(".help").evaluateAll((texts) => texts.filter((text) => text.scrollWidth > text.clientWidth).length), 0);
});

onPage("thousands of findings stay usable", async (page) => {
  await paste(page, many(3000).replaceAll('"us-east-1"', '"us-east-1a"'));
  await verdict(page, "errors");
  // The editor marks only some findings, but the worst one is among them, although it is the last one.
  await page.locator(".problem").first().click();
  await selected(page, "259298427341");
  await texts(page.locator(".cm-lintRange-error"), (marked) => marked.includes("259298427341"));
  await count(page.locator(".problem"), 100);
  await page.getByRole("button", { name: /^Show 100 of/ }).click();
  await count(page.locator(".problem"), 200);
  await focused(page, (element) => [...document.querySelectorAll(".problem")].indexOf(element), 100);
  await page.getByLabel("Search findings").fill("tenant_2999");
  await page.waitForFunction(() => document.querySelectorAll(".problem").length < 5);
});
