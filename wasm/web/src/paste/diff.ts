import type { Files } from "symlint";

import { matters } from "../project";

/** The new side of a unified diff by file. If the diff names no file, it is `name`. Undefined if the text is not a diff. */
export function newSide(text: string, name: string): Files | undefined {
  if (!/^@@ -\d+(,\d+)? \+\d+(,\d+)? @@/m.test(text)) return undefined;
  const files: Record<string, string> = {};
  let current: string | undefined = name;
  let inHunk = false;
  const lines = text.split(/\r?\n/);
  for (const [at, line] of lines.entries()) {
    if (line.startsWith("+++ ") && lines[at - 1]?.startsWith("--- ")) {
      const path = line.slice(4).split("\t")[0]?.trim().replace(/^b\//, "") ?? "";
      current = path !== "/dev/null" && matters(path) ? path : undefined;
      inHunk = false;
    } else if (line.startsWith("diff ")) {
      inHunk = false;
    } else if (line.startsWith("@@ ")) {
      inHunk = true;
      // The lines between two hunks are not in the diff.
      if (current !== undefined && files[current] !== undefined) files[current] += "\n";
    } else if (inHunk && current !== undefined && !line.startsWith("-") && !line.startsWith("\\")) {
      if (line !== "" || at < lines.length - 1) files[current] = `${files[current] ?? ""}${line.slice(1)}\n`;
    }
  }
  return files;
}
