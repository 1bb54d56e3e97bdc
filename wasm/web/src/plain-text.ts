import { h } from "./dom";
import type { Change, Edit, Editing, State, Surface } from "./surface";
import { PlainDoc } from "./texts";

/** A plain text field, which accepts pasted and typed text before the rich editor is loaded. */
export class PlainText implements Surface {
  #state: State = stateOf("", 0, 0);
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
      this.#state = stateOf(field.value, field.selectionStart, field.selectionEnd);
      editing.edited();
      if (whole && (event as InputEvent).inputType === "insertFromPaste") editing.pasted(this.name(), this.#state.doc.toString());
    });
    parent.append(field);
  }

  get state(): State {
    return this.#state;
  }

  get hasFocus(): boolean {
    return document.activeElement === this.#field;
  }

  setState(state: State): void {
    this.#state = state;
    this.#field.value = state.doc.toString();
    this.#field.placeholder = `Paste ${this.name().split("/").at(-1)} here`;
    this.#field.setAttribute("aria-label", `Text of ${this.name()}`);
    const { anchor, head } = state.selection.main;
    this.#field.setSelectionRange(Math.min(anchor, head), Math.max(anchor, head));
  }

  dispatch({ changes = [], selection = this.#state.selection.main }: Edit): void {
    // A report is about this object, so it is kept where only the selection changes.
    const doc = changes.length > 0 ? new PlainDoc(changed(this.#state.doc.toString(), changes)) : this.#state.doc;
    this.setState({ doc, selection: { main: selection } });
    if (changes.length > 0) this.editing.edited();
  }

  focus(): void {
    this.#field.focus();
  }

  destroy(): void {
    this.#field.remove();
  }
}

function stateOf(text: string, anchor: number, head: number): State {
  return { doc: new PlainDoc(text), selection: { main: { anchor, head } } };
}

function changed(text: string, changes: readonly Change[]): string {
  let result = text;
  // From the end, so that the places of the others stay the same.
  for (const { from, to, insert } of [...changes].sort((a, b) => b.from - a.from)) result = result.slice(0, from) + insert + result.slice(to);
  return result;
}
