import type { Action, Diagnostic } from "@codemirror/lint";
import type { Finding } from "symlint";

import { h, plain, prose } from "./dom";

export interface Fixing {
  apply(finding: Finding, fix: Finding["fixes"][number]): void;
  explain(rule: string): void;
}

/** More marks would make typing slow. The worst findings are marked, and the list has all. */
const MARKED = 2000;

/** The findings of one file in the form for the editor. */
export function diagnosticsOf(findings: readonly Finding[], fixing: Fixing): Diagnostic[] {
  return findings.slice(0, MARKED).map((finding) => {
    const actions: Action[] = finding.fixes.map((fix) => ({
      name: fix.safe ? "Apply fix" : "Apply suggestion",
      apply: () => fixing.apply(finding, fix),
    }));
    actions.push({ name: "About this rule", apply: () => fixing.explain(finding.rule) });
    return {
      from: finding.location.start.offset,
      to: finding.location.end.offset,
      severity: finding.level === "error" ? "error" : "warning",
      message: plain(finding.message),
      source: finding.rule,
      actions,
      renderMessage: () =>
        h("div", {}, h("p", { class: "tip-message" }, ...prose(finding.message)), ...(finding.help ? [h("p", { class: "tip-help" }, ...prose(finding.help))] : [])),
    };
  });
}
