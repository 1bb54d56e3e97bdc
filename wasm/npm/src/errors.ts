import type { Failure } from "./shapes.js";

/** The reason why there is no result that could be mistaken for a pass. */
export class SymlintError extends Error implements Failure {
  override readonly name = "SymlintError";
  readonly kind: Failure["kind"];
  readonly help: Failure["help"];
  readonly location: Failure["location"];
  readonly report: Failure["report"];

  constructor(problem: Failure) {
    super(problem.message);
    this.kind = problem.kind;
    this.help = problem.help;
    this.location = problem.location;
    this.report = problem.report;
  }
}

/** The engine crashed, which is a bug in symlint. The next call uses a new instance. */
export class EngineError extends Error {
  override readonly name = "EngineError";
}

/** A file of this package could not be read, often because a bundler has put the code into another folder. */
export function missing(what: string, why: string): Error {
  return new Error(`cannot load ${what}: ${why}. If a bundler has moved the code of symlint, see "Bundlers" in the README of symlint.`);
}
