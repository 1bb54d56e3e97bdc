import { EngineError, SymlintError } from "./errors.js";
import { instantiate, type Glue } from "./glue.js";
import { changeOf, requestOf, wordOf, type Files } from "./request.js";
import type { Diff, Failure, Finding, Fixed, Options, Report, RulePage, RuleSummary } from "./shapes.js";

export { EngineError, SymlintError } from "./errors.js";
export { offsetsOf, type Offsets } from "./offsets.js";
export type { Files } from "./request.js";
export type * from "./shapes.js";

/** The format of a report, as on the command line. `human`, which is for terminals, is only available there. */
export type Format = "json" | "concise" | "markdown" | "sarif" | "github" | "gitlab" | "junit";

/** The format of a comparison, as in `symlint diff`, or the JSON of a `Described`, which also has the comparison in words. */
export type DiffFormat = "json" | "markdown" | "summary" | "described";

/** The options of a comparison. `before_path` is the folder or file in `before` that is compared, if it differs from `path`. */
export type CompareOptions = Partial<Options> & { before_path?: string };

/** The id of a rule, such as `role-account-mismatch`. */
export type RuleId = Finding["rule"];

/**
 * What the engine can be loaded from: the bytes of `symlint.wasm`, the `WebAssembly.Module` that they were compiled to, or
 * the address of the file. The type is not more precise, because some settings of TypeScript lack the types of these.
 */
export type Source = string | object;

/** The pages of the rules by their ids: what `pages.json` contains. By default, `explain` loads that file. */
export type Pages = Readonly<Record<string, string>>;

declare const PACKAGE_VERSION: string;

/** The version of the package and of the engine. */
export const version: string = PACKAGE_VERSION;

/** The engine, as returned by `load`. */
export class Symlint {
  readonly #module: object;
  readonly #pages: () => Promise<Pages>;
  readonly #made: ((exports: object) => void) | undefined;
  #glue: Glue | undefined;

  /** `pages` returns the pages of the rules, which are not part of the module. `made` receives the exports of each new instance. */
  constructor(module: object, pages: () => Promise<Pages>, made?: (exports: object) => void) {
    this.#module = module;
    this.#pages = pages;
    this.#made = made;
  }

  /**
   * Checks files.
   *
   * @throws SymlintError if the command line would exit with 2, for example because nothing was checked.
   */
  check(files: Files, options: Partial<Options> = {}): Report {
    return JSON.parse(this.render(files, "json", options)) as Report;
  }

  /** Checks files and returns the report exactly as `symlint check --format` prints it. */
  render(files: Files, format: Format, options: Partial<Options> = {}): string {
    const [request, word] = [requestOf(files, options), wordOf("format", format)];
    return this.#call((glue) => glue.check(request, word));
  }

  /**
   * Compares files before and after a change: who gains and who loses access to what, and how the change affects the check
   * itself.
   *
   * @throws SymlintError if `symlint diff` would exit with 2. Problems with the files before the change are in
   * `base_problems`.
   */
  compare(before: Files, after: Files, options: CompareOptions = {}): Diff {
    return JSON.parse(this.renderDiff(before, after, "json", options)) as Diff;
  }

  /** Compares files and returns what `symlint diff --format` prints. `markdown` is for a comment on a pull request, and `summary` for the summary of a job. */
  renderDiff(before: Files, after: Files, format: DiffFormat, options: CompareOptions = {}): string {
    const [change, word] = [changeOf(before, after, options), wordOf("format", format)];
    return this.#call((glue) => glue.compare(change, word));
  }

  /** Applies fixes, and returns the changed files. Nothing is written. */
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

  /** Frees the memory that the engine has allocated. The next call allocates what it needs. */
  free(): void {
    this.#glue = undefined;
  }

  #call(run: (glue: Glue) => string): string {
    this.#glue ??= instantiate(this.#module, this.#made);
    try {
      return run(this.#glue);
    } catch (cause) {
      if (typeof cause === "string") throw new SymlintError(JSON.parse(cause) as Failure);
      // After a crash, its memory is in an undefined state.
      this.free();
      throw new EngineError("the engine crashed; please report it, with the files if you may share them: https://github.com/symlint/symlint/issues/new", { cause });
    }
  }
}
