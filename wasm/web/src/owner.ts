/** Colors of tenants whose values others have. There are few colors, and the name is always next to them. */
const COLORS = 6;
const known = new Map<string, number>();

/** Gives each of these tenants a color, which it keeps as long as it needs one; the others have none. */
export function colorOwners(owners: Iterable<string>): void {
  const wanted = new Set(owners);
  for (const owner of known.keys()) if (!wanted.has(owner)) known.delete(owner);
  const uses = new Array<number>(COLORS).fill(0);
  for (const color of known.values()) uses[color] = (uses[color] ?? 0) + 1;
  for (const owner of wanted) {
    if (known.has(owner)) continue;
    const color = uses.indexOf(Math.min(...uses));
    uses[color] = (uses[color] ?? 0) + 1;
    known.set(owner, color);
  }
}

/** The class of a tenant's color, if it has one. */
export function ownerClass(tenant: string): string {
  const color = known.get(tenant);
  return color === undefined ? "" : `owner-${color}`;
}
