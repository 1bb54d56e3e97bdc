import type { Files } from "symlint";

/** The input of a check: files, and the folder among them. */
export interface Project {
  files: Files;
  /** The folder, as in the engine's options. */
  path: string;
}

/** The files for a new visitor, to paste into. */
const STANDARD = ["terraform.tfvars", "main.tf", "variables.tf", ".symlint.hcl"];

/** The first line of a main.tf that was only added so that pasted tenants are read. Its wiring is not the visitor's. */
export const STAND_IN = "# This file was added so that your tenants are read. Put your own main.tf in its place.";

/** The full path of a file that is added to the checked folder. */
export function inside(path: string, name: string): string {
  return path === "." || name.startsWith(`${path}/`) ? name : `${path}/${name}`;
}

/** The path of a file relative to the checked folder, if it is inside. */
export function from(path: string, name: string): string {
  return path !== "." && name.startsWith(`${path}/`) ? name.slice(path.length + 1) : name;
}

/** An empty project. */
export function blank(): Project {
  return { files: Object.fromEntries(STANDARD.map((name) => [name, ""])), path: "." };
}

/** Larger projects would keep the browser busy for too long. */
export const LARGEST = 16 * 1024 * 1024;

export const READ = "symlint reads files that end in .tf, .tofu, .tfvars, .json, .yaml, .yml, .csv, .hcl, .tpl, or .tftpl.";

/** Whether symlint can read a file: Terraform's own, or data that Terraform decodes. */
export function matters(path: string): boolean {
  const elsewhere = path.split("/").slice(0, -1).some((part) => part.startsWith(".") || part === "node_modules");
  return !elsewhere && /\.(tf|tofu|tfvars|json|ya?ml|csv|hcl|tpl|tftpl)$/.test(path) && !/(^|\/)((package(-lock)?|tsconfig)\.json|\.terraform\.lock\.hcl)$/.test(path);
}

/** The files that are not empty, because empty tabs are not files. */
export function written(files: Files): Files {
  return Object.fromEntries(Object.entries(files).filter(([, text]) => /\S/.test(text)));
}

export function isBlank(files: Files): boolean {
  return Object.values(files).every((text) => !/\S/.test(text));
}

/** The order of the tabs: the checked folder first, values before configuration, and files with shorter paths first. */
export function ordered({ files, path }: Project): Files {
  const elsewhere = (name: string) => Number(path !== "." && !name.startsWith(`${path}/`));
  const depth = (name: string) => name.split("/").length;
  const kind = (name: string) => (/(^|\/)terraform\.tfvars(\.json)?$/.test(name) ? 0 : /\.tfvars(\.json)?$/.test(name) ? 1 : name.endsWith(".symlint.hcl") ? 3 : 2);
  const sorted = Object.entries(files).sort(([a], [b]) => elsewhere(a) - elsewhere(b) || depth(a) - depth(b) || kind(a) - kind(b) || a.localeCompare(b));
  return Object.fromEntries(sorted);
}

/** The file that is shown first. */
export function first({ files, path }: Project): string {
  const names = Object.keys(ordered({ files, path }));
  const values = path === "." ? "terraform.tfvars" : `${path}/terraform.tfvars`;
  return names.find((name) => name === values) ?? names[0] ?? "";
}
