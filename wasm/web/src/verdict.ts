import type { Location, Report } from "symlint";

import { byId, count, h } from "./dom";
import type { PlainProblem } from "./protocol";

export type Verdict =
  | { state: "empty" }
  | { state: "none" }
  | { state: "large" }
  | { state: "crashed"; reason: string }
  | { state: "problem"; problem: PlainProblem; jump: (location: Location) => void }
  | { state: "report"; report: Report };

/** Says in one line what the check came to. Nothing that was not checked may look like a pass. */
export function showVerdict(verdict: Verdict): void {
  const host = byId("verdict");
  const [state, title, ...details] = words(verdict);
  const next = [h("strong", {}, title), ...details.map((detail) => h("span", {}, detail))];
  // The same words again would be read out at every keystroke.
  if (host.dataset["state"] === state && host.textContent === [title, ...details].join("")) return;
  host.dataset["state"] = state;
  host.replaceChildren(...next);
  const { location } = verdict.state === "problem" ? verdict.problem : {};
  if (verdict.state === "problem" && location) {
    const place = `${location.file}:${location.start.line}:${location.start.column}`;
    host.append(h("button", { type: "button", class: "link", click: () => verdict.jump(location) }, place));
  }
}

function words(verdict: Verdict): [state: string, title: string, ...details: string[]] {
  switch (verdict.state) {
    case "empty":
      return ["empty", "Nothing to check yet", "Checks run here while you type."];
    case "none":
      return ["problem", "No Terraform files in there", "Files that end in .tf, .tfvars, .tf.json or .tfvars.json are read, and .symlint.hcl."];
    case "large":
      return ["problem", "Too large to check here", "The files are more than 16 MB together. The command line takes them."];
    case "crashed":
      return ["problem", "The engine stopped", `It was restarted, and checks again when you type. Please report this: ${verdict.reason}`];
    case "problem": {
      const title = verdict.problem.kind === "config" ? "The configuration has a mistake" : "Not checked";
      return ["problem", title, verdict.problem.message, ...(verdict.problem.help ? [verdict.problem.help] : [])];
    }
    case "report":
      return summary(verdict.report);
  }
}

function summary({ summary, findings }: Report): [string, string, ...string[]] {
  const { errors, warnings, tenants, files, unknown_values } = summary;
  const found = [errors ? count(errors, "error") : "", warnings ? count(warnings, "warning") : ""].filter(Boolean).join(", ");
  const details = [`${count(tenants, "tenant")} in ${count(files, "file")}`];
  if (unknown_values) details.push(`${count(unknown_values, "value")} not known before apply, and so not checked`);
  if (findings.some(({ rule }) => rule === "syntax-error")) details.push("What can be read was checked.");
  return [errors ? "errors" : warnings ? "warnings" : "clean", found || "No findings", ...details];
}
