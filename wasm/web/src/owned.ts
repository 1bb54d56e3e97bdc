import { StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, WidgetType, type DecorationSet } from "@codemirror/view";

import { h } from "./dom";
import { ownerClass } from "./owner";

/** A value that belongs to another tenant. */
export interface Owned {
  from: number;
  to: number;
  owner: string;
}

export const setOwned = StateEffect.define<readonly Owned[]>();

/** Shows the owner's name and color at each value that belongs to another tenant. */
export const owned = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, { changes, effects }) {
    let next = marks.map(changes);
    for (const effect of effects) if (effect.is(setOwned)) next = decorations(effect.value);
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});

function decorations(marks: readonly Owned[]): DecorationSet {
  const ranges = marks.filter(({ from, to }) => from < to).flatMap(({ from, to, owner }) => [
    Decoration.mark({ class: `owned ${ownerClass(owner)}` }).range(from, to),
    Decoration.widget({ widget: new Name(owner), side: 1 }).range(to),
  ]);
  return Decoration.set(ranges, true);
}

class Name extends WidgetType {
  readonly #color: string;

  constructor(private readonly owner: string) {
    super();
    this.#color = ownerClass(owner);
  }

  override eq(other: Name): boolean {
    return other.owner === this.owner && other.#color === this.#color;
  }

  toDOM(): HTMLElement {
    return h("span", { class: `owner ${this.#color}`, title: `This value is ${this.owner}'s` }, this.owner);
  }
}
