import type { RulePage } from "symlint";

import { h, prose } from "./dom";
import { markdown } from "./markdown";

/** Shows the page of a rule next to the results. Escape and a button lead back. */
export function showRule(host: HTMLElement, page: RulePage): void {
  const from = document.activeElement;
  const close = () => {
    host.hidden = true;
    if (from instanceof HTMLElement && from.isConnected) from.focus();
  };
  host.replaceChildren(
    h("div", { class: "rule-head" }, h("div", {}, h("h2", {}, page.id), h("p", { class: "hint" }, ...prose(`${page.level} · ${page.group}: ${page.question}`))), h("button", { type: "button", class: "icon", "aria-label": "Close", click: close }, "×")),
    h("p", { class: "summary" }, ...prose(page.summary)),
    ...markdown(page.text),
  );
  host.onkeydown = (event) => {
    if (event.key === "Escape") close();
  };
  host.hidden = false;
  host.scrollTop = 0;
  host.focus({ preventScroll: false });
}
