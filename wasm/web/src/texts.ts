/** A text, which never changes: one of the rich editor, or a `PlainDoc`. */
export interface Doc {
  readonly length: number;
  sliceString(from: number, to?: number, lineBreak?: string): string;
  lineAt(place: number): { from: number; to: number; text: string };
  toString(): string;
}

/** A text before the rich editor is loaded. */
export class PlainDoc implements Doc {
  constructor(private readonly text: string) {}

  get length(): number {
    return this.text.length;
  }

  sliceString(from: number, to?: number, lineBreak = "\n"): string {
    const slice = this.text.slice(from, to);
    return lineBreak === "\n" ? slice : slice.replaceAll("\n", lineBreak);
  }

  lineAt(place: number): { from: number; to: number; text: string } {
    const from = place > 0 ? this.text.lastIndexOf("\n", place - 1) + 1 : 0;
    const end = this.text.indexOf("\n", place);
    const to = end < 0 ? this.length : end;
    return { from, to, text: this.text.slice(from, to) };
  }

  toString(): string {
    return this.text;
  }
}

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

const known = new WeakMap<Doc, string>();

/** The text of a document in the form of its file. Documents are immutable, and joining a long one would make typing slow, so the text is cached. */
export function textOf(doc: Doc, { mark, lineBreak } = PLAIN): string {
  let text = known.get(doc);
  if (text === undefined) known.set(doc, (text = mark + doc.sliceString(0, doc.length, lineBreak)));
  return text;
}
