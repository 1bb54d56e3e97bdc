/** Keeps the focus when a list is drawn again. Rows have `data-key`, and elements in them have `data-part`. */
export class Focus {
  constructor(private readonly list: HTMLElement) {}

  /** Draws the list and restores the focus. If its element is gone, the row in the same place gets the focus. */
  keep(draw: () => void): void {
    const active = document.activeElement;
    const row = active instanceof HTMLElement && this.list.contains(active) ? active.closest<HTMLElement>("[data-key]") : null;
    const place = row ? this.#rows().indexOf(row) : -1;
    const part = (active as HTMLElement | null)?.dataset["part"] ?? "main";
    draw();
    if (!row) return;
    const rows = this.#rows();
    const same = rows.find((other) => other.dataset["key"] === row.dataset["key"]);
    const next = same ?? rows[Math.min(place, rows.length - 1)];
    const target = (same && same.querySelector<HTMLElement>(`[data-part="${part}"]`)) ?? next?.querySelector<HTMLElement>('[data-part="main"]');
    (target ?? this.list.closest<HTMLElement>('[role="tabpanel"]'))?.focus();
  }

  #rows(): HTMLElement[] {
    return [...this.list.querySelectorAll<HTMLElement>("[data-key]")];
  }
}
