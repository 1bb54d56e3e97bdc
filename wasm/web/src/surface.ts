import type { EditorState, TransactionSpec } from "@codemirror/state";

import type { Fixing } from "./diagnostics";

export interface Editing extends Fixing {
  edited(): void;
  /** A text was pasted that replaces everything. */
  pasted(name: string, text: string): void;
}

/** An element that shows a text: a plain field, until the rich editor is loaded. */
export interface Surface {
  readonly state: EditorState;
  readonly hasFocus: boolean;
  setState(state: EditorState): void;
  dispatch(...changes: TransactionSpec[]): void;
  focus(): void;
  destroy(): void;
}
