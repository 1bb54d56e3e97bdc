import type { AccessStep } from "symlint";

/** The text of a value, if it is known. */
export function known(value: AccessStep["value"]): string | undefined {
  return typeof value === "string" ? value : undefined;
}
