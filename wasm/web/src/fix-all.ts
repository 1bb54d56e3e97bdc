import type { Files, Fixed } from "symlint";

import { byId, count, h, list, messageOf } from "./dom";
import { diffLines, linesOf, type Hunk } from "./line-diff";
import { diffLine } from "./preview";
import type { Change } from "./surface";
import { asShown } from "./texts";

export interface Fixes {
  files: Files;
  fix(suggestions: boolean): Promise<Fixed>;
  apply(changes: ReadonlyMap<string, readonly Change[]>, what: string): void;
}

/** How many lines are shown around changed ones. */
const CONTEXT = 2;
/** Nobody reads a longer preview, and it makes the page slow. */
const SHOWN = 200;

/** Shows what all fixes together would change, and applies them on request. */
export async function fixAll({ files, fix, apply }: Fixes): Promise<void> {
  const dialog = byId<HTMLDialogElement>("fixes");
  const preview = byId("fixes-preview");
  const suggestions = byId<HTMLInputElement>("fixes-suggestions");
  const go = byId<HTMLButtonElement>("fixes-apply");
  const says = byId("fixes-says");
  let made: Fixed | undefined;
  let diffs: { name: string; lines: string[]; hunks: Hunk[] }[] = [];
  const show = async () => {
    go.disabled = true;
    made = undefined;
    says.textContent = "Preparing the fixes…";
    const wanted = suggestions.checked;
    try {
      const fixed = await fix(wanted);
      if (wanted !== suggestions.checked) return;
      made = fixed;
    } catch (error) {
      says.textContent = `The fixes could not be prepared: ${messageOf(error)}.`;
      return;
    }
    diffs = Object.entries(made.files).map(([name, text]) => {
      const lines = linesOf(asShown(files[name] ?? ""));
      return { name, lines, hunks: diffLines(lines, linesOf(asShown(text))) };
    });
    says.textContent = diffs.length > 0 ? `${count(made.fixed, "finding")} would be fixed in ${list(diffs.map(({ name }) => name))}.` : "There are no safe fixes.";
    preview.replaceChildren(...diffs.map(({ name, lines, hunks }) => patch(name, lines, hunks)));
    go.disabled = diffs.length === 0;
  };
  suggestions.checked = false;
  suggestions.onchange = () => void show();
  go.onclick = () => {
    dialog.close();
    const changes = new Map(diffs.map(({ name, lines, hunks }) => [name, changesOf(lines, hunks)]));
    if (made) apply(changes, `${count(made.fixed, "finding")} fixed in ${list([...changes.keys()])}.`);
  };
  byId("fixes-close").onclick = () => dialog.close();
  preview.replaceChildren();
  dialog.showModal();
  await show();
  // There must be suggestions, because otherwise the button is not shown.
  if (made && Object.keys(made.files).length === 0) {
    suggestions.checked = true;
    await show();
  }
}

/** The changed lines of a file, with the lines around them. */
function patch(name: string, lines: readonly string[], hunks: readonly Hunk[]): HTMLElement {
  const rows: HTMLElement[] = [];
  const row = (kind: "del" | "ins" | "same", text: string, number?: number) => rows.push(diffLine(kind, [text.trimEnd()], String(number ?? "")));
  const shown = hunks.slice(0, SHOWN);
  let next = 0;
  for (const [place, { at, removed, added }] of shown.entries()) {
    const from = Math.max(at - CONTEXT, next);
    if (from > next && place > 0) rows.push(h("div", { class: "gap" }, "⋯"));
    for (let line = from; line < at; line += 1) row("same", lines[line] ?? "", line + 1);
    for (const [line, text] of removed.entries()) row("del", text, at + line + 1);
    for (const text of added) row("ins", text);
    const end = at + removed.length;
    next = Math.min(end + CONTEXT, shown[place + 1]?.at ?? lines.length);
    for (let line = end; line < next; line += 1) row("same", lines[line] ?? "", line + 1);
  }
  const rest = hunks.length - shown.length;
  const more = rest > 0 ? [h("p", { class: "hint" }, `And ${count(rest, "more place")}.`)] : [];
  return h("section", {}, h("h3", {}, name), h("pre", { class: "diff", tabindex: "0", role: "group", "aria-label": `Changes in ${name}` }, ...rows), ...more);
}

/** The changes of a text by line, so that the cursor and the history are kept. */
function changesOf(lines: readonly string[], hunks: readonly Hunk[]): Change[] {
  let [line, offset] = [0, 0];
  const length = (texts: readonly string[]) => texts.reduce((sum, text) => sum + text.length, 0);
  return hunks.map(({ at, removed, added }) => {
    const from = offset + length(lines.slice(line, at));
    [line, offset] = [at + removed.length, from + length(removed)];
    return { from, to: offset, insert: added.join("") };
  });
}
