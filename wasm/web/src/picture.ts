import type { Location } from "symlint";

import type { Edge, Node, Picture } from "./access";
import { count, h, plain, prose, s } from "./dom";
import { ownerClass } from "./owner";
import { pressable, rove } from "./rove";

const COLUMNS = ["Tenant", "Role", "SSO instance", "Permission set", "Account"];
/** How the columns share the width: names are longer than the ends of ids. */
const SHARES = [0.23, 0.23, 0.18, 0.18, 0.18];
const NARROWEST = 600;
const WIDEST = 1160;
const GAP = 28;
const HEIGHT = 44;
const STEP = 60;
const TOP = 28;
const LETTER = 7.3;
/** A longer list of what the picture shows anyway helps nobody. */
const LISTED = 50;

/** Draws who reaches what, as wide as there is room. */
export function drawPicture(host: HTMLElement, picture: Picture, jump: (location: Location) => void): void {
  if (picture.nodes.length === 0) {
    const text = picture.rest ? `Nothing is wrong with any of ${count(picture.rest, "tenant")}.` : "There are no tenants to draw.";
    host.replaceChildren(h("p", { class: "hint" }, text));
    return;
  }
  const wrong = picture.edges.filter(({ errors }) => errors.length > 0);
  const scroll = h("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Access picture, can be scrolled" });
  host.replaceChildren(legend(picture, wrong.length), scroll, ...(wrong.length ? [list(wrong, jump)] : []));
  const draw = () => scroll.replaceChildren(pictureAt(picture, scroll.clientWidth, jump));
  draw();
  let width = scroll.clientWidth;
  // It ends with the element that it observes.
  new ResizeObserver(() => {
    if (scroll.clientWidth === width || !scroll.isConnected) return;
    width = scroll.clientWidth;
    draw();
  }).observe(scroll);
}

/** The picture at a width. */
export function pictureAt(picture: Picture, width: number, jump: (location: Location) => void): SVGElement {
  return new Drawing(picture, width, jump).root;
}

function legend({ rest, wrongRest }: Picture, wrong: number): HTMLElement {
  const says = wrong ? `${count(wrong, "line")} with errors` : "No line has errors";
  const others = rest ? `; ${count(rest, "other tenant")} not drawn${wrongRest ? `, ${wrongRest.toLocaleString("en")} of them with errors` : ""}` : "";
  return h("p", { class: "hint legend" }, h("span", { class: wrong ? "key wrong" : "key" }), says + others);
}

/** In words what is wrong, for those who would rather read. */
function list(edges: readonly Edge[], jump: (location: Location) => void): HTMLElement {
  const errors = [...new Set(edges.flatMap(({ errors }) => errors))];
  const rows = errors.slice(0, LISTED).map(({ message, location }) => h("li", {}, h("button", { type: "button", class: "link", click: () => jump(location) }, ...prose(message))));
  return h("ul", { class: "errors", "aria-label": "What is wrong" }, ...rows);
}

/** The picture at one width. */
class Drawing {
  readonly root: SVGElement;
  /** Where each column starts, and how wide its boxes are. */
  readonly #columns: { left: number; box: number }[] = [];

  constructor(picture: Picture, room: number, jump: (location: Location) => void) {
    const rows = 1 + Math.max(...picture.nodes.map(({ row }) => row));
    const width = Math.min(Math.max(room, NARROWEST), WIDEST);
    const height = TOP + rows * STEP;
    let left = 2;
    for (const share of SHARES) {
      const box = Math.floor((width - 4 - (COLUMNS.length - 1) * GAP) * share);
      this.#columns.push({ left, box });
      left += box + GAP;
    }
    this.root = s("svg", { width: String(width), height: String(height), role: "group", "aria-label": "Access picture" });
    COLUMNS.forEach((name, column) => this.root.append(s("text", { x: String(this.#at(column).left), y: "14", class: "column" }, name)));
    const places = new Map(picture.nodes.map((node) => [node.id, node]));
    // What is wrong lies on top.
    const edges = [...picture.edges].sort((a, b) => Number(a.errors.length > 0) - Number(b.errors.length > 0));
    for (const edge of edges) this.root.append(this.#line(edge, places, jump));
    for (const node of picture.nodes) this.root.append(this.#node(node, jump));
    rove(this.root);
  }

  #line(edge: Edge, places: Map<string, Node>, jump: (location: Location) => void): SVGElement {
    const [from, to] = [places.get(edge.from), places.get(edge.to)];
    if (!from || !to) return s("g", {});
    const { left, box } = this.#at(from.column);
    const [x1, y1] = [left + box, top(from) + HEIGHT / 2];
    const [x2, y2] = [this.#at(to.column).left, top(to) + HEIGHT / 2];
    const bend = (x2 - x1) / 2;
    const path = `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
    const [first] = edge.errors;
    const group = s("g", { class: first ? "edge wrong" : `edge ${edge.fate ?? ""}` }, s("path", { d: path }));
    // Not by the look alone.
    if (edge.fate) group.append(s("text", { class: "fate", x: String((x1 + x2) / 2), y: String((y1 + y2) / 2 - 5) }, edge.fate === "gained" ? "+" : "−"));
    if (first) {
      const messages = edge.errors.map(({ message }) => plain(message)).join("\n");
      group.append(s("path", { d: path, class: "hit" }), s("title", {}, messages));
      pressable(group, messages, () => jump(first.location));
    }
    return group;
  }

  #node(node: Node, jump: (location: Location) => void): SVGElement {
    const { left, box } = this.#at(node.column);
    const group = s(
      "g",
      { class: `node${node.wrong ? " wrong" : ""} ${node.column === 0 ? ownerClass(node.name) : ""}`, "data-ids": node.ids, transform: `translate(${left} ${top(node)})` },
      s("rect", { width: String(box), height: String(HEIGHT), rx: "8" }),
      s("rect", { class: "stripe", width: "5", height: String(HEIGHT), rx: "2" }),
      s("text", { x: "9", y: "19", class: "label" }, cut(node.label, box)),
      s("text", { x: "9", y: "35", class: "detail" }, cut(node.detail, box)),
      s("title", {}, `${node.label} ${node.detail}`),
    );
    const { location } = node;
    if (location) pressable(group, `${COLUMNS[node.column]} ${node.label}${node.wrong ? ", has errors" : ""}`, () => jump(location));
    return group;
  }

  #at(column: number): { left: number; box: number } {
    return this.#columns[column] ?? { left: 0, box: 0 };
  }
}

/** Ids differ at both ends. */
function cut(text: string, width: number): string {
  const room = Math.floor((width - 16) / LETTER);
  const head = Math.ceil((room - 1) / 2);
  return text.length > room ? `${text.slice(0, head)}…${text.slice(head + 1 - room)}` : text;
}

const top = (node: Node) => TOP + node.row * STEP;
