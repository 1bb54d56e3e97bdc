/** The number of colors for owners. There are only a few, and the name is always next to the color. */
const COLORS = 6;
const known = new Map<string, number>();

/** Assigns a color to each of these tenants, which it keeps as long as it is in the list. */
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
