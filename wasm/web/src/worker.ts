/** The engine runs outside of the page's thread, so that it never blocks typing. */
import { EngineError, loadSync, Symlint, SymlintError, type Described, type Files, type Report } from "symlint";
import pages from "symlint/pages.json?url";

import type { Comparison } from "./comparison";
import { marksOf } from "./marks";
import { checkedIn, type Answers, type Asked, type Checked, type Failed, type FromWorker, type Outcome, type Question, type ToWorker } from "./protocol";
import { asShown } from "./texts";
import { inUnits } from "./units";

const PART = 500;

/** The engine for checks. Without its rest, functions that need the rest trap. */
let module: WebAssembly.Module;
let rest: WebAssembly.Module | undefined;
let small: Symlint | undefined;
/** The engine with all functions. */
let large: Symlint | undefined;
/** The last report. The page asks for its long lists in parts. */
let last: Report | undefined;

self.addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
  if ("question" in data) return void answer(data);
  if ("module" in data) ({ module } = data);
  else ({ rest } = data);
  small = new Symlint(module, async () => (await fetch(pages)).json() as Promise<Record<string, string>>, (first) => {
    if (rest) new WebAssembly.Instance(rest, { first } as WebAssembly.Imports);
  });
});

async function answer({ id, question, whole }: Asked): Promise<void> {
  try {
    const engine = whole ? (large ??= loadSync(whole)) : small;
    if (!engine) throw new Error("it was asked before it was there");
    tell(id, question, { value: await ask(engine, question) });
  } catch (error) {
    if (error instanceof EngineError && !rest && !whole) say({ id, unfinished: true });
    else tell(id, question, failure(error, question));
  }
}

/** Thousands of findings are sent in parts, because receiving them at once would make typing slow. */
function tell(id: number, { ask }: Question, outcome: Outcome): void {
  const report = ask === "check" ? checkedIn(outcome as Outcome<Checked>)?.report : undefined;
  while (report && report.findings.length > PART) say({ id, findings: report.findings.splice(0, PART) });
  say({ id, outcome });
}

function say(message: FromWorker): void {
  self.postMessage(message);
}

async function ask(engine: Symlint, question: Question): Promise<Answers[keyof Answers]> {
  switch (question.ask) {
    case "check":
      last = undefined;
      return kept(engine.check(question.files, question.options), question.files);
    case "fix":
      return engine.fix(question.files, question.options);
    case "render":
      return engine.render(question.files, question.format, question.options);
    case "compare":
      return compared(question, engine);
    case "comment":
      return engine.renderDiff(question.before, question.after, "markdown", question.options);
    case "explain":
      return engine.explain(question.rule);
    case "rules":
      return engine.rules();
    // The code for these is loaded when they are first used.
    case "picture":
      return last && (await import("./access")).pictureOf(last);
    case "leaks":
      return last && (await import("./leaks")).leaksOf(last);
    case "table":
      return last && (await import("./table")).tableOf(last, question.query);
    case "csv":
      return last ? (await import("./table")).csvOf(last) : "";
  }
}

async function compared({ before, after, options }: Extract<Question, { ask: "compare" }>, engine: Symlint): Promise<Comparison> {
  const described = JSON.parse(engine.renderDiff(before, after, "described", options)) as Described;
  const { comparisonOf } = await import("./comparison");
  return comparisonOf(inUnits(described, after));
}

function failure(error: unknown, question: Question): Failed {
  if (!(error instanceof SymlintError)) return { crashed: error instanceof Error ? error.message : String(error) };
  const { kind, message, help, report } = error;
  const location = question.ask === "check" ? inUnits(error.location, question.files) : null;
  const checked = report && question.ask === "check" ? { checked: kept(report, question.files) } : {};
  return { problem: { kind, message, help, location }, ...checked };
}

function kept(report: Report, files: Files): Checked {
  last = inUnits(report, files);
  const shown = Object.fromEntries(Object.entries(files).map(([name, text]) => [name, asShown(text)]));
  const { tenants: _tenants, access: _access, ...head } = report;
  return { report: { ...head, findings: [...head.findings] }, marks: marksOf(report, shown) };
}
