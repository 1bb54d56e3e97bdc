import type { Location } from "symlint";

import type { Picture } from "./access";
import { h } from "./dom";
import type { Leaks } from "./leaks";

export interface AccessActions {
  jump(location: Location): void;
  picture(): Promise<Picture | undefined>;
  leaks(): Promise<Leaks | undefined>;
}

/** Shows who can access what: a diagram, and if there are too many tenants for it, a matrix above it. The code that draws them is loaded when it is first needed. */
export class AccessView {
  #asked = 0;

  constructor(
    private readonly host: HTMLElement,
    private readonly actions: AccessActions,
  ) {}

  async draw(): Promise<void> {
    const asked = ++this.#asked;
    const picture = await this.actions.picture();
    const leaks = picture && picture.rest > 0 ? await this.actions.leaks() : undefined;
    const [{ drawMatrix }, { drawPicture }] = await Promise.all([import("./matrix"), import("./picture")]);
    if (!picture || asked !== this.#asked) return;
    const parts = { matrix: h("div"), picture: h("div") };
    // The diagram measures the available width.
    this.host.replaceChildren(...(leaks ? [parts.matrix] : []), parts.picture);
    if (leaks) drawMatrix(parts.matrix, leaks, this.actions.jump);
    drawPicture(parts.picture, picture, this.actions.jump);
  }

  clear(): void {
    this.#asked += 1;
    this.host.replaceChildren();
  }
}
