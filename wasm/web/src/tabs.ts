import { byId, count as counted, h } from "./dom";
import { menu } from "./menu";
import { from } from "./project";
import { stepOf } from "./rove";

export interface TabActions {
  show(name: string): void;
  remove(name: string): void;
  add(name: string): void;
}

/** The tabs of more files may not fit, so there is a menu of all files. */
const FEW = 4;
let all: { label: string; findings: number; show(): void }[] = [];

/** Draws the tabs of the files, with those of the checked folder first. */
export function drawTabs(host: HTMLElement, names: string[], active: string, counts: Map<string, number>, path: string, actions: TabActions): void {
  // If nothing changed, the tabs are kept, so that no click is lost.
  const state = JSON.stringify([names, active, [...counts], path]);
  if (host.dataset["drawn"] === state) return;
  host.dataset["drawn"] = state;
  const focused = host.contains(document.activeElement) ? (document.activeElement as HTMLElement).dataset["name"] : undefined;
  const list = h("div", { class: "tab-list", role: "tablist", "aria-label": "Files" });
  for (const name of names) {
    const shown = from(path, name);
    const count = counts.get(name) ?? 0;
    const label = [shown.split("/").slice(0, -1).join("/"), shown.split("/").at(-1) ?? shown] as const;
    const tab = h(
      "button",
      {
        type: "button",
        role: "tab",
        class: "tab",
        "aria-selected": String(name === active),
        "aria-controls": "editor",
        tabindex: name === active ? "0" : "-1",
        title: name,
        "data-name": name,
        click: () => actions.show(name),
      },
      ...(label[0] ? [h("span", { class: "tab-folder" }, `${label[0]}/`)] : []),
      label[1],
      ...(count ? [h("span", { class: "badge", "aria-label": `, ${count} findings` }, count > 99 ? "99+" : String(count))] : []),
    );
    list.append(tab);
  }
  arrows(list);
  // These two stay when the tabs change: a button that is replaced while it is pressed loses the click.
  const button = (name: string) =>
    host.querySelector<HTMLButtonElement>(`:scope > [data-name="${name}"]`) ?? h("button", { type: "button", class: "icon", "data-name": name }, name);
  const [name, remove] = [button("+"), button("×")];
  name.title = name.ariaLabel = "Add a file";
  name.onclick = () => ask(actions);
  remove.title = remove.ariaLabel = `Remove ${active}`;
  remove.onclick = () => actions.remove(active);
  all = names.map((name) => ({ label: from(path, name), findings: counts.get(name) ?? 0, show: () => actions.show(name) }));
  if (host.firstElementChild?.classList.contains("tab-list")) host.firstElementChild.replaceWith(list);
  else host.replaceChildren(list, h("div", { class: "opens" }, menuOfFiles()), name, remove);
  host.querySelector(".opens")?.toggleAttribute("hidden", names.length <= FEW);
  const tabs = [...list.children] as HTMLElement[];
  [...tabs, name, remove].find((part) => part.dataset["name"] === focused)?.focus();
  // scrollIntoView would also scroll the page.
  const selected = tabs.find((tab) => tab.getAttribute("aria-selected") === "true");
  if (selected) list.scrollLeft = selected.offsetLeft - list.offsetLeft - 24;
}

function menuOfFiles(): HTMLElement {
  const opener = h("button", { type: "button", class: "icon", id: "all-files", title: "All files", "aria-label": "All files" });
  menu(opener, () => all.map(({ label, findings, show }) => ({ label, ...(findings > 0 ? { about: counted(findings, "finding") } : {}), run: show })));
  return opener;
}

function ask(actions: TabActions): void {
  const dialog = byId<HTMLDialogElement>("name");
  const field = byId<HTMLInputElement>("name-text");
  field.value = "";
  dialog.returnValue = "";
  dialog.onclose = () => {
    const name = field.value.trim();
    if (dialog.returnValue === "add" && name) actions.add(name);
  };
  dialog.showModal();
}

/** The left and right keys move between tabs, as in the usual pattern for tabs. */
export function arrows(list: HTMLElement): void {
  list.addEventListener("keydown", (event) => {
    const tabs = [...list.querySelectorAll<HTMLElement>('[role="tab"]')];
    const here = tabs.indexOf(document.activeElement as HTMLElement);
    const to = stepOf(event, here, tabs.length);
    // The up and down keys scroll.
    if (here < 0 || to === undefined || /Up|Down/.test(event.key)) return;
    event.preventDefault();
    tabs[to]?.focus();
    tabs[to]?.click();
  });
}
