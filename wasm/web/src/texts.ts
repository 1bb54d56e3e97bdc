import type { Text } from "@codemirror/state";
import { offsetsOf, type Offsets } from "symlint";

/** A text, and how the offsets of a report are found in it. */
export interface Original {
  text: string;
  offset: Offsets;
}

const known = new WeakMap<Text, Original>();

/** The text of a document. Documents never change: in a long one, to put the text together takes as long as a keystroke may. */
export function originalOf(doc: Text): Original {
  const found = known.get(doc);
  if (found) return found;
  const text = doc.toString();
  let offsets: Offsets | undefined;
  const original: Original = {
    text,
    get offset() {
      return (offsets ??= offsetsOf(text));
    },
  };
  known.set(doc, original);
  return original;
}
