import type { Location, NotChecked, Run, SuppressedBy } from "symlint";

import { button, count, h, prose } from "./dom";
import type { Head } from "./protocol";
import { capital } from "./verdict";

/** Shows what was checked and what was not, by run, and the configuration. */
export function drawCoverage(host: HTMLElement, report: Head, jump: (location: Location) => void): void {
  const parts: Node[] = report.runs.map((run) => section(nameOf(run), factsOf(run), gaps(run.not_checked, jump)));
  if (report.not_checked.length > 0) parts.push(section("Outside of all runs", [], gaps(report.not_checked, jump)));
  const problems = report.problems.map((problem) => h("li", {}, ...prose(capital(problem.message)), ...(problem.help ? [h("p", { class: "help" }, ...prose(problem.help))] : [])));
  if (problems.length > 0) parts.unshift(section("Problems", [], h("ul", { class: "gaps" }, ...problems)));
  const policy = policyOf(report);
  if (policy.length > 0) parts.push(section("Configuration", [], h("ul", { class: "gaps" }, ...policy.map((line) => h("li", {}, line)))));
  host.replaceChildren(...parts);
}

function section(title: string, facts: [string, string][], ...rest: Node[]): HTMLElement {
  const list = h("dl", { class: "facts" }, ...facts.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
  return h("section", { class: "run" }, h("h2", {}, title), ...(facts.length > 0 ? [list] : []), ...rest);
}

function nameOf({ root, values }: Run): string {
  return root === "." ? (values.at(-1) ?? "This folder") : root;
}

function factsOf(run: Run): [string, string][] {
  const facts: [string, string][] = [
    ["Tenants", run.tenants.from ? `${run.tenants.count.toLocaleString("en")}, from ${run.tenants.from}` : run.tenants.count.toLocaleString("en")],
    ["Values checked", run.values_checked.toLocaleString("en")],
    ["Values that are not known", run.unknown_values.toLocaleString("en")],
    ["Flows", run.flows.toLocaleString("en")],
    ["Safelists", run.safelists.toLocaleString("en")],
    ["Connectors", run.connectors.toLocaleString("en")],
  ];
  return [...facts, ["Values files", run.values.join(", ") || "none"]];
}

function gaps(list: readonly NotChecked[], jump: (location: Location) => void): HTMLElement {
  if (list.length === 0) return h("p", { class: "hint" }, "Nothing was left unchecked.");
  const items = list.map(({ code, reason, location, help }) => {
    const place = location ? [": ", button(`${location.file}:${location.start.line}`, () => jump(location))] : [];
    // The lines to paste keep their line breaks.
    const advice = help ? [h("p", { class: "help lines" }, ...prose(help))] : [];
    return h("li", {}, h("code", { class: "code" }, code), " ", ...prose(capital(reason)), ...place, ...advice);
  });
  return h("div", {}, h("h3", {}, `Not checked: ${count(items.length, "note")}`), h("ul", { class: "gaps" }, ...items));
}

function policyOf({ policy, findings }: Head): string[] {
  const lines: string[] = [];
  const add = (what: string, names: readonly string[]) => names.length > 0 && lines.push(`${what}: ${names.join(", ")}`);
  add("Configuration", policy.config);
  add("Only these rules", policy.select);
  add("Rules that are off", policy.off);
  add("Rules lowered to warnings", policy.lowered);
  if (!policy.inline_suppressions) lines.push("Comments suppress nothing");
  const suppressed = findings.flatMap(({ rule, tenant, suppressed }) => (suppressed ? [`${rule}${tenant ? ` of ${tenant}` : ""}: ${suppressed.reason} (${BY[suppressed.by]})`] : []));
  return [...lines, ...suppressed.map((line) => `Suppressed: ${line}`)];
}

const BY: Record<SuppressedBy, string> = { inline: "by a comment", exception: "by an exception", baseline: "by the baseline", revision: "the compared revision has it, too" };
