import type { Files, Finding } from "symlint";

import { messageOf } from "./dom";
import { compileEngine, compileRest, compileWhole } from "./engine";
import { checkedIn, type AnswerTo, type Asked, type Checked, type FromWorker, type Outcome, type Question, type ToWorker } from "./protocol";

/** After so long without an answer, an engine is taken for dead. */
const PATIENCE = 20_000;

const WHOLE: ReadonlySet<Question["ask"]> = new Set(["fix", "render", "compare", "comment"]);

/** A check: its files are put together only when it is its turn. */
export interface Check {
  files: () => Files;
  path: string;
}

export interface Listener<C extends Check> {
  /** What the last check came to; those before it are not reported. */
  checked(outcome: Outcome<Checked>, check: C): void;
  /** A check waits for the engine, or for its second half: how much of that is there, from 0 to 1. */
  loading(part: number, half: "first" | "second"): void;
  /** The engine is there, or cannot be loaded: now there is time for what is less urgent than it. */
  arrived(): Promise<void>;
}

/** `done` receives the outcome, and the findings that came before it. */
type Waiting = Omit<Asked, "id"> & { done(outcome: Outcome, findings?: Finding[]): void };

/** What the worker is at. */
type Busy = Waiting & { id: number; timer: number; findings: Finding[] };

/** Asks the worker, one question at a time; of checks that wait, only the last is asked. */
export class Checker<C extends Check> {
  #worker: Worker | undefined;
  /** Whether the engine could not be loaded. */
  #isGone = false;
  #id = 0;
  #busy: Busy | undefined;
  /** The rest of the engine, which arrives while the first answers are read. */
  #rest: Promise<void> | undefined;
  /** What waits for the rest, and how much of that is there. */
  #unfinished: Busy | undefined;
  #restPart = 0;
  #check: C | undefined;
  /** What the report is about that the worker keeps. */
  #checked: C | undefined;
  #others: Waiting[] = [];

  constructor(private readonly listener: Listener<C>) {
    void this.#start();
  }

  /** Checks as soon as the engine is free. What waited before is forgotten: the last keystroke wins. */
  check(check: C): void {
    this.#check = check;
    this.#outdate();
    this.#next();
  }

  /** There is nothing to check any more. */
  cancel(): void {
    this.#check = this.#checked = undefined;
    if (this.#busy?.question.ask === "check") this.#busy.done = () => undefined;
  }

  /** Asks anything else. It fails where there is no answer. */
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
      // A later text is on its way.
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

  /** Asks again with the rest of the engine, for which a slow line may take as long as it takes. */
  async #again(busy: Busy): Promise<void> {
    clearTimeout(busy.timer);
    this.#unfinished = busy;
    if (this.#outdate()) return this.#next();
    this.#loadingRest(this.#restPart);
    try {
      await this.#rest;
      if (busy === this.#busy) this.#post(busy);
    } catch (error) {
      if (busy === this.#busy) this.#crashed(messageOf(error));
    } finally {
      if (busy === this.#unfinished) this.#unfinished = undefined;
    }
  }

  /** A check that waits for the rest of the engine does not keep up a later one, which may not need it. */
  #outdate(): boolean {
    const isOutdated = this.#check !== undefined && this.#busy !== undefined && this.#busy === this.#unfinished && this.#busy.question.ask === "check";
    if (isOutdated) this.#busy = this.#unfinished = undefined;
    return isOutdated;
  }

  #loadingRest(part: number): void {
    this.#restPart = part;
    if (this.#unfinished?.question.ask === "check") this.listener.loading(part, "second");
  }

  /** A slow line may take as long as it takes: until the engine is there, everything waits. */
  async #start(): Promise<void> {
    this.#isGone = false;
    // Its code arrives together with the engine.
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
      this.#rest = this.#loadRest(worker);
      // Whoever needs it hears of it.
      this.#rest.catch(() => undefined);
    } catch (error) {
      worker.terminate();
      this.#unloaded(messageOf(error));
      void this.listener.arrived();
    }
  }

  async #loadRest(worker: Worker): Promise<void> {
    await this.listener.arrived();
    const rest = await compileRest((part) => this.#loadingRest(part));
    worker.postMessage({ rest } satisfies ToWorker);
  }

  /** Answers what waits, so that nobody waits for ever; the next question tries again. */
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

  /** Says so, and starts afresh; what crashed it is not asked again. */
  #crashed(crashed: string): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    const busy = this.#busy;
    this.#busy = undefined;
    if (busy) {
      clearTimeout(busy.timer);
      // The report that is shown has gone with the worker.
      if (busy.question.ask !== "check") this.#check ??= this.#checked;
      busy.done({ crashed });
    }
    void this.#start();
    this.#next();
  }
}
