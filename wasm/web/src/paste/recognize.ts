import type { Files } from "symlint";

import { count, list } from "../dom";
import { isConfiguration, isYaml, jsonOf, readerOf, wrapped } from "./data";
import { newSide } from "./diff";
import { blocksOf } from "./markdown";
import { straighten } from "./quotes";

/** What a paste was recognized as, and the resulting files. */
export interface Recognized {
  /** The files. The first one is shown. */
  files: Files;
  /** What was done, in full sentences. */
  what: string;
}

/** Turns text that was pasted into the file `name` into files; undefined if it is fine as it is. `others` are the files that are not empty. */
export function recognize(name: string, pasted: string, others: ReadonlySet<string>): Recognized | undefined {
  const { text, what } = straighten(pasted);
  const made = fromDiff(name, text) ?? fromMarkdown(text, others) ?? fromData(name, text, others);
  if (made) return { files: made.files, what: [made.what, what].filter(Boolean).join(" ") };
  return what ? { files: { [name]: text }, what } : undefined;
}

function fromDiff(name: string, text: string): Recognized | undefined {
  const files = newSide(text, name);
  const names = Object.keys(files ?? {});
  if (!files || names.length === 0) return undefined;
  return { files, what: `This is a diff, so the new version of ${count(names.length, "file")} was taken from it. Lines that the diff leaves out are missing, which may cause findings.` };
}

function fromMarkdown(text: string, others: ReadonlySet<string>): Recognized | undefined {
  const blocks = blocksOf(text);
  if (blocks.length === 0) return undefined;
  const files: Record<string, string> = {};
  for (const block of blocks) {
    const name = block.name ?? nameOf(block.text);
    const made: Files = fromDiff(name, block.text)?.files ?? fromData(name, block.text, others)?.files ?? { [name]: block.text };
    for (const [file, content] of Object.entries(made)) files[file] = files[file] === undefined ? content : `${files[file]}\n${content}`;
  }
  return { files, what: `This is Markdown, and ${count(blocks.length, "code block")} of it became ${list(Object.keys(files))}.` };
}

function nameOf(text: string): string {
  return isConfiguration(text) ? "main.tf" : "terraform.tfvars";
}

function fromData(name: string, text: string, others: ReadonlySet<string>): Recognized | undefined {
  const isValues = name.endsWith(".tfvars");
  if (!isValues && !/\.(tf|tofu)$/.test(name)) return undefined;
  const json = jsonOf(text);
  if (json) {
    const target = isValues ? `${name}.json` : "terraform.tfvars.json";
    return { files: { [target]: json.text }, what: `This is JSON, so it was put into ${target}${json.isWrapped ? ", inside of `customer_tenants`" : ""}.` };
  }
  if (isYaml(text)) {
    const files = { "tenants.yaml": text };
    if (others.has("main.tf")) return { files, what: "This is YAML, so it was put into tenants.yaml. It is checked if your main.tf reads it." };
    return { files: { ...files, "main.tf": readerOf(text) }, what: "This is YAML, so it was put into tenants.yaml, and a main.tf that reads it was added." };
  }
  if (isValues && isConfiguration(text) && !others.has("main.tf")) {
    return { files: { "main.tf": text }, what: "This is configuration, so it was put into main.tf." };
  }
  const block = isValues ? wrapped(text) : undefined;
  return block === undefined ? undefined : { files: { [name]: block }, what: "These are tenants without the variable that holds them, so they were put into `customer_tenants`." };
}
