import type { CompareOptions, Failure, Files, Finding, Fixed, Format, Location, Options, Report, RulePage, RuleSummary } from "symlint";

import type { Picture } from "./access";
import type { Comparison } from "./comparison";
import type { Leaks } from "./leaks";
import type { Query, Table } from "./table";

/** The questions that the page asks the worker. */
export type Question =
  | { ask: "check"; files: Files; options: Partial<Options> }
  | QuestionForWhole
  | { ask: "explain"; rule: string }
  | { ask: "rules" }
  // About the last report:
  | { ask: "picture" }
  | { ask: "leaks" }
  | { ask: "table"; query: Query }
  | { ask: "csv" };

/** Questions that only the whole engine can answer. */
type QuestionForWhole =
  | { ask: "fix"; files: Files; options: Partial<Options> }
  | { ask: "render"; files: Files; format: Format; options: Partial<Options> }
  | { ask: "compare"; before: Files; after: Files; options: CompareOptions }
  // A comparison as a comment for a pull request:
  | { ask: "comment"; before: Files; after: Files; options: CompareOptions };

/** The answers of the worker to each question. */
export interface Answers {
  check: Checked;
  fix: Fixed;
  render: string;
  compare: Comparison;
  comment: string;
  explain: RulePage;
  rules: RuleSummary[];
  picture: Picture | undefined;
  leaks: Leaks | undefined;
  table: Table | undefined;
  csv: string;
}

export type AnswerTo<Q extends Question> = Answers[Q["ask"]];

/** A report without its long lists, which stay in the worker, because transferring them would make typing slow. */
export type Head = Omit<Report, "tenants" | "access">;

/** A place with a value that belongs to another tenant. */
export interface Mark {
  location: Location;
  owner: string;
}

/** The result of a check. */
export interface Checked {
  report: Head;
  marks: Mark[];
}

/** A problem as plain data, because errors lose their fields when they are transferred. */
export type PlainProblem = Omit<Failure, "report">;

/** Why there is no answer. */
export type Failed = { problem: PlainProblem; checked?: Checked } | { crashed: string };

export type Outcome<T = Answers[keyof Answers]> = { value: T } | Failed;

/** A question to the worker. If only the whole engine can answer it, that is included. */
export interface Asked {
  id: number;
  question: Question;
  whole?: WebAssembly.Module | undefined;
}

/** Messages from the page to the worker: the two halves of the engine as they arrive, and questions. */
export type ToWorker = { module: WebAssembly.Module } | { rest: WebAssembly.Module } | Asked;

/** Messages from the worker about a question: the first findings of its outcome, and then the outcome. If it is `unfinished`, it must be repeated when the rest of the engine has arrived. */
export type FromWorker = { id: number } & ({ outcome: Outcome } | { findings: Finding[] } | { unfinished: true });

/** The result of a check, if there is one. */
export function checkedIn(outcome: Outcome<Checked>): Checked | undefined {
  return "value" in outcome ? outcome.value : "checked" in outcome ? outcome.checked : undefined;
}
