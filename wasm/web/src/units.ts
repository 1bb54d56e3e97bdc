import { offsetsOf, type Files, type Location, type Offsets } from "symlint";

/** Turns the byte offsets of an answer into places in the editor. They differ in files with characters outside of ASCII, a byte order mark, or Windows line breaks. */
export function inUnits<T>(answer: T, files: Files): T {
  const others = Object.entries(files).filter(([, text]) => !/^[\x00-\x0c\x0e-\x7f]*$/.test(text));
  const places = new Map(others.map(([name, text]) => [name, placesOf(text)]));
  const visit = (value: unknown) => {
    if (typeof value !== "object" || value === null) return;
    if (!isLocation(value)) return Object.values(value).forEach(visit);
    const place = places.get(value.file);
    if (place) for (const end of [value.start, value.end]) end.offset = place(end.offset);
  };
  if (places.size > 0) visit(answer);
  return answer;
}

function placesOf(text: string): Offsets {
  const units = offsetsOf(text);
  const hidden = [...text.matchAll(/^\ufeff|\r(?=\n)/g)].map(({ index }) => index);
  return (bytes) => {
    const unit = units(bytes);
    let [low, high] = [0, hidden.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((hidden[middle] ?? 0) < unit) low = middle + 1;
      else high = middle;
    }
    return unit - low;
  };
}

function isLocation(value: object): value is Location {
  return "file" in value && "start" in value && "end" in value;
}
