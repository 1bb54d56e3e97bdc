import type { Access, Finding, Report } from "symlint";

/** The steps of a grant, from the tenant to the account. */
export const STEPS = ["role", "instance", "permission_set", "account"] as const satisfies (keyof Access)[];
export type Step = (typeof STEPS)[number];

/** Returns a function that finds those of the findings that are on a step of a grant. */
export function findingsOn(findings: readonly Finding[]): (access: Access, step: Step) => Finding[] {
  const all = new Map<string, Finding[]>();
  for (const finding of findings) {
    const same = all.get(finding.fingerprint);
    if (same) same.push(finding);
    else all.set(finding.fingerprint, [finding]);
  }
  return (access, step) => access[step].findings.flatMap((fingerprint) => all.get(fingerprint) ?? []).filter((finding) => isAbout(finding, access));
}

/** The steps that each finding is on, by the fingerprint of the finding. */
export function stepsOf({ findings, access }: Report): Map<string, Set<Step>> {
  const steps = new Map<string, Set<Step>>();
  const on = findingsOn(findings);
  for (const grant of access) {
    for (const step of STEPS) {
      for (const { fingerprint } of on(grant, step)) steps.set(fingerprint, (steps.get(fingerprint) ?? new Set()).add(step));
    }
  }
  return steps;
}

/** Whether a finding is about the tenant of a grant, and not only about another tenant that this one is compared with. */
function isAbout({ tenant, others }: Finding, access: Access): boolean {
  // A tenant may have the same finding in several runs, of which the report names the first.
  if (tenant !== null) return tenant === access.tenant;
  return others.length === 0 || others.includes(access.tenant);
}
