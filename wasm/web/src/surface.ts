import type { TransactionSpec } from "@codemirror/state";

import type { Fixing } from "./diagnostics";
import type { Doc } from "./texts";

export interface Editing extends Fixing {
  edited(): void;
  /** A text was pasted that replaces everything. */
  pasted(name: string, text: string): void;
}

/** A text and what is selected in it. The states of the rich editor have more than this. */
export interface State {
  readonly doc: Doc;
  readonly selection: { readonly main: Selected };
}

export interface Selected {
  readonly anchor: number;
  readonly head: number;
}

export interface Change {
  from: number;
  to: number;
  insert: string;
}

export interface Edit extends Omit<TransactionSpec, "changes" | "selection"> {
  /** Changes that do not overlap, with places in the text before them. */
  changes?: readonly Change[];
  selection?: Selected;
}

/** An element that shows a text: a plain field, until the rich editor is loaded. */
export interface Surface {
  readonly state: State;
  readonly hasFocus: boolean;
  setState(state: State): void;
  dispatch(edit: Edit): void;
  focus(): void;
  destroy(): void;
}
