import { button, h, prose } from "./dom";

/** An action that a notice offers. */
export interface Way {
  label: string;
  go(): void;
}

/** Shows what happened to the text, with a way to undo it, and below it what else happened. */
export class Notices {
  #text = "";
  #way: Way | undefined;
  /** The last message without an action. */
  #said = "";

  constructor(
    private readonly host: HTMLElement,
    /** Moves the focus when the notice is removed. */
    private readonly leave: () => void,
  ) {}

  show(text: string, way: Way): void {
    [this.#text, this.#way, this.#said] = [text, way, ""];
    this.#draw();
  }

  /** Shows a message until the text changes. A notice with an undo action stays. */
  say(text: string): void {
    if (text === this.#said) return;
    this.#said = text;
    this.#draw();
  }

  /** Removes the notice; with `text`, only if it is that message. */
  clear(text?: string): void {
    if (text !== undefined && text !== this.#text) return;
    [this.#text, this.#way, this.#said] = ["", undefined, ""];
    this.#draw();
  }

  #draw(): void {
    const texts = [this.#text, this.#said].filter(Boolean).map((text) => h("p", {}, ...prose(text)));
    const { host } = this;
    if (texts.length === 0) return host.replaceChildren();
    const way = this.#way;
    const go = way && button(way.label, () => (this.#leave(), way.go()), { class: "way" });
    const close = button("×", () => this.#leave(), { class: "icon", "aria-label": "Close this notice" });
    host.replaceChildren(h("div", {}, ...texts), ...(go ? [go] : []), close);
  }

  #leave(): void {
    this.clear();
    this.leave();
  }
}
