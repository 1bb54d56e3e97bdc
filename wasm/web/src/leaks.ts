import type { Finding, Report } from "symlint";

import { STEPS, stepsOf, type Step } from "./steps";

/** Which tenants use values of others: the entries outside of the diagonal in a matrix of tenants and owners. */
export interface Leaks {
  /** The number of all tenants. */
  tenants: number;
  /** The number of rows and of columns: tenants that use values of others, worst first, and the other owners of these values. */
  size: number;
  /** Worst first. */
  pairs: Leak[];
}

/** A tenant that uses values of another. */
export interface Leak {
  tenant: string;
  owner: string;
  /** The root of the run, if there are several. */
  run?: string;
  /** The indexes of the two tenants in the matrix. */
  row: number;
  column: number;
  /** The affected steps on the way from the tenant to the account. */
  through: Step[];
  findings: Finding[];
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
  // Blocks are often copied to the next one. In the order of the files, such leaks would be too close to the diagonal to be seen.
  const order = [...new Set([...worst.map(({ row }) => row), ...worst.map(({ column }) => column)])];
  const index = new Map(order.map((place, at) => [place, at]));
  const at = (place: number) => index.get(place) ?? 0;
  return { tenants: report.tenants.length, size: order.length, pairs: worst.map((leak) => ({ ...leak, row: at(leak.row), column: at(leak.column) })) };
}
