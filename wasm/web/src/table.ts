import type { Finding, Level, Location, Report, Tenant } from "symlint";

import { known } from "./known";
import { findingsOn, STEPS, stepsOf, type Step } from "./steps";

/** Which tenants of the table to show, and in which order. */
export interface Query {
  /** The column to sort by; undefined keeps the order of the files. */
  column?: string;
  down?: boolean;
  filter?: string;
  limit?: number;
}

export interface Table {
  columns: string[];
  rows: Row[];
  /** The number of tenants that match the filter. */
  total: number;
}

export interface Row {
  key: string;
  location: Location;
  /** One for each column. */
  cells: Cell[];
}

export interface Cell {
  /** Each value in full, and in a `short` form that still distinguishes it from others. */
  values: { text: string; short: string }[];
  /** The findings about the cell. */
  notes: Note[];
}

export interface Note {
  level: Level;
  message: string;
  location: Location;
}

const FINDINGS = "Findings";
const BY_ATTRIBUTE: Record<string, string> = {
  sso_account_id: "SSO account",
  role_arn: "Role",
  instance_arn: "Instance",
  region: "Region",
  permission_set_arn: "Permission sets",
  target_account_id: "Target accounts",
};
const BY_STEP: Record<Step, string> = { role: "Role", instance: "Instance", permission_set: "Permission sets", account: "Target accounts" };

/** The tenants of a report as they are written, with a note at each cell that a finding is about. */
export function tableOf(report: Report, { column, down = false, filter = "", limit = Infinity }: Query): Table {
  const columns = ["Tenant", ...(report.runs.length > 1 ? ["Run"] : []), FINDINGS, ...Object.values(BY_ATTRIBUTE)];
  const notes = notesOf(report);
  const all = report.tenants.map((tenant) => rowOf(report, tenant, columns, notes.get(`${tenant.run} ${tenant.key}`)));
  const word = filter.toLowerCase();
  const rows = word ? all.filter(({ cells }) => cells.some(({ values }) => values.some(({ text }) => text.toLowerCase().includes(word)))) : all;
  const at = columns.indexOf(column ?? "");
  const collator = new Intl.Collator("en", { numeric: true });
  if (at >= 0) rows.sort((a, b) => collator.compare(textOf(a.cells[at]), textOf(b.cells[at])) * (down ? -1 : 1));
  return { columns, rows: rows.slice(0, limit), total: rows.length };
}

/** The whole table as CSV for spreadsheets. */
export function csvOf(report: Report): string {
  const { columns, rows } = tableOf(report, {});
  // A spreadsheet would execute a value that starts like a formula.
  const cell = (text: string) => `"${text.replace(/^[=+\-@\t\r]/, "'$&").replaceAll('"', '""')}"`;
  return [columns, ...rows.map(({ cells }) => cells.map(textOf))].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

function textOf(cell: Cell | undefined): string {
  return cell?.values.map(({ text }) => text).join(" ") ?? "";
}

/** The findings of each tenant, by the column that they are about. */
function notesOf(report: Report): Map<string, Map<string, Note[]>> {
  const steps = stepsOf(report);
  const columnOf = ({ path, fingerprint }: Finding, [step] = [...(steps.get(fingerprint) ?? [])]) => {
    const attribute = path?.split(".").at(-1) ?? "";
    // A finding that is not about a value of the tenant is on its first step.
    const isOther = step === "role" && !/role|account/.test(attribute);
    return BY_ATTRIBUTE[attribute] ?? (step && !isOther ? BY_STEP[step] : FINDINGS);
  };
  const all = new Map<string, Map<string, Note[]>>();
  const add = (tenant: string, column: string, { level, message, location }: Finding) => {
    const own = all.get(tenant) ?? new Map<string, Note[]>();
    const notes = own.get(column) ?? [];
    // A tenant may have several grants with the same finding.
    if (!notes.some((note) => note.location === location)) own.set(column, [...notes, { level, message, location }]);
    all.set(tenant, own);
  };
  const counting = report.findings.filter(({ suppressed }) => suppressed === null);
  for (const finding of counting) if (finding.tenant !== null) add(`${finding.run} ${finding.tenant}`, columnOf(finding), finding);
  const ofSeveral = findingsOn(counting.filter(({ tenant }) => tenant === null));
  for (const access of report.access) {
    for (const step of STEPS) for (const finding of ofSeveral(access, step)) add(`${access.run} ${access.tenant}`, columnOf(finding, [step]), finding);
  }
  return all;
}

function rowOf(report: Report, tenant: Tenant, columns: string[], notes: Map<string, Note[]> = new Map()): Row {
  const values: Record<string, Tenant["region"][]> = {
    "Tenant": [tenant.key],
    "Run": [report.runs[tenant.run]?.root ?? ""],
    [FINDINGS]: [String([...notes.values()].reduce((sum, { length }) => sum + length, 0))],
    "SSO account": [tenant.sso_account_id],
    "Role": [tenant.role_arn],
    "Instance": [tenant.instance_id],
    "Region": [tenant.region],
    "Permission sets": tenant.grants.map((grant) => grant.permission_set_arn),
    "Target accounts": tenant.grants.map((grant) => grant.target_account_id),
  };
  const cells = columns.map((column) => ({ values: [...new Map((values[column] ?? []).map(shown).map((value) => [value.text, value])).values()], notes: notes.get(column) ?? [] }));
  return { key: tenant.key, location: tenant.location, cells };
}

function shown(value: Tenant["region"]): { text: string; short: string } {
  const text = known(value) ?? (value === null ? "missing" : "unknown");
  return { text, short: text.startsWith("arn:") ? (text.split("/").at(-1) ?? text) : text };
}
