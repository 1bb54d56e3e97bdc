import type { Location } from "symlint";

import type { Picture } from "./access";
import type { Comparison, Line, Part, Place, Section, Sign } from "./comparison";
import { button, count, h, prose } from "./dom";
import { idsIn } from "./lit";
import { pictureIn } from "./picture";
import { capital } from "./verdict";

type Jump = (location: Location) => void;

/** Draws the effects of a change. */
export function drawComparison(host: HTMLElement, { headline, state, parts }: Comparison, jump: Jump): void {
  host.replaceChildren(h("p", { class: `headline ${state}` }, ...prose(capital(headline))), ...parts.map((part) => drawn(part, jump)));
}

function drawn(part: Part, jump: Jump): HTMLElement {
  if ("picture" in part) return pictureOf(part.picture, jump);
  return "moreTenants" in part ? rest(part.moreTenants, "tenant") : section(part, jump);
}

const KINDS: Record<Sign, string> = { "!": "bad", "+": "ins", "−": "del", "~": "other" };

function section({ title, place, lines, more }: Section, jump: Jump): HTMLElement {
  return h("section", { class: "changed" }, h("h2", {}, title, ...placeOf(place, jump)), h("ul", {}, ...lines.map((line) => drawnLine(line, jump))), ...(more > 0 ? [rest(more, "line")] : []));
}

/** A sentence with the place that it is about. */
function drawnLine({ sign, text, place }: Line, jump: Jump): HTMLElement {
  return h("li", { class: KINDS[sign], "data-ids": idsIn(text) }, h("span", { class: "sign", "aria-hidden": "true" }, sign), h("span", {}, ...prose(text), ...placeOf(place, jump)));
}

function placeOf(place: Place | undefined, jump: Jump): (Node | string)[] {
  if (!place) return [];
  const { file, start } = place.location;
  const name = `${file}:${start.line}:${start.column}`;
  return [" ", place.isBefore ? h("span", { class: "hint" }, `${name} before`) : button(name, () => jump(place.location))];
}

function rest(more: number, what: string): HTMLElement {
  return h("p", { class: "hint" }, `And ${count(more, `more ${what}`)}.`);
}

/** A diagram of the grants that are gained and lost. */
function pictureOf(picture: Picture, jump: Jump): HTMLElement {
  const others = picture.rest > 0 ? `; ${count(picture.rest, "other tenant")} not drawn` : "";
  const legend = h("p", { class: "hint legend" }, h("span", { class: "key gained" }), "+ gained", h("span", { class: "key lost" }), `− lost${others}`);
  return h("section", { class: "changed" }, h("h2", {}, "Access that changes"), legend, pictureIn(picture, jump));
}
