import type { Finding, Location } from "symlint";

import { AccessView } from "./access-view";
import type { Check, Checker } from "./checker";
import type { CompareView } from "./compare-view";
import { byId } from "./dom";
import type { Dropped } from "./drop";
import { Findings, worstFirst } from "./findings";
import { lightsUp } from "./lit";
import { colorOwners } from "./owner";
import { STAND_IN } from "./project";
import { checkedIn, type Checked, type Head, type Mark, type Outcome } from "./protocol";
import type { Query } from "./table";
import { arrows } from "./tabs";
import type { Tenants } from "./tenants";
import type { Doc } from "./texts";
import { gapsOf, showChecking, showVerdict, type Verdict } from "./verdict";

/** A check of immutable texts: a changed text is another object. */
export interface TextCheck extends Check {
  docs: ReadonlyMap<string, Doc>;
}

export interface ResultActions {
  jump(location: Location): void;
  explain(rule: string): void;
  nameOf(file: string): string;
  apply(finding: Finding, fix: Finding["fixes"][number]): void;
  fixAll(): void;
  saveCsv(): void;
  /** The comparison view, which is loaded when it is needed. */
  compareView(): Promise<CompareView>;
}

const VIEWS = ["findings", "access", "tenants", "compare", "coverage"] as const;
type View = (typeof VIEWS)[number];

/** The result of a check: the verdict, and one view of it at a time. */
export class Results {
  #view: View = "findings";
  #report: Head | undefined;
  /** The findings that are not suppressed, worst first. */
  #counting: Finding[] = [];
  #marks: Mark[] = [];
  /** The texts that the report is about. */
  #docs: ReadonlyMap<string, Doc> = new Map();
  /** The urgency of each rule. */
  #urgency: ReadonlyMap<string, number> = new Map();
  readonly #findings: Findings;
  readonly #access: AccessView;
  /** The table of tenants, which is loaded when it is needed. */
  #tenants: Promise<Tenants> | undefined;

  constructor(
    private readonly checker: () => Checker<TextCheck>,
    private readonly actions: ResultActions,
  ) {
    this.#findings = new Findings(byId("findings"), { ...actions, doc: (file) => this.doc(file) });
    this.#access = new AccessView(byId("access"), { jump: actions.jump, picture: () => checker().ask({ ask: "picture" }), leaks: () => checker().ask({ ask: "leaks" }) });
    for (const name of VIEWS) byId(`tab-${name}`).addEventListener("click", () => this.choose(name));
    arrows(byId("views"));
    lightsUp(byId("results"));
  }

  /** The report, if it is about the current text. */
  get report(): Head | undefined {
    return this.#report;
  }

  get urgency(): ReadonlyMap<string, number> {
    return this.#urgency;
  }

  set urgency(urgency: ReadonlyMap<string, number>) {
    this.#urgency = urgency;
    this.#order();
    if (this.#report) this.#draw();
  }

  /** The text has changed, so the result is outdated. */
  checking(): void {
    showChecking();
    byId("results").dataset["state"] = "checking";
  }

  /** The check waits for the engine. */
  loading(part: number, half: "first" | "second"): void {
    this.#say({ state: "loading", part, half });
  }

  answered(outcome: Outcome<Checked>, { docs }: TextCheck): void {
    this.#docs = docs;
    const checked = checkedIn(outcome);
    this.#report = checked?.report;
    this.#marks = checked?.marks ?? [];
    this.#order();
    colorOwners(this.#marks.map(({ owner }) => owner));
    if ("crashed" in outcome) this.#say({ state: "crashed", reason: outcome.crashed });
    else if ("problem" in outcome) this.#say({ state: "problem", problem: outcome.problem, report: this.#report });
    else if (checked) this.#say({ state: "report", report: checked.report, isStandIn: [...docs.values()].some((doc) => doc.lineAt(0).text === STAND_IN) });
    this.#draw();
  }

  /** There is no report. */
  none(verdict: Verdict): void {
    this.#report = undefined;
    this.#marks = [];
    this.#order();
    this.#docs = new Map();
    this.#say(verdict);
    this.#draw();
  }

  choose(view: View): void {
    this.#view = view;
    for (const name of VIEWS) {
      const chosen = name === view;
      byId(name).hidden = !chosen;
      byId(`tab-${name}`).setAttribute("aria-selected", String(chosen));
      byId(`tab-${name}`).tabIndex = chosen ? 0 : -1;
    }
    if (this.#report) this.#draw();
  }

  /** Compares with what was dropped. */
  async compareWith(dropped: Dropped[]): Promise<void> {
    (await this.actions.compareView()).take(dropped);
  }

  /** The text of a file as it was checked. */
  doc(file: string): Doc | undefined {
    return this.#docs.get(file);
  }

  /** The findings of a file that are not suppressed, worst first. */
  findingsOf(file: string): Finding[] {
    return this.#counting.filter(({ location }) => location.file === file);
  }

  /** The places of a file with values of other tenants. */
  marksOf(file: string): Mark[] {
    return this.#marks.filter(({ location }) => location.file === file);
  }

  /** The number of findings of each file. */
  get counts(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { location } of this.#counting) counts.set(location.file, (counts.get(location.file) ?? 0) + 1);
    return counts;
  }

  #order(): void {
    this.#counting = this.#report ? worstFirst(this.#report, this.#urgency) : [];
  }

  #say(verdict: Verdict): void {
    byId("results").dataset["state"] = verdict.state;
    showVerdict(verdict, { jump: this.actions.jump, coverage: () => (this.choose("coverage"), byId("tab-coverage").focus()) });
  }

  #tenantsView(): Promise<Tenants> {
    const actions = { jump: this.actions.jump, table: (query: Query) => this.checker().ask({ ask: "table", query }), saveCsv: this.actions.saveCsv };
    return (this.#tenants ??= import("./tenants").then(({ Tenants }) => new Tenants(byId("tenants"), actions)));
  }

  /** Draws only the visible view, so that typing stays smooth. The others are drawn when they are opened. */
  #draw(): void {
    const report = this.#report;
    const gaps = report ? gapsOf(report).length : 0;
    byId("tab-coverage").replaceChildren("Coverage", ...(gaps > 0 ? [` (${gaps.toLocaleString("en")})`] : []));
    if (!report) {
      byId("findings").replaceChildren();
      byId("coverage").replaceChildren();
      this.#access.clear();
      void this.#tenants?.then((view) => view.clear());
      if (this.#view === "compare") void this.actions.compareView().then((view) => view.clear());
      return;
    }
    switch (this.#view) {
      case "findings":
        return this.#findings.draw(report, this.#counting);
      case "access":
        return void this.#access.draw();
      case "tenants":
        return void this.#tenantsView().then((view) => view.draw());
      case "coverage":
        return void import("./coverage").then(({ drawCoverage }) => report === this.#report && drawCoverage(byId("coverage"), report, this.actions.jump));
      case "compare":
        return void this.actions.compareView().then((view) => view.draw());
    }
  }
}
