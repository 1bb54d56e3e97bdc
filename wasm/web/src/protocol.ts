import type { Files, Fixed, Format, Options, Problem, Report, RulePage } from "symlint";

/** What the page asks of the worker. */
export type Question = { id: number } & (
  | { ask: "check"; files: Files; options: Partial<Options> }
  | { ask: "fix"; files: Files; options: Partial<Options> }
  | { ask: "render"; files: Files; options: Partial<Options>; format: Format }
  | { ask: "explain"; rule: string }
);

/** A problem as plain data: errors lose their fields on their way through messages. */
export type PlainProblem = Omit<Problem, "location" | "report"> & {
  location?: Problem["location"];
  report?: Problem["report"];
};

export type Answer = { id: number } & (
  | { report: Report }
  | { fixed: Fixed }
  | { text: string }
  | { page: RulePage }
  | { problem: PlainProblem }
  | { crashed: string }
);
