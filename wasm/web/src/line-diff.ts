/** Lines that replace others, with their line breaks. */
export interface Hunk {
  /** The index of the first replaced line, which counts from 0. */
  at: number;
  removed: string[];
  added: string[];
}

/** If texts differ in more lines in one place, they are not the same text with fixes. */
const FAR = 2000;

export function linesOf(text: string): string[] {
  return text.split(/(?<=\n)/);
}

/** The differences between similar texts. Each hunk ends as soon as two consecutive lines are equal again. */
export function diffLines(before: readonly string[], after: readonly string[]): Hunk[] {
  const hunks: Hunk[] = [];
  const isAlike = (a: number, b: number) => before[a] === after[b] && before[a + 1] === after[b + 1];
  let [a, b] = [0, 0];
  while (a < before.length || b < after.length) {
    if (before[a] === after[b]) {
      [a, b] = [a + 1, b + 1];
      continue;
    }
    let [removed, added] = [before.length - a, after.length - b];
    search: for (let lines = 1; lines <= FAR; lines += 1) {
      for (let of = 0; of <= lines; of += 1) {
        if (a + of > before.length || b + lines - of > after.length || !isAlike(a + of, b + lines - of)) continue;
        [removed, added] = [of, lines - of];
        break search;
      }
    }
    hunks.push({ at: a, removed: before.slice(a, a + removed), added: after.slice(b, b + added) });
    [a, b] = [a + removed, b + added];
  }
  return hunks;
}
