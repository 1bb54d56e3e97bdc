import type { Finding, Location, Report, Tenant } from "symlint";

/** What the access picture shows, without how it is drawn. */
export interface Picture {
  nodes: Node[];
  edges: Edge[];
  /** Tenants that are not in the picture. */
  rest: number;
  /** Those among them that have findings: too many to draw. */
  wrongRest: number;
}

export interface Node {
  id: string;
  /** From the left: tenant, instance, permission set, account. */
  column: number;
  row: number;
  label: string;
  detail: string;
  wrong: boolean;
  location: Location;
}

export interface Edge {
  from: string;
  to: string;
  /** From one tenant into another. */
  crossing: boolean;
  shared: boolean;
  label: string;
  location: Location;
}

/** A larger picture says less than a count. */
const ROWS = 40;

/** Tenants → SSO instances → permission sets → accounts. A value belongs to the first tenant that uses it. */
export function pictureOf(report: Report): Picture {
  const about = findingsByTenant(report);
  const owners = new Map<string, Tenant>();
  for (const tenant of report.tenants) for (const { id } of partsOf(tenant)) if (!owners.has(id)) owners.set(id, tenant);
  const accounts = new Map(report.tenants.map((tenant) => [known(tenant.sso_account_id), tenant] as const).reverse());
  const wrong = new Set(report.tenants.filter((tenant) => about.has(tenant)));
  const shown = report.tenants.length > ROWS ? pick(report.tenants, wrong, owners, accounts) : report.tenants;
  const nodes = new Map<string, Node>();
  const edges: Edge[] = [];
  let row = 0;
  for (const tenant of shown) {
    const findings = about.get(tenant) ?? [];
    const location = (field: string) => findings.find((finding) => finding.path?.includes(field))?.location ?? tenant.location;
    const home = `tenant ${report.tenants.indexOf(tenant)}`;
    nodes.set(home, { id: home, column: 0, row, label: tenant.key, detail: known(tenant.sso_account_id) ?? "account unknown", wrong: findings.length > 0, location: findings[0]?.location ?? tenant.location });
    const depth = [0, 0, 0];
    for (const part of partsOf(tenant)) {
      const owner = owners.get(part.id);
      if (!nodes.has(part.id)) {
        const at = row + (depth[part.column - 1] ?? 0);
        depth[part.column - 1] = (depth[part.column - 1] ?? 0) + 1;
        const isWrong = findings.some((finding) => finding.path?.includes(part.field));
        nodes.set(part.id, { id: part.id, column: part.column, row: at, label: part.label, detail: part.detail || (owner?.key ?? ""), wrong: isWrong, location: location(part.field) });
      }
      const foreign = owner !== undefined && owner !== tenant;
      const crossing = foreign && (wrong.has(tenant) || wrong.has(owner));
      const from = part.from ?? home;
      if (!edges.some((edge) => edge.from === from && edge.to === part.id)) {
        const label = foreign ? `${tenant.key} uses ${part.name} of ${owner.key}` : `${tenant.key}: ${part.label}`;
        edges.push({ from, to: part.id, crossing, shared: foreign && !crossing, label, location: location(part.field) });
      }
    }
    const other = accountOwner(tenant, accounts);
    if (other && other !== tenant) {
      const to = partsOf(other).find(({ column }) => column === 1)?.id;
      if (to) edges.push({ from: home, to, crossing: true, shared: false, label: `${tenant.key} is entered by a role in the account of ${other.key}`, location: location("role_arn") });
    }
    row += Math.max(1, ...depth);
  }
  const drawn = edges.filter((edge) => nodes.has(edge.from) && nodes.has(edge.to));
  const wrongRest = wrong.size - shown.filter((tenant) => wrong.has(tenant)).length;
  return { nodes: [...nodes.values()], edges: drawn, rest: report.tenants.length - shown.length, wrongRest };
}

interface Part {
  id: string;
  column: number;
  label: string;
  /** As in a sentence. */
  name: string;
  detail: string;
  field: string;
  from?: string;
}

function partsOf(tenant: Tenant): Part[] {
  const instance = known(tenant.instance_id);
  const parts: Part[] = [];
  const first = instance && `instance ${instance}`;
  if (first) parts.push({ id: first, column: 1, label: instance, name: `instance ${instance}`, detail: known(tenant.region) ?? "", field: "instance_arn" });
  for (const grant of tenant.grants) {
    const arn = known(grant.permission_set_arn);
    const account = known(grant.target_account_id);
    const set = arn && `set ${arn}`;
    const [home, label] = arn?.split("/").slice(-2) ?? [];
    if (set) parts.push({ id: set, column: 2, label: label ?? arn, name: `permission set ${label ?? arn}`, detail: home ?? "", field: "permission_set_arn", ...(first ? { from: first } : {}) });
    const from = set ?? first;
    if (account) parts.push({ id: `account ${account}`, column: 3, label: account, name: `account ${account}`, detail: "", field: "target_account_id", ...(from ? { from } : {}) });
  }
  return parts;
}

/** Those with findings, and those whose values they use. */
function pick(tenants: readonly Tenant[], wrong: Set<Tenant>, owners: Map<string, Tenant>, accounts: Map<string | undefined, Tenant>): Tenant[] {
  const groups = [...wrong].map((tenant) => {
    const used = [...partsOf(tenant).map(({ id }) => owners.get(id)), accountOwner(tenant, accounts)];
    return new Set([tenant, ...used.filter((other) => other !== undefined)]);
  });
  // What crosses comes first.
  groups.sort((a, b) => Number(b.size > 1) - Number(a.size > 1));
  const chosen = new Set<Tenant>();
  for (const group of groups) {
    // A tenant without those whose values it uses would look as if it kept to itself.
    if (new Set([...chosen, ...group]).size <= ROWS) for (const tenant of group) chosen.add(tenant);
  }
  return tenants.filter((tenant) => chosen.has(tenant));
}

function findingsByTenant(report: Report): Map<Tenant, Finding[]> {
  const tenants = new Map(report.tenants.map((tenant) => [tenant.key, tenant]));
  const found = new Map<Tenant, Finding[]>();
  const add = (tenant: Tenant | undefined, finding: Finding) => {
    if (tenant) found.set(tenant, [...(found.get(tenant) ?? []), finding]);
  };
  for (const finding of report.findings) {
    if (finding.suppressed === null && finding.tenant) add(tenants.get(finding.tenant), finding);
  }
  return found;
}

/** Whose SSO account the connector's role is in. */
function accountOwner(tenant: Tenant, accounts: Map<string | undefined, Tenant>): Tenant | undefined {
  const account = known(tenant.role_arn)?.split(":")[4];
  return account ? accounts.get(account) : undefined;
}

/** The text of a value, if it is known. */
export function known(value: Tenant["region"]): string | undefined {
  return typeof value === "string" ? value : undefined;
}
