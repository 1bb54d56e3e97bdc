import { byId } from "./dom";
import type { Keeper } from "./keep";

/** Sets up the footer: what is stored, and links. */
export function prepareFooter(keeper: Keeper, clear: () => void, kept: () => void): void {
  const keep = byId<HTMLInputElement>("keep");
  keep.checked = keeper.on;
  keep.addEventListener("change", () => {
    keeper.on = keep.checked;
    if (keeper.on) kept();
  });
  byId("clear").addEventListener("click", clear);
  const copy = byId("install-copy");
  copy.addEventListener("click", () => {
    void navigator.clipboard.writeText(byId("install").textContent ?? "").then(() => {
      copy.textContent = "Copied";
      window.setTimeout(() => (copy.textContent = "Copy"), 2000);
    });
  });
}
