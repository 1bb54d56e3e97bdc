import type { Failure, Files, Fixed, Format, Options, Report, RulePage, RuleSummary } from "symlint";

/** What the page asks of the worker. */
export type Question = { id: number } & (
  | { ask: "check"; files: Files; options: Partial<Options> }
  | { ask: "fix"; files: Files; options: Partial<Options> }
  | { ask: "render"; files: Files; options: Partial<Options>; format: Format }
  | { ask: "explain"; rule: string }
  | { ask: "rules" }
);

/** A problem as plain data: errors lose their fields on their way through messages. */
export type PlainProblem = Omit<Failure, "location" | "report"> & {
  location?: Failure["location"];
  report?: Failure["report"];
};

export type Answer = { id: number } & (
  | { report: Report }
  | { fixed: Fixed }
  | { text: string }
  | { page: RulePage }
  | { rules: RuleSummary[] }
  | { problem: PlainProblem }
  | { crashed: string }
);
