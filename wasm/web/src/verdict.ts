import type { Location, NotChecked } from "symlint";

import { button, byId, count, h, prose } from "./dom";
import { READ } from "./project";
import type { Head, PlainProblem } from "./protocol";

export type Verdict =
  | { state: "empty" }
  | { state: "loading"; part: number; half: "first" | "second" }
  | { state: "none" }
  | { state: "large" }
  | { state: "crashed"; reason: string }
  | { state: "problem"; problem: PlainProblem; report?: Head | undefined }
  | { state: "report"; report: Head; isStandIn: boolean };

export interface VerdictActions {
  jump(location: Location): void;
  /** Shows what was checked and what was not. */
  coverage(): void;
}

interface Words {
  /** The state, which determines the style. */
  state: "empty" | "checking" | "problem" | "errors" | "warnings" | "partial" | "clean";
  title: string;
  details: (string | Node)[];
}

const REPOSITORY = "https://github.com/symlint/symlint";
/** A shorter check is not worth a message. */
const SOON = 250;

let timer: number | undefined;
let shown = "";

/** Shows that the results are about an earlier text: immediately by their style, and after a moment in words. */
export function showChecking(): void {
  const host = byId("verdict");
  if (host.dataset["state"] === "checking") return;
  host.dataset["state"] = "checking";
  timer = window.setTimeout(() => write(host, { title: "Checking…", details: [] }), SOON);
}

/** Shows the result of the check in one line. A part that was not checked must not look like a pass. */
export function showVerdict(verdict: Verdict, actions: VerdictActions): void {
  window.clearTimeout(timer);
  const host = byId("verdict");
  const { state, ...words } = wordsOf(verdict, actions);
  host.dataset["state"] = state;
  write(host, words);
}

function write(host: HTMLElement, { title, details }: Omit<Words, "state">): void {
  const next = [h("strong", {}, title), ...details.map((detail) => h("span", {}, ...(typeof detail === "string" ? prose(detail) : [detail])))];
  // A screen reader would repeat the same words at every keystroke.
  const text = next.map((element) => element.textContent).join("\n");
  if (text === shown && host.childElementCount > 0) return;
  shown = text;
  host.replaceChildren(...next);
}

function wordsOf(verdict: Verdict, actions: VerdictActions): Words {
  switch (verdict.state) {
    case "empty":
      return { state: "empty", title: "Nothing to check yet", details: ["Checks run here while you type."] };
    case "loading":
      return { state: "checking", title: "Loading the engine…", details: [`${verdict.half === "second" ? "This text needs more of it than most: " : ""}${Math.floor(verdict.part * 100)}% loaded.`] };
    case "none":
      return { state: "problem", title: "No Terraform files found", details: [READ] };
    case "large":
      return { state: "problem", title: "Too large to check here", details: ["The files are more than 16 MB together. The command line has no such limit."] };
    case "crashed": {
      const report = h("a", { href: `${REPOSITORY}/issues/new`, target: "_blank", rel: "noreferrer noopener" }, "Report this problem");
      return { state: "problem", title: "The engine stopped", details: [`The reason: ${verdict.reason.replace(/\.+$/, "")}.`, "It starts again when you type.", report] };
    }
    case "problem":
      return problemOf(verdict.problem, verdict.report, actions);
    case "report":
      return summaryOf(verdict.report, verdict.isStandIn, actions);
  }
}

function problemOf(problem: PlainProblem, report: Head | undefined, actions: VerdictActions): Words {
  const { kind, message, help, location } = problem;
  const title = kind === "config" ? "The configuration has a mistake" : report ? headline(report.summary.verdict) : "Not checked";
  const more = (report?.problems.length ?? 1) - 1;
  // The command line reads files; here, they are among those that are open.
  const advice = kind === "unreadable" ? "add its files, for example with Open" : help;
  const details: Words["details"] = [sentence(message), ...(advice ? [sentence(advice)] : []), ...(more > 0 ? [`There ${more === 1 ? "is" : "are"} ${count(more, "more problem")}.`] : [])];
  if (location) details.push(button(`${location.file}:${location.start.line}:${location.start.column}`, () => actions.jump(location)));
  return { state: "problem", title, details };
}

function summaryOf(report: Head, isStandIn: boolean, actions: VerdictActions): Words {
  const { errors, warnings, tenants, verdict, clean } = report.summary;
  const gaps = gapsOf(report);
  const wiring = wiringGap(report, isStandIn);
  const isSilent = errors + warnings === 0;
  const title = isSilent && tenants === 0 ? "No findings, but 0 tenants were found" : isSilent && clean && wiring ? "No findings in the values" : headline(verdict);
  const details: Words["details"] = [extentOf(report), ...(wiring ? [wiring] : [])];
  for (const more of [gaps.length > 0 ? `${count(gaps.length, "note")} on what was not checked` : "", weakenedBy(report)]) if (more) details.push(button(more, actions.coverage));
  return { state: stateOf(report, wiring), title, details };
}

/** The state of a report: only one that was checked completely is clean. */
export function stateOf({ summary }: Head, wiring: string | undefined): "errors" | "warnings" | "clean" | "partial" {
  if (summary.errors > 0) return "errors";
  if (summary.warnings > 0) return "warnings";
  return summary.clean && summary.tenants > 0 && !wiring ? "clean" : "partial";
}

/** The number of values, tenants, and files that were checked. */
export function extentOf({ summary, runs }: Head): string {
  const values = runs.reduce((sum, run) => sum + run.values_checked, 0);
  return `Checked ${count(values, "value")} of ${count(summary.tenants, "tenant")} in ${count(summary.files, "file")}.`;
}

/** The settings that hide findings from the verdict. */
export function weakenedBy({ policy, summary }: Head): string {
  const parts = [
    [policy.off.length, "rule", "off"],
    [policy.lowered.length, "rule", "lowered to a warning"],
    [summary.suppressed, "finding", "suppressed"],
  ] as const;
  return parts.flatMap(([number, what, how]) => (number > 0 ? [`${count(number, what)} ${how}`] : [])).join(", ");
}

/** The message that the wiring was not checked, and what is missing. */
export function wiringGap(report: Head, isStandIn: boolean): string | undefined {
  if (isStandIn) return "Wiring was not checked: put your own main.tf in place of the one that was added.";
  return gapsOf(report).some(({ code }) => code === "values-alone") ? "Wiring was not checked: add main.tf." : undefined;
}

/** Everything that was not checked, in all runs. */
export function gapsOf(report: Head): NotChecked[] {
  return [...report.runs.flatMap((run) => run.not_checked), ...report.not_checked];
}

/** The verdict of a report, with numbers in the style of the page. */
export function headline(verdict: string): string {
  return capital(verdict).replace(/\d+/g, (number) => Number(number).toLocaleString("en"));
}

/** The text with a capital letter, except for the program's name. */
export function capital(text: string): string {
  return text.startsWith("symlint ") ? text : text.charAt(0).toUpperCase() + text.slice(1);
}

function sentence(text: string): string {
  return `${capital(text)}${/[.?!}]$/.test(text) ? "" : "."}`;
}
