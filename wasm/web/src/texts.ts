import type { Text } from "@codemirror/state";

const known = new WeakMap<Text, string>();

/** The text of a document. Documents are immutable, and joining a long one would make typing slow, so the text is cached. */
export function textOf(doc: Text): string {
  let text = known.get(doc);
  if (text === undefined) known.set(doc, (text = doc.toString()));
  return text;
}
