// Pasted text is recognized in different formats.
import { count, notice, onPage, selected, shown, tabs } from "./on-page.js";
import { choose, many, paste, type, verdict } from "./support.js";

const keep = (page) => page.getByRole("button", { name: "Keep what I pasted" }).click();
const TENANT = many(1).split("\n").slice(1, -2).join("\n");
const YAML = `acme:
  sso_account_id: "259298427341"
  sso_connector_settings:
    cloud: aws
    instance_arn: arn:aws:sso:::instance/ssoins-7223310b09241097
    region: us-east-1
    role_arn: arn:aws:iam::259298427341:role/sym/SymSSOAcme
  permission_set_arn: arn:aws:sso:::permissionSet/ssoins-7223310b09241097/ps-26c577a40376e138
  target_account_id: "339986187397"
globex:
  sso_account_id: "689558360591"
  sso_connector_settings:
    cloud: aws
    instance_arn: arn:aws:sso:::instance/ssoins-6804725e77da42b2
    region: us-east-1
    role_arn: arn:aws:iam::259298427341:role/sym/SymSSOGlobex
  permission_set_arn: arn:aws:sso:::permissionSet/ssoins-6804725e77da42b2/ps-623375af1fd076ad
  target_account_id: "439986187397"
`;

onPage("a Markdown page becomes the files that it shows", async (page) => {
  const text = `# Our tenants\n\nIn \`main.tf\`:\n\n\`\`\`hcl\nvariable "customer_tenants" {}\n\`\`\`\n\nand \`envs/prod.tfvars\`:\n\n\`\`\`hcl\n${many(2)}\`\`\`\n\n\`\`\`console\n$ terraform plan\n\`\`\`\n`;
  await paste(page, text);
  await notice(page, /This is Markdown, and 2 code blocks of it became main.tf and envs\/prod.tfvars/);
  await verdict(page, "errors", "problem");
  await tabs(page, (names) => names.includes("envs/prod.tfvars"));
  await keep(page);
  await shown(page, /^# Our tenants\n\nIn `main.tf`:\n/);
});

onPage("curly quotes and non-breaking spaces are made plain", async (page) => {
  await paste(page, many(2).replaceAll('"aws"', "“aws”").replace("cloud  ", "cloud\u00a0\u00a0"));
  await notice(page, "Replaced: 4 curly quotes and 2 non-breaking spaces.");
  await verdict(page, "errors");
  await count(page.locator(".problem", { hasText: "syntax" }), 0);
  await keep(page);
  await shown(page, /“aws”/);
});

onPage("a paste that needs no changes is kept", async (page) => {
  await paste(page, many(2));
  await verdict(page, "errors");
  await count(page.locator("#notice p"), 0);
  await shown(page, many(2));
});

onPage("the message about a paste disappears with the next one", async (page) => {
  await paste(page, many(2).replaceAll('"aws"', "“aws”"));
  await notice(page, /curly quotes/);
  await paste(page, many(3));
  await verdict(page, "errors", /3 tenants/);
  await notice(page, "");
});

onPage("the pasted block of one tenant is put into the variable, but a typed one is not", async (page) => {
  await paste(page, `${TENANT}\n`);
  await notice(page, /were put into customer_tenants/);
  await verdict(page, "errors", "partial", /1 tenant /);
  await shown(page, /^customer_tenants = \{\n/);
  await page.locator(".cm-content").focus();
  await page.keyboard.press("Control+z");
  await shown(page, TENANT);
});

onPage("attributes without a name become a tenant", async (page) => {
  await paste(page, TENANT.split("\n").slice(1, -1).join("\n"));
  await notice(page, /./);
  await verdict(page, "errors", "partial", "warnings", /1 tenant /);
});

onPage("one tenant without its name is recognized in JSON and YAML", async (page) => {
  await paste(page, JSON.stringify({ sso_account_id: "259298427341", target_account_id: "339986187397" }));
  await notice(page, /inside of customer_tenants/);
  await verdict(page, "errors", /1 tenant /);
  await page.getByRole("button", { name: "Clear the text" }).click();
  await paste(page, YAML.split("\n").slice(1, 9).map((line) => line.slice(2)).join("\n"));
  await notice(page, /a main.tf that reads it was added/);
  await verdict(page, "partial", "warnings", /1 tenant /);
});

const LIST = `customer_tenants = [\n${TENANT.replace(/tenant_0 =/, "").replace("{", '{\n    name = "acme"')}\n]\n`;

onPage("a list of tenants is read through an added main.tf, and stays in its variable", async (page) => {
  await paste(page, LIST);
  await notice(page, "These tenants are a list, so a main.tf that reads it was added.");
  await verdict(page, "partial", "warnings", /1 tenant /, /Wiring was not checked: put your own main\.tf/);
  await shown(page, LIST);
});

for (const [what, text, expected] of [
  ["a block from the middle of a JSON file", `  "acme": ${JSON.stringify({ sso_account_id: "259298427341", target_account_id: "339986187397" })},\n`, /This is JSON/],
  ["a list in JSON", JSON.stringify({ customers: [{ customer: "acme", sso_account_id: "259298427341", permission_set_arn: null, target_account_id: "339986187397", sso_connector_settings: {} }] }), /JSON with a list.*tenants\.json/],
  ["YAML with the tenants below other data", `version: 1\nprod:\n  tenants:\n${YAML.slice(0, YAML.indexOf("globex")).replaceAll(/^(?=.)/gm, "    ")}`, /This is YAML/],
  ["a list in YAML whose names have another key", YAML.slice(0, YAML.indexOf("globex")).replaceAll(/^(\w+):$/gm, "- customer: $1"), /This is YAML/],
  ["a list without its variable", LIST.slice(LIST.indexOf("[")), /without the variable that holds them.*are a list/],
  ["a quoted mail", many(1).replaceAll(/^/gm, "> "), "Removed: the > in front of each line."],
  ["numbered lines", many(1).split("\n").map((line, at) => `${at + 8} ${line}`).join("\n"), "Removed: the numbers of the lines."],
  ["the lines of a diff without its headers", many(1).trimEnd().replaceAll(/^/gm, "+").replace("+ ", "-   old = 1\n+ "), /These are lines of a diff/],
  ["a Markdown page that was not copied to its end", `In \`terraform.tfvars\`:\n\n\`\`\`hcl\n${many(1)}`, /This is Markdown/],
  ["the output of a terminal with colors", many(1).replace("arn:", "\u001b[31marn:\u001b[0m"), "Replaced: 2 color codes."],
]) {
  onPage(`${what} is recognized`, async (page) => {
    await paste(page, text);
    await notice(page, expected);
    await verdict(page, "errors", "partial", "warnings", /1 tenant /);
    await count(page.locator(".problem", { hasText: /is not expected|missing after|no attribute|not a list/ }), 0);
    await keep(page);
    await shown(page, text);
  });
}

onPage("blocks of a Markdown page without anything to check are left out", async (page) => {
  await paste(page, `\`\`\`hcl\n${many(2)}\`\`\`\n\nThe workflow:\n\n\`\`\`yaml\non: push\njobs:\n  check:\n    runs-on: ubuntu\n\`\`\`\n`);
  await notice(page, /1 code block of it became terraform.tfvars/);
  await verdict(page, "errors", /2 tenants/);
});

onPage("files from a paste into a sample stay in its folder", async (page) => {
  await choose(page, "multi-tenant");
  await verdict(page, "clean");
  await paste(page, `In \`terraform.tfvars\`:\n\n\`\`\`hcl\n${many(2)}\`\`\`\n`);
  await notice(page, /became terraform.tfvars/);
  await verdict(page, "errors", /2 tenants/);
  await tabs(page, (names) => names.includes("multi-tenant/terraform.tfvars") && !names.includes("terraform.tfvars"));
});

onPage("JSON gets the file name that Terraform expects", async (page) => {
  await paste(page, JSON.stringify({ acme: { sso_account_id: "259298427341" } }));
  await notice(page, /This is JSON, so it was put into terraform.tfvars.json, inside of customer_tenants/);
  await verdict(page, "errors");
  await tabs(page, ([first]) => first !== "terraform.tfvars");
});

onPage("YAML is read through an added main.tf, and its findings are in the YAML", async (page) => {
  await paste(page, YAML);
  await notice(page, /This is YAML/);
  await verdict(page, "errors", /2 tenants/);
  await page.locator(".problem", { hasText: "role_arn is in account 259298427341" }).click();
  await selected(page, "259298427341");
  await page.locator('#tabs .tab[aria-selected="true"][data-name="tenants.yaml"]').waitFor();
});

onPage("the wiring of an added main.tf is not a pass", async (page) => {
  await paste(page, YAML.slice(0, YAML.indexOf("globex")));
  await notice(page, /a main.tf that reads it was added/);
  await verdict(page, "partial", /^No findings in the values\n/, /Wiring was not checked: put your own main\.tf/);
});

for (const [what, text] of [
  ["below a key", `customer_tenants:\n${YAML.replaceAll(/^(?=.)/gm, "  ")}`],
  ["as a list", YAML.replaceAll(/^(\w+):$/gm, "- name: $1")],
]) {
  onPage(`YAML with the tenants ${what} is read, too`, async (page) => {
    await paste(page, text);
    await notice(page, /./);
    await verdict(page, "errors", /2 tenants/);
  });
}

onPage("the new side of a diff is used", async (page) => {
  const lines = many(2).trimEnd().split("\n").map((line) => `+${line}`);
  await paste(page, `diff --git a/prod.tfvars b/prod.tfvars\nindex 1..2 100644\n--- a/prod.tfvars\n+++ b/prod.tfvars\n@@ -1,2 +1,${lines.length} @@\n-customer_tenants = {\n-}\n${lines.join("\n")}\n`);
  await notice(page, /the new version of 1 file/);
  await verdict(page, "errors", /2 tenants/);
  await shown(page, many(2));
});

onPage("a paste into other text is inserted unchanged", async (page) => {
  await type(page, "a = 1\n");
  await page.keyboard.press("Control+End");
  await page.evaluate(() => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", "```hcl\nb = 2\n```\n");
    document.querySelector(".cm-content").dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  });
  await shown(page, /a = 1\n```hcl/);
});
