import { SymlintError } from "./errors.js";
import type { Level, Options } from "./shapes.js";

/** The texts of files, by their paths relative to the root of the repository. */
export type Files = Readonly<Record<string, string>>;

const VERSION = 1;

const LEVELS = ["off", "warning", "error"] satisfies Level[];
const words = (value: unknown) => Array.isArray(value) && value.every((word) => typeof word === "string");
// Arrays and maps are not plain objects.
const record = (value: unknown): value is Record<string, unknown> => Object.prototype.toString.call(value) === "[object Object]";

/** The check for each option's type, and the name of that type in messages. */
const OPTIONS: Record<keyof Options, [is: (value: unknown) => boolean, what: string]> = {
  path: [(value) => typeof value === "string", "the path of a folder or of a file"],
  with: [words, "an array of the paths of reports"],
  select: [words, "an array of rules"],
  ignore: [words, "an array of rules"],
  levels: [(value) => record(value) && Object.values(value).every((level) => (LEVELS as unknown[]).includes(level)), `an object with the level of each rule: "${LEVELS.join('", "')}"`],
  today: [isDay, "a day such as 2027-01-31"],
  suggestions: [(value) => typeof value === "boolean", "true or false"],
};

/** The request for the engine. Errors about its parts use the terms of JavaScript. */
export function requestOf(files: Files, options: Partial<Options>): string {
  return json({ version: VERSION, files: filesOf("files", files, options?.path), options: optionsOf(options) });
}

/** The request for a comparison. */
export function changeOf(before: Files, after: Files, options: Partial<Options> & { before_path?: string }): string {
  const { before_path, ...others } = record(options) ? options : ({} as typeof options);
  if (before_path !== undefined && typeof before_path !== "string") throw usage("the option `before_path` is not the path of a folder or of a file");
  const path = others.path;
  const texts = { before: filesOf("before", before, before_path ?? path), after: filesOf("after", after, path) };
  return json({ version: VERSION, ...texts, before_path, options: optionsOf(record(options) ? others : options, "before_path") });
}

/** Checks that an argument is a string, such as a format. */
export function wordOf(name: string, value: unknown): string {
  if (typeof value !== "string") throw usage(`\`${name}\` is not a string`);
  return value;
}

/** JSON in which lone halves of surrogate pairs are replaced as `TextEncoder` does, because they are not characters. */
function json(value: unknown): string {
  const text = JSON.stringify(value);
  return text.includes("\\ud") ? text.replace(/\\\\|\\ud[89a-f][0-9a-f]{2}/g, (escape) => (escape === "\\\\" ? escape : "\ufffd")) : text;
}

/** Checks that all files are in the checked folder, and that their paths use `/`. Others would be left out silently. */
function filesOf(name: string, files: Files, checked: unknown): Files {
  if (!record(files)) throw usage(`\`${name}\` is not an object of texts by their paths`);
  const isAbsolute = String(checked ?? "").startsWith("/");
  for (const [path, text] of Object.entries(files)) {
    if (typeof text !== "string") throw usage(`the text of the file \`${path}\` is not a string`);
    if (path.includes("\\")) throw usage(`the path \`${path}\` of a file contains a backslash`, "write paths from the repository's root with `/`, such as `envs/prod/terraform.tfvars`");
    if (path.startsWith("/") && !isAbsolute) throw usage(`the path \`${path}\` of a file is absolute`, "write paths from the repository's root, such as `envs/prod/terraform.tfvars`, or name an absolute folder in the option `path`");
  }
  return files;
}

/** Checks the options, except for `others`, which are checked elsewhere. */
function optionsOf(options: Partial<Options>, ...others: string[]): Partial<Options> {
  if (!record(options)) throw usage("`options` is not an object");
  const given = Object.entries(options).filter(([, value]) => value !== undefined && value !== null);
  for (const [name, value] of given) {
    const known = OPTIONS[name as keyof Options];
    if (!known) throw usage(`there is no option \`${name}\``, `use ${[...Object.keys(OPTIONS), ...others].map((option) => `\`${option}\``).join(", ")}`);
    const [is, what] = known;
    if (!is(value)) throw usage(`the option \`${name}\` is not ${what}`);
  }
  return { today: today(), ...Object.fromEntries(given) };
}

function usage(message: string, help: string | null = null): SymlintError {
  return new SymlintError({ kind: "usage", message, help, location: null, report: null });
}

/** The current date in the local time zone. */
function today(): string {
  const now = new Date();
  const two = (number: number) => String(number).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

function isDay(value: unknown): boolean {
  if (typeof value !== "string" || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const day = new Date(`${value}T00:00:00Z`);
  // The 31st of April is the 1st of May.
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(value);
}
