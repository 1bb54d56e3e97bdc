import type { Text } from "@codemirror/state";

/** What the editor does not show of a file: a byte order mark, and Windows line breaks. */
export interface Form {
  mark: "" | "\ufeff";
  lineBreak: "\n" | "\r\n";
}

const PLAIN: Form = { mark: "", lineBreak: "\n" };

export function formOf(text: string): Form {
  return { mark: text.startsWith("\ufeff") ? "\ufeff" : "", lineBreak: text.includes("\r\n") ? "\r\n" : "\n" };
}

/** The text of a file as the editor shows it. */
export function asShown(text: string): string {
  return text.replace(/^\ufeff/, "").replaceAll("\r\n", "\n");
}

/** A text of the editor in the form of a file. */
export function inForm(text: string, { mark, lineBreak }: Form): string {
  return mark + (lineBreak === "\n" ? text : text.replaceAll("\n", lineBreak));
}

const known = new WeakMap<Text, string>();

/** The text of a document in the form of its file. Documents are immutable, and joining a long one would make typing slow, so the text is cached. */
export function textOf(doc: Text, { mark, lineBreak } = PLAIN): string {
  let text = known.get(doc);
  if (text === undefined) known.set(doc, (text = mark + doc.sliceString(0, doc.length, lineBreak)));
  return text;
}
