// How the page shows the result of a check.
import assert from "node:assert/strict";

import { count, focused, onPage, selected, show, shown, texts, view } from "./on-page.js";
import { choose, eventually, many, paste, type, verdict } from "./support.js";

onPage("the page starts empty and says so", async (page) => {
  await verdict(page, "empty", /Nothing to check yet/);
  await texts(page.locator(".tab"), ["terraform.tfvars", "main.tf", "variables.tf", ".symlint.hcl"]);
});

onPage("without JavaScript, the page says that it needs it", async (page) => {
  await eventually(() => page.locator("#verdict").innerText(), /in your browser, which needs JavaScript/);
}, { javaScriptEnabled: false });

onPage("the copied block has findings in the list, the text, and the diagram", async (page) => {
  await choose(page, "copy-paste");
  await verdict(page, "errors", /error/);
  const row = page.locator(".problem", { hasText: "role_arn is in account 689558360591" });
  await row.click();
  await selected(page, "689558360591");
  await page.locator(".cm-lintRange-error").first().waitFor();
  await page.locator(".cm-lint-marker-error").first().waitFor();
  await view(page, "access");
  const wrong = page.locator(".edge.wrong");
  await wrong.first().press("Enter");
  await focused(page, (element) => element?.closest(".cm-editor") !== null, true);
  await selected(page, /./);
});

onPage("the correct example has no findings", async (page) => {
  await choose(page, "multi-tenant");
  await verdict(page, "clean", /No findings/);
  await view(page, "access");
  await count(page.locator(".node"), (nodes) => nodes > 5);
  await count(page.locator(".edge.wrong"), 0);
});

onPage("the text has colors, also inside of templates and heredocs", async (page) => {
  await paste(page, [
    'resource "aws_role" "this" { # why',
    '  name = "a-${lower(var.name)}-b"',
    "  text = <<-EOT",
    "    one ${true} two",
    "  EOT",
    "  count = 12",
    "}",
  ].join("\n"));
  const colours = () => page.evaluate(() => {
    const style = getComputedStyle(document.documentElement);
    const names = ["comment", "string", "number", "keyword", "function"];
    const probe = document.body.appendChild(document.createElement("i"));
    const known = new Map(names.map((name) => [((probe.style.color = style.getPropertyValue(`--code-${name}`)), getComputedStyle(probe).color), name]));
    probe.remove();
    const spans = [...document.querySelectorAll(".cm-line span")];
    return spans.map((span) => [span.textContent, known.get(getComputedStyle(span).color)]).filter(([, colour]) => colour);
  });
  await eventually(colours, [
    ["resource", "keyword"], ['"aws_role"', "string"], ['"this"', "string"], ["# why", "comment"],
    ['"a-', "string"], ["${", "keyword"], ["lower", "function"], ['-b"', "string"],
    ["<<-EOT", "keyword"], ["    one ", "string"], ["${", "keyword"], ["true", "number"], [" two", "string"], ["  EOT", "keyword"],
    ["12", "number"],
  ]);
});

onPage("a syntax error is a finding, and the rest is checked", async (page) => {
  await type(page, `${many(2)}\nbroken = {\n`);
  await verdict(page, "errors", /and part of a file was not checked/, /2 tenants/);
});

onPage("characters with several bytes do not shift marks, fixes, or comparisons", async (page) => {
  const text = `# \u00e4\u20ac\u{1f600}\n${many(2).replace('"us-east-1"', '"us-east-1a"')}`;
  await paste(page, text.replace("259298427341:role/sym/SymSSOTenant-1", `${259298427341 + 7919}:role/sym/SymSSOTenant-1`));
  await verdict(page, "errors");
  await view(page, "compare");
  await page.locator("#compare .card", { hasText: "The text as it is now" }).click();
  await paste(page, text);
  await verdict(page, "errors");
  await page.locator("#compare .changed", { hasText: "Crossings" }).locator(".link").first().click();
  await selected(page, "259298427341");
  await texts(page.locator(".cm-line .owned"), ["259298427341"]);
  await view(page, "findings");
  const row = page.locator(".problems > li", { hasText: "availability zone" });
  await texts(row.locator(".diff :is(del, ins)"), ["us-east-1a", "us-east-1"]);
  await row.locator(".problem").click();
  await selected(page, "us-east-1a");
  await row.getByRole("button", { name: "Apply suggestion" }).click();
  await shown(page, text.replace("us-east-1a", "us-east-1"));
});

onPage("a mistake in the configuration has a place", async (page) => {
  await type(page, many(2));
  await page.locator(".tab", { hasText: ".symlint.hcl" }).click();
  await type(page, "tenant = 1\n");
  await verdict(page, "problem", /configuration has a mistake/);
  await texts(page.locator("#findings .hint"), ["No findings in what was checked."]);
  await page.locator("#verdict .link").click();
});

onPage("input that is too large is reported, and checked after it was shortened", async (page) => {
  const half = Buffer.from(`${many(1)}#${"x".repeat(9_000_000)}\n`);
  await page.locator("#files").setInputFiles(["a.tfvars", "b.tfvars"].map((name) => ({ name, mimeType: "text/plain", buffer: half })));
  await verdict(page, "problem", /Too large to check here/);
  await type(page, many(2));
  await verdict(page, "errors");
});

onPage("values alone are not a pass: the verdict says what is missing", async (page) => {
  await paste(page, many(2).replace("arn:aws:iam::259298427341:role/sym/SymSSOTenant-1", `arn:aws:iam::${259298427341 + 7919}:role/sym/SymSSOTenant-1`));
  await verdict(page, "partial", /^No findings in the values/, /Wiring was not checked: add main\.tf/);
});

onPage("where a module of the repository is missing, the verdict says to add its files", async (page) => {
  await paste(page, `module "acme" {\n  source             = "./modules/sso_flow"\n  account_id         = "339986187397"\n  permission_set_arn = "arn:aws:sso:::permissionSet/ssoins-7223310b09241097/ps-26c577a40376e138"\n}\n`);
  await verdict(page, "problem", /There is no module in modules\/sso_flow\./, /Add its files, for example with Open\./);
});

onPage("no tenants are not a pass", async (page) => {
  await show(page, "main.tf");
  await paste(page, 'variable "customer_tenants" {\n  type    = any\n  default = {}\n}\n\nmodule "sso_flow" {\n  source      = "git::https://example.com/sso-flow"\n  for_each    = var.customer_tenants\n  tenant_slug = each.key\n}\n');
  await verdict(page, "partial", "problem", /0 tenants|no tenant/i);
});

onPage("rules that are off and findings that are suppressed are in the verdict", async (page) => {
  await paste(page, many(2).replace('"us-east-1"', '"us-east-1a" # symlint-ignore: region-invalid -- a test'));
  await show(page, ".symlint.hcl");
  await paste(page, 'rule "role-account-mismatch" { level = "off" }\n');
  await verdict(page, "partial", /1 rule off, 1 finding suppressed$/);
  await page.getByRole("button", { name: "1 rule off, 1 finding suppressed" }).click();
  await eventually(() => page.locator("#coverage").innerText(), /Rules that are off: role-account-mismatch\nSuppressed: region-invalid of tenant_0: a test \(by a comment\)/);
});

onPage("two values files are checked together, whichever is shown", async (page) => {
  await paste(page, many(2).replace("arn:aws:iam::259298427341:role/sym/SymSSOTenant-1", `arn:aws:iam::${259298427341 + 7919}:role/sym/SymSSOTenant-1`));
  await verdict(page, "partial");
  await page.getByRole("button", { name: "Add a file" }).click();
  await page.getByLabel("Name, such as").fill("other.tfvars");
  await page.keyboard.press("Enter");
  await paste(page, many(1).replace("tenant_0", "tenant_9").replace("439986187397", "439986187398"));
  const text = await verdict(page, "errors", /3 tenants in 2 files/);
  await page.locator(".problem", { hasText: "tenant_9" }).filter({ hasText: "tenant_0" }).first().waitFor();
  await show(page, "terraform.tfvars");
  assert.equal(await verdict(page, "errors"), text);
  await view(page, "coverage");
  await texts(page.locator(".run h2"), ["other.tfvars", "terraform.tfvars"]);
});

onPage("until a check is finished, the verdict says so", async (page) => {
  await choose(page, "multi-tenant");
  await verdict(page, "clean");
  // The answer takes at least one turn of the page's event loop.
  const states = await page.evaluate(async () => {
    const editor = document.querySelector(".cm-content");
    const data = new DataTransfer();
    data.setData("text/plain", "x");
    editor.focus();
    editor.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
    return [document.getElementById("verdict").dataset.state, document.getElementById("results").dataset.state];
  });
  assert.deepEqual(states, ["checking", "checking"]);
  await verdict(page, "errors", "warnings", "partial", "problem");
});

onPage("the coverage is a separate view", async (page) => {
  await choose(page, "copy-paste");
  await verdict(page, "errors");
  await page.getByRole("button", { name: "1 note on what was not checked" }).click();
  await eventually(() => page.locator("#coverage").innerText(), /Flows\s+4\s+Safelists\s+1/);
  await page.locator("#coverage .gaps .link").click();
  await selected(page, /runtime-connector/);
});
