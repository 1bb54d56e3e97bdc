import type { Files } from "symlint";

import { count, list } from "../dom";
import { isConfiguration, isYaml, jsonOf, listOf, wrapped } from "./data";
import { newSide } from "./diff";
import { bare } from "./lines";
import { blocksOf } from "./markdown";
import { straighten } from "./quotes";
import { readerOf, shapeOfYaml } from "./reader";

/** What a paste was recognized as, and the resulting files. */
export interface Recognized {
  /** The files. The first one is shown. */
  files: Files;
  /** What was done, in full sentences. */
  what: string;
}

/** Turns text that was pasted into the file `name` into files; undefined if it is fine as it is. `others` are the files that are not empty. */
export function recognize(name: string, pasted: string, others: ReadonlySet<string>): Recognized | undefined {
  const straight = straighten(pasted);
  const lines = bare(straight.text);
  const text = lines?.text ?? straight.text;
  const made = fromDiff(name, text) ?? fromMarkdown(text, others) ?? fromData(name, text, others);
  const what = [made?.what, lines?.what, straight.what].filter(Boolean).join(" ");
  return what ? { files: made?.files ?? { [name]: text }, what } : undefined;
}

function fromDiff(name: string, text: string): Recognized | undefined {
  const files = newSide(text, name);
  const names = Object.keys(files ?? {});
  if (!files || names.length === 0) return undefined;
  return { files, what: `This is a diff, so the new version of ${count(names.length, "file")} was taken from it. Lines that the diff leaves out are missing, which may cause findings.` };
}

function fromMarkdown(text: string, others: ReadonlySet<string>): Recognized | undefined {
  const all = blocksOf(text);
  // A page may have other blocks, too.
  const related = all.filter((block) => block.name !== undefined || isConfiguration(block.text) || /arn:|\b\d{12}\b/.test(block.text));
  const blocks = related.length > 0 ? related : all;
  if (blocks.length === 0) return undefined;
  const files: Record<string, string> = {};
  for (const block of blocks) {
    const name = block.name ?? fileFor(block.text);
    const made: Files = fromDiff(name, block.text)?.files ?? fromData(name, block.text, others)?.files ?? { [name]: block.text };
    for (const [file, content] of Object.entries(made)) files[file] = files[file] === undefined ? content : `${files[file]}\n${content}`;
  }
  return { files, what: `This is Markdown, and ${count(blocks.length, "code block")} of it became ${list(Object.keys(files))}.` };
}

function fileFor(text: string): string {
  return isConfiguration(text) ? "main.tf" : "terraform.tfvars";
}

function fromData(name: string, text: string, others: ReadonlySet<string>): Recognized | undefined {
  const isValues = name.endsWith(".tfvars");
  if (!isValues && !/\.(tf|tofu)$/.test(name)) return undefined;
  const isNested = /sso_connector_settings/.test(text);
  const isRead = others.has("main.tf");
  /** Data that is only read through a main.tf. */
  const read = (kind: string, file: string, content: string, reader: string | undefined): Recognized => {
    const what = `This is ${kind}, so it was put into ${file}`;
    if (isRead || reader === undefined) return { files: { [file]: content }, what: `${what}. It is checked if ${isRead ? "your" : "a"} main.tf reads it.` };
    return { files: { [file]: content, "main.tf": reader }, what: `${what}, and a main.tf that reads it was added.` };
  };
  const json = jsonOf(text);
  if (json?.list) return read("JSON with a list", "tenants.json", json.text, readerOf(decoded("tenants.json"), json.list, isNested));
  if (json) {
    const target = isValues ? `${name}.json` : "terraform.tfvars.json";
    return { files: { [target]: json.text }, what: `This is JSON, so it was put into ${target}${json.isWrapped ? ", inside of `customer_tenants`" : ""}.` };
  }
  if (isYaml(text)) {
    const shape = shapeOfYaml(text);
    return read("YAML", "tenants.yaml", text, shape && readerOf(decoded("tenants.yaml"), shape, isNested));
  }
  if (isConfiguration(text)) {
    return isValues && !isRead ? { files: { "main.tf": text }, what: "This is configuration, so it was put into main.tf." } : undefined;
  }
  if (!isValues) return undefined;
  const block = wrapped(text);
  const list = isRead ? undefined : listOf(block ?? text);
  const wraps = block === undefined ? "" : "These are tenants without the variable that holds them, so they were put into `customer_tenants`.";
  if (list) {
    const { variable, shape } = list;
    const reader = `${readerOf(`var.${variable}`, shape, isNested)}\nvariable "${variable}" {\n  type = any\n}\n`;
    return { files: { [name]: block ?? text, "main.tf": reader }, what: [wraps, "These tenants are a list, so a main.tf that reads it was added."].filter(Boolean).join(" ") };
  }
  return block === undefined ? undefined : { files: { [name]: block }, what: wraps };
}

/** The expression that reads a file of data. */
function decoded(file: string): string {
  return `${file.split(".").at(-1) ?? ""}decode(file("\${path.module}/${file}"))`;
}
