import type { Node, Picture } from "./access";

/** The positions of the parts of a diagram. */
export interface Plan {
  width: number;
  height: number;
  /** The heads of the columns, if there are columns. */
  heads: { left: number; name: string }[];
  box(node: Node): Box;
  /** The line between two nodes, and a free position for a sign. */
  line(from: Node, to: Node): { path: string; sign: { x: number; y: number } };
}

interface Box {
  left: number;
  top: number;
  width: number;
}

export const COLUMNS = ["Tenant", "Role", "SSO instance", "Permission set", "Account"];
export const HEIGHT = 44;
/** Below this width, the steps are below each other. */
const NARROW = 600;

/** Tenants, and what they can access, in columns from left to right, or in one column if there is not enough room. */
export function planFor(picture: Picture, room: number): Plan {
  return room < NARROW ? stepsPlan(picture, Math.max(room, 240)) : columnsPlan(picture, Math.min(room, 1160));
}

function columnsPlan({ nodes }: Picture, width: number): Plan {
  const [gap, step, begin] = [24, 60, 28];
  // Names are longer than shortened ids, and an account is shown with all digits.
  const shares = [0.23, 0.22, 0.175, 0.175, 0.2];
  let next = 2;
  const columns = shares.map((share) => {
    const column = { left: next, width: Math.floor((width - 4 - (COLUMNS.length - 1) * gap) * share) };
    next += column.width + gap;
    return column;
  });
  const box = ({ column, row }: Node): Box => ({ ...(columns[column] ?? { left: 0, width: 0 }), top: begin + row * step });
  return {
    width,
    height: begin + (1 + Math.max(...nodes.map(({ row }) => row))) * step,
    heads: COLUMNS.map((name, at) => ({ name, left: columns[at]?.left ?? 0 })),
    box,
    line(from, to) {
      const [a, b] = [box(from), box(to)];
      const [x1, y1, x2, y2] = [a.left + a.width, a.top + HEIGHT / 2, b.left, b.top + HEIGHT / 2];
      const bend = (x2 - x1) / 2;
      return { path: `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`, sign: { x: (x1 + x2) / 2, y: (y1 + y2) / 2 - 5 } };
    },
  };
}

/** Each step below the previous one, as in a tree. A line on the right leads back to nodes that are already drawn. */
function stepsPlan({ nodes, edges }: Picture, width: number): Plan {
  const [indent, step, lane, turn, apart] = [22, 54, 30, 6, 12];
  const next = new Map<string, string[]>();
  for (const { from, to } of edges) next.set(from, [...(next.get(from) ?? []), to]);
  const tops = new Map<string, number>();
  let below = 2 - apart;
  const place = (id: string) => {
    if (tops.has(id)) return;
    tops.set(id, below);
    below += step;
    for (const to of next.get(id) ?? []) place(to);
  };
  for (const { id, column } of nodes) {
    if (column === 0) below += apart;
    place(id);
  }
  const right = width - lane;
  const box = ({ id, column }: Node): Box => {
    const left = 2 + column * indent;
    return { left, top: tops.get(id) ?? 0, width: right - left };
  };
  return {
    width,
    height: below,
    heads: [],
    box,
    line(from, to) {
      const [a, b] = [box(from), box(to)];
      const end = b.top + HEIGHT / 2;
      if (b.top < a.top) {
        const [start, bulge] = [a.top + HEIGHT / 2, Math.min(lane * 1.2, 14 + (a.top - b.top) / 16)];
        return { path: `M${right} ${start}C${right + bulge} ${start} ${right + bulge} ${end} ${right} ${end}`, sign: { x: right + 10, y: end - 6 } };
      }
      const x = a.left + 9;
      return { path: `M${x} ${a.top + HEIGHT}V${end - turn}Q${x} ${end} ${x + turn} ${end}H${b.left}`, sign: { x: x - 6, y: end + 4 } };
    },
  };
}
