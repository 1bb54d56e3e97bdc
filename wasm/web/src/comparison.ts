import type { Described, Diff, Location } from "symlint";

import { Layout, wayOf, type Edge, type Picture } from "./access";

/** What the page shows of a comparison. It is made in the worker, and its lists are cut, because transferring and drawing long ones would make typing slow. */
export interface Comparison {
  headline: string;
  state: "bad" | "doubtful" | "";
  parts: Part[];
}

/** A diagram of the grants that are gained and lost, a section, or the number of tenants without a section. */
export type Part = { picture: Picture } | Section | { moreTenants: number };

export interface Section {
  title: string;
  place?: Place;
  lines: Line[];
  /** The number of lines that were cut. */
  more: number;
}

export interface Line {
  sign: Sign;
  text: string;
  place?: Place | undefined;
}

export type Sign = "!" | "+" | "−" | "~";

export interface Place {
  location: Location;
  /** Whether it is in the files before the change, which the page does not show. */
  isBefore: boolean;
}

type TenantChange = Diff["tenants"][number];
type NewFinding = Diff["findings"]["new"][number];
type Known = TenantChange["values"][number]["old"];

/** A larger diagram is unreadable. */
const DRAWN = 20;
/** The headline counts all. */
const LISTED = 100;

/** The effects of a change, with crossings into another customer first. */
export function comparisonOf(described: Described): Comparison {
  const { diff } = described;
  const crossing = new Set(diff.crossings.map(({ finding }) => finding?.fingerprint));
  const others = (wanted: string) => diff.findings.new.filter(({ fingerprint, level }) => level === wanted && !crossing.has(fingerprint));
  const gaps = [...diff.base_problems.map(({ message }) => `before the change, not everything could be checked: ${message}`), ...described.not_compared];
  const parts = [
    section("Crossings into another customer", diff.crossings, ({ from, into, message, location, finding }) => ({
      sign: "!",
      text: `\`${from.join("`, `")}\` → \`${into.join("`, `")}\`: ${message}${finding ? ` [${finding.rule}]` : ""}`,
      place: after(location),
    })),
    // A finding that is gone is shown where it was before.
    section("This change hides findings from the check", diff.check.hidden, ({ by, finding }, at) => ({ sign: "!", text: described.hidden[at] ?? "", place: { location: finding.location, isBefore: by === "unknown" } })),
    section("The configuration of the check changes", diff.check.settings, ({ file }, at) => ({ sign: "~", text: `${file} ${described.settings[at] ?? ""}` })),
    section(crossing.size > 0 ? "Other new errors" : "New errors", others("error"), (it) => ({ sign: "!", text: textOfFinding(it), place: after(it.location) })),
    pictureOfChange(diff),
    ...diff.tenants.slice(0, LISTED).map((change, at) => tenant(change, described.tenants[at])),
    diff.tenants.length > LISTED ? { moreTenants: diff.tenants.length - LISTED } : undefined,
    section("Changed wiring", described.wiring, (text, at) => ({ sign: "~", text, place: after(diff.wiring[at]?.location) })),
    section("Safelist and trust", diff.lists, ({ is_gained, location }, at) => ({ sign: is_gained ? "+" : "−", text: described.lists[at] ?? "", place: { location, isBefore: !is_gained } })),
    section("New warnings", others("warning"), (it) => ({ sign: "!", text: textOfFinding(it), place: after(it.location) })),
    section("Fixed", diff.findings.fixed, (it) => ({ sign: "−", text: textOfFinding(it), place: { location: it.location, isBefore: true } })),
    section("Not compared", gaps, (text) => ({ sign: "~", text })),
  ];
  return { headline: described.headline, state: described.is_bad ? "bad" : described.is_doubtful ? "doubtful" : "", parts: parts.flatMap((part) => part ?? []) };
}

function after(location: Location | undefined): Place | undefined {
  return location && { location, isBefore: false };
}

function textOfFinding({ rule, tenant, message }: NewFinding): string {
  return `${tenant ? `\`${tenant}\`: ` : ""}${message} [${rule}]`;
}

function section<T>(title: string, items: readonly T[], line: (item: T, at: number) => Line, place?: Place): Section | undefined {
  if (items.length === 0) return undefined;
  return { title, ...(place ? { place } : {}), lines: items.slice(0, LISTED).map(line), more: Math.max(0, items.length - LISTED) };
}

const HAPPENS: Record<TenantChange["change"], string> = { added: "is new", removed: "is removed", renamed: "is renamed", changed: "changes" };

function tenant(change: TenantChange, words: Described["tenants"][number] | undefined): Section | undefined {
  const lines: Line[] = [
    ...(words?.gained ?? []).map((text) => ({ sign: "+" as const, text: `gains ${text}` })),
    ...(words?.rerouted ?? []).map((text) => ({ sign: "~" as const, text })),
    ...(words?.lost ?? []).map((text) => ({ sign: "−" as const, text: `loses ${text}` })),
    ...(words?.notes ?? []).map((text) => ({ sign: "~" as const, text })),
    ...change.values.map(({ name, old, new: now, location }) => ({ sign: "~" as const, text: `${name}: ${textOf(old)} → ${textOf(now)}`, place: after(location) })),
  ];
  const place = { location: change.location, isBefore: change.change === "removed" };
  return section(`${change.tenant} ${HAPPENS[change.change]}`, lines.length > 0 ? lines : [{ sign: "~", text: "only its place or its name changes" }], (line) => line, place);
}

function textOf(value: Known): string {
  return value === null ? "nothing" : typeof value === "string" ? `\`${value}\`` : "a value that is not known";
}

function pictureOfChange(diff: Diff): { picture: Picture } | undefined {
  const crossing = new Set(diff.crossings.flatMap(({ from }) => from));
  const changes = diff.tenants.filter(({ gained, lost, rerouted }) => gained.length + lost.length + rerouted.length > 0);
  if (changes.length === 0) return undefined;
  const layout = new Layout();
  const edges = new Map<string, Edge>();
  const shown = [...changes].sort((a, b) => Number(crossing.has(b.tenant)) - Number(crossing.has(a.tenant))).slice(0, DRAWN);
  for (const { tenant, change, location, gained, lost, rerouted } of shown) {
    layout.begin();
    const id = `tenant ${tenant}`;
    const wrong = crossing.has(tenant);
    layout.put({ id, column: 0, name: tenant, label: tenant, detail: wrong ? "crosses" : HAPPENS[change], ids: "", wrong, ...(change === "removed" ? {} : { location }) });
    const add = (grant: (typeof gained)[number], fate: "gained" | "lost") => {
      let from = id;
      for (const step of wayOf(grant)) {
        if (!step.id) continue;
        layout.put({ ...step, id: step.id, name: "", wrong: false });
        const key = `${from}\n${step.id}`;
        const edge = edges.get(key);
        // One grant loses it and another gains it.
        if (edge && edge.fate !== fate) delete edge.fate;
        else if (!edge) edges.set(key, { from, to: step.id, errors: [], fate });
        from = step.id;
      }
    };
    for (const grant of [...gained, ...rerouted.map(({ new: now }) => now)]) add(grant, "gained");
    for (const grant of [...lost, ...rerouted.map(({ old }) => old)]) add(grant, "lost");
  }
  return { picture: { nodes: [...layout.nodes.values()], edges: [...edges.values()], rest: changes.length - shown.length, wrongRest: 0 } };
}
