import type { Action, Diagnostic } from "@codemirror/lint";
import type { Text } from "@codemirror/state";
import type { Finding } from "symlint";

import { h, plain, prose } from "./dom";
import { originalOf } from "./texts";

export interface Fixing {
  apply(finding: Finding, fix: Finding["fixes"][number]): void;
  explain(rule: string): void;
}

/** More marks would make typing slow, and the list has all. */
const MARKED = 2000;

/** The findings of one file as the editor shows them. */
export function diagnosticsOf(findings: readonly Finding[], doc: Text, fixing: Fixing): Diagnostic[] {
  const counting = findings.filter((finding) => finding.suppressed === null).slice(0, MARKED);
  if (counting.length === 0) return [];
  const { offset } = originalOf(doc);
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
      message: plain(finding.message),
      source: finding.rule,
      actions,
      renderMessage: () =>
        h("div", {}, h("p", { class: "tip-message" }, ...prose(finding.message)), ...(finding.help ? [h("p", { class: "tip-help" }, ...prose(finding.help))] : [])),
    };
  });
}
