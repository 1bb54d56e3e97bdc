import type { Location } from "symlint";

import { button, count, h, s } from "./dom";
import type { Leak, Leaks } from "./leaks";
import { ownerClass } from "./owner";
import type { Step } from "./steps";

/** The width and the height in pixels, for any number of tenants. */
const SIZE = 300;
/** The minimum and the maximum size of a mark. */
const MARK = [7, 24] as const;
/** If there are many leaks, the marks cover at most this part, so that their places are visible. */
const COVERED = 0.25;
const STEP = 100;
const NAMES: Record<Step, string> = { role: "role", instance: "instance", permission_set: "permission set", account: "account" };

/** Draws a matrix of tenants and owners. The diagonal is each tenant's own; everything else is a leak. */
export function drawMatrix(host: HTMLElement, leaks: Leaks, jump: (location: Location) => void, step = STEP): void {
  const { tenants, pairs } = leaks;
  if (tenants === 0) {
    host.replaceChildren(h("p", { class: "hint" }, "There are no tenants to draw."));
    return;
  }
  const leaking = new Set(pairs.map(({ row }) => row)).size;
  const uses = `${leaking.toLocaleString("en")} of ${count(tenants, "tenant")} ${leaking === 1 ? "uses" : "use"} values of another tenant`;
  const says = pairs.length > 0 ? `${uses}: ${count(pairs.length, "mark")} off the diagonal` : `None of ${count(tenants, "tenant")} uses values of another`;
  const figure = h(
    "figure",
    { class: "matrix" },
    pictureOf(leaks, says, jump),
    h("figcaption", { class: "hint" }, `${says}. Each row is a tenant, each column an owner, worst first.${pairs.length > 0 ? " All other tenants are left out." : ""}`),
  );
  host.replaceChildren(figure, ...(pairs.length > 0 ? [listOf(pairs, jump, step)] : []));
}

/** Only the matrix. The table next to it has the same content. */
export function pictureOf({ size, pairs }: Leaks, says: string, jump: (location: Location) => void): SVGElement {
  const cell = SIZE / Math.max(size, 1);
  const mark = Math.max(Math.min(cell, MARK[1]), Math.min(MARK[0], SIZE * Math.sqrt(COVERED / pairs.length)));
  const at = (place: number) => String(Math.max(0, Math.min((place + 0.5) * cell - mark / 2, SIZE - mark)));
  const marks = pairs.map(({ row, column, tenant, owner, findings }) => {
    const rect = s("rect", { class: "leak", x: at(column), y: at(row), width: String(mark), height: String(mark) }, s("title", {}, `${tenant} uses values of ${owner}`));
    const [first] = findings;
    if (first) rect.addEventListener("click", () => jump(first.location));
    return rect;
  });
  const box = String(SIZE);
  return s(
    "svg",
    { width: box, height: box, viewBox: `-1 -1 ${SIZE + 2} ${SIZE + 2}`, role: "img", "aria-label": says },
    s("rect", { class: "field", width: box, height: box }),
    s("line", { class: "diagonal", x1: "0", y1: "0", x2: box, y2: box }),
    ...marks,
  );
}

function listOf(pairs: readonly Leak[], jump: (location: Location) => void, step: number): HTMLElement {
  const body = h("tbody");
  const more = h("p", { class: "hint" });
  let shown = 0;
  const grow = () => {
    body.append(...pairs.slice(shown, shown + step).map((pair) => row(pair, jump)));
    shown = Math.min(shown + step, pairs.length);
    more.replaceChildren(...(shown < pairs.length ? [button(`Show ${Math.min(step, pairs.length - shown)} more`, grow)] : []));
  };
  grow();
  const heads = ["Tenant", "Uses values of", "Through", "Errors"].map((name) => h("th", { scope: "col" }, name));
  const table = h("table", { class: "leaks" }, h("thead", {}, h("tr", {}, ...heads)), body);
  return h("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Who uses whose values, worst first" }, table, more);
}

function row({ tenant, owner, run, through, findings }: Leak, jump: (location: Location) => void): HTMLElement {
  const [first] = findings;
  const name = first ? button(tenant, () => jump(first.location)) : tenant;
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, name, ...(run ? [h("span", { class: "hint" }, ` in ${run}`)] : [])),
    h("td", {}, h("span", { class: `tenant ${ownerClass(owner)}` }, owner)),
    h("td", {}, through.map((step) => NAMES[step]).join(", ")),
    h("td", {}, String(findings.length)),
  );
}
