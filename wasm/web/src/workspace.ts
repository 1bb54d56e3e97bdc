import type { Files } from "symlint";

import type { Editor, Snapshot } from "./editor";
import { list } from "./dom";
import type { Notices } from "./notice";
import { blank, first, inside, isBlank, ordered, written, type Project } from "./project";
import type { Change } from "./surface";

/** The open files and the checked folder at one moment. */
interface Moment {
  editor: Snapshot;
  path: string;
}

/** The open files. Every action that removes text shows a notice with a way to undo it. */
export class Workspace {
  #path = ".";
  /** The files as they were opened or pasted. */
  #opened: Files = {};
  /** The message about the last paste in which something was recognized. */
  #recognized = "";

  constructor(
    private readonly editor: Editor,
    private readonly notices: Notices,
    /** The text has changed, or another file is shown. */
    private readonly changed: () => void,
  ) {}

  get path(): string {
    return this.#path;
  }

  /** The project that is stored, saved, and shared. */
  get project(): Project {
    return { files: this.editor.files, path: this.#path };
  }

  /** The files as they were opened or pasted, if they have changed since then. */
  get opened(): Files | undefined {
    const [before, after] = [this.#opened, written(this.editor.files)];
    const names = Object.keys(before);
    const isSame = names.length === Object.keys(after).length && names.every((name) => before[name] === after[name]);
    return names.length > 0 && !isSame ? before : undefined;
  }

  /** Notes that the current text was pasted. A paste over other text is a change to that text. */
  notePasted(): void {
    this.notices.clear(this.#recognized);
    if (Object.keys(this.#opened).length === 0) this.#opened = written(this.editor.files);
  }

  /** Opens a project in place of the current files. `what` is the message for the notice. */
  open(next: Project, what: string, active = first(next)): void {
    const before = this.#moment();
    const wasBlank = isBlank(this.editor.files);
    this.#path = next.path;
    this.editor.load(ordered(next), active);
    this.#opened = written(this.editor.files);
    if (wasBlank) this.notices.clear();
    else this.notices.show(`${what} replaced your text.`, { label: "Undo", go: () => this.#back(before) });
    this.changed();
  }

  /** Removes all texts. */
  clear(): void {
    const before = this.#moment();
    this.#path = ".";
    const empty = blank();
    this.editor.load(empty.files, first(empty));
    this.#opened = {};
    this.notices.show("All text was cleared.", { label: "Undo", go: () => this.#back(before) });
    this.changed();
  }

  close(name: string): void {
    const before = this.#moment();
    const text = this.editor.files[name] ?? "";
    this.editor.remove(name);
    if (this.editor.names.length === 0) {
      this.#path = ".";
      this.editor.load({ "terraform.tfvars": "" }, "terraform.tfvars");
    }
    if (text.trim() === "") this.notices.clear();
    else this.notices.show(`${name} was closed.`, { label: "Undo", go: () => this.#back(before) });
    this.changed();
  }

  /** Shows a file of the checked folder. If it does not exist, an empty one is added. */
  show(short: string): void {
    const name = inside(this.#path, short);
    if (!this.editor.names.includes(name)) this.editor.add(name, "");
    this.editor.show(name);
    this.changed();
  }

  /** Adds files to those of the checked folder. */
  add(added: Files): void {
    const before = this.#moment();
    const files = Object.fromEntries(Object.entries(added).map(([name, text]) => [inside(this.#path, name), text]));
    const names = Object.keys(files);
    const texts = this.editor.files;
    const replaced = names.filter((name) => (texts[name] ?? "").trim() !== "" && texts[name] !== files[name]);
    for (const [name, text] of Object.entries(files)) this.editor.add(name, text);
    if (names[0] !== undefined) this.editor.show(names[0]);
    if (replaced.length > 0) this.notices.show(`${list(replaced)} replaced your text.`, { label: "Undo", go: () => this.#back(before) });
    this.changed();
  }

  /** Replaces the file that was pasted into by the files that were recognized. */
  recognized(name: string, files: Files, what: string): void {
    const before = this.#moment();
    const [firstName] = Object.keys(files);
    for (const [file, text] of Object.entries(files)) {
      if (file === name) this.editor.replace(name, text);
      else this.editor.add(file, text);
    }
    if (!(name in files)) this.editor.remove(name);
    if (firstName !== undefined) this.editor.show(firstName);
    this.notePasted();
    this.#recognized = what;
    this.notices.show(what, { label: "Keep what I pasted", go: () => this.#back(before) });
    this.changed();
  }

  /** Applies fixes to files. */
  fix(changes: ReadonlyMap<string, readonly Change[]>, what: string): void {
    const before = this.#moment();
    for (const [name, edits] of changes) this.editor.change(name, edits);
    this.notices.show(what, { label: "Undo", go: () => this.#back(before) });
    this.changed();
  }

  #moment(): Moment {
    return { editor: this.editor.snapshot(), path: this.#path };
  }

  #back({ editor, path }: Moment): void {
    const before = this.#moment();
    this.#path = path;
    this.editor.restore(editor);
    this.notices.show("Your text is back.", { label: "Undo", go: () => this.#back(before) });
    this.changed();
    this.editor.focus();
  }
}
