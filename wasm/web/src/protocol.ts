import type { CompareOptions, Described, Failure, Files, Finding, Fixed, Format, Location, Options, Report, RulePage, RuleSummary } from "symlint";

import type { Picture } from "./access";
import type { Leaks } from "./leaks";
import type { Query, Table } from "./table";

/** What the page asks of the worker. */
export type Question =
  | { ask: "check"; files: Files; options: Partial<Options> }
  | QuestionForWhole
  | { ask: "explain"; rule: string }
  | { ask: "rules" }
  // Of the last report:
  | { ask: "picture" }
  | { ask: "leaks" }
  | { ask: "table"; query: Query }
  | { ask: "csv" };

/** What only the whole engine can do. */
type QuestionForWhole =
  | { ask: "fix"; files: Files; options: Partial<Options> }
  | { ask: "render"; files: Files; format: Format; options: Partial<Options> }
  | { ask: "compare"; before: Files; after: Files; options: CompareOptions }
  // A comparison as a comment for a pull request:
  | { ask: "comment"; before: Files; after: Files; options: CompareOptions };

/** What the worker answers to each question. */
export interface Answers {
  check: Checked;
  fix: Fixed;
  render: string;
  compare: Described;
  comment: string;
  explain: RulePage;
  rules: RuleSummary[];
  picture: Picture | undefined;
  leaks: Leaks | undefined;
  table: Table | undefined;
  csv: string;
}

export type AnswerTo<Q extends Question> = Answers[Q["ask"]];

/** A report without its long lists, which stay with the worker: to receive them would make typing slow. */
export type Head = Omit<Report, "tenants" | "access">;

/** A place with a value that belongs to another tenant. */
export interface Mark {
  location: Location;
  owner: string;
}

/** What a check came to. */
export interface Checked {
  report: Head;
  marks: Mark[];
}

/** A problem as plain data: errors lose their fields on their way through messages. */
export type PlainProblem = Omit<Failure, "report">;

/** Why there is no answer. */
export type Failed = { problem: PlainProblem; checked?: Checked } | { crashed: string };

export type Outcome<T = Answers[keyof Answers]> = { value: T } | Failed;

/** A question on its way; what only the whole engine can do comes with it. */
export interface Asked {
  id: number;
  question: Question;
  whole?: WebAssembly.Module | undefined;
}

/** What the page gives to the worker: the two halves of the engine, as they arrive, and questions. */
export type ToWorker = { module: WebAssembly.Module } | { rest: WebAssembly.Module } | Asked;

/** What the worker says of a question: the first findings of its outcome, and then the outcome. It is `unfinished` if it has to be asked again when the rest of the engine is there. */
export type FromWorker = { id: number } & ({ outcome: Outcome } | { findings: Finding[] } | { unfinished: true });

/** What a check came to, if it came to anything. */
export function checkedIn(outcome: Outcome<Checked>): Checked | undefined {
  return "value" in outcome ? outcome.value : "checked" in outcome ? outcome.checked : undefined;
}
