import type { Files, Fixed } from "symlint";

import { byId, count, h, list, messageOf } from "./dom";
import type { Change } from "./editor";

export interface Fixes {
  files: Files;
  fix(suggestions: boolean): Promise<Fixed>;
  apply(changes: ReadonlyMap<string, readonly Change[]>, what: string): void;
}

/** Shows what all fixes together would write, and applies them if that is wanted. */
export async function fixAll({ files, fix, apply }: Fixes): Promise<void> {
  const dialog = byId<HTMLDialogElement>("fixes");
  const preview = byId("fixes-preview");
  const suggestions = byId<HTMLInputElement>("fixes-suggestions");
  const go = byId<HTMLButtonElement>("fixes-apply");
  const says = byId("fixes-says");
  let made: Fixed | undefined;
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
    const names = Object.keys(made.files);
    says.textContent = names.length > 0 ? `${count(made.fixed, "finding")} would be fixed in ${list(names)}.` : "There are no safe fixes.";
    const hunks = await Promise.all(names.map((name) => patch(name, files[name] ?? "", made?.files[name] ?? "")));
    preview.replaceChildren(...hunks);
    go.disabled = names.length === 0;
  };
  suggestions.checked = false;
  suggestions.onchange = () => void show();
  go.onclick = () => {
    dialog.close();
    if (made) void changesOf(files, made.files).then((changes) => apply(changes, `${count(made?.fixed ?? 0, "finding")} fixed in ${list([...changes.keys()])}.`));
  };
  byId("fixes-close").onclick = () => dialog.close();
  preview.replaceChildren();
  dialog.showModal();
  await show();
  // There are suggestions, or nobody could have asked.
  if (made && Object.keys(made.files).length === 0) {
    suggestions.checked = true;
    await show();
  }
}

/** The lines that change in a file, with those around them. */
async function patch(name: string, before: string, after: string): Promise<HTMLElement> {
  const { structuredPatch } = await import("diff");
  const { hunks } = structuredPatch(name, name, before, after, "", "", { context: 2 });
  const lines = hunks.flatMap(({ oldStart, lines }) => {
    let number = oldStart - 1;
    const rows = lines.filter((line) => !line.startsWith("\\")).map((line) => {
      const sign = line.charAt(0);
      if (sign !== "+") number += 1;
      const kind = { "+": "ins", "-": "del" }[sign] ?? "same";
      const says = { "+": "After: ", "-": "Before: " }[sign] ?? "";
      return h("div", { class: kind }, h("span", { class: "number", "aria-hidden": "true" }, sign === "+" ? "" : String(number)), h("span", { class: "sign", "aria-hidden": "true" }, sign === "-" ? "−" : sign), h("span", { class: "visually-hidden" }, says), line.slice(1));
    });
    return [...rows, h("div", { class: "gap" }, "⋯")];
  });
  return h("section", {}, h("h3", {}, name), h("pre", { class: "diff", tabindex: "0", role: "group", "aria-label": `Changes in ${name}` }, ...lines.slice(0, -1)));
}

/** The changes from files to those that were fixed, line by line, so that the cursor and the history stay. */
async function changesOf(files: Files, fixed: Files): Promise<Map<string, Change[]>> {
  const { diffLines } = await import("diff");
  const all = new Map<string, Change[]>();
  for (const [name, after] of Object.entries(fixed)) {
    const changes: Change[] = [];
    let at = 0;
    for (const { added, removed, value } of diffLines(files[name] ?? "", after)) {
      const last = changes.at(-1);
      if (added) {
        // What was removed just before is replaced.
        if (last && last.to === at && last.insert === "") last.insert = value;
        else changes.push({ from: at, to: at, insert: value });
      } else {
        if (removed) changes.push({ from: at, to: at + value.length, insert: "" });
        at += value.length;
      }
    }
    all.set(name, changes);
  }
  return all;
}
