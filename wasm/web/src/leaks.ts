import type { Access, Finding, Report } from "symlint";

/** Which tenants use values of others: the entries outside of the diagonal in a matrix of tenants and owners. */
export interface Leaks {
  /** The number of tenants, which is the number of rows and columns. */
  tenants: number;
  /** Worst first. */
  pairs: Leak[];
}

/** A tenant that uses values of another. */
export interface Leak {
  tenant: string;
  owner: string;
  /** The root of the run, if there are several. */
  run?: string;
  /** The indexes of the two tenants. */
  row: number;
  column: number;
  /** The affected steps on the way from the tenant to the account. */
  through: Step[];
  findings: Finding[];
}

export const STEPS = ["role", "instance", "permission_set", "account"] as const satisfies (keyof Access)[];
export type Step = (typeof STEPS)[number];

/** The steps of the access that each finding is on, by the fingerprint of the finding. */
export function stepsOf(report: Report): Map<string, Set<Step>> {
  const steps = new Map<string, Set<Step>>();
  for (const access of report.access) {
    for (const step of STEPS) {
      for (const finding of access[step].findings) steps.set(finding, (steps.get(finding) ?? new Set()).add(step));
    }
  }
  return steps;
}

/** The leaks in a report, according to its errors. */
export function leaksOf(report: Report): Leaks {
  const steps = stepsOf(report);
  const places = new Map(report.tenants.map(({ run, key }, place) => [`${run} ${key}`, place]));
  // The other tenant may be in another run.
  const elsewhere = new Map(report.tenants.map(({ key }, place) => [key, place]));
  const pairs = new Map<string, Leak>();
  for (const finding of report.findings) {
    const { tenant, run, others, level, suppressed } = finding;
    if (suppressed || level !== "error" || tenant === null) continue;
    for (const owner of others) {
      const [row, column] = [places.get(`${run} ${tenant}`), places.get(`${run} ${owner}`) ?? elsewhere.get(owner)];
      if (row === undefined || column === undefined) continue;
      const root = report.runs.length > 1 ? report.runs[run]?.root : undefined;
      const leak = pairs.get(`${row} ${column}`) ?? { tenant, owner, ...(root === undefined ? {} : { run: root }), row, column, through: [], findings: [] };
      leak.findings.push(finding);
      leak.through = STEPS.filter((step) => leak.through.includes(step) || steps.get(finding.fingerprint)?.has(step));
      pairs.set(`${row} ${column}`, leak);
    }
  }
  const worst = [...pairs.values()].sort((a, b) => b.through.length - a.through.length || b.findings.length - a.findings.length || a.row - b.row);
  return { tenants: report.tenants.length, pairs: worst };
}
