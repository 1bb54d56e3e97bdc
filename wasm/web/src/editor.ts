import { defaultKeymap, history, historyKeymap, isolateHistory } from "@codemirror/commands";
import { bracketMatching, HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { EditorState, type ChangeSpec, type Extension, type Text } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers, placeholder } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import type { Finding } from "symlint";

import { diagnosticsOf, type Fixing } from "./diagnostics";
import { hcl } from "./hcl";
import { ids } from "./ids";
import { owned, setOwned, type Owned } from "./owned";
import { originalOf } from "./texts";

// The colors are those of the page, light or dark: see editor.css.
const COLORS = HighlightStyle.define([
  { tag: [tags.comment, tags.lineComment, tags.blockComment], color: "var(--code-comment)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--code-string)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--code-number)" },
  { tag: [tags.keyword, tags.typeName, tags.controlKeyword], color: "var(--code-keyword)" },
  { tag: [tags.function(tags.variableName)], color: "var(--code-function)" },
]);

export interface Change {
  from: number;
  to: number;
  insert: string;
}

/** All texts with their histories, as they were at a moment. */
export interface Snapshot {
  states: ReadonlyMap<string, EditorState>;
  active: string;
}

export interface Editing extends Fixing {
  edited(): void;
  /** Something was pasted in place of everything. */
  pasted(name: string, text: string): void;
}

/** The editor: one text at a time, each with its own history. */
export class Editor {
  #states = new Map<string, EditorState>();
  #active = "";
  #view: EditorView;

  constructor(
    parent: HTMLElement,
    private readonly editing: Editing,
  ) {
    this.#view = new EditorView({ parent });
  }

  get active(): string {
    return this.#active;
  }

  get names(): string[] {
    return [...this.#states.keys()];
  }

  /** All texts, by name. */
  get files(): Record<string, string> {
    return Object.fromEntries([...this.docs].map(([name, doc]) => [name, originalOf(doc).text]));
  }

  /** All texts, by name: those that did not change are the same objects. */
  get docs(): Map<string, Text> {
    this.#keep();
    return new Map([...this.#states].map(([name, { doc }]) => [name, doc]));
  }

  /** How many characters there are. */
  get size(): number {
    return [...this.docs.values()].reduce((sum, doc) => sum + doc.length, 0);
  }

  snapshot(): Snapshot {
    this.#keep();
    return { states: new Map(this.#states), active: this.#active };
  }

  restore({ states, active }: Snapshot): void {
    this.#states = new Map(states);
    this.#active = "";
    this.show(active);
  }

  /** Replaces everything. */
  load(files: Readonly<Record<string, string>>, active: string): void {
    this.#states.clear();
    for (const [name, text] of Object.entries(files)) this.#states.set(name, this.#state(name, text));
    this.#active = "";
    this.show(active);
  }

  add(name: string, text: string): void {
    this.#keep();
    this.#states.set(name, this.#state(name, text));
    if (name === this.#active) this.#view.setState(this.#states.get(name) as EditorState);
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
    this.#view.setState(state);
  }

  focus(): void {
    this.#view.focus();
  }

  /** Selects a range and brings it into view; the focus goes along if wanted. */
  select(from: number, to: number, focus = true): void {
    const length = this.#view.state.doc.length;
    const selection = { anchor: Math.min(from, length), head: Math.min(to, length) };
    this.#view.dispatch({ selection, effects: EditorView.scrollIntoView(selection.anchor, { y: "center" }) });
    if (focus) this.#view.focus();
  }

  /** Replaces a text, as one step of its history. */
  replace(name: string, text: string): void {
    this.show(name);
    const { length } = this.#view.state.doc;
    this.#view.dispatch({ changes: { from: 0, to: length, insert: text }, selection: { anchor: 0 }, scrollIntoView: true, annotations: isolateHistory.of("full") });
  }

  /** Replaces ranges of a text that do not overlap, as one step of its history, and shows the first of them. */
  change(name: string, changes: readonly Change[]): void {
    this.show(name);
    const specs: ChangeSpec[] = changes.map(({ from, to, insert }) => ({ from, to, insert }));
    this.#view.dispatch({ changes: specs, userEvent: "input.fix", annotations: isolateHistory.of("full") });
    const from = Math.min(...changes.map((change) => change.from));
    const change = changes.find((change) => change.from === from);
    if (change) this.select(from, from + change.insert.length, false);
  }

  /** Marks the findings of the text that is shown, and whose values it has, if they are about what it is now. */
  mark(doc: Text | undefined, findings: readonly Finding[], marks: readonly Owned[]): void {
    const { state } = this.#view;
    if (state.doc !== doc && findings.length + marks.length > 0) return;
    this.#view.dispatch(setDiagnostics(state, diagnosticsOf(findings, state.doc, this.editing)), { effects: setOwned.of(marks) });
  }

  #keep(): void {
    if (this.#active && this.#states.has(this.#active)) this.#states.set(this.#active, this.#view.state);
  }

  #state(name: string, text: string): EditorState {
    return EditorState.create({ doc: text, extensions: [BASE, placeholder(`Paste ${name.split("/").at(-1) ?? name} here`), this.#listeners(name)] });
  }

  #listeners(name: string): Extension {
    return [
      EditorView.contentAttributes.of({ "aria-label": `Text of ${name}`, tabindex: "0" }),
      EditorView.updateListener.of((update) => {
        if (!update.docChanged) return;
        this.editing.edited();
        const { length } = update.startState.doc;
        let whole = length === 0;
        update.changes.iterChanges((from, to) => (whole ||= from === 0 && to === length));
        if (whole && update.transactions.some((transaction) => transaction.isUserEvent("input.paste"))) {
          const text = update.state.doc.toString();
          // Not while the editor is busy with this change.
          queueMicrotask(() => this.editing.pasted(name, text));
        }
      }),
    ];
  }
}

/** The search panel is loaded when it is wanted. */
function find(view: EditorView): boolean {
  void import("./find").then(({ openFind }) => openFind(view));
  return true;
}

const BASE: Extension = [
  lineNumbers(),
  lintGutter(),
  history(),
  drawSelection(),
  bracketMatching(),
  highlightActiveLine(),
  hcl,
  syntaxHighlighting(COLORS),
  owned,
  ids,
  // Tab leaves the editor, as anywhere else on the page.
  keymap.of([{ key: "Mod-f", run: find, preventDefault: true }, ...defaultKeymap, ...historyKeymap, ...lintKeymap]),
];
