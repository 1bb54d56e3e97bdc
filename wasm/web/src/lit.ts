/** The id that the pointer, the focus or the cursor is on: all its uses light up, in the text, the table and the picture. */
type Listener = (id: string | undefined) => void;

const listeners = new Set<Listener>();
let current: string | undefined;

export function lit(): string | undefined {
  return current;
}

export function light(id: string | undefined): void {
  if (id === current) return;
  current = id;
  for (const listener of listeners) listener(id);
}

/** Returns how to stop listening. */
export function onLight(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Account ids, and ids of instances and permission sets. */
const ID = /(?<![\w-])(?:\d{12}|(?:ssoins|ps)-[0-9a-z]{6,}|SymSSO[\w+=,.@-]+)(?![\w-])/g;

/** The ids in a text, as words of an attribute. */
export function idsIn(text: string): string {
  return (text.match(ID) ?? []).join(" ");
}

/** The id that includes a place of a text. */
export function idAt(text: string, at: number): string | undefined {
  for (const match of text.matchAll(ID)) if (match.index <= at && at <= match.index + match[0].length) return match[0];
  return undefined;
}

/** Lights up what the pointer or the focus is on inside of `host`, by the attribute `data-ids`; the last of several is the narrowest. */
export function lightsUp(host: HTMLElement): void {
  const over = (event: Event) => {
    const holder = event.target instanceof Element ? event.target.closest("[data-ids]") : null;
    light(holder?.getAttribute("data-ids")?.split(" ").at(-1));
  };
  host.addEventListener("pointerover", over);
  host.addEventListener("focusin", over);
  host.addEventListener("pointerleave", () => light(undefined));
  host.addEventListener("focusout", () => light(undefined));
  onLight((id) => {
    for (const element of host.querySelectorAll(".lit")) element.classList.remove("lit");
    if (id) for (const element of host.querySelectorAll(`[data-ids~="${CSS.escape(id)}"]`)) element.classList.add("lit");
  });
}
