import type { Finding, Location, Report } from "symlint";

import { count, h, prose } from "./dom";

export interface Goto {
  jump(location: Location): void;
  explain(rule: string): void;
  apply(finding: Finding, fix: Finding["fixes"][number]): void;
}

/** More rows would make the page slow, and nobody reads them. */
const SHOWN = 200;

/** Draws the list of findings: errors first, and of each level what is more urgent, by rule. */
export function drawProblems(host: HTMLElement, report: Report, urgency: ReadonlyMap<string, number>, goto: Goto): void {
  const counting = report.findings.filter((finding) => finding.suppressed === null);
  const isError = ({ level }: Finding) => Number(level === "error");
  const ordered = [...counting].sort((a, b) => isError(b) - isError(a) || (urgency.get(a.rule) ?? 0) - (urgency.get(b.rule) ?? 0));
  const rows = ordered.slice(0, SHOWN).map((finding) => row(finding, goto));
  const parts: Node[] = [h("ul", { class: "problems" }, ...rows)];
  if (counting.length === 0) parts.splice(0, 1, h("p", { class: "hint" }, "No findings: every value belongs to its tenant."));
  if (counting.length > SHOWN) parts.push(h("p", { class: "hint" }, `and ${counting.length - SHOWN} more`));
  if (report.summary.suppressed) parts.push(h("p", { class: "hint" }, `${count(report.summary.suppressed, "finding")} suppressed`));
  host.replaceChildren(...parts);
}

function row(finding: Finding, goto: Goto): HTMLElement {
  const { file, start } = finding.location;
  const main = h(
    "button",
    { type: "button", class: "problem", click: () => goto.jump(finding.location) },
    h("span", { class: `level ${finding.level}` }, finding.level === "error" ? "Error" : "Warning"),
    h("span", { class: "message" }, ...prose(finding.message)),
    h("span", { class: "place" }, `${finding.tenant ? `${finding.tenant} · ` : ""}${file.split("/").at(-1) ?? file}:${start.line}:${start.column}`),
  );
  const fixes = finding.fixes.map((fix) =>
    h("button", { type: "button", class: "link", title: fix.title, click: () => goto.apply(finding, fix) }, fix.safe ? "Apply fix" : "Apply suggestion"),
  );
  const rule = h("button", { type: "button", class: "link", "aria-label": `About ${finding.rule}`, click: () => goto.explain(finding.rule) }, finding.rule);
  return h("li", {}, main, h("div", { class: "row-actions" }, ...fixes, rule));
}
