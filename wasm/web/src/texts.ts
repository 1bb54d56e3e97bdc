import type { Text } from "@codemirror/state";

/** What a file has that the editor does not show: a byte order mark, and the line breaks of Windows. */
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

/** A text of the editor as a file has it. */
export function inForm(text: string, { mark, lineBreak }: Form): string {
  return mark + (lineBreak === "\n" ? text : text.replaceAll("\n", lineBreak));
}

const known = new WeakMap<Text, string>();

/** The text of a document as its file has it. Documents never change: in a long one, to put the text together takes as long as a keystroke may. */
export function textOf(doc: Text, { mark, lineBreak } = PLAIN): string {
  let text = known.get(doc);
  if (text === undefined) known.set(doc, (text = mark + doc.sliceString(0, doc.length, lineBreak)));
  return text;
}
