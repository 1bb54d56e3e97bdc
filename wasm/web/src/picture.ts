import type { Location } from "symlint";

import type { Edge, Node, Picture } from "./access";
import { count, h, plain, prose, s } from "./dom";
import { ownerClass } from "./owner";
import { COLUMNS, HEIGHT, planFor, type Plan } from "./plan";
import { pressable, rove } from "./rove";

/** The width of a letter. */
const LETTER = 7.25;

/** A longer list next to the diagram helps nobody. */
const LISTED = 50;

/** Draws who can access what, as wide as there is room. */
export function drawPicture(host: HTMLElement, picture: Picture, jump: (location: Location) => void): void {
  if (picture.nodes.length === 0) {
    const text = picture.rest ? `Nothing is wrong with any of ${count(picture.rest, "tenant")}.` : "There are no tenants to draw.";
    host.replaceChildren(h("p", { class: "hint" }, text));
    return;
  }
  const wrong = picture.edges.filter(({ errors }) => errors.length > 0);
  host.replaceChildren(legend(picture, wrong.length), pictureIn(picture, jump, host.clientWidth), ...(wrong.length ? [list(wrong, jump)] : []));
}

/** The diagram with all available width. Without `width`, it is drawn when the element is in the page. */
export function pictureIn(picture: Picture, jump: (location: Location) => void, width = 0): HTMLElement {
  const room = h("div", {}, ...(width ? [pictureAt(picture, width, jump)] : []));
  // The observer is released with the element that it observes.
  new ResizeObserver(() => {
    if (room.clientWidth === width || !room.isConnected) return;
    width = room.clientWidth;
    room.replaceChildren(pictureAt(picture, width, jump));
  }).observe(room);
  return room;
}

/** The diagram at a width. */
export function pictureAt(picture: Picture, width: number, jump: (location: Location) => void): SVGElement {
  return new Drawing(picture, width, jump).root;
}

function legend({ rest, wrongRest }: Picture, wrong: number): HTMLElement {
  const says = wrong ? `${count(wrong, "connection")} with errors` : "No connection has errors";
  const others = rest ? `; ${count(rest, "other tenant")} not drawn${wrongRest ? `, ${wrongRest.toLocaleString("en")} of them with errors` : ""}` : "";
  return h("p", { class: "hint legend" }, h("span", { class: wrong ? "key wrong" : "key" }), says + others);
}

/** The errors in words, as an alternative to the diagram. */
function list(edges: readonly Edge[], jump: (location: Location) => void): HTMLElement {
  const errors = [...new Set(edges.flatMap(({ errors }) => errors))];
  const rows = errors.slice(0, LISTED).map(({ message, location }) => h("li", {}, h("button", { type: "button", class: "link", click: () => jump(location) }, ...prose(message))));
  return h("ul", { class: "errors", "aria-label": "What is wrong" }, ...rows);
}

/** The drawing at one width. */
class Drawing {
  readonly root: SVGElement;
  readonly #plan: Plan;

  constructor(picture: Picture, room: number, jump: (location: Location) => void) {
    this.#plan = planFor(picture, room);
    const { width, height, heads } = this.#plan;
    this.root = s("svg", { width: String(width), height: String(height), role: "group", "aria-label": "Access picture" });
    for (const { left, name } of heads) this.root.append(s("text", { x: String(left), y: "14", class: "column" }, name));
    const places = new Map(picture.nodes.map((node) => [node.id, node]));
    // Errors are drawn on top.
    const edges = [...picture.edges].sort((a, b) => Number(a.errors.length > 0) - Number(b.errors.length > 0));
    for (const edge of edges) this.root.append(this.#line(edge, places, jump));
    // Arrow keys visit the nodes in this order.
    const nodes = [...picture.nodes].sort((a, b) => this.#plan.box(a).top - this.#plan.box(b).top);
    for (const node of nodes) this.root.append(this.#node(node, jump));
    rove(this.root);
  }

  #line(edge: Edge, places: Map<string, Node>, jump: (location: Location) => void): SVGElement {
    const [from, to] = [places.get(edge.from), places.get(edge.to)];
    if (!from || !to) return s("g", {});
    const { path, sign } = this.#plan.line(from, to);
    const [first] = edge.errors;
    const group = s("g", { class: first ? "edge wrong" : `edge ${edge.fate ?? ""}` }, s("path", { d: path }));
    // The change is not only shown by color.
    if (edge.fate) group.append(s("text", { class: "fate", x: String(sign.x), y: String(sign.y) }, edge.fate === "gained" ? "+" : "−"));
    if (first) {
      const messages = edge.errors.map(({ message }) => plain(message)).join("\n");
      group.append(s("path", { d: path, class: "hit" }), s("title", {}, messages));
      pressable(group, messages, () => jump(first.location));
    }
    return group;
  }

  #node(node: Node, jump: (location: Location) => void): SVGElement {
    const { left, top, width } = this.#plan.box(node);
    // Without column heads, each node shows what it is.
    const kind = this.#plan.heads.length > 0 ? "" : `${COLUMNS[node.column]}${node.detail ? " · " : ""}`;
    const group = s(
      "g",
      { class: `node${node.wrong ? " wrong" : ""} ${node.column === 0 ? ownerClass(node.name) : ""}`, "data-ids": node.ids, transform: `translate(${left} ${top})` },
      s("rect", { width: String(width), height: String(HEIGHT), rx: "8" }),
      s("rect", { class: "stripe", width: "5", height: String(HEIGHT), rx: "2" }),
      s("text", { x: "9", y: "19", class: "label" }, cut(node.label, width)),
      s("text", { x: "9", y: "35", class: "detail" }, kind + cut(node.detail, width - kind.length * LETTER)),
      s("title", {}, `${node.label} ${node.detail}`),
    );
    const { location } = node;
    if (location) pressable(group, `${COLUMNS[node.column]} ${node.label}${node.wrong ? ", has errors" : ""}`, () => jump(location));
    return group;
  }
}

/** Shortens a text in the middle, because ids differ at both ends. */
function cut(text: string, width: number): string {
  const room = Math.floor((width - 16) / LETTER);
  const head = Math.ceil((room - 1) / 2);
  return text.length > room ? `${text.slice(0, head)}…${text.slice(head + 1 - room)}` : text;
}
