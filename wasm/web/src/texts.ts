import type { Text } from "@codemirror/state";

const known = new WeakMap<Text, string>();

/** The text of a document. Documents never change: in a long one, to put the text together takes as long as a keystroke may. */
export function textOf(doc: Text): string {
  let text = known.get(doc);
  if (text === undefined) known.set(doc, (text = doc.toString()));
  return text;
}
