/** The engine, outside of the page's thread: whatever it does, typing goes on. */
import { EngineError, loadSync, Symlint, SymlintError, type Described, type Files, type Report } from "symlint";
import pages from "symlint/pages.json?url";

import { marksOf } from "./marks";
import type { Answer, AskedOfWhole, Checked, Engine, Question } from "./protocol";

/** What checks: first without its rest, and what needs that crashes. */
let module: WebAssembly.Module;
let rest: WebAssembly.Module | undefined;
let engine: Symlint | undefined;
/** What can do everything. */
let whole: Symlint | undefined;
/** The last report: its long lists are asked for in parts. */
let last: Report | undefined;

self.addEventListener("message", (event: MessageEvent<Question | Engine>) => {
  const { data } = event;
  if ("ask" in data) return void answer(data).then((answer) => self.postMessage(answer));
  if ("module" in data) ({ module } = data);
  else ({ rest } = data);
  engine = new Symlint(module, async () => (await fetch(pages)).json() as Promise<Record<string, string>>, (first) => {
    if (rest) new WebAssembly.Instance(rest, { first } as WebAssembly.Imports);
  });
});

async function answer(question: Question): Promise<Answer> {
  const { id } = question;
  try {
    if (!engine) throw new Error("it was asked before it was there");
    return { id, ...(await reply(engine, question)) };
  } catch (error) {
    if (error instanceof SymlintError) {
      const { kind, message, help, location, report } = error;
      const checked = report && question.ask === "check" ? { checked: kept(report, question.files) } : {};
      return { id, problem: { kind, message, help, location }, ...checked };
    }
    if (error instanceof EngineError && !rest && !("whole" in question)) return { id, unfinished: true };
    return { id, crashed: error instanceof Error ? error.message : String(error) };
  }
}

async function reply(symlint: Symlint, question: Question) {
  switch (question.ask) {
    case "check":
      last = undefined;
      return { checked: kept(symlint.check(question.files, question.options), question.files) };
    case "fix":
      return { fixed: all(question).fix(question.files, question.options) };
    case "render":
      return { text: all(question).render(question.files, question.format, question.options) };
    case "compare":
      return { described: JSON.parse(all(question).renderDiff(question.before, question.after, "described", question.options)) as Described };
    case "comment":
      return { text: all(question).renderDiff(question.before, question.after, "markdown", question.options) };
    case "explain":
      return { page: await symlint.explain(question.rule) };
    case "rules":
      return { rules: symlint.rules() };
    // What these need is loaded when they are asked for.
    case "picture":
      return { picture: last && (await import("./access")).pictureOf(last) };
    case "leaks":
      return { leaks: last && (await import("./leaks")).leaksOf(last) };
    case "table":
      return { table: last && (await import("./table")).tableOf(last, question.query) };
    case "csv":
      return { text: last ? (await import("./table")).csvOf(last) : "" };
  }
}

function all({ whole: module }: AskedOfWhole): Symlint {
  return (whole ??= loadSync(module));
}

function kept(report: Report, files: Files): Checked {
  last = report;
  const { tenants: _tenants, access: _access, ...head } = report;
  return { report: head, marks: marksOf(report, files) };
}
