import { RangeSetBuilder, StateEffect } from "@codemirror/state";
import { Decoration, EditorView, ViewPlugin, type DecorationSet, type ViewUpdate } from "@codemirror/view";

import { idAt, light, lit, onLight } from "./lit";

const changed = StateEffect.define<null>();
const mark = Decoration.mark({ class: "cm-lit" });

/** Highlights the visible uses of an id, and reports which id the pointer or the cursor is on. */
export const ids = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;
    readonly #stop: () => void;

    constructor(view: EditorView) {
      this.decorations = uses(view);
      // Not while the editor is processing the change that moved the cursor.
      this.#stop = onLight(() => queueMicrotask(() => view.dom.isConnected && view.dispatch({ effects: changed.of(null) })));
    }

    update(update: ViewUpdate) {
      const told = update.transactions.some(({ effects }) => effects.some((effect) => effect.is(changed)));
      if (told || update.docChanged || update.viewportChanged) this.decorations = uses(update.view);
      if (update.selectionSet && update.view.hasFocus) light(at(update.view, update.state.selection.main.head));
    }

    destroy() {
      this.#stop();
    }
  },
  {
    decorations: (plugin) => plugin.decorations,
    eventHandlers: {
      mousemove(event, view) {
        const place = view.posAtCoords({ x: event.clientX, y: event.clientY });
        light(place === null ? undefined : at(view, place));
      },
      mouseleave: () => light(undefined),
      blur: () => light(undefined),
    },
  },
);

function at({ state }: EditorView, place: number): string | undefined {
  const line = state.doc.lineAt(place);
  return idAt(line.text, place - line.from);
}

function uses(view: EditorView): DecorationSet {
  const id = lit();
  const builder = new RangeSetBuilder<Decoration>();
  for (const { from, to } of id ? view.visibleRanges : []) {
    const text = view.state.doc.sliceString(from, to);
    for (let place = text.indexOf(id ?? ""); id && place >= 0; place = text.indexOf(id, place + id.length)) builder.add(from + place, from + place + id.length, mark);
  }
  return builder.finish();
}
