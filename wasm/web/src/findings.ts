import type { Finding, Location } from "symlint";

import { button, count, h, plain, prose } from "./dom";
import { FindingFilter, groupsOf, type Group } from "./finding-filter";
import { Focus } from "./focus";
import { idsIn } from "./lit";
import { ownerClass } from "./owner";
import { previewOf } from "./preview";
import type { Head } from "./protocol";
import type { Doc } from "./texts";
import { capital } from "./verdict";

export interface FindingActions {
  jump(location: Location): void;
  explain(rule: string): void;
  apply(finding: Finding, fix: Finding["fixes"][number]): void;
  fixAll(): void;
  /** The name of a file in the checked folder. */
  nameOf(file: string): string;
  /** The text of a file as it was checked. */
  doc(file: string): Doc | undefined;
}

/** More rows at a time would make the page slow. */
const STEP = 100;
/** Up to this many findings are shown with all details; otherwise, each can be opened. */
const OPEN = 12;

/** The findings that count: errors first, and within a level, more urgent ones first. */
export function worstFirst({ findings }: Head, urgency: ReadonlyMap<string, number>): Finding[] {
  const isError = ({ level }: Finding) => Number(level === "error");
  return findings.filter(({ suppressed }) => suppressed === null).sort((a, b) => isError(b) - isError(a) || (urgency.get(a.rule) ?? 0) - (urgency.get(b.rule) ?? 0));
}

/** The list of findings, worst first. Its filters are kept when it is drawn again. */
export class Findings {
  readonly #filter: FindingFilter;
  readonly #list = h("div", { class: "finding-list" });
  readonly #focus: Focus;
  #ordered: Finding[] = [];
  #shown = STEP;

  constructor(
    private readonly host: HTMLElement,
    private readonly actions: FindingActions,
  ) {
    this.#filter = new FindingFilter(() => {
      this.#shown = STEP;
      this.#draw();
    });
    this.#focus = new Focus(this.#list);
  }

  /** `counting` are the findings that are not suppressed, worst first. */
  draw(report: Head, counting: Finding[]): void {
    const hadFocus = this.host.contains(document.activeElement);
    this.#replace(report, counting);
    // The button that had the focus has been replaced or removed.
    if (hadFocus && !this.host.contains(document.activeElement)) (this.host.querySelector<HTMLElement>(".fix-all") ?? this.host).focus();
  }

  #replace(report: Head, counting: Finding[]): void {
    this.#ordered = counting;
    if (counting.length === 0) {
      // The verdict shows whether that is good news.
      this.host.replaceChildren(h("p", { class: "hint" }, report.problems.length > 0 ? "No findings in what was checked." : "No findings."));
      return;
    }
    this.#filter.offer(counting);
    if (this.#list.parentElement !== this.host) this.host.replaceChildren(this.#filter.root, this.#list);
    const fixable = counting.filter(({ fixes }) => fixes.length > 0).length;
    const label = fixable === 1 ? "Fix 1…" : `Fix all ${fixable.toLocaleString("en")}…`;
    this.#filter.action = fixable > 0 ? button(label, this.actions.fixAll, { class: "fix-all" }) : undefined;
    this.#draw();
  }

  #draw(): void {
    const left = this.#filter.apply(this.#ordered);
    const isOpen = left.length <= OPEN;
    const groups = groupsOf(left, this.#filter.group, this.#shown).map((group) => this.#group(group, isOpen));
    const parts: Node[] = left.length > 0 ? groups : [h("p", { class: "hint" }, "No finding matches all filters.")];
    const rest = left.length - this.#shown;
    if (rest > 0) parts.push(button(`Show ${Math.min(STEP, rest)} of ${rest.toLocaleString("en")} more`, () => this.#more(), { class: "show-more" }));
    this.#focus.keep(() => this.#list.replaceChildren(...parts));
  }

  #more(): void {
    const from = this.#shown;
    this.#shown += STEP;
    this.#draw();
    this.#list.querySelectorAll<HTMLElement>(".problem")[from]?.focus();
  }

  #group({ name, total, findings }: Group, isOpen: boolean): HTMLElement {
    const rows = h("ul", { class: "problems" }, ...findings.map((finding) => this.#row(finding, isOpen)));
    if (name === undefined) return rows;
    return h("section", { class: "group" }, h("h2", {}, name, h("span", { class: "hint" }, ` ${count(total, "finding")}`)), rows);
  }

  #row(finding: Finding, isOpen: boolean): HTMLElement {
    const { actions } = this;
    const { location, tenant, level, rule } = finding;
    const name = tenant ? [h("span", { class: `tenant ${ownerClass(tenant)}` }, tenant), " · "] : [];
    const main = h(
      "button",
      { type: "button", class: "problem", "data-part": "main", "data-ids": idsIn(finding.message), click: () => actions.jump(location) },
      h("span", { class: `level ${level}` }, level === "error" ? "Error" : "Warning"),
      h("span", { class: "message" }, ...prose(finding.message)),
      h("span", { class: "place" }, ...name, this.#placeOf(location)),
    );
    const fixes = finding.fixes.map((fix, at) =>
      button(fix.safe ? "Apply fix" : "Apply suggestion", () => actions.apply(finding, fix), { title: plain(fix.title), "data-part": `fix ${at}` }),
    );
    const about = button(rule, () => actions.explain(rule), { "aria-label": `About ${rule}`, "data-part": "rule" });
    const row = h("li", { "data-key": `${finding.fingerprint} ${finding.run}` }, main, h("div", { class: "row-actions" }, ...fixes, about));
    const details = () => this.#details(finding);
    if (isOpen) row.append(details());
    else if (finding.help || finding.related.length > 0 || finding.fixes.length > 0) row.lastElementChild?.append(toggle(row, details));
    return row;
  }

  /** The help, the places that it was compared with, and the fixes. */
  #details({ help, related, fixes }: Finding): HTMLElement {
    const places = related.map(({ message, location }, at) => {
      const place = h("button", { type: "button", class: "link", "data-part": `related ${at}`, "data-ids": idsIn(message), click: () => this.actions.jump(location) });
      place.append(...prose(capital(message)), `: ${this.#placeOf(location)}`);
      return h("li", {}, place);
    });
    return h(
      "div",
      { class: "details" },
      ...(help ? [h("p", { class: "help" }, ...prose(capital(help)))] : []),
      ...(places.length > 0 ? [h("ul", { class: "related", "aria-label": "Related places" }, ...places)] : []),
      ...fixes.map((fix) => previewOf(fix, this.actions.doc)),
    );
  }

  #placeOf({ file, start }: Location): string {
    return `${this.actions.nameOf(file)}:${start.line}:${start.column}`;
  }
}

/** Makes the details of a finding open and close. */
function toggle(row: HTMLElement, details: () => HTMLElement): HTMLElement {
  const opener = button("Details", () => {
    const open = row.querySelector(".details");
    if (open) open.remove();
    else row.append(details());
    opener.setAttribute("aria-expanded", String(!open));
  }, { "aria-expanded": "false", "data-part": "details" });
  return opener;
}
