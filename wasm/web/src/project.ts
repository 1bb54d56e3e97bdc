import type { Files } from "symlint";

/** What is checked: files, and the folder among them. */
export interface Project {
  files: Files;
  /** As in the engine's options. */
  path: string;
}

/** What a new visitor sees: a place to paste into. */
const STANDARD = ["terraform.tfvars", "main.tf", "variables.tf", ".symlint.hcl"];

/** How a main.tf begins that was only added so that pasted YAML is read: its wiring is not the visitor's. */
export const STAND_IN = "# This file was added so that tenants.yaml is read. Put your own main.tf in its place.";

/** The full name of a file that is added to the checked folder: outside of it, nothing would be checked. */
export function inside(path: string, name: string): string {
  return path === "." || name.startsWith(`${path}/`) ? name : `${path}/${name}`;
}

/** The name of a file from the checked folder, if it is in there. */
export function from(path: string, name: string): string {
  return path !== "." && name.startsWith(`${path}/`) ? name.slice(path.length + 1) : name;
}

/** An empty project. */
export function blank(): Project {
  return { files: Object.fromEntries(STANDARD.map((name) => [name, ""])), path: "." };
}

/** More would keep the browser busy for too long. */
export const LARGEST = 16 * 1024 * 1024;

export const READ = "symlint reads files that end in .tf, .tofu, .tfvars, .json, .yaml, .yml, .csv, .hcl, .tpl, or .tftpl.";

/** Whether symlint can read a file: Terraform's, and data that it decodes. */
export function matters(path: string): boolean {
  const elsewhere = path.split("/").slice(0, -1).some((part) => part.startsWith(".") || part === "node_modules");
  return !elsewhere && /\.(tf|tofu|tfvars|json|ya?ml|csv|hcl|tpl|tftpl)$/.test(path) && !/(^|\/)((package(-lock)?|tsconfig)\.json|\.terraform\.lock\.hcl)$/.test(path);
}

/** Files that say something: empty tabs are not files. */
export function written(files: Files): Files {
  return Object.fromEntries(Object.entries(files).filter(([, text]) => /\S/.test(text)));
}

export function isBlank(files: Files): boolean {
  return Object.values(files).every((text) => !/\S/.test(text));
}

/** The order of the tabs: the checked folder first, values before configuration, and what is nearer first. */
export function ordered({ files, path }: Project): Files {
  const elsewhere = (name: string) => Number(path !== "." && !name.startsWith(`${path}/`));
  const depth = (name: string) => name.split("/").length;
  const kind = (name: string) => (/\.tfvars(\.json)?$/.test(name) ? 0 : name.endsWith(".symlint.hcl") ? 2 : 1);
  const sorted = Object.entries(files).sort(([a], [b]) => elsewhere(a) - elsewhere(b) || depth(a) - depth(b) || kind(a) - kind(b) || a.localeCompare(b));
  return Object.fromEntries(sorted);
}

/** The file that is shown first. */
export function first({ files, path }: Project): string {
  const names = Object.keys(ordered({ files, path }));
  const values = path === "." ? "terraform.tfvars" : `${path}/terraform.tfvars`;
  return names.find((name) => name === values) ?? names[0] ?? "";
}
