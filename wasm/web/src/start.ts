import { byId, card, h } from "./dom";
import { SAMPLES } from "./samples";

/** The ways to begin, shown before there is any text. */
export function drawStart(host: HTMLElement, choose: (sample: string) => void): void {
  const cards = SAMPLES.map(({ path, title, about }) => card(title, about, () => choose(path)));
  const folder = card("Your own folder", "What Terraform would read in it is checked, and nothing is uploaded. You can also drop it anywhere on the page.", () => byId("folder").click());
  host.replaceChildren(h("h2", {}, "Paste into the editor, or start with"), h("div", { class: "cards" }, ...cards, folder));
}
