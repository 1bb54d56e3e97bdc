import { EditorState, type TransactionSpec } from "@codemirror/state";

import { h } from "./dom";
import type { Editing, Surface } from "./surface";

/** A plain text field, which accepts pasted and typed text before the rich editor is loaded. */
export class PlainText implements Surface {
  #state = EditorState.create();
  readonly #field = h("textarea", { class: "plain", spellcheck: "false", autocomplete: "off", autocapitalize: "off" });

  constructor(
    parent: HTMLElement,
    /** The name of the text that is shown. */
    private readonly name: () => string,
    private readonly editing: Editing,
  ) {
    let whole = false;
    const field = this.#field;
    field.addEventListener("beforeinput", () => (whole = field.selectionEnd - field.selectionStart === field.value.length));
    field.addEventListener("input", (event) => {
      this.#state = EditorState.create({ doc: field.value, selection: { anchor: field.selectionStart, head: field.selectionEnd } });
      editing.edited();
      if (whole && (event as InputEvent).inputType === "insertFromPaste") editing.pasted(this.name(), this.#state.doc.toString());
    });
    parent.append(field);
  }

  get state(): EditorState {
    return this.#state;
  }

  get hasFocus(): boolean {
    return document.activeElement === this.#field;
  }

  setState(state: EditorState): void {
    this.#state = state;
    this.#field.value = state.doc.toString();
    this.#field.placeholder = `Paste ${this.name().split("/").at(-1)} here`;
    this.#field.setAttribute("aria-label", `Text of ${this.name()}`);
    const { from, to } = state.selection.main;
    this.#field.setSelectionRange(from, to);
  }

  dispatch(...changes: TransactionSpec[]): void {
    const { state, docChanged } = this.#state.update(...changes);
    this.setState(state);
    if (docChanged) this.editing.edited();
  }

  focus(): void {
    this.#field.focus();
  }

  destroy(): void {
    this.#field.remove();
  }
}
