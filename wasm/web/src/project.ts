import type { Files } from "symlint";

/** What is checked: files, and the folder or values file among them. */
export interface Project {
  files: Files;
  /** As in the engine's options. */
  path: string;
}

/** What a new visitor sees: a place to paste into. */
export const STANDARD = ["terraform.tfvars", "main.tf", "variables.tf", ".symlint.hcl"];

/** More would keep the browser busy for too long. */
export const LARGEST = 16 * 1024 * 1024;

/** Whether a file matters to symlint. */
export function matters(path: string): boolean {
  const hidden = path.split("/").slice(0, -1).some((part) => part.startsWith("."));
  return !hidden && /(\.tf|\.tf\.json|\.tfvars|\.tfvars\.json|(^|\/)\.symlint\.hcl)$/.test(path);
}

/** Files that say something: empty tabs are no files. */
export function written(files: Files): Files {
  return Object.fromEntries(Object.entries(files).filter(([, text]) => text.trim() !== ""));
}
