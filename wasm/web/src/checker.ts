import type { Described, Files, Fixed, Format, RulePage, RuleSummary } from "symlint";

import type { Picture } from "./access";
import type { Change } from "./compare-view";
import { compileEngine, compileRest, compileWhole } from "./engine";
import type { Leaks } from "./leaks";
import type { Answer, AskedOfWhole, Engine, Question } from "./protocol";
import type { Query, Table } from "./table";

type Without<Q, K extends string> = Q extends unknown ? Omit<Q, K> : never;
type Asked = Without<Question, "id">;

/** After so long without an answer, an engine is taken for dead. */
const PATIENCE = 20_000;

/** A check: its files are put together only when it is its turn. */
export interface Check {
  files: () => Files;
  path: string;
}

export interface Listener<C extends Check> {
  /** The answer to the last check; those before it are not reported. */
  checked(answer: Answer, check: C): void;
  /** How much of the engine is there, from 0 to 1. */
  loading(part: number): void;
}

/** What the worker is at. */
interface Busy {
  question: Question;
  done: (answer: Answer) => void;
  timer: number;
}

/** Asks the worker, one question at a time; of checks that wait, only the last is asked. */
export class Checker<C extends Check> {
  #worker: Worker | undefined;
  /** Whether the engine could not be loaded. */
  #isGone = false;
  #id = 0;
  #busy: Busy | undefined;
  /** The rest of the engine, which arrives while the first answers are read. */
  #rest: Promise<void> | undefined;
  #check: C | undefined;
  #others: { question: Asked; done: (answer: Answer) => void }[] = [];

  constructor(private readonly listener: Listener<C>) {
    void this.#start();
  }

  /** Checks as soon as the engine is free. What waited before is forgotten: the last keystroke wins. */
  check(check: C): void {
    this.#check = check;
    this.#next();
  }

  /** There is nothing to check any more. */
  cancel(): void {
    this.#check = undefined;
    if (this.#busy) this.#busy.done = () => undefined;
  }

  async render(files: Files, path: string, format: Format): Promise<string> {
    const answer = await this.#askWhole({ ask: "render", files, options: options(path), format });
    if ("text" in answer) return answer.text;
    throw new Error(reason(answer));
  }

  async fix(files: Files, path: string, suggestions: boolean): Promise<Fixed> {
    const answer = await this.#askWhole({ ask: "fix", files, options: { ...options(path), suggestions } });
    if ("fixed" in answer) return answer.fixed;
    throw new Error(reason(answer));
  }

  async compare({ path, before_path, ...files }: Change): Promise<Described> {
    const answer = await this.#askWhole({ ask: "compare", ...files, options: { path, before_path } });
    if ("described" in answer) return answer.described;
    throw new Error(reason(answer));
  }

  /** A comparison as a comment for a pull request. */
  async comment({ path, before_path, ...files }: Change): Promise<string> {
    const answer = await this.#askWhole({ ask: "comment", ...files, options: { path, before_path } });
    if ("text" in answer) return answer.text;
    throw new Error(reason(answer));
  }

  async explain(rule: string): Promise<RulePage | undefined> {
    const answer = await this.#ask({ ask: "explain", rule });
    return "page" in answer ? answer.page : undefined;
  }

  async rules(): Promise<RuleSummary[]> {
    const answer = await this.#ask({ ask: "rules" });
    return "rules" in answer ? answer.rules : [];
  }

  /** Who reaches what in the last report. */
  async picture(): Promise<Picture | undefined> {
    const answer = await this.#ask({ ask: "picture" });
    return "picture" in answer ? answer.picture : undefined;
  }

  /** Who reaches into whom in the last report. */
  async leaks(): Promise<Leaks | undefined> {
    const answer = await this.#ask({ ask: "leaks" });
    return "leaks" in answer ? answer.leaks : undefined;
  }

  /** Some of the tenants of the last report. */
  async table(query: Query): Promise<Table | undefined> {
    const answer = await this.#ask({ ask: "table", query });
    return "table" in answer ? answer.table : undefined;
  }

  /** All tenants of the last report, for a spreadsheet. */
  async csv(): Promise<string> {
    const answer = await this.#ask({ ask: "csv" });
    return "text" in answer ? answer.text : "";
  }

  #ask(question: Asked): Promise<Answer> {
    return new Promise((done) => {
      this.#others.push({ question, done });
      this.#next();
    });
  }

  async #askWhole(question: Without<AskedOfWhole, "whole">): Promise<Answer> {
    return this.#ask({ ...question, whole: await compileWhole() });
  }

  #next(): void {
    if (this.#isGone) void this.#start();
    if (this.#busy || !this.#worker) return;
    const other = this.#others.shift();
    if (other) return this.#send(other.question, other.done);
    const check = this.#check;
    if (!check) return;
    this.#check = undefined;
    this.#send({ ask: "check", files: check.files(), options: options(check.path) }, (answer) => {
      // A later text is on its way.
      if (!this.#check) this.listener.checked(answer, check);
    });
  }

  #send(question: Asked, done: (answer: Answer) => void): void {
    this.#busy = { question: { ...question, id: ++this.#id }, done, timer: 0 };
    this.#post(this.#busy);
  }

  #post(busy: Busy): void {
    busy.timer = window.setTimeout(() => this.#crashed("it did not answer"), PATIENCE);
    this.#worker?.postMessage(busy.question);
  }

  /** Asks again with the rest of the engine, for which a slow line may take as long as it takes. */
  async #again(busy: Busy): Promise<void> {
    clearTimeout(busy.timer);
    try {
      await this.#rest;
      if (busy === this.#busy) this.#post(busy);
    } catch (error) {
      if (busy === this.#busy) this.#crashed(error instanceof Error ? error.message : String(error));
    }
  }

  /** A slow line may take as long as it takes: until the engine is there, everything waits. */
  async #start(): Promise<void> {
    this.#isGone = false;
    // Its code arrives together with the engine.
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    worker.addEventListener("message", (event: MessageEvent<Answer>) => this.#answered(event.data));
    const failed = new Promise<never>((_, fail) => {
      worker.addEventListener("error", (event) => {
        event.preventDefault();
        const reason = event.message || "it could not be loaded";
        if (worker === this.#worker) this.#crashed(reason);
        else fail(new Error(reason));
      });
    });
    try {
      const module = await Promise.race([compileEngine((part) => this.listener.loading(part)), failed]);
      worker.postMessage({ module } satisfies Engine);
      this.#worker = worker;
      this.#rest = compileRest().then((rest) => worker.postMessage({ rest } satisfies Engine));
      // Whoever needs it hears of it.
      this.#rest.catch(() => undefined);
      this.#next();
    } catch (error) {
      worker.terminate();
      this.#unloaded(error instanceof Error ? error.message : String(error));
    }
  }

  /** Answers what waits, so that nobody waits for ever; the next question tries again. */
  #unloaded(reason: string): void {
    const check = this.#check;
    this.#check = undefined;
    const others = this.#others.splice(0);
    if (check) this.listener.checked({ id: 0, crashed: reason }, check);
    for (const { done } of others) done({ id: 0, crashed: reason });
    this.#isGone = true;
  }

  #answered(answer: Answer): void {
    if ("crashed" in answer) return this.#crashed(answer.crashed);
    const busy = this.#busy;
    if (!busy || busy.question.id !== answer.id) return;
    if ("unfinished" in answer) return void this.#again(busy);
    clearTimeout(busy.timer);
    this.#busy = undefined;
    busy.done(answer);
    this.#next();
  }

  /** Says so, and starts afresh; what crashed it is not asked again. */
  #crashed(reason: string): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    void this.#start();
    const busy = this.#busy;
    this.#busy = undefined;
    if (busy) {
      clearTimeout(busy.timer);
      busy.done({ id: busy.question.id, crashed: reason });
    }
    this.#next();
  }
}

/** Why there is no answer. */
function reason(answer: Answer): string {
  return "problem" in answer ? answer.problem.message : "the engine crashed";
}

function options(path: string) {
  return { path };
}
