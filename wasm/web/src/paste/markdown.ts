/** A fenced block of code. */
interface Block {
  /** The name of the file, if the page contains it. */
  name?: string;
  text: string;
}

const FILE = /(?<![\w./-])([\w.-]+(?:\/[\w.-]+)*\.(?:tf|tofu|tfvars|hcl|ya?ml|json|csv)(?:\.json)?)(?![\w/-])/;
const LANGUAGES = /^(hcl|terraform|tofu|opentofu|tf|tfvars|json|ya?ml|diff)?$/i;

/** The blocks of a Markdown page that may be Terraform. */
export function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  const lines = text.split(/\r?\n/);
  for (let at = 0; at < lines.length; at += 1) {
    const [, indent = "", fence, info = ""] = /^(\s*)(`{3,}|~{3,})\s*([^`]*)$/.exec(lines[at] ?? "") ?? [];
    if (!fence) continue;
    // Perhaps only part of the page was copied.
    const end = lines.findIndex((line, other) => other > at && line.trim() === fence);
    const body = lines.slice(at + 1, end < 0 ? lines.length : end).map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line));
    const language = /^[\w+-]*/.exec(info)?.[0] ?? "";
    const before = lines.slice(0, at).findLast((line) => line.trim() !== "") ?? "";
    const isProse = before.length < 120 && !/^\s*(`{3,}|~{3,})/.test(before);
    const name = FILE.exec(info)?.[1] ?? (isProse ? FILE.exec(before)?.[1] : undefined) ?? /^(?:#|\/\/)\s*(\S+)$/.exec(body[0] ?? "")?.[1];
    const isFile = name !== undefined && FILE.test(name);
    if (LANGUAGES.test(language) && body.some((line) => line.trim() !== "")) blocks.push({ ...(isFile ? { name } : {}), text: `${body.join("\n")}\n` });
    at = end < 0 ? lines.length : end;
  }
  return blocks;
}
