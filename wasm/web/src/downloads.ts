import type { Format } from "symlint";

import { h } from "./dom";

const FORMATS: { format: Format; title: string; file: string; type: string }[] = [
  { format: "sarif", title: "SARIF", file: "symlint.sarif", type: "application/sarif+json" },
  { format: "json", title: "JSON", file: "symlint.json", type: "application/json" },
  { format: "markdown", title: "Markdown", file: "symlint.md", type: "text/markdown" },
  { format: "concise", title: "Plain text", file: "symlint.txt", type: "text/plain" },
];

/** Fills the menu of downloads; each is what the command line would write. */
export function offerDownloads(menu: HTMLElement, render: (format: Format) => Promise<string>): void {
  const select = menu as HTMLSelectElement;
  select.append(...FORMATS.map(({ format, title }) => h("option", { value: format }, title)));
  select.addEventListener("change", () => {
    const chosen = FORMATS.find(({ format }) => format === select.value);
    select.value = "";
    if (!chosen) return;
    void render(chosen.format).then((text) => {
      const address = URL.createObjectURL(new Blob([text], { type: chosen.type }));
      h("a", { href: address, download: chosen.file }).click();
      URL.revokeObjectURL(address);
    });
  });
}
