import { h } from "./dom";
import { stepOf } from "./rove";

export interface Item {
  label: string;
  /** A description below the label. */
  about?: string;
  /** Why the item is not available now. */
  unavailable?: string;
  run(): void;
}

/** Lets a button open a menu. Arrow keys move between items without choosing them. */
export function menu(opener: HTMLElement, items: () => Item[] | Promise<Item[]>): void {
  opener.setAttribute("aria-haspopup", "menu");
  opener.setAttribute("aria-expanded", "false");
  let close: (() => void) | undefined;
  const open = async (last = false) => {
    const list = await items();
    close ??= show(opener, list, () => (close = undefined), last);
  };
  opener.addEventListener("click", () => (close ? close() : void open()));
  opener.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    void open(event.key === "ArrowUp");
  });
}

function show(opener: HTMLElement, items: Item[], closed: () => void, last: boolean): () => void {
  const list = h("div", { class: "menu", role: "menu", "aria-labelledby": opener.id });
  const leaving = new AbortController();
  const close = () => {
    leaving.abort();
    list.remove();
    opener.setAttribute("aria-expanded", "false");
    closed();
  };
  const rows = items.map(({ label, about, unavailable, run }) => {
    const says = unavailable ?? about;
    const row = h("button", { type: "button", role: "menuitem" }, h("span", {}, label), ...(says ? [h("span", { class: "about" }, says)] : []));
    if (unavailable) row.setAttribute("aria-disabled", "true");
    row.addEventListener("click", () => {
      if (unavailable) return;
      close();
      opener.focus();
      run();
    });
    return row;
  });
  list.append(...rows);
  list.addEventListener("keydown", (event) => {
    const here = rows.indexOf(document.activeElement as HTMLButtonElement);
    const to = stepOf(event, here, rows.length);
    if (event.key === "Escape" || event.key === "Tab") {
      close();
      if (event.key === "Escape") opener.focus();
    } else if (to !== undefined) {
      event.preventDefault();
      rows[to]?.focus();
    } else if (event.key.length === 1 && event.key !== " ") {
      const letter = event.key.toLowerCase();
      [...rows.slice(here + 1), ...rows].find((row) => row.textContent?.toLowerCase().startsWith(letter))?.focus();
    }
  });
  document.addEventListener(
    "pointerdown",
    (event) => {
      const target = event.target as Node;
      if (!list.contains(target) && !opener.contains(target)) close();
    },
    { signal: leaving.signal },
  );
  opener.after(list);
  // Keep the list inside the window, whichever side the button is on.
  const overhang = list.getBoundingClientRect().right - document.documentElement.clientWidth + 8;
  if (overhang > 0) list.style.translate = `${-overhang}px`;
  opener.setAttribute("aria-expanded", "true");
  rows[last ? rows.length - 1 : 0]?.focus();
  return close;
}
