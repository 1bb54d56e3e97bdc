import type { Files, Finding } from "symlint";

import { messageOf } from "./dom";
import { compileEngine, compileRest, compileWhole } from "./engine";
import { checkedIn, type AnswerTo, type Asked, type Checked, type FromWorker, type Outcome, type Question, type ToWorker } from "./protocol";

/** If an engine has not answered after this time, it is considered dead. */
const PATIENCE = 20_000;

const WHOLE: ReadonlySet<Question["ask"]> = new Set(["fix", "render", "compare", "comment"]);

/** A check. Its files are collected only when it is started. */
export interface Check {
  files: () => Files;
  path: string;
}

export interface Listener<C extends Check> {
  /** Receives the outcome of the last check. Outcomes of earlier checks are dropped. */
  checked(outcome: Outcome<Checked>, check: C): void;
  /** A check waits for the engine, or for its second half. `part` has been loaded, from 0 to 1. */
  loading(part: number, half: "first" | "second"): void;
  /** The engine has arrived, or cannot be loaded: now there is time for less urgent work. */
  arrived(): Promise<void>;
}

/** `done` receives the outcome, and the findings that arrived before it. */
type Waiting = Omit<Asked, "id"> & { done(outcome: Outcome, findings?: Finding[]): void };

/** The question that the worker is answering. */
type Busy = Waiting & { id: number; timer: number; findings: Finding[] };

/** Asks the worker one question at a time. If several checks are waiting, only the last one is run. */
export class Checker<C extends Check> {
  #worker: Worker | undefined;
  /** Whether the engine could not be loaded. */
  #isGone = false;
  #id = 0;
  #busy: Busy | undefined;
  /** Resolves when the editor is loaded, which is more urgent than the rest of the engine. */
  #arrived = Promise.resolve();
  /** The rest of the engine, once it is needed or prepared. */
  #rest: Promise<void> | undefined;
  #isPrepared = false;
  /** The question that waits for the rest of the engine. */
  #unfinished: Busy | undefined;
  #restPart = 0;
  #check: C | undefined;
  /** The check whose report the worker holds. */
  #checked: C | undefined;
  #others: Waiting[] = [];

  constructor(private readonly listener: Listener<C>) {
    void this.#start();
  }

  /** Checks as soon as the engine is free, and drops checks that are still waiting. */
  check(check: C): void {
    this.#check = check;
    this.#outdate();
    this.#next();
  }

  /** Loads the rest of the engine before a check needs it. */
  prepare(): void {
    this.#isPrepared = true;
    // Questions that need the rest report the error.
    if (this.#worker) this.#loadRest().catch(() => undefined);
  }

  /** Drops the waiting check, because there is nothing to check any more. */
  cancel(): void {
    this.#check = this.#checked = undefined;
    if (this.#busy?.question.ask === "check") this.#busy.done = () => undefined;
  }

  /** Asks another question. The promise is rejected if there is no answer. */
  async ask<Q extends Question>(question: Q): Promise<AnswerTo<Q>> {
    const whole = WHOLE.has(question.ask) ? await compileWhole() : undefined;
    const outcome = await new Promise<Outcome>((done) => {
      this.#others.push({ question, whole, done });
      this.#next();
    });
    if ("value" in outcome) return outcome.value as AnswerTo<Q>;
    throw new Error("problem" in outcome ? outcome.problem.message : `the engine stopped: ${outcome.crashed}`);
  }

  #next(): void {
    if (this.#isGone) void this.#start();
    if (this.#busy || !this.#worker) return;
    const other = this.#others.shift();
    if (other) return this.#send(other);
    const check = this.#check;
    if (!check) return;
    this.#check = undefined;
    const done = (outcome: Outcome, findings: Finding[] = []) => {
      this.#checked = "crashed" in outcome ? undefined : check;
      // A newer text is being checked.
      if (this.#check) return;
      const report = checkedIn(outcome as Outcome<Checked>)?.report;
      if (report) report.findings = [...findings, ...report.findings];
      this.listener.checked(outcome as Outcome<Checked>, check);
    };
    this.#send({ question: { ask: "check", files: check.files(), options: { path: check.path } }, done });
  }

  #send(waiting: Waiting): void {
    this.#busy = { ...waiting, id: ++this.#id, timer: 0, findings: [] };
    this.#post(this.#busy);
  }

  #post(busy: Busy): void {
    busy.timer = window.setTimeout(() => this.#crashed("it did not answer"), PATIENCE);
    const { id, question, whole } = busy;
    this.#tell({ id, question, whole });
  }

  #tell(message: ToWorker): void {
    this.#worker?.postMessage(message);
  }

  /** Asks again when the rest of the engine has arrived. This may take any time on a slow connection. */
  async #again(busy: Busy): Promise<void> {
    clearTimeout(busy.timer);
    this.#unfinished = busy;
    if (this.#outdate()) return this.#next();
    this.#loadingRest(this.#restPart);
    try {
      await this.#loadRest();
      if (busy === this.#busy) this.#post(busy);
    } catch (error) {
      if (busy === this.#busy) this.#crashed(messageOf(error));
    } finally {
      if (busy === this.#unfinished) this.#unfinished = undefined;
    }
  }

  /** A check that waits for the rest of the engine must not delay a later one, which may not need it. */
  #outdate(): boolean {
    const isOutdated = this.#check !== undefined && this.#busy !== undefined && this.#busy === this.#unfinished && this.#busy.question.ask === "check";
    if (isOutdated) this.#busy = this.#unfinished = undefined;
    return isOutdated;
  }

  #loadingRest(part: number): void {
    this.#restPart = part;
    if (this.#unfinished?.question.ask === "check") this.listener.loading(part, "second");
  }

  /** Loads the engine, which may take any time on a slow connection. Questions wait until then. */
  async #start(): Promise<void> {
    this.#isGone = false;
    // The code of the worker is loaded together with the engine.
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    worker.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => this.#answered(data));
    const failed = new Promise<never>((_, fail) => {
      worker.addEventListener("error", (event) => {
        event.preventDefault();
        const reason = event.message || "it could not be loaded";
        if (worker === this.#worker) this.#crashed(reason);
        else fail(new Error(reason));
      });
    });
    try {
      const module = await Promise.race([compileEngine((part) => this.#check && this.listener.loading(part, "first")), failed]);
      this.#worker = worker;
      this.#tell({ module });
      this.#next();
      this.#rest = undefined;
      this.#arrived = this.listener.arrived();
      if (this.#isPrepared) this.prepare();
    } catch (error) {
      worker.terminate();
      this.#unloaded(messageOf(error));
      void this.listener.arrived();
    }
  }

  #loadRest(): Promise<void> {
    const worker = this.#worker;
    return (this.#rest ??= this.#arrived.then(async () => {
      const rest = await compileRest((part) => this.#loadingRest(part));
      worker?.postMessage({ rest } satisfies ToWorker);
    }));
  }

  /** Answers all waiting questions with an error. The next question tries again. */
  #unloaded(crashed: string): void {
    const check = this.#check;
    this.#check = undefined;
    const others = this.#others.splice(0);
    if (check) this.listener.checked({ crashed }, check);
    for (const { done } of others) done({ crashed });
    this.#isGone = true;
  }

  #answered(answer: FromWorker): void {
    const busy = this.#busy;
    if (!busy || busy.id !== answer.id) return;
    if ("unfinished" in answer) return void this.#again(busy);
    if ("findings" in answer) return void busy.findings.push(...answer.findings);
    const { outcome } = answer;
    if ("crashed" in outcome) return this.#crashed(outcome.crashed);
    clearTimeout(busy.timer);
    this.#busy = undefined;
    busy.done(outcome, busy.findings);
    this.#next();
  }

  /** Reports the crash and starts a new worker. The question that caused the crash is not repeated. */
  #crashed(crashed: string): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    const busy = this.#busy;
    this.#busy = undefined;
    if (busy) {
      clearTimeout(busy.timer);
      // The worker also held the report that is shown.
      if (busy.question.ask !== "check") this.#check ??= this.#checked;
      busy.done({ crashed });
    }
    void this.#start();
    this.#next();
  }
}
