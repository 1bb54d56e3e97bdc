import type { Access, Finding, Report } from "symlint";

/** Who reaches into whom: what is off the diagonal of the matrix of tenants and owners. */
export interface Leaks {
  /** How many tenants there are: the matrix has as many rows and columns. */
  tenants: number;
  /** Worst first. */
  pairs: Leak[];
}

/** A tenant that uses values of another. */
export interface Leak {
  tenant: string;
  owner: string;
  /** The root of the run, where there are several. */
  run?: string;
  /** Where the two are among the tenants. */
  row: number;
  column: number;
  /** On the way from the tenant to the account. */
  through: Step[];
  findings: Finding[];
}

export const STEPS = ["role", "instance", "permission_set", "account"] as const satisfies (keyof Access)[];
export type Step = (typeof STEPS)[number];

/** On which steps of the access each finding is, by its fingerprint. */
export function stepsOf(report: Report): Map<string, Set<Step>> {
  const steps = new Map<string, Set<Step>>();
  for (const access of report.access) {
    for (const step of STEPS) {
      for (const finding of access[step].findings) steps.set(finding, (steps.get(finding) ?? new Set()).add(step));
    }
  }
  return steps;
}

/** The leaks of a report, as its errors have them. */
export function leaksOf(report: Report): Leaks {
  const steps = stepsOf(report);
  const places = new Map(report.tenants.map(({ run, key }, place) => [`${run} ${key}`, place]));
  // The other tenant may be one of another run.
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
