import type { Finding } from "symlint";

import type { Owned } from "./owned";
import { PlainText } from "./plain-text";
import type { Change, Editing, Selected, State, Surface } from "./surface";
import { asShown, formOf, PlainDoc, textOf, type Doc, type Form } from "./texts";

/** All texts with their histories at one moment. */
export interface Snapshot {
  states: ReadonlyMap<string, State>;
  active: string;
  forms: ReadonlyMap<string, Form>;
}

/** The editor: one text at a time, each with its own history. */
export class Editor {
  #states = new Map<string, State>();
  /** The plain texts that texts of the rich editor were created from. A report may be about these. */
  readonly #origins = new WeakMap<Doc, Doc>();
  #active = "";
  /** The forms in which the files were opened. */
  #forms = new Map<string, Form>();
  #surface: Surface;
  #rich: typeof import("./rich") | undefined;

  constructor(
    private readonly parent: HTMLElement,
    private readonly editing: Editing,
  ) {
    this.#surface = new PlainText(parent, () => this.#active, editing);
  }

  /** Replaces the plain field by the rich editor. It is large, and the engine is more urgent. */
  async enrich(): Promise<void> {
    if (this.#rich) return;
    const rich = await import("./rich");
    this.#keep();
    this.#rich = rich;
    for (const [name, { doc, selection }] of this.#states) this.#states.set(name, this.#state(name, doc, selection.main));
    const { hasFocus, state } = this.#surface;
    this.#surface.destroy();
    this.#surface = rich.create(this.parent);
    this.#surface.setState(this.#states.get(this.#active) ?? state);
    if (hasFocus) this.#surface.focus();
  }

  get active(): string {
    return this.#active;
  }

  get names(): string[] {
    return [...this.#states.keys()];
  }

  /** All texts by name, in the forms of their files. */
  get files(): Record<string, string> {
    return this.filesOf(this.docs);
  }

  /** The value of `files` for these documents. */
  filesOf(docs: ReadonlyMap<string, Doc>): Record<string, string> {
    return Object.fromEntries([...docs].map(([name, doc]) => [name, textOf(doc, this.#forms.get(name))]));
  }

  /** All texts by name. Unchanged texts are the same objects. */
  get docs(): Map<string, Doc> {
    this.#keep();
    return new Map([...this.#states].map(([name, { doc }]) => [name, this.#origins.get(doc) ?? doc]));
  }

  /** The total number of characters. */
  get size(): number {
    return [...this.docs.values()].reduce((sum, doc) => sum + doc.length, 0);
  }

  snapshot(): Snapshot {
    this.#keep();
    return { states: new Map(this.#states), active: this.#active, forms: new Map(this.#forms) };
  }

  restore({ states, active, forms }: Snapshot): void {
    this.#forms = new Map(forms);
    // A state from the plain field does not have the extensions of the rich editor.
    this.#states = new Map([...states].map(([name, state]) => [name, this.#rich?.isRich(state) === false ? this.#state(name, state.doc, state.selection.main) : state]));
    this.#active = "";
    this.show(active);
  }

  /** Replaces all texts. */
  load(files: Readonly<Record<string, string>>, active: string): void {
    this.#states.clear();
    for (const [name, text] of Object.entries(files)) this.#states.set(name, this.#state(name, text));
    this.#active = "";
    this.show(active);
  }

  add(name: string, text: string): void {
    this.#keep();
    const state = this.#state(name, text);
    this.#states.set(name, state);
    if (name === this.#active) this.#surface.setState(state);
  }

  remove(name: string): void {
    this.#states.delete(name);
    if (name === this.#active) {
      this.#active = "";
      const first = this.names[0];
      if (first !== undefined) this.show(first);
    }
  }

  show(name: string): void {
    this.#keep();
    const state = this.#states.get(name);
    if (!state || name === this.#active) return;
    this.#active = name;
    this.#surface.setState(state);
  }

  focus(): void {
    this.#surface.focus();
  }

  /** Selects a range and scrolls to it. If `focus` is set, the editor gets the focus. */
  select(from: number, to: number, focus = true): void {
    const { length } = this.#surface.state.doc;
    const selection = { anchor: Math.min(from, length), head: Math.min(to, length) };
    this.#surface.dispatch({ selection, ...this.#rich?.intoView(selection.anchor) });
    if (focus) this.#surface.focus();
  }

  /** Replaces a text, as one step of its history. */
  replace(name: string, text: string): void {
    this.show(name);
    const { length } = this.#surface.state.doc;
    this.#surface.dispatch({ changes: [{ from: 0, to: length, insert: text }], selection: { anchor: 0, head: 0 }, scrollIntoView: true, ...this.#rich?.ONE_STEP });
  }

  /** Replaces ranges of a text that do not overlap, as one step of its history, and shows the first of them. */
  change(name: string, changes: readonly Change[]): void {
    this.show(name);
    this.#surface.dispatch({ changes, userEvent: "input.fix", ...this.#rich?.ONE_STEP });
    const from = Math.min(...changes.map((change) => change.from));
    const change = changes.find((change) => change.from === from);
    if (change) this.select(from, from + change.insert.length, false);
  }

  /** Marks the findings in the text that is shown, and the owners of its values, if they are about its current content. */
  mark(doc: Doc | undefined, findings: readonly Finding[], marks: readonly Owned[]): void {
    const { state } = this.#surface;
    const isCurrent = doc === (this.#origins.get(state.doc) ?? state.doc);
    if (!this.#rich?.isRich(state) || (!isCurrent && findings.length + marks.length > 0)) return;
    this.#surface.dispatch(this.#rich.marking(state, findings, marks, this.editing));
  }

  #keep(): void {
    if (this.#active && this.#states.has(this.#active)) this.#states.set(this.#active, this.#surface.state);
  }

  #state(name: string, text: string | Doc, selection: Selected = { anchor: 0, head: 0 }): State {
    if (typeof text === "string") this.#forms.set(name, formOf(text));
    const doc = typeof text === "string" ? new PlainDoc(asShown(text)) : text;
    if (!this.#rich) return { doc, selection: { main: selection } };
    const state = this.#rich.stateOf(name, doc.toString(), selection, this.editing);
    if (typeof text !== "string") this.#origins.set(state.doc, doc);
    return state;
  }
}
