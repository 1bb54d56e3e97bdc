import { button, h, prose } from "./dom";

/** Something that a notice offers to do. */
export interface Way {
  label: string;
  go(): void;
}

/** Says what happened to the text, with a way back, and below it what else happened. */
export class Notices {
  #text = "";
  #way: Way | undefined;
  /** What was only said. */
  #said = "";

  constructor(
    private readonly host: HTMLElement,
    /** Where the focus goes when the notice goes. */
    private readonly leave: () => void,
  ) {}

  show(text: string, way: Way): void {
    [this.#text, this.#way, this.#said] = [text, way, ""];
    this.#draw();
  }

  /** Says something that goes away when the text changes; what can be undone stays. */
  say(text: string): void {
    if (text === this.#said) return;
    this.#said = text;
    this.#draw();
  }

  /** Takes the notice away; with `text`, only if it is about that. */
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
