import { STAND_IN } from "../project";

/** The attributes by which a tenant is recognized. */
const ATTRIBUTES = "sso_account_id|sso_connector_settings|permission_set_arn|target_account_id";

function isAttribute(key: string): boolean {
  return new RegExp(`^(${ATTRIBUTES})$`).test(key);
}

/** JSON in the form of a values file. Tenants without a variable are put into one. */
export function jsonOf(text: string): { text: string; isWrapped: boolean } | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const isTenant = (entry: unknown) => typeof entry === "object" && entry !== null && Object.keys(entry).some(isAttribute);
  const tenants = isTenant(value) ? `{ "pasted": ${text.trim()} }` : Array.isArray(value) || Object.values(value as object).some(isTenant) ? text.trim() : undefined;
  return { text: tenants === undefined ? text : `{ "customer_tenants": ${tenants} }\n`, isWrapped: tenants !== undefined };
}

/** Whether most lines look like YAML, and none is a Terraform assignment. */
export function isYaml(text: string): boolean {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "" && !/^\s*#|^---\s*$/.test(line));
  if (lines.length < 2 || lines.some((line) => /^\s*["\w.-]+\s*=\s/.test(line))) return false;
  const entries = lines.filter((line) => /^\s*(- )?["']?[\w./-]+["']?:(\s|$)/.test(line) || /^\s*- \S/.test(line));
  return entries.length > lines.length / 2;
}

/** A module call that reads tenants.yaml, as in a flow, so that the tenants in it are found. */
export function readerOf(yaml: string): string {
  const { holder, isList, isOne } = shapeOf(yaml);
  const decoded = `yamldecode(file("\${path.module}/tenants.yaml"))${holder === undefined ? "" : `["${holder}"]`}`;
  const tenants = isList ? `{ for tenant in ${decoded} : tenant.name => tenant }` : isOne ? `{ pasted = ${decoded} }` : decoded;
  const connector = /sso_connector_settings:/.test(yaml)
    ? "each.value.sso_connector_settings"
    : `{
    cloud        = "aws"
    instance_arn = each.value.instance_arn
    region       = each.value.region
    role_arn     = each.value.role_arn
  }`;
  return `${STAND_IN}
module "sso_flow" {
  source   = "git::https://example.com/sso-flow"
  for_each = ${tenants}

  tenant_slug            = each.key
  account_id             = each.value.target_account_id
  permission_set_arn     = each.value.permission_set_arn
  sso_connector_settings = ${connector}
}
`;
}

/** The key that contains all tenants, if there is one, and whether they are a list, or a single tenant without a name. */
function shapeOf(yaml: string): { holder?: string; isList: boolean; isOne?: boolean } {
  const entries = [...yaml.matchAll(/^([ -]*)(?:["']?)([\w./-]+)(?:["']?):/gm)].map(([, indent = "", key = ""]) => ({ indent, key }));
  const tops = entries.filter(({ indent }) => indent === "");
  if (tops.some(({ key }) => isAttribute(key))) return { isList: false, isOne: true };
  if (tops.length !== 1 || !tops[0]) return { isList: entries[0]?.indent.startsWith("-") ?? false };
  // The first entry below it shows what it contains.
  const inner = entries.find(({ indent }) => indent !== "");
  const isList = inner?.indent.includes("-") ?? false;
  if (inner && !isList && isAttribute(inner.key)) return { isList: false };
  return { holder: tops[0].key, isList };
}

/** Whether the text contains blocks of configuration. */
export function isConfiguration(text: string): boolean {
  return /^(terraform|provider|variable|module|resource|data|locals|output)\b[^=\n]*\{/m.test(text);
}

/** Tenants without a variable, put into one; undefined if they are in a variable. */
export function wrapped(text: string): string | undefined {
  if (isConfiguration(text)) return undefined;
  const depth = depthOf(text);
  const body = text.trimEnd();
  if (depth === 1) return `customer_tenants = {\n${body}\n}\n`;
  if (depth === 0) return `customer_tenants = {\n  pasted = {\n${body}\n  }\n}\n`;
  return undefined;
}

/** How many braces and brackets are around the outermost attribute of a tenant. */
function depthOf(text: string): number | undefined {
  const tokens = new RegExp(`"(?:[^"\\\\\\n]|\\\\.)*"|(?:#|//)[^\\n]*|/\\*[\\s\\S]*?\\*/|[{}[\\]]|\\b(?:${ATTRIBUTES})(?=\\s*=[^=])`, "g");
  let depth = 0;
  let least: number | undefined;
  for (const [token] of text.matchAll(tokens)) {
    if (/^[{[]/.test(token)) depth += 1;
    else if (/^[}\]]/.test(token)) depth -= 1;
    else if (/^\w/.test(token)) least = Math.min(least ?? depth, depth);
  }
  return least;
}
