type Attributes = Record<string, string | ((event: Event) => void)>;
type Child = Node | string;

/** Longer code may be broken between lines. */
const LONG = 30;

/** Creates an element with attributes, listeners, and children. Text is never parsed as HTML. */
export function h<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Attributes = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  return fill(document.createElement(tag), attributes, children);
}

/** Like `h`, for SVG. */
export function s<K extends keyof SVGElementTagNameMap>(tag: K, attributes: Attributes = {}, ...children: Child[]): SVGElementTagNameMap[K] {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function fill<E extends Element>(element: E, attributes: Attributes, children: Child[]): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** A button with an action. */
export function button(label: string, press: () => void, attributes: Attributes = {}): HTMLButtonElement {
  return h("button", { type: "button", class: "link", click: press, ...attributes }, label);
}

/** A large button with a title and a description. */
export function card(title: string, about: string, press: () => void): HTMLButtonElement {
  return h("button", { type: "button", class: "card", click: press }, h("strong", {}, title), h("span", {}, about));
}

/** A message in which text between backticks is code, and ids are not broken between lines. */
export function prose(text: string): Child[] {
  return text.split(/`([^`]+)`/).flatMap((part, index) => (index % 2 ? [h("code", { class: part.length < LONG ? "id" : "" }, part)] : whole(part)));
}

function whole(text: string): Child[] {
  return text.split(/\b((?:ssoins|ps)-[0-9a-z]+)/).map((part, index) => (index % 2 ? h("span", { class: "id" }, part) : part));
}

/** A message for places without code formatting. */
export function plain(text: string): string {
  return text.replaceAll("`", "");
}

/** The message of an error. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The element with an id. */
export function byId<T extends HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no ${id}`);
  return element as T;
}

/** A number with its noun: `1 error`, `2 errors`. */
export function count(number: number, one: string): string {
  return `${number.toLocaleString("en")} ${one}${number === 1 ? "" : "s"}`;
}

/** A list in words: `a, b and c`. */
export function list(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1) ?? ""}`;
}

/** Downloads a text as a file. */
export function download(name: string, content: BlobPart, type: string): void {
  const address = URL.createObjectURL(new Blob([content], { type }));
  h("a", { href: address, download: name }).click();
  // Some browsers read it only after the click.
  window.setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
