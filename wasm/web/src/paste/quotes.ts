import { count, list } from "../dom";

/** What word processors, chat programs, and terminals put in place of plain characters. */
const KINDS: { pattern: RegExp; plain: string; one: string }[] = [
  { pattern: /[\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb]/g, plain: '"', one: "curly quote" },
  { pattern: /[\u2018\u2019\u201a\u201b]/g, plain: "'", one: "curly apostrophe" },
  { pattern: /[\u00a0\u2007\u202f\u3000]/g, plain: " ", one: "non-breaking space" },
  { pattern: /[\u2010-\u2015\u2212]/g, plain: "-", one: "typographic dash" },
  { pattern: /\u001b\[[\d;]*m/g, plain: "", one: "color code" },
  { pattern: /[\u200b-\u200d\u2060\ufeff]/g, plain: "", one: "invisible character" },
];

/** Replaces such characters, and describes what was replaced. */
export function straighten(pasted: string): { text: string; what: string } {
  let text = pasted;
  const replaced: string[] = [];
  for (const { pattern, plain, one } of KINDS) {
    const { length } = text.match(pattern) ?? [];
    if (!length) continue;
    text = text.replace(pattern, plain);
    replaced.push(count(length, one));
  }
  return { text, what: replaced.length > 0 ? `Replaced: ${list(replaced)}.` : "" };
}
