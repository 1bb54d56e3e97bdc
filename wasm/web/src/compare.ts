import type { Described, Diff, Location } from "symlint";

import { Layout, wayOf, type Edge, type Picture } from "./access";
import { button, count, h, prose } from "./dom";
import { idsIn } from "./lit";
import { pictureIn } from "./picture";
import { capital } from "./verdict";

type Jump = (location: Location) => void;
type TenantChange = Diff["tenants"][number];
type Known = TenantChange["values"][number]["old"];

/** A larger diagram is unreadable. */
const DRAWN = 20;
/** Longer lists make the page slow; the headline counts all. */
const LISTED = 200;

/** Draws the effects of a change, with crossings into another customer first. */
export function drawComparison(host: HTMLElement, described: Described, jump: Jump): void {
  const { diff } = described;
  const state = described.is_bad ? "bad" : described.is_doubtful ? "doubtful" : "";
  const crossing = new Set(diff.crossings.map(({ finding }) => finding?.fingerprint));
  const other = (wanted: string) => diff.findings.new.filter(({ fingerprint, level }) => level === wanted && !crossing.has(fingerprint)).map((it) => finding("!", it, jump));
  const finding = (sign: Sign, { rule, tenant, message, location }: Diff["findings"]["new"][number], go?: Jump) => line(sign, `${tenant ? `\`${tenant}\`: ` : ""}${message} [${rule}]`, location, go);
  const parts = [
    section("Crossings into another customer", diff.crossings.map(({ from, into, message, location, finding }) => line("!", `\`${from.join("`, `")}\` → \`${into.join("`, `")}\`: ${message}${finding ? ` [${finding.rule}]` : ""}`, location, jump))),
    // A finding that is gone is shown where it was before.
    section("This change hides findings from the check", diff.check.hidden.map(({ by, finding }, at) => line("!", described.hidden[at] ?? "", finding.location, by === "unknown" ? undefined : jump))),
    section("The configuration of the check changes", diff.check.settings.map(({ file }, at) => line("~", `${file} ${described.settings[at] ?? ""}`))),
    section(crossing.size > 0 ? "Other new errors" : "New errors", other("error")),
    pictureOfChange(diff, jump),
    ...diff.tenants.slice(0, LISTED).map((change, at) => tenant(change, described.tenants[at], jump)),
    rest(diff.tenants.length, "tenant"),
    section("Changed wiring", described.wiring.map((text, at) => line("~", text, diff.wiring[at]?.location, jump))),
    section("Safelist and trust", diff.lists.map(({ is_gained, location }, at) => line(is_gained ? "+" : "−", described.lists[at] ?? "", location, is_gained ? jump : undefined))),
    section("New warnings", other("warning")),
    section("Fixed", diff.findings.fixed.map((it) => finding("−", it))),
    section("Not compared", [...diff.base_problems.map(({ message }) => line("~", `before the change, not everything could be checked: ${message}`)), ...described.not_compared.map((text) => line("~", text))]),
  ];
  host.replaceChildren(h("p", { class: `headline ${state}` }, ...prose(capital(described.headline))), ...parts.flatMap((part) => part ?? []));
}

type Sign = "!" | "+" | "−" | "~";

const KINDS: Record<Sign, string> = { "!": "bad", "+": "ins", "−": "del", "~": "other" };

/** A sentence with the place that it is about. Without `jump`, the place is in the files before the change. */
function line(sign: Sign, text: string, location?: Location, jump?: Jump): HTMLElement {
  const { file, start } = location ?? {};
  const name = start ? `${file}:${start.line}:${start.column}` : "";
  const place = location && jump ? [" ", button(name, () => jump(location))] : name ? [" ", h("span", { class: "hint" }, `${name} before`)] : [];
  return h("li", { class: KINDS[sign], "data-ids": idsIn(text) }, h("span", { class: "sign", "aria-hidden": "true" }, sign), h("span", {}, ...prose(text), ...place));
}

function section(title: string, lines: HTMLElement[], ...place: (Node | string)[]): HTMLElement | undefined {
  if (lines.length === 0) return undefined;
  const more = rest(lines.length, "line");
  return h("section", { class: "changed" }, h("h2", {}, title, ...place), h("ul", {}, ...lines.slice(0, LISTED)), ...(more ? [more] : []));
}

function rest(number: number, what: string): HTMLElement | undefined {
  return number > LISTED ? h("p", { class: "hint" }, `And ${count(number - LISTED, `more ${what}`)}.`) : undefined;
}

const HAPPENS: Record<TenantChange["change"], string> = { added: "is new", removed: "is removed", renamed: "is renamed", changed: "changes" };

function tenant(change: TenantChange, words: Described["tenants"][number] | undefined, jump: Jump): HTMLElement | undefined {
  const is = change.change !== "removed";
  const { file, start } = change.location;
  const place = is ? button(`${file}:${start.line}:${start.column}`, () => jump(change.location)) : h("span", { class: "hint" }, `${file}:${start.line}:${start.column} before`);
  const lines = [
    ...(words?.gained ?? []).map((text) => line("+", `gains ${text}`)),
    ...(words?.rerouted ?? []).map((text) => line("~", text)),
    ...(words?.lost ?? []).map((text) => line("−", `loses ${text}`)),
    ...(words?.notes ?? []).map((text) => line("~", text)),
    ...change.values.map(({ name, old, new: now, location }) => line("~", `${name}: ${textOf(old)} → ${textOf(now)}`, location, jump)),
  ];
  return section(`${change.tenant} ${HAPPENS[change.change]}`, lines.length > 0 ? lines : [line("~", "only its place or its name changes")], " ", place);
}

function textOf(value: Known): string {
  return value === null ? "nothing" : typeof value === "string" ? `\`${value}\`` : "a value that is not known";
}

/** A diagram of the grants that are gained and lost. */
function pictureOfChange(diff: Diff, jump: Jump): HTMLElement | undefined {
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
  const picture: Picture = { nodes: [...layout.nodes.values()], edges: [...edges.values()], rest: changes.length - shown.length, wrongRest: 0 };
  const others = picture.rest > 0 ? `; ${count(picture.rest, "other tenant")} not drawn` : "";
  const legend = h("p", { class: "hint legend" }, h("span", { class: "key gained" }), "+ gained", h("span", { class: "key lost" }), `− lost${others}`);
  return h("section", { class: "changed" }, h("h2", {}, "Access that changes"), legend, pictureIn(picture, jump));
}
