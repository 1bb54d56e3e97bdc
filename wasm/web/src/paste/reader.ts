import { STAND_IN } from "../project";

/** The attributes by which a tenant is recognized. */
export const ATTRIBUTES = "sso_account_id|sso_connector_settings|permission_set_arn|target_account_id";

export function isAttribute(key: string): boolean {
  return new RegExp(`^(${ATTRIBUTES})$`).test(key);
}

/** Where tenants are in data: a map or a list of them, or one without a name, below these keys. */
export interface Shape {
  below: string[];
  kind: "map" | "list" | "one";
  /** The key in an element of a list that has the name of the tenant. */
  name?: string | undefined;
}

/** A main.tf with a module call for each tenant in `data`, as in a flow. `isNested` is whether the connector is an object. */
export function readerOf(data: string, { below, kind, name }: Shape, isNested: boolean): string {
  const found = [data, ...below.map((key) => `["${key}"]`)].join("");
  const named = name === undefined ? `{ for index, tenant in ${found} : "tenant \${index + 1}" => tenant }` : `{ for tenant in ${found} : tenant["${name}"] => tenant }`;
  const connector = isNested
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
  for_each = ${{ map: found, list: named, one: `{ pasted = ${found} }` }[kind]}

  tenant_slug            = each.key
  account_id             = each.value.target_account_id
  permission_set_arn     = each.value.permission_set_arn
  sso_connector_settings = ${connector}
}
`;
}

/** Which of the keys of a tenant has its name. */
export function nameOf(keys: readonly string[]): string | undefined {
  const others = keys.filter((key) => !isAttribute(key));
  return others.find((key) => /^(name|key|slug|tenant|customer)$/.test(key)) ?? others.find((key) => /name|slug|tenant|customer|client|^id$/.test(key));
}

/** The shape of YAML with tenants. Undefined if there is none. */
export function shapeOfYaml(yaml: string): Shape | undefined {
  const entries = [...yaml.matchAll(/^([ -]*)["']?([\w./-]+)["']?:(?=\s|$)/gm)].map(([, indent = "", key = ""]) => ({ depth: indent.length, isFirst: indent.includes("-"), key }));
  const attribute = entries.findIndex(({ key }) => isAttribute(key));
  const depth = entries[attribute]?.depth;
  if (depth === undefined) return undefined;
  const before = entries.slice(0, attribute + 1);
  const parents: string[] = [];
  for (let { length } = before, least = depth; length > 0; length -= 1) {
    const { depth, key } = before[length - 1] ?? { depth: least, key: "" };
    if (depth < least) [least] = [depth, parents.unshift(key)];
  }
  const start = before.findLastIndex((entry) => entry.depth < depth) + 1;
  if (before.slice(start).some(({ isFirst }) => isFirst)) {
    const [first, ...rest] = entries.slice(before.findLastIndex(({ isFirst }) => isFirst));
    const end = rest.findIndex((entry) => entry.depth < depth || (entry.depth === depth && entry.isFirst));
    const own = [...(first ? [first] : []), ...(end < 0 ? rest : rest.slice(0, end))].filter((entry) => entry.depth === depth);
    return { below: parents, kind: "list", name: nameOf(own.map(({ key }) => key)) };
  }
  return parents.length > 0 ? { below: parents.slice(0, -1), kind: "map" } : { below: [], kind: "one" };
}
