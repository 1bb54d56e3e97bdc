import type { Finding } from "symlint";

import { h, plain } from "./dom";
import type { Doc } from "./texts";

type Fix = Finding["fixes"][number];

const SIGNS = { del: ["−", "Before: "], ins: ["+", "After: "], same: ["", ""] } as const;

/** A line of a comparison, with an optional number. */
export function diffLine(kind: keyof typeof SIGNS, text: (Node | string)[], number?: string): HTMLElement {
  const [sign, says] = SIGNS[kind];
  const hidden = { "aria-hidden": "true" };
  const numbered = number === undefined ? [] : [h("span", { class: "number", ...hidden }, number)];
  return h("div", { class: kind }, ...numbered, h("span", { class: "sign", ...hidden }, sign), h("span", { class: "visually-hidden" }, says), ...text);
}

/** Shows what a fix would change: each line before and after, with the changes marked. */
export function previewOf(fix: Fix, docOf: (file: string) => Doc | undefined): HTMLElement {
  const lines = fix.edits.flatMap(({ location, text }) => {
    const doc = docOf(location.file);
    if (!doc) return [];
    const [from, to] = [location.start.offset, location.end.offset];
    const [before, after] = [doc.sliceString(doc.lineAt(from).from, from), doc.sliceString(to, doc.lineAt(to).to)];
    const line = (kind: "del" | "ins", changed: string) => diffLine(kind, [before.trimStart(), h(kind, {}, changed), after]);
    return [line("del", doc.sliceString(from, to)), line("ins", text)];
  });
  return h("pre", { class: "diff", tabindex: "0", role: "group", "aria-label": `What the fix would write: ${plain(fix.title)}` }, ...lines);
}
