import type { Text } from "@codemirror/state";
import type { Finding } from "symlint";

import { h, plain } from "./dom";

type Fix = Finding["fixes"][number];

/** Shows what a fix would write: each line before and after, with what changes marked. */
export function previewOf(fix: Fix, docOf: (file: string) => Text | undefined): HTMLElement {
  const lines = fix.edits.flatMap(({ location, text }) => {
    const doc = docOf(location.file);
    if (!doc) return [];
    const [from, to] = [location.start.offset, location.end.offset];
    const [before, after] = [doc.sliceString(doc.lineAt(from).from, from), doc.sliceString(to, doc.lineAt(to).to)];
    const line = (kind: "del" | "ins", sign: string, says: string, changed: string) =>
      h("div", { class: kind }, h("span", { class: "sign", "aria-hidden": "true" }, sign), h("span", { class: "visually-hidden" }, says), before.trimStart(), h(kind, {}, changed), after);
    return [line("del", "−", "Before: ", doc.sliceString(from, to)), line("ins", "+", "After: ", text)];
  });
  return h("pre", { class: "diff", tabindex: "0", role: "group", "aria-label": `What the fix would write: ${plain(fix.title)}` }, ...lines);
}
