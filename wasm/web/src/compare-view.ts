import type { CompareOptions, Files, Location } from "symlint";

import { drawComparison } from "./compare";
import type { Comparison } from "./comparison";
import { button, card, h, messageOf, plain, prose } from "./dom";
import { chosen } from "./drop";
import { written, type Project } from "./project";
import { formOf, inForm } from "./texts";

/** The files before a change. */
export interface Before {
  files: Files;
  path: string;
  /** A description of these files. */
  what: string;
  /** The pasted text, if it was pasted. */
  pasted?: string;
}

/** The change to compare. */
export interface Change {
  before: Files;
  after: Files;
  options: CompareOptions;
}

export interface CompareActions {
  jump(location: Location): void;
  /** The content of the editor, and the file that is shown. */
  after(): Project & { active: string };
  /** The files as they were opened, if they have changed since then. */
  opened(): Files | undefined;
  before(): Before | undefined;
  setBefore(before: Before | undefined): void;
  /** Opens other files in the editor. */
  open(project: Project, what: string): void;
  compare(change: Change): Promise<Comparison>;
  comment(change: Change): Promise<string>;
  say(text: string): void;
}

/** The view that compares the content of the editor with an earlier state. */
export class CompareView {
  #asked = 0;
  readonly #body = h("div", { class: "comparison" });
  /** Read out by screen readers when it changes. */
  readonly #says = h("p", { class: "visually-hidden", role: "status" });

  constructor(
    private readonly host: HTMLElement,
    private readonly actions: CompareActions,
  ) {}

  async draw(): Promise<void> {
    const asked = ++this.#asked;
    const before = this.actions.before();
    if (!before) return this.#ask();
    if (this.#body.parentElement !== this.host || this.host.dataset["before"] !== before.what) {
      this.host.dataset["before"] = before.what;
      this.#body.replaceChildren(h("p", { class: "hint" }, "Comparing…"));
      this.host.replaceChildren(this.#head(before), this.#says, this.#body);
    }
    try {
      const comparison = await this.actions.compare(this.#change(before));
      if (asked !== this.#asked) return;
      drawComparison(this.#body, comparison, this.actions.jump);
      this.#say(comparison.headline);
    } catch (error) {
      if (asked !== this.#asked) return;
      const text = `Not compared: ${messageOf(error)}.`;
      this.#body.replaceChildren(h("p", { class: "headline bad" }, ...prose(text)));
      this.#say(plain(text));
    }
  }

  #say(text: string): void {
    if (this.#says.textContent !== text) this.#says.textContent = text;
  }

  clear(): void {
    this.#asked += 1;
    this.host.replaceChildren();
  }

  /** Uses one folder or file as the state before the change; of two, the first by name. */
  take(folders: readonly { name: string; files: Files }[]): void {
    const [first, second] = [...folders].sort((a, b) => a.name.localeCompare(b.name));
    if (!first) return;
    if (second) this.actions.open({ files: second.files, path: "." }, `\`${second.name}\``);
    this.#set(first.files, first.name);
  }

  #set(files: Files, what: string, path = ".", others: Pick<Before, "pasted"> = {}): void {
    this.actions.setBefore({ files: written(files), path, what, ...others });
    void this.draw();
    this.host.focus();
  }

  #change({ files, path }: Before): Change {
    const after = this.actions.after();
    return { before: files, after: after.files, options: { path: after.path, before_path: path } };
  }

  #head(before: Before): HTMLElement {
    const swap = () => {
      const { files, path } = this.actions.after();
      this.actions.setBefore({ files, path, what: "the text that was in the editor" });
      this.actions.open({ files: before.files, path: before.path }, "The text from before");
      void this.draw();
      this.host.querySelector<HTMLElement>(".compare-head button")?.focus();
    };
    const copy = async () => {
      await navigator.clipboard.writeText(await this.actions.comment(this.#change(before)));
      this.actions.say("The comment was copied.");
    };
    const other = () => {
      this.actions.setBefore(undefined);
      this.host.replaceChildren();
      this.#ask(before.pasted);
      this.host.querySelector<HTMLElement>("button")?.focus();
    };
    return h(
      "div",
      { class: "compare-head" },
      h("p", {}, "Before: ", h("strong", {}, before.what), ". After: what is in the editor."),
      h("div", { class: "row" }, button("Swap", swap), button("Copy as a pull request comment", () => void copy().catch((error: unknown) => this.actions.say(`The comment could not be created: ${messageOf(error)}.`))), button("Compare with something else", other)),
    );
  }

  /** Asks for the state before the change. `earlier` is the text pasted for the last comparison. */
  #ask(earlier = ""): void {
    const { active, path } = this.actions.after();
    const opened = this.actions.opened();
    const pasted = this.host.querySelector("textarea");
    // Existing elements stay, with the focus and the typed text.
    const asked = `${active} ${opened ? "opened" : ""}`;
    if (pasted && this.host.dataset["asked"] === asked) return;
    this.host.dataset["asked"] = asked;
    const folder = h("input", { type: "file", multiple: "", webkitdirectory: "", hidden: "", "aria-hidden": "true", tabindex: "-1" });
    folder.addEventListener("change", () => {
      const name = folder.files?.[0]?.webkitRelativePath.split("/")[0] ?? "the folder";
      if (folder.files) chosen(folder.files).then((files) => this.#set(files, name), (error: unknown) => this.actions.say(messageOf(error)));
    });
    const text = h("textarea", { id: "before-text", rows: "6", spellcheck: "false", autocomplete: "off" });
    text.value = pasted?.value ?? earlier;
    const paste = h("form", { class: "before" }, h("label", { for: "before-text" }, `Or paste ${active} as it was before`), text, h("div", { class: "row" }, h("button", { class: "primary" }, "Compare")));
    paste.addEventListener("submit", (event) => {
      event.preventDefault();
      const { files } = this.actions.after();
      if (text.value.trim() !== "") this.#set({ ...files, [active]: inForm(text.value, formOf(files[active] ?? "")) }, `${active} as pasted`, path, { pasted: text.value });
      else text.focus();
    });
    const cards = [
      card("The text as it is now", "Change it in the editor afterwards.", () => this.#set(this.actions.after().files, "the text as it was when you started to compare", path)),
      ...(opened ? [card("The text as it was opened", "Compares your changes since then.", () => this.#set(opened, "the text as it was opened", path))] : []),
      card("A folder", "As it was before the change. You can also drop it here, or drop two folders: the first one by name is compared as the old one.", () => folder.click()),
    ];
    this.host.replaceChildren(h("p", { class: "hint" }, "Who gains and who loses access through a change? Choose what to compare the editor with:"), h("div", { class: "cards" }, ...cards), folder, paste);
  }
}
