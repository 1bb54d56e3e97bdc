import type { Action, Diagnostic } from "@codemirror/lint";
import type { Finding } from "symlint";

import { h } from "./dom";
import { offsetsOf } from "./offsets";

export interface Fixing {
  apply(finding: Finding, fix: Finding["fixes"][number]): void;
  explain(rule: string): void;
}

/** The findings of one file as the editor shows them. */
export function diagnosticsOf(findings: readonly Finding[], text: string, fixing: Fixing): Diagnostic[] {
  const offset = offsetsOf(text);
  const counting = findings.filter((finding) => finding.suppressed === null);
  return counting.map((finding) => {
    const actions: Action[] = finding.fixes.map((fix) => ({
      name: fix.safe ? "Apply fix" : "Apply suggestion",
      apply: () => fixing.apply(finding, fix),
    }));
    actions.push({ name: "About this rule", apply: () => fixing.explain(finding.rule) });
    return {
      from: offset(finding.location.start.offset),
      to: offset(finding.location.end.offset),
      severity: finding.level === "error" ? "error" : "warning",
      message: finding.message,
      source: finding.rule,
      actions,
      renderMessage: () =>
        h("div", {}, h("p", { class: "tip-message" }, finding.message), ...(finding.help ? [h("p", { class: "tip-help" }, finding.help)] : [])),
    };
  });
}
