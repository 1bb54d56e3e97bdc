/** The id under the pointer, the focus, or the cursor. All its uses are highlighted in the text, the table, and the diagram. */
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

/** Adds a listener, and returns a function that removes it. */
export function onLight(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Account ids, and ids of instances and permission sets. */
const ID = /(?<![\w-])(?:\d{12}|(?:ssoins|ps)-[0-9a-z]{6,}|SymSSO[\w+=,.@-]+)(?![\w-])/g;

/** The ids in a text, as space-separated words for an attribute. */
export function idsIn(text: string): string {
  return (text.match(ID) ?? []).join(" ");
}

/** The id at a position in a text. */
export function idAt(text: string, at: number): string | undefined {
  for (const match of text.matchAll(ID)) if (match.index <= at && at <= match.index + match[0].length) return match[0];
  return undefined;
}

/** Highlights the ids under the pointer or the focus in `host`, according to the attribute `data-ids`. The innermost element has precedence. */
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
