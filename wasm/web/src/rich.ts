import { defaultKeymap, history, historyKeymap, isolateHistory } from "@codemirror/commands";
import { bracketMatching, HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { EditorState, type Extension } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers, placeholder } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import type { Finding } from "symlint";

import { diagnosticsOf, type Fixing } from "./diagnostics";
import { hcl } from "./hcl";
import { ids } from "./ids";
import { owned, setOwned, type Owned } from "./owned";
import type { Edit, Editing, Selected, State, Surface } from "./surface";

// The colors are those of the page in light or dark mode: see editor.css.
const COLORS = HighlightStyle.define([
  { tag: [tags.comment, tags.lineComment, tags.blockComment], color: "var(--code-comment)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--code-string)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--code-number)" },
  { tag: [tags.keyword, tags.typeName, tags.controlKeyword], color: "var(--code-keyword)" },
  { tag: [tags.function(tags.variableName)], color: "var(--code-function)" },
]);

/** Shows an editor in `parent`. */
export function create(parent: HTMLElement): Surface {
  return new EditorView({ parent });
}

/** The state for a text with this name, with all features of the editor. */
export function stateOf(name: string, doc: string, selection: Selected, editing: Editing): EditorState {
  return EditorState.create({ doc, selection, extensions: [BASE, placeholder(`Paste ${name.split("/").at(-1) ?? name} here`), listeners(name, editing)] });
}

/** Whether a state was created for this editor. */
export function isRich(state: State): state is EditorState {
  return state instanceof EditorState;
}

/** Makes a change a separate step in the history. */
export const ONE_STEP = { annotations: isolateHistory.of("full") } satisfies Edit;

/** Scrolls to a position. */
export function intoView(place: number): Edit {
  return { effects: EditorView.scrollIntoView(place, { y: "center" }) };
}

/** Marks findings, and values of other tenants. */
export function marking(state: EditorState, findings: readonly Finding[], marks: readonly Owned[], fixing: Fixing): Edit {
  const { effects = [] } = setDiagnostics(state, diagnosticsOf(findings, fixing));
  return { effects: [effects, setOwned.of(marks)].flat() };
}

function listeners(name: string, editing: Editing): Extension {
  return [
    EditorView.contentAttributes.of({ "aria-label": `Text of ${name}`, tabindex: "0" }),
    EditorView.updateListener.of((update) => {
      if (!update.docChanged) return;
      editing.edited();
      const { length } = update.startState.doc;
      let whole = length === 0;
      update.changes.iterChanges((from, to) => (whole ||= from === 0 && to === length));
      if (whole && update.transactions.some((transaction) => transaction.isUserEvent("input.paste"))) {
        const text = update.state.doc.toString();
        // Not while the editor is processing this change.
        queueMicrotask(() => editing.pasted(name, text));
      }
    }),
  ];
}

/** Loads the search panel when it is first used. */
function find(view: EditorView): boolean {
  void import("./find").then(({ openFind }) => openFind(view));
  return true;
}

const BASE: Extension = [
  lineNumbers(),
  lintGutter(),
  history(),
  drawSelection(),
  bracketMatching(),
  highlightActiveLine(),
  // An ID at the end of a long line must be visible.
  EditorView.lineWrapping,
  hcl,
  syntaxHighlighting(COLORS),
  owned,
  ids,
  // Tab leaves the editor, as everywhere else on the page.
  keymap.of([{ key: "Mod-f", run: find, preventDefault: true }, ...defaultKeymap, ...historyKeymap, ...lintKeymap]),
];
