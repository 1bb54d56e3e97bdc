import { ATTRIBUTES, isAttribute, nameOf, type Shape } from "./reader";

/** JSON with tenants. */
export interface Json {
  text: string;
  /** Where the tenants are, if they are a list, which a values file without a main.tf cannot have. */
  list?: Shape;
  /** Whether they were put into a variable. */
  isWrapped: boolean;
}

/** JSON in the form of a values file. Tenants without a variable are put into one. */
export function jsonOf(pasted: string): Json | undefined {
  // A block may be copied from the middle of a file.
  const text = /^\s*"[^"\n]*"\s*:/.test(pasted) ? `{ ${pasted.trim().replace(/,$/, "")} }` : pasted;
  const value = parsed(text);
  if (value === undefined) return undefined;
  const isTenant = (entry: unknown): entry is object => typeof entry === "object" && entry !== null && Object.keys(entry).some(isAttribute);
  const listIn = (below: string[], list: unknown): Json | undefined =>
    Array.isArray(list) && isTenant(list[0]) ? { text, isWrapped: false, list: { below, kind: "list", name: nameOf(Object.keys(list[0])) } } : undefined;
  const list = listIn([], value) ?? Object.entries(value).map(([key, inner]) => listIn([key], inner)).find((found) => found !== undefined);
  if (list) return list;
  const tenants = isTenant(value) ? `{ "pasted": ${text.trim()} }` : Object.values(value).some(isTenant) ? text.trim() : undefined;
  return { text: tenants === undefined ? text : `{ "customer_tenants": ${tenants} }\n`, isWrapped: tenants !== undefined };
}

function parsed(text: string): object | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as object;
  } catch {
    return undefined;
  }
}

/** Whether most lines look like YAML, and none is a Terraform assignment. */
export function isYaml(text: string): boolean {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "" && !/^\s*#|^---\s*$/.test(line));
  if (lines.length < 2 || lines.some((line) => /^\s*["\w.-]+\s*=\s/.test(line))) return false;
  const entries = lines.filter((line) => /^\s*(- )?["']?[\w./-]+["']?:(\s|$)/.test(line) || /^\s*- \S/.test(line));
  return entries.length > lines.length / 2;
}

/** Whether the text contains blocks of configuration. */
export function isConfiguration(text: string): boolean {
  return /^(terraform|provider|variable|module|resource|data|locals|output)\b[^=\n]*\{/m.test(text);
}

/** Tenants without a variable, put into one; undefined if they are in a variable. */
export function wrapped(text: string): string | undefined {
  const depth = depthOf(text);
  const body = text.trimEnd();
  if (depth === 1) return `customer_tenants = {\n${body}\n}\n`;
  if (depth === 0) return `customer_tenants = {\n  pasted = {\n${body}\n  }\n}\n`;
  return /^\s*\[/.test(text) && depth === 2 ? `customer_tenants = ${text.trimStart()}` : undefined;
}

/** A variable with a list of tenants, and where they are in it. */
export function listOf(text: string): { variable: string; shape: Shape } | undefined {
  const [, variable, first = ""] = /^([\w-]+)\s*=\s*\[\s*\{([^{}]*)/m.exec(text) ?? [];
  if (variable === undefined || depthOf(text) !== 2) return undefined;
  const keys = [...first.matchAll(/^\s*"?([\w-]+)"?\s*[=:]/gm)].map(([, key = ""]) => key);
  return { variable, shape: { below: [], kind: "list", name: nameOf(keys) } };
}

/** How many braces and brackets are around the outermost attribute of a tenant. */
function depthOf(text: string): number | undefined {
  const tokens = new RegExp(`"?\\b(?:${ATTRIBUTES})\\b"?(?=\\s*(?:=[^=]|:))|"(?:[^"\\\\\\n]|\\\\.)*"|(?:#|//)[^\\n]*|/\\*[\\s\\S]*?\\*/|[{}[\\]]`, "g");
  let depth = 0;
  let least: number | undefined;
  for (const [token] of text.matchAll(tokens)) {
    if (/^[{[]/.test(token)) depth += 1;
    else if (/^[}\]]/.test(token)) depth -= 1;
    else if (new RegExp(`^"?(${ATTRIBUTES})`).test(token)) least = Math.min(least ?? depth, depth);
  }
  return least;
}
