/** Colors of tenants whose values others have. There are few colors, and the name is always next to them. */
const COLORS = 6;
const known = new Map<string, number>();

/** Gives each of these tenants a color; the others have none. */
export function colorOwners(owners: Iterable<string>): void {
  known.clear();
  for (const owner of owners) if (!known.has(owner)) known.set(owner, known.size % COLORS);
}

/** The class of a tenant's color, if it has one. */
export function ownerClass(tenant: string): string {
  const color = known.get(tenant);
  return color === undefined ? "" : `owner-${color}`;
}
