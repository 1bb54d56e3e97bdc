import type { Before } from "./compare-view";
import type { Project } from "./project";

/** What survives a reload. */
export interface Kept {
  project: Project;
  /** The file that was shown. */
  active: string;
  /** The link with which the page was opened: another one is opened in its place. */
  fragment: string;
  /** What the text is compared with. */
  before?: Before | undefined;
}

const TEXT = "symlint.text";
const CHOICE = "symlint.keep";
/** Browsers have room for some five million, and to write more than this takes longer than a keystroke may. */
const LARGEST = 1_000_000;

/** Keeps the text in the browser's tab, so that a reload loses nothing. Closing the tab does. */
export class Keeper {
  #timer: number | undefined;
  #waiting: (() => Kept) | undefined;
  /** Whether everything that was written last could be kept. */
  #whole = true;

  constructor() {
    window.addEventListener("pagehide", () => this.#write());
  }

  /** Whether the visitor wants it. */
  get on(): boolean {
    return read(() => localStorage, CHOICE) !== "off";
  }

  set on(wanted: boolean) {
    write(() => localStorage, CHOICE, wanted ? "" : "off");
    if (!wanted) this.forget();
  }

  /** Whether a reload would bring the text back. */
  get safe(): boolean {
    return this.on && this.#whole;
  }

  /** Keeps a text of `size` characters soon: typing goes first. */
  save(size: number, kept: () => Kept): void {
    this.#waiting = size > LARGEST ? undefined : kept;
    if (size > LARGEST) {
      this.#whole = false;
      write(() => sessionStorage, TEXT, "");
    }
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#write(), 400);
  }

  load(): Kept | undefined {
    if (!this.on) return undefined;
    try {
      const kept = JSON.parse(read(() => sessionStorage, TEXT) ?? "null") as Kept | null;
      return kept && typeof kept.project.files === "object" && typeof kept.project.path === "string" ? kept : undefined;
    } catch {
      return undefined;
    }
  }

  forget(): void {
    this.#waiting = undefined;
    window.clearTimeout(this.#timer);
    write(() => sessionStorage, TEXT, "");
  }

  #write(): void {
    const kept = this.#waiting;
    this.#waiting = undefined;
    if (kept && this.on) this.#whole = write(() => sessionStorage, TEXT, JSON.stringify(kept()));
  }
}

function read(storage: () => Storage, key: string): string | undefined {
  try {
    return storage().getItem(key) ?? undefined;
  } catch {
    return undefined;
  }
}

/** An empty text is removed. Says whether it worked: there may be no room, or no permission. */
function write(storage: () => Storage, key: string, text: string): boolean {
  try {
    // What was kept before is no longer true, even if there is no room for the new text.
    storage().removeItem(key);
    if (text) storage().setItem(key, text);
    return true;
  } catch {
    return false;
  }
}
