import type { Access, AccessStep, Finding, Location, Report } from "symlint";

import { known } from "./known";
import { idsIn } from "./lit";
import { findingsOn, type Step } from "./steps";

/** The content of the access diagram, independent of how it is drawn. */
export interface Picture {
  nodes: Node[];
  edges: Edge[];
  /** The number of tenants that are not in the diagram. */
  rest: number;
  /** The number of those with errors: too many to draw. */
  wrongRest: number;
}

export interface Node {
  id: string;
  /** The column from the left: tenant, role, instance, permission set, account. */
  column: number;
  row: number;
  /** The name; for a tenant, its key. */
  name: string;
  label: string;
  detail: string;
  wrong: boolean;
  /** The ids in its value, which are highlighted together with their other uses. */
  ids: string;
  location?: Location | undefined;
}

export interface Edge {
  from: string;
  to: string;
  /** The errors on this edge. */
  errors: Finding[];
  /** In a comparison, whether the edge is new or gone. Neither if one grant loses it and another gains it. */
  fate?: "gained" | "lost";
}

/** A larger diagram is less helpful than a number. */
const ROWS = 40;

/** The steps of a tenant's grant, as far as they are known. */
type Grant = Stop[];

interface Stop {
  id: string | undefined;
  step: Step;
  column: number;
  label: string;
  detail: string;
  ids: string;
  errors: Finding[];
}

/** Places nodes below each other, and those of one tenant side by side. */
export class Layout {
  readonly nodes = new Map<string, Node>();
  readonly #free = [0, 0, 0, 0, 0];
  #row = 0;

  /** Starts a new tenant below all nodes so far. */
  begin(): void {
    this.#row = Math.max(...this.#free);
  }

  put(node: Omit<Node, "row">): void {
    const there = this.nodes.get(node.id);
    if (there) {
      if (node.wrong && !there.wrong) [there.wrong, there.location] = [true, node.location];
      return;
    }
    const row = Math.max(this.#row, this.#free[node.column] ?? 0);
    this.#free[node.column] = row + 1;
    this.nodes.set(node.id, { ...node, row });
  }
}

/** The access graph of the report, with the errors on its edges. */
export function pictureOf(report: Report): Picture {
  const errorsOn = findingsOn(report.findings.filter(({ suppressed, level }) => suppressed === null && level === "error"));
  const grants = new Map<string, { access: Access; grants: Grant[] }>();
  for (const access of report.access) {
    const id = tenantOf(access);
    const tenant = grants.get(id) ?? { access, grants: [] };
    tenant.grants.push(wayOf({ role: access.role.value, instance: access.instance.value, permission_set: access.permission_set.value, account: access.account.value }).map((stop) => ({ ...stop, errors: errorsOn(access, stop.step) })));
    grants.set(id, tenant);
  }
  const written = new Map(report.tenants.map((tenant) => [`tenant ${tenant.run} ${tenant.key}`, tenant]));
  const errorsOf = (id: string) => grants.get(id)?.grants.flat().flatMap((step) => step.errors) ?? [];
  const wrong = new Set([...grants.keys()].filter((id) => errorsOf(id).length > 0));
  const worst = pick(grants, wrong);
  const shown = grants.size > ROWS ? worst : new Set([...worst, ...grants.keys()]);

  const layout = new Layout();
  const edges = new Map<string, Edge>();
  for (const id of shown) {
    const { access, grants: own = [] } = grants.get(id) ?? {};
    if (!access) continue;
    layout.begin();
    const tenant = written.get(id);
    const root = report.runs[access.run]?.root ?? ".";
    const label = report.runs.length > 1 && root !== "." ? `${access.tenant} in ${root}` : access.tenant;
    const location = errorsOf(id)[0]?.location ?? tenant?.location;
    const account = (tenant && known(tenant.sso_account_id)) ?? "";
    layout.put({ id, column: 0, name: access.tenant, label, detail: account, ids: idsIn(account), wrong: wrong.has(id), location });
    for (const grant of own) {
      let from = id;
      for (const { id: stop, errors, ...node } of grant) {
        if (!stop) continue;
        layout.put({ ...node, id: stop, name: "", wrong: errors.length > 0, location: errors[0]?.location ?? tenant?.location });
        const key = `${from}\n${stop}`;
        const edge = edges.get(key) ?? { from, to: stop, errors: [] };
        edge.errors.push(...errors.filter((error) => !edge.errors.includes(error)));
        edges.set(key, edge);
        from = stop;
      }
    }
  }
  const wrongRest = [...wrong].filter((id) => !shown.has(id)).length;
  return { nodes: [...layout.nodes.values()], edges: [...edges.values()], rest: grants.size - shown.size, wrongRest };
}

function tenantOf({ run, tenant }: Pick<Access, "run" | "tenant">): string {
  return `tenant ${run} ${tenant}`;
}

/** The way of a grant from the tenant to the account. */
export function wayOf(values: Record<Step, AccessStep["value"]>): Omit<Stop, "errors">[] {
  const stop = (column: number, step: Step, show: (text: string) => [label: string, detail: string]): Omit<Stop, "errors"> => {
    const text = known(values[step]);
    const [label, detail] = text ? show(text) : ["", ""];
    return { id: text && `${step} ${text}`, step, column, label, detail, ids: idsIn(text ?? "") };
  };
  const last = (arn: string) => arn.split("/").at(-1) ?? arn;
  return [
    stop(1, "role", (arn) => [last(arn), arn.split(":")[4] ?? ""]),
    stop(2, "instance", (arn) => [last(arn), ""]),
    stop(3, "permission_set", (arn) => [last(arn), arn.split("/").at(-2) ?? ""]),
    stop(4, "account", (id) => [id, ""]),
  ];
}

/** The tenants with errors, worst first, each in front of those whose values it uses: without the latter, it would look isolated. */
function pick(grants: ReadonlyMap<string, { access: Access; grants: Grant[] }>, wrong: ReadonlySet<string>): Set<string> {
  const users = new Map<string, string[]>();
  for (const [id, { grants: own }] of grants) {
    for (const step of new Set(own.flat().map((step) => step.id))) if (step) users.set(step, [...(users.get(step) ?? []), id]);
  }
  const groups = [...wrong].map((id) => {
    const { access, grants: own = [] } = grants.get(id) ?? {};
    const steps = own.flat().filter((step) => step.errors.length > 0);
    const owners = steps.flatMap(({ errors }) => errors).flatMap(({ tenant, others }) => (access && tenant !== null ? others.map((other) => tenantOf({ run: access.run, tenant: other })) : []));
    return new Set([id, ...steps.flatMap((step) => users.get(step.id ?? "") ?? []), ...owners.filter((owner) => grants.has(owner))]);
  });
  // Shared values come first.
  groups.sort((a, b) => Number(b.size > 1) - Number(a.size > 1));
  const chosen = new Set<string>();
  for (const group of groups) {
    if (new Set([...chosen, ...group]).size <= ROWS) for (const id of group) chosen.add(id);
  }
  return chosen;
}
