/** Converts the offsets of a report, which count bytes of UTF-8, to positions in a JavaScript string. */
export type Offsets = (bytes: number) => number;

const STEP = 1024;

/** Returns a function that converts the byte offsets of a report to positions in `text`. It uses a table, so that the text is read once. */
export function offsetsOf(text: string): Offsets {
  // In ASCII, which is nearly all text, both are equal.
  if (/^[\x00-\x7f]*$/.test(text)) return (bytes) => Math.min(bytes, text.length);
  // The number of bytes in front of every STEP-th unit.
  const marks: number[] = [0];
  let bytes = 0;
  for (let unit = 0; unit < text.length; unit += 1) {
    if (unit > 0 && unit % STEP === 0) marks.push(bytes);
    bytes += width(text, unit);
  }
  return (wanted) => {
    let low = 0;
    let high = marks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((marks[middle] ?? 0) <= wanted) low = middle;
      else high = middle - 1;
    }
    let at = marks[low] ?? 0;
    let unit = low * STEP;
    while (unit < text.length && at < wanted) at += width(text, unit++);
    // A position must not be between the halves of a surrogate pair.
    return isPair(text, unit - 1) ? unit + 1 : unit;
  };
}

/** The number of bytes of a unit. The first half of a surrogate pair has all four. A lone half is replaced by a character with three. */
function width(text: string, unit: number): number {
  const code = text.charCodeAt(unit);
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  if (isPair(text, unit)) return 4;
  return isPair(text, unit - 1) ? 0 : 3;
}

/** Whether a unit and the next one are one character. */
function isPair(text: string, unit: number): boolean {
  return (text.codePointAt(unit) ?? 0) > 0xffff;
}
