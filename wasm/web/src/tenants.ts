import type { Location, Report, Tenant } from "symlint";

import { known } from "./access";
import { count, h } from "./dom";

type Row = { tenant: Tenant; cells: string[]; findings: number };

const COLUMNS = ["Tenant", "Findings", "SSO account", "Region", "Instance", "Target accounts"];
const SHOWN = 200;

/** A table of tenants that remembers its order and filter from one report to the next. */
export class Tenants {
  #sort = { column: -1, down: false };
  #filter = "";
  #report: Report | undefined;

  constructor(
    private readonly host: HTMLElement,
    private readonly jump: (location: Location) => void,
  ) {}

  draw(report: Report): void {
    this.#report = report;
    if (!this.host.querySelector("table")) {
      const field = h("input", { type: "search", placeholder: "Filter", "aria-label": "Filter tenants" });
      field.addEventListener("input", () => {
        this.#filter = field.value.toLowerCase();
        this.#rows();
      });
      const heads = COLUMNS.map((name, column) =>
        h("th", { scope: "col" }, h("button", { type: "button", class: "sort", click: () => this.#by(column) }, name)),
      );
      const table = h("table", {}, h("thead", {}, h("tr", {}, ...heads)), h("tbody"));
      const scroll = h("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Tenants, can be scrolled" }, table);
      this.host.replaceChildren(field, scroll, h("p", { class: "hint" }));
    }
    this.#rows();
  }

  #by(column: number): void {
    this.#sort = { column, down: this.#sort.column === column && !this.#sort.down };
    this.#rows();
  }

  #rows(): void {
    const report = this.#report;
    if (!report) return;
    const found = new Map<string, number>();
    for (const { tenant, suppressed } of report.findings) if (tenant && !suppressed) found.set(tenant, (found.get(tenant) ?? 0) + 1);
    const all = report.tenants.map((tenant) => rowOf(tenant, found.get(tenant.key) ?? 0));
    const rows = all.filter((row) => row.cells.some((cell) => cell.toLowerCase().includes(this.#filter)));
    const { column, down } = this.#sort;
    if (column >= 0) rows.sort((a, b) => (a.cells[column] ?? "").localeCompare(b.cells[column] ?? "", "en", { numeric: true }) * (down ? -1 : 1));
    this.host.querySelectorAll("th").forEach((head, index) => {
      if (index === column) head.setAttribute("aria-sort", down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    this.host.querySelector("tbody")?.replaceChildren(...rows.slice(0, SHOWN).map((row) => this.#row(row)));
    const says = rows.length > SHOWN ? `${SHOWN} of ${count(rows.length, "tenant")}; filter to see others` : count(rows.length, "tenant");
    this.host.querySelector("p")?.replaceChildren(says);
  }

  #row({ tenant, cells, findings }: Row): HTMLElement {
    const [key, ...others] = cells;
    const head = h("th", { scope: "row" }, h("button", { type: "button", class: "link", click: () => this.jump(tenant.location) }, key ?? ""));
    return h("tr", findings ? { class: "wrong" } : {}, head, ...others.map((cell) => h("td", {}, cell)));
  }
}

function rowOf(tenant: Tenant, findings: number): Row {
  const accounts = [...new Set(tenant.grants.map((grant) => shown(grant.target_account_id)))].join(", ");
  const cells = [tenant.key, String(findings), shown(tenant.sso_account_id), shown(tenant.region), shown(tenant.instance_id), accounts];
  return { tenant, cells, findings };
}

function shown(value: Tenant["region"]): string {
  return known(value) ?? (value === null ? "missing" : "unknown");
}
