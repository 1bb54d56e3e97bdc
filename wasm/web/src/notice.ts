import { button, h, prose } from "./dom";

/** Something that a notice offers to do. */
export interface Way {
  label: string;
  go(): void;
}

/** Says what happened to the text, with a way back. There is one at a time. */
export class Notices {
  #text = "";
  #hasWay = false;

  constructor(
    private readonly host: HTMLElement,
    /** Where the focus goes when the notice goes. */
    private readonly leave: () => void,
  ) {}

  show(text: string, ...ways: Way[]): void {
    const close = button("×", () => this.#leave(), { class: "icon", "aria-label": "Close this notice" });
    const buttons = ways.map(({ label, go }) => button(label, () => (this.#leave(), go()), { class: "way" }));
    this.#text = text;
    this.#hasWay = ways.length > 0;
    this.host.replaceChildren(h("p", {}, ...prose(text)), ...buttons, close);
  }

  /** What was only said goes away when the text changes; what can be undone stays. */
  edited(): void {
    if (!this.#hasWay) this.clear();
  }

  /** Takes the notice away; with `text`, only if it says that. */
  clear(text?: string): void {
    if (text === undefined || text === this.#text) this.host.replaceChildren();
  }

  #leave(): void {
    this.clear();
    this.leave();
  }
}
