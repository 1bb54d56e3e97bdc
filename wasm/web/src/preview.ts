import type { Finding } from "symlint";

import { h, plain } from "./dom";
import type { Original } from "./texts";

type Fix = Finding["fixes"][number];

/** Shows what a fix would write: each line before and after, with what changes marked. */
export function previewOf(fix: Fix, original: (file: string) => Original | undefined): HTMLElement {
  const lines = fix.edits.flatMap(({ location, text }) => {
    const file = original(location.file);
    if (!file) return [];
    const [from, to] = [file.offset(location.start.offset), file.offset(location.end.offset)];
    const start = file.text.lastIndexOf("\n", from - 1) + 1;
    const end = file.text.indexOf("\n", to);
    const [before, after] = [file.text.slice(start, from), file.text.slice(to, end < 0 ? undefined : end)];
    const line = (kind: "del" | "ins", sign: string, says: string, changed: string) =>
      h("div", { class: kind }, h("span", { class: "sign", "aria-hidden": "true" }, sign), h("span", { class: "visually-hidden" }, says), before.trimStart(), h(kind, {}, changed), after);
    return [line("del", "−", "Before: ", file.text.slice(from, to)), line("ins", "+", "After: ", text)];
  });
  return h("pre", { class: "diff", tabindex: "0", role: "group", "aria-label": `What the fix would write: ${plain(fix.title)}` }, ...lines);
}
