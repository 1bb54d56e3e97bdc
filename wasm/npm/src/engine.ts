import { instantiate, type Glue } from "./glue.js";
import type { Failure, Fixed, Options, Report, RulePage, RuleSummary } from "./shapes.js";

export type * from "./shapes.js";

/** The texts of files, by their paths from the repository's root. */
export type Files = Readonly<Record<string, string>>;

/** How a report can be written: as by the command line, but for the one for terminals. */
export type Format = "json" | "concise" | "markdown" | "sarif" | "github" | "gitlab" | "junit";

declare const PACKAGE_VERSION: string;

/** The version of the package and of the engine. */
export const version: string = PACKAGE_VERSION;

/** Why there is no report that could be taken for a pass. */
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

/** The engine crashed, which is a mistake of symlint. The next call has a fresh one. */
export class EngineError extends Error {
  override readonly name = "EngineError";
}

const VERSION = 1;

/** The engine. `load` makes one. */
export class Symlint {
  readonly #module: WebAssembly.Module;
  #glue: Glue | undefined;

  constructor(module: WebAssembly.Module) {
    this.#module = module;
  }

  /**
   * Checks files.
   *
   * @throws SymlintError where the command line exits with 2: among others, where nothing was checked.
   */
  check(files: Files, options: Partial<Options> = {}): Report {
    return JSON.parse(this.render(files, "json", options)) as Report;
  }

  /** Checks files and writes the report as `symlint check --format` does, byte for byte. */
  render(files: Files, format: Format, options: Partial<Options> = {}): string {
    return this.#call((glue) => glue.check(request(files, options), format));
  }

  /** Mends files, in memory. */
  fix(files: Files, options: Partial<Options> = {}): Fixed {
    return JSON.parse(this.#call((glue) => glue.fix(request(files, options)))) as Fixed;
  }

  /** The page of a rule. */
  explain(rule: string): RulePage {
    return JSON.parse(this.#call((glue) => glue.explain(rule))) as RulePage;
  }

  /** All rules. */
  rules(): RuleSummary[] {
    return JSON.parse(this.#call((glue) => glue.rules())) as RuleSummary[];
  }

  #call(run: (glue: Glue) => string): string {
    this.#glue ??= instantiate(this.#module);
    try {
      return run(this.#glue);
    } catch (cause) {
      if (typeof cause === "string") throw new SymlintError(JSON.parse(cause) as Failure);
      // Its memory is in the middle of something.
      this.#glue = undefined;
      throw new EngineError("the engine crashed; please report it with the files, if you may", { cause });
    }
  }
}

function request(files: Files, options: Partial<Options>): string {
  return JSON.stringify({ version: VERSION, files, options });
}
