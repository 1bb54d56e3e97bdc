import { EngineError, SymlintError } from "./errors.js";
import { instantiate, type Glue } from "./glue.js";
import { changeOf, requestOf, wordOf, type Files } from "./request.js";
import type { Diff, Failure, Finding, Fixed, Options, Report, RulePage, RuleSummary } from "./shapes.js";

export { EngineError, SymlintError } from "./errors.js";
export { offsetsOf, type Offsets } from "./offsets.js";
export type { Files } from "./request.js";
export type * from "./shapes.js";

/** How a report can be written: as by the command line. Only the command line has `human`, which is laid out for terminals. */
export type Format = "json" | "concise" | "markdown" | "sarif" | "github" | "gitlab" | "junit";

/** How a comparison can be written: as by `symlint diff`, or as the JSON of a `Described`, which has the sentences, too. */
export type DiffFormat = "json" | "markdown" | "summary" | "described";

/** How changes are compared: `before_path` is the folder or file among the files before, if it is not `path`. */
export type CompareOptions = Partial<Options> & { before_path?: string };

/** The id of a rule, such as `role-account-mismatch`. */
export type RuleId = Finding["rule"];

/**
 * What the engine can be loaded from: the bytes of `symlint.wasm`, the `WebAssembly.Module` that they were compiled to, or
 * the address of the file. Not every setting of TypeScript knows the types of these.
 */
export type Source = string | object;

/** The pages of the rules by their ids: what `pages.json` contains. By default, `explain` loads that file. */
export type Pages = Readonly<Record<string, string>>;

declare const PACKAGE_VERSION: string;

/** The version of the package and of the engine. */
export const version: string = PACKAGE_VERSION;

/** The engine. `load` makes one. */
export class Symlint {
  readonly #module: object;
  readonly #pages: () => Promise<Pages>;
  readonly #made: ((exports: object) => void) | undefined;
  #glue: Glue | undefined;

  /** `pages` has the pages of the rules, which are not part of the module; `made` receives the exports of each instance of it. */
  constructor(module: object, pages: () => Promise<Pages>, made?: (exports: object) => void) {
    this.#module = module;
    this.#pages = pages;
    this.#made = made;
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
    const [request, word] = [requestOf(files, options), wordOf("format", format)];
    return this.#call((glue) => glue.check(request, word));
  }

  /**
   * Compares files before and after a change: who gains and who loses access to what, and what the change does to the check
   * itself.
   *
   * @throws SymlintError where `symlint diff` exits with 2. What could not be done with the files before is in
   * `base_problems`.
   */
  compare(before: Files, after: Files, options: CompareOptions = {}): Diff {
    return JSON.parse(this.renderDiff(before, after, "json", options)) as Diff;
  }

  /** Compares files and writes what `symlint diff --format` does; `markdown` is a comment for a pull request, and `summary` the same for the page of a job. */
  renderDiff(before: Files, after: Files, format: DiffFormat, options: CompareOptions = {}): string {
    const [change, word] = [changeOf(before, after, options), wordOf("format", format)];
    return this.#call((glue) => glue.compare(change, word));
  }

  /** Fixes files, in memory. */
  fix(files: Files, options: Partial<Options> = {}): Fixed {
    const request = requestOf(files, options);
    return JSON.parse(this.#call((glue) => glue.fix(request))) as Fixed;
  }

  /** The page of a rule. */
  async explain(rule: RuleId | (string & {})): Promise<RulePage> {
    const id = wordOf("rule", rule);
    const page = JSON.parse(this.#call((glue) => glue.explain(id))) as RulePage;
    const pages = await this.#pages();
    return { ...page, text: pages[page.id] ?? page.text };
  }

  /** All rules. */
  rules(): RuleSummary[] {
    return JSON.parse(this.#call((glue) => glue.rules())) as RuleSummary[];
  }

  /** Gives back the memory that the engine took for its work. The next call takes what it needs again. */
  free(): void {
    this.#glue = undefined;
  }

  #call(run: (glue: Glue) => string): string {
    this.#glue ??= instantiate(this.#module, this.#made);
    try {
      return run(this.#glue);
    } catch (cause) {
      if (typeof cause === "string") throw new SymlintError(JSON.parse(cause) as Failure);
      // Its memory is in the middle of something.
      this.free();
      throw new EngineError("the engine crashed; please report it, with the files if you may share them: https://github.com/symlint/symlint/issues/new", { cause });
    }
  }
}
