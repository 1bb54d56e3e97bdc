import { openSearchPanel, search, searchKeymap, searchPanelOpen } from "@codemirror/search";
import { StateEffect } from "@codemirror/state";
import { keymap, type EditorView } from "@codemirror/view";

/** Opens the search panel above the text. */
export function openFind(view: EditorView): void {
  if (!searchPanelOpen(view.state)) view.dispatch({ effects: StateEffect.appendConfig.of([search({ top: true }), keymap.of(searchKeymap)]) });
  openSearchPanel(view);
}
