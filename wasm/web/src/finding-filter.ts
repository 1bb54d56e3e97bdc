import type { Finding } from "symlint";

import { button, h, plain } from "./dom";

/** Findings with something in common. */
export interface Group {
  /** What they have in common; undefined if they are not grouped. */
  name: string | undefined;
  /** The number of findings in the group, including those that are not shown. */
  total: number;
  findings: Finding[];
}

type Key = "tenant" | "rule" | "file" | "level";

const KEYS: Record<Key, (finding: Finding) => string> = {
  level: ({ level }) => (level === "error" ? "Errors" : "Warnings"),
  rule: ({ rule }) => rule,
  tenant: ({ tenant }) => tenant ?? "No single tenant",
  file: ({ location }) => location.file,
};
const ALL: Record<Key, string> = { level: "All levels", rule: "All rules", tenant: "All tenants", file: "All files" };
/** A longer menu does not help. The search field finds the rest. */
const OFFERED = 500;
const COLLATOR = new Intl.Collator("en", { numeric: true });
/** A list with this many findings or fewer needs no filters. */
const FEW = 5;

/** The filters above the list of findings. */
export class FindingFilter {
  readonly root: HTMLElement;
  readonly #fields: (HTMLInputElement | HTMLSelectElement)[];
  /** The findings that the filters apply to. */
  #offered: readonly Finding[] = [];
  readonly #filters: HTMLElement;
  readonly #more: HTMLElement;
  readonly #search = h("input", { type: "search", placeholder: "Search", "aria-label": "Search findings" });
  readonly #group = h("select", { "aria-label": "Group by" }, ...["Not grouped", "By tenant", "By rule", "By file"].map((text, at) => h("option", { value: ["", "tenant", "rule", "file"][at] ?? "" }, text)));
  readonly #selects = Object.fromEntries(Object.keys(KEYS).map((key) => [key, h("select", { "aria-label": `Filter by ${key}` })])) as Record<Key, HTMLSelectElement>;

  constructor(changed: () => void) {
    const selects = Object.values(this.#selects);
    this.#fields = [this.#search, this.#group, ...selects];
    for (const field of this.#fields) field.addEventListener("input", changed);
    this.#more = button("Filter", () => this.#unfold(Boolean(this.#filters.hidden)), { class: "unfold", "aria-expanded": "false", "aria-controls": "finding-filters" });
    this.#filters = h("div", { id: "finding-filters", class: "toolbar" }, ...selects);
    this.#filters.hidden = true;
    this.root = h("div", {}, h("div", { class: "toolbar" }, this.#search, this.#group, this.#more), this.#filters);
  }

  get group(): Key | "" {
    return this.#group.value as Key | "";
  }

  /** Sets the findings, and resets choices that would hide all of them. */
  offer(findings: readonly Finding[]): void {
    const few = findings.length <= FEW;
    for (const field of [this.#search, this.#group, this.#more]) field.hidden = few;
    if (few) {
      for (const field of this.#fields) field.value = "";
      this.#filters.hidden = true;
    }
    this.#offered = findings;
    this.#fill();
  }

  /** The filters are filled only when they are open, because filling them would make typing slow. */
  #fill(): void {
    if (this.#filters.hidden) return;
    for (const [key, of] of Object.entries(KEYS) as [Key, (finding: Finding) => string][]) {
      const counts = new Map<string, number>();
      for (const finding of this.#offered) counts.set(of(finding), (counts.get(of(finding)) ?? 0) + 1);
      const select = this.#selects[key];
      const chosen = counts.has(select.value) ? select.value : "";
      const names = [...counts].sort(([a], [b]) => COLLATOR.compare(a, b)).slice(0, OFFERED);
      select.hidden = counts.size < 2;
      select.replaceChildren(h("option", { value: "" }, ALL[key]), ...names.map(([name, number]) => h("option", { value: name }, `${name} (${number.toLocaleString("en")})`)));
      select.value = chosen;
    }
  }

  /** The element next to the search field. */
  set action(action: HTMLElement | undefined) {
    this.root.querySelector(".fix-all")?.remove();
    if (action) this.#more.after(action);
  }

  /** Opens or closes the filters. Closing does not reset them, so it is only possible if none is active. */
  #unfold(open: boolean): void {
    if (!open && Object.values(this.#selects).some(({ value }) => value !== "")) return;
    this.#filters.hidden = !open;
    this.#fill();
    this.#more.setAttribute("aria-expanded", String(open));
  }

  apply(findings: readonly Finding[]): Finding[] {
    const word = this.#search.value.trim().toLowerCase();
    const chosen = (Object.keys(KEYS) as Key[]).filter((key) => this.#selects[key].value !== "");
    return findings.filter((finding) => {
      if (chosen.some((key) => KEYS[key](finding) !== this.#selects[key].value)) return false;
      return !word || [plain(finding.message), finding.rule, finding.tenant ?? "", finding.location.file].some((text) => text.toLowerCase().includes(word));
    });
  }
}

/** The findings in groups, with at most `limit` of them shown. The group with the most urgent finding comes first. */
export function groupsOf(all: readonly Finding[], by: Key | "", limit: number): Group[] {
  if (!by) return [{ name: undefined, total: all.length, findings: all.slice(0, limit) }];
  const groups = new Map<string, Finding[]>();
  for (const finding of all) {
    const name = KEYS[by](finding);
    const group = groups.get(name);
    if (group) group.push(finding);
    else groups.set(name, [finding]);
  }
  let room = limit;
  return [...groups].flatMap(([name, findings]) => {
    const shown = findings.slice(0, room);
    room -= shown.length;
    return shown.length > 0 ? [{ name, total: findings.length, findings: shown }] : [];
  });
}
