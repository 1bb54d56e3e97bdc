import type { CompareOptions, Described, Failure, Files, Fixed, Format, Location, Options, Report, RulePage, RuleSummary } from "symlint";

import type { Picture } from "./access";
import type { Leaks } from "./leaks";
import type { Query, Table } from "./table";

/** What the page asks of the worker. */
export type Question = { id: number } & (
  | { ask: "check"; files: Files; options: Partial<Options> }
  | AskedOfWhole
  | { ask: "explain"; rule: string }
  | { ask: "rules" }
  // Of the last report:
  | { ask: "picture" }
  | { ask: "leaks" }
  | { ask: "table"; query: Query }
  | { ask: "csv" }
);

/** What only the whole engine can do, which is sent along. */
export type AskedOfWhole = { whole: WebAssembly.Module } & (
  | { ask: "fix"; files: Files; options: Partial<Options> }
  | { ask: "render"; files: Files; format: Format; options: Partial<Options> }
  | { ask: "compare"; before: Files; after: Files; options: CompareOptions }
  | { ask: "comment"; before: Files; after: Files; options: CompareOptions }
);

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
export type PlainProblem = Omit<Failure, "location" | "report"> & {
  location?: Failure["location"];
};

export type Answer = { id: number } & (
  | { checked: Checked }
  | { fixed: Fixed }
  | { described: Described }
  | { text: string }
  | { page: RulePage }
  | { rules: RuleSummary[] }
  | { picture: Picture | undefined }
  | { leaks: Leaks | undefined }
  | { table: Table | undefined }
  | { problem: PlainProblem; checked?: Checked }
  | { crashed: string }
  // It has to be asked again, when the rest of the engine is there:
  | { unfinished: true }
);

/** What the page gives to the worker: first what usual checks need, and then the rest. */
export type Engine = { module: WebAssembly.Module } | { rest: WebAssembly.Module };
