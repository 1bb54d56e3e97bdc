import { openSearchPanel, search, searchKeymap, searchPanelOpen } from "@codemirror/search";
import { EditorState, StateEffect } from "@codemirror/state";
import { keymap, type EditorView } from "@codemirror/view";

const WORDS = Object.fromEntries(["next", "previous", "all", "match case", "regexp", "by word", "replace", "replace all"].map((word) => [word, word.charAt(0).toUpperCase() + word.slice(1)]));

/** Opens the search panel above the text. */
export function openFind(view: EditorView): void {
  if (!searchPanelOpen(view.state)) view.dispatch({ effects: StateEffect.appendConfig.of([search({ top: true }), EditorState.phrases.of({ ...WORDS, regexp: "Regular expression" }), keymap.of(searchKeymap)]) });
  openSearchPanel(view);
}
