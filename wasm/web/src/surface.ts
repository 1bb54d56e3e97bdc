import type { EditorState, TransactionSpec } from "@codemirror/state";

import type { Fixing } from "./diagnostics";

export interface Editing extends Fixing {
  edited(): void;
  /** Something was pasted in place of everything. */
  pasted(name: string, text: string): void;
}

/** What shows a text: a plain field, until the rich editor is there. */
export interface Surface {
  readonly state: EditorState;
  readonly hasFocus: boolean;
  setState(state: EditorState): void;
  dispatch(...changes: TransactionSpec[]): void;
  focus(): void;
  destroy(): void;
}
