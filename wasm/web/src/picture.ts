import type { Location, Report } from "symlint";

import { pictureOf, type Edge, type Node } from "./access";
import { count, h } from "./dom";

const COLUMNS = ["Tenant", "SSO instance", "Permission set", "Account"];
const WIDTH = 148;
const GAP = 40;
const HEIGHT = 46;
const STEP = 62;
const TOP = 30;

/** Draws who reaches what. */
export function drawPicture(host: HTMLElement, report: Report, jump: (location: Location) => void): void {
  const picture = pictureOf(report);
  if (picture.nodes.length === 0) {
    const text = picture.rest ? `Nothing is wrong with any of ${count(picture.rest, "tenant")}.` : "There are no tenants to draw.";
    host.replaceChildren(h("p", { class: "hint" }, text));
    return;
  }
  const rows = 1 + Math.max(...picture.nodes.map(({ row }) => row));
  const width = COLUMNS.length * WIDTH + (COLUMNS.length - 1) * GAP + 4;
  const height = TOP + rows * STEP;
  const root = s("svg", { viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": "Access picture" });
  COLUMNS.forEach((name, column) => root.append(s("text", { x: String(column * (WIDTH + GAP) + 2), y: "14", class: "column" }, name)));
  const places = new Map(picture.nodes.map((node) => [node.id, node]));
  // What crosses lies on top.
  const edges = [...picture.edges].sort((a, b) => Number(a.crossing) - Number(b.crossing));
  for (const edge of edges) root.append(line(edge, places, jump));
  for (const node of picture.nodes) root.append(box(node, jump));
  const crossings = picture.edges.filter(({ crossing }) => crossing).length;
  const says = crossings ? `${count(crossings, "line")} from one tenant into another` : "Nothing crosses from one tenant into another";
  const rest = picture.rest ? `; ${count(picture.rest, "other tenant")} not drawn` : "";
  host.replaceChildren(
    h("p", { class: "hint legend" }, h("span", { class: crossings ? "key crossing" : "key" }), says + rest),
    h("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Access picture, can be scrolled" }, root),
  );
}

function line(edge: Edge, places: Map<string, Node>, jump: (location: Location) => void): SVGElement {
  const [from, to] = [places.get(edge.from), places.get(edge.to)];
  if (!from || !to) return s("g", {});
  const [x1, y1] = [left(from) + WIDTH, top(from) + HEIGHT / 2];
  const [x2, y2] = [left(to), top(to) + HEIGHT / 2];
  const bend = (x2 - x1) / 2;
  const path = `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
  const group = s("g", { class: `edge${edge.crossing ? " crossing" : ""}${edge.shared ? " shared" : ""}` }, s("path", { d: path }));
  if (edge.crossing) {
    group.append(s("path", { d: path, class: "hit" }), s("title", {}, edge.label));
    pressable(group, edge.label, () => jump(edge.location));
  }
  return group;
}

function box(node: Node, jump: (location: Location) => void): SVGElement {
  const group = s(
    "g",
    { class: `node${node.wrong ? " wrong" : ""}`, transform: `translate(${left(node)} ${top(node)})` },
    s("rect", { width: String(WIDTH), height: String(HEIGHT), rx: "9" }),
    s("text", { x: "12", y: "20", class: "label" }, cut(node.label)),
    s("text", { x: "12", y: "36", class: "detail" }, cut(node.detail)),
    s("title", {}, `${node.label} ${node.detail}`),
  );
  pressable(group, `${COLUMNS[node.column]} ${node.label}${node.wrong ? ", has findings" : ""}`, () => jump(node.location));
  return group;
}

function pressable(group: SVGElement, label: string, press: () => void): void {
  group.setAttribute("role", "button");
  group.setAttribute("tabindex", "0");
  group.setAttribute("aria-label", label);
  group.addEventListener("click", press);
  group.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    press();
  });
}

const left = (node: Node) => 2 + node.column * (WIDTH + GAP);
const top = (node: Node) => TOP + node.row * STEP;
/** Ids differ at both ends. */
const cut = (text: string) => (text.length > 18 ? `${text.slice(0, 11)}…${text.slice(-6)}` : text);

function s(tag: string, attributes: Record<string, string>, ...children: (Element | string)[]): SVGElement {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}
