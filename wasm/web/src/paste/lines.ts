/** Text without what other programs put in front of each line, and a description of what was removed. */
export function bare(text: string): { text: string; what: string } | undefined {
  const lines = text.split(/\r?\n/);
  const written = lines.filter((line) => line.trim() !== "");
  const without = (pattern: RegExp) => lines.map((line) => line.replace(pattern, "")).join("\n");
  if (written.length < 2) return undefined;
  if (written.every((line) => line.startsWith(">"))) return { text: without(/^> ?/), what: "Removed: the > in front of each line." };
  const numbers = written.map((line) => Number(/^\s*(\d+)(?=[\s:|]|$)/.exec(line)?.[1]));
  if (numbers.every((number, at) => at === 0 || number > (numbers[at - 1] ?? NaN))) return { text: without(/^\s*\d+(\t| ?[:|] ?| |$)/), what: "Removed: the numbers of the lines." };
  // Part of a diff, without its headers. No other format has lines that begin with a plus sign.
  if (!/^@@ /m.test(text) && written.every((line) => /^[-+ ]/.test(line)) && written.some((line) => line.startsWith("+"))) {
    const kept = lines.filter((line) => !line.startsWith("-")).map((line) => line.slice(1));
    return { text: kept.join("\n"), what: "These are lines of a diff, so their new version was taken." };
  }
  return undefined;
}
