import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers, placeholder } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import type { Finding } from "symlint";

import { diagnosticsOf, type Fixing } from "./diagnostics";
import { hcl } from "./hcl";

// The colours are those of the page, light or dark: see style.css.
const COLOURS = HighlightStyle.define([
  { tag: [tags.comment, tags.lineComment, tags.blockComment], color: "var(--code-comment)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--code-string)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--code-number)" },
  { tag: [tags.keyword, tags.typeName, tags.controlKeyword], color: "var(--code-keyword)" },
  { tag: [tags.function(tags.variableName)], color: "var(--code-function)" },
]);

/** The editor: one text at a time, each with its own history. */
export class Editor {
  #states = new Map<string, EditorState>();
  #active = "";
  #view: EditorView;

  constructor(
    parent: HTMLElement,
    private readonly edited: () => void,
    private readonly fixing: Fixing,
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
    this.#keep();
    return Object.fromEntries([...this.#states].map(([name, state]) => [name, state.doc.toString()]));
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

  /** Selects a range and brings it into view. */
  select(from: number, to: number): void {
    const length = this.#view.state.doc.length;
    const selection = { anchor: Math.min(from, length), head: Math.min(to, length) };
    this.#view.dispatch({ selection, effects: EditorView.scrollIntoView(selection.anchor, { y: "center" }) });
    this.#view.focus();
  }

  /** Replaces ranges of a text that do not overlap. */
  change(name: string, changes: { from: number; to: number; insert: string }[]): void {
    this.show(name);
    this.#view.dispatch({ changes, userEvent: "input.fix" });
  }

  /** Marks the findings of the text that is shown, if they are about what it is now. */
  mark(findings: readonly Finding[], text: string): void {
    const { state } = this.#view;
    if (state.doc.length !== text.length || state.doc.toString() !== text) return;
    this.#view.dispatch(setDiagnostics(state, diagnosticsOf(findings, text, this.fixing)));
  }

  #keep(): void {
    if (this.#active && this.#states.has(this.#active)) this.#states.set(this.#active, this.#view.state);
  }

  #state(name: string, text: string): EditorState {
    return EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        lintGutter(),
        history(),
        drawSelection(),
        bracketMatching(),
        highlightActiveLine(),
        highlightSelectionMatches(),
        search({ top: true }),
        placeholder(`Paste ${name.split("/").at(-1)} here`),
        hcl,
        syntaxHighlighting(COLOURS),
        // Tab leaves the editor, as anywhere else on the page.
        keymap.of([...defaultKeymap, ...historyKeymap, ...searchKeymap, ...lintKeymap]),
        EditorView.contentAttributes.of({ "aria-label": `Text of ${name}`, tabindex: "0" }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) this.edited();
        }),
      ],
    });
  }
}
