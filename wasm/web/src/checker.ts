import type { Files, Format, RulePage } from "symlint";

import type { Answer, Question } from "./protocol";

type Asked = Question extends infer Q ? (Q extends Question ? Omit<Q, "id"> : never) : never;

/** After so long an engine is taken for dead. */
const PATIENCE = 20_000;

/** Asks the worker, one question at a time; of checks that wait, only the last is asked. */
export class Checker {
  #worker = this.#start();
  #id = 0;
  #busy: { id: number; done: (answer: Answer) => void; timer: number } | undefined;
  #check: { files: Files; path: string } | undefined;
  #others: { question: Asked; done: (answer: Answer) => void }[] = [];

  constructor(private readonly checked: (answer: Answer, files: Files) => void) {}

  /** Checks `files` as soon as the engine is free. What waited before is forgotten: the last keystroke wins. */
  check(files: Files, path: string): void {
    this.#check = { files, path };
    this.#next();
  }

  async render(files: Files, path: string, format: Format): Promise<string> {
    const answer = await this.#ask({ ask: "render", files, options: options(path), format });
    if ("text" in answer) return answer.text;
    throw new Error("problem" in answer ? answer.problem.message : "the engine crashed");
  }

  async explain(rule: string): Promise<RulePage | undefined> {
    const answer = await this.#ask({ ask: "explain", rule });
    return "page" in answer ? answer.page : undefined;
  }

  #ask(question: Asked): Promise<Answer> {
    return new Promise((done) => {
      this.#others.push({ question, done });
      this.#next();
    });
  }

  #next(): void {
    if (this.#busy) return;
    const other = this.#others.shift();
    if (other) return this.#send(other.question, other.done);
    const check = this.#check;
    if (!check) return;
    this.#check = undefined;
    const question = { ask: "check", files: check.files, options: options(check.path) } as const;
    this.#send(question, (answer) => this.checked(answer, check.files));
  }

  #send(question: Asked, done: (answer: Answer) => void): void {
    const id = ++this.#id;
    const timer = window.setTimeout(() => this.#crashed("it did not answer"), PATIENCE);
    this.#busy = { id, done, timer };
    this.#worker.postMessage({ ...question, id });
  }

  #start(): Worker {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    worker.addEventListener("message", (event: MessageEvent<Answer>) => this.#answered(event.data));
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      this.#crashed(event.message || "it could not be loaded");
    });
    return worker;
  }

  #answered(answer: Answer): void {
    if ("crashed" in answer) return this.#crashed(answer.crashed);
    const busy = this.#busy;
    if (!busy || busy.id !== answer.id) return;
    clearTimeout(busy.timer);
    this.#busy = undefined;
    busy.done(answer);
    this.#next();
  }

  /** Says so, and starts afresh; what crashed it is not asked again. */
  #crashed(reason: string): void {
    this.#worker.terminate();
    this.#worker = this.#start();
    const busy = this.#busy;
    this.#busy = undefined;
    if (busy) {
      clearTimeout(busy.timer);
      busy.done({ id: busy.id, crashed: reason });
    }
    this.#next();
  }
}

function options(path: string) {
  return { path, today: new Date().toISOString().slice(0, 10) };
}
