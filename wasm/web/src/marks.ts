import type { Files, Report, Tenant } from "symlint";

import { known } from "./known";
import type { Mark } from "./protocol";

/** The places with values of other tenants, according to the findings. */
export function marksOf(report: Report, files: Files): Mark[] {
  const named = new Set(report.findings.flatMap(({ others }) => others));
  const parts = new Map<string, Set<string>>();
  for (const tenant of report.tenants) {
    if (!named.has(tenant.key)) continue;
    const own = parts.get(tenant.key) ?? new Set();
    for (const value of valuesOf(tenant)) for (const part of [value, ...value.split(/[:/]/)]) own.add(part);
    parts.set(tenant.key, own);
  }
  const marks = new Map<string, Mark>();
  for (const { tenant, others, suppressed, location } of report.findings) {
    if (suppressed || tenant === null) continue;
    const text = files[location.file]?.slice(location.start.offset, location.end.offset) ?? "";
    const owner = others.find((other) => parts.get(other)?.has(text));
    if (owner !== undefined) marks.set(`${location.file}:${location.start.offset}`, { location, owner });
  }
  return [...marks.values()];
}

/** The known values of a tenant. */
function valuesOf({ sso_account_id, instance_id, role_arn, grants }: Tenant): string[] {
  const values = [sso_account_id, instance_id, role_arn, ...grants.flatMap((grant) => [grant.permission_set_arn, grant.target_account_id])];
  return values.flatMap((value) => known(value) ?? []);
}
