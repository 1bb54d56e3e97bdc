import type { Before } from "./compare-view";
import type { Project } from "./project";

/** The state that survives a reload. */
export interface Kept {
  project: Project;
  /** The file that was shown. */
  active: string;
  /** The fragment of the link with which the page was opened. If it changes, the new link is opened instead. */
  fragment: string;
  /** The state that the text is compared with. */
  before?: Before | undefined;
}

const TEXT = "symlint.text";
const CHOICE = "symlint.keep";
/** Browsers store some five million characters, but writing more than this would make typing slow. */
const LARGEST = 1_000_000;

/** Stores the text in the browser's tab, so that a reload keeps it. Closing the tab deletes it. */
export class Keeper {
  #timer: number | undefined;
  #waiting: (() => Kept) | undefined;
  /** Whether the last write was complete. */
  #whole = true;

  constructor() {
    window.addEventListener("pagehide", () => this.#write());
  }

  /** Whether the visitor has turned storing on. */
  get on(): boolean {
    return read(() => localStorage, CHOICE) !== "off";
  }

  set on(wanted: boolean) {
    write(() => localStorage, CHOICE, wanted ? "" : "off");
    if (!wanted) this.forget();
  }

  /** Whether a reload would restore the text. */
  get safe(): boolean {
    return this.on && this.#whole;
  }

  /** Stores a text of `size` characters soon, without delaying typing. */
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

/** Writes a text, or removes it if it is empty. Returns whether it worked: there may be no room, or no permission. */
function write(storage: () => Storage, key: string, text: string): boolean {
  try {
    // The old text is outdated, even if there is no room for the new one.
    storage().removeItem(key);
    if (text) storage().setItem(key, text);
    return true;
  } catch {
    return false;
  }
}
