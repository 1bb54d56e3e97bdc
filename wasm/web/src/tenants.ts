import type { Location } from "symlint";

import { button, count, h, plain } from "./dom";
import { idsIn } from "./lit";
import { ownerClass } from "./owner";
import type { Cell, Query, Row, Table } from "./table";

export interface TenantActions {
  jump(location: Location): void;
  table(query: Query): Promise<Table | undefined>;
  saveCsv(): void;
}

const STEP = 50;

/** A table of tenants. Its order and filter are kept for the next report. */
export class Tenants {
  #query: Query & { limit: number } = { limit: STEP };
  /** The number of the last question. Answers to earlier ones are ignored. */
  #asked = 0;
  readonly #heads = h("tr");
  readonly #body = h("tbody");
  readonly #says = h("span", { role: "status" });
  readonly #more = button("Show more", () => this.#show({ limit: this.#query.limit + STEP }));

  constructor(
    host: HTMLElement,
    private readonly actions: TenantActions,
  ) {
    const field = h("input", { type: "search", placeholder: "Search", "aria-label": "Search tenants" });
    field.addEventListener("input", () => this.#show({ filter: field.value, limit: STEP }));
    const bar = h("div", { class: "toolbar" }, field, button("Save as CSV", actions.saveCsv));
    const table = h("table", {}, h("thead", {}, this.#heads), this.#body);
    const scroll = h("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Tenants, can be scrolled" }, table);
    host.replaceChildren(bar, scroll, h("p", { class: "hint" }, this.#says, " ", this.#more));
  }

  draw(): void {
    this.#show({});
  }

  clear(): void {
    this.#asked += 1;
    this.#body.replaceChildren();
    this.#says.textContent = "";
    this.#more.hidden = true;
  }

  #show(change: Partial<Query>): void {
    this.#query = { ...this.#query, ...change };
    const asked = ++this.#asked;
    void this.actions.table(this.#query).then((table) => {
      if (table && asked === this.#asked) this.#draw(table);
    });
  }

  #draw({ columns, rows, total }: Table): void {
    if (this.#heads.childElementCount !== columns.length) this.#heads.replaceChildren(...columns.map((name) => this.#head(name)));
    for (const head of this.#heads.children) {
      if (head.textContent === this.#query.column) head.setAttribute("aria-sort", this.#query.down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
    this.#body.replaceChildren(...rows.map((row) => this.#row(row)));
    this.#says.textContent = rows.length < total ? `${rows.length.toLocaleString("en")} of ${count(total, "tenant")}` : count(total, "tenant");
    this.#more.hidden = rows.length >= total;
  }

  #head(name: string): HTMLElement {
    const sort = () => this.#show({ column: name, down: this.#query.column === name && !this.#query.down });
    return h("th", { scope: "col" }, button(name, sort, { class: "sort" }));
  }

  #row({ key, location, cells }: Row): HTMLElement {
    const [, ...others] = cells;
    const head = h("th", { scope: "row" }, button(key, () => this.actions.jump(location), { class: `link tenant ${ownerClass(key)}` }));
    return h("tr", {}, head, ...others.map((cell) => this.#cell(cell)));
  }

  #cell({ values, notes }: Cell): HTMLElement {
    const shown = values.map(({ short, text }) => h("span", { class: "value", title: text, "data-ids": idsIn(text) }, short));
    const [first] = notes;
    if (!first) return h("td", {}, ...shown);
    const messages = notes.map(({ message }) => plain(message)).join("\n");
    const level = notes.some(({ level }) => level === "error") ? "error" : "warning";
    const mark = button("!", () => this.actions.jump(first.location), { class: `note ${level}`, title: messages, "aria-label": `${level === "error" ? "Error" : "Warning"}: ${messages}` });
    return h("td", { class: `noted ${level}` }, ...shown, mark);
  }
}
