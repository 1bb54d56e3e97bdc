import { offsetsOf, type Files, type Location } from "symlint";

/** Converts the byte offsets of an answer to the UTF-16 units of JavaScript's strings, which differ for text beyond ASCII. */
export function inUnits<T>(answer: T, files: Files): T {
  const others = Object.entries(files).filter(([, text]) => !/^[\x00-\x7f]*$/.test(text));
  const offsets = new Map(others.map(([name, text]) => [name, offsetsOf(text)]));
  const visit = (value: unknown) => {
    if (typeof value !== "object" || value === null) return;
    if (!isLocation(value)) return Object.values(value).forEach(visit);
    const offset = offsets.get(value.file);
    if (offset) for (const place of [value.start, value.end]) place.offset = offset(place.offset);
  };
  if (offsets.size > 0) visit(answer);
  return answer;
}

function isLocation(value: object): value is Location {
  return "file" in value && "start" in value && "end" in value;
}
