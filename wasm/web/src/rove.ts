/** Lets a part of a diagram work like a button. */
export function pressable(element: Element, label: string, press: () => void): void {
  element.setAttribute("role", "button");
  element.setAttribute("tabindex", "-1");
  element.setAttribute("aria-label", label);
  element.addEventListener("click", press);
  element.addEventListener("keydown", (event) => {
    const { key } = event as KeyboardEvent;
    if (key !== "Enter" && key !== " ") return;
    event.preventDefault();
    press();
  });
}

/** The index that a key leads to from the index `here`, wrapping around after the last of `length`; undefined for most keys. */
export function stepOf({ key }: KeyboardEvent, here: number, length: number): number | undefined {
  const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[key];
  return by === undefined ? { Home: 0, End: length - 1 }[key] : (Math.max(here, by < 0 ? 0 : -1) + by + length) % length;
}

/** Makes `root` a single stop for the Tab key. Arrow keys move between its buttons. */
export function rove(root: Element): void {
  const stops = () => [...root.querySelectorAll<HTMLElement | SVGElement>('[role="button"]')];
  stops()[0]?.setAttribute("tabindex", "0");
  const go = (to: HTMLElement | SVGElement | undefined) => {
    if (!to) return;
    for (const stop of stops()) stop.setAttribute("tabindex", "-1");
    to.setAttribute("tabindex", "0");
    to.focus();
  };
  root.addEventListener("focusin", ({ target }) => {
    const stop = stops().find((stop) => stop === target);
    if (stop && stop.getAttribute("tabindex") !== "0") go(stop);
  });
  root.addEventListener("keydown", (event) => {
    const all = stops();
    const here = all.indexOf(document.activeElement as HTMLElement);
    const to = stepOf(event as KeyboardEvent, here, all.length);
    if (here < 0 || to === undefined) return;
    event.preventDefault();
    go(all[to]);
  });
}
