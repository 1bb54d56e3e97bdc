import type { Files, Format } from "symlint";

import { download } from "./dom";
import type { Item } from "./menu";
import type { Project } from "./project";

export interface Takings {
  /** What is checked, without empty files. */
  project(): Project;
  /** The file that is shown. */
  active: { name: string; text: string };
  render(format: Format): Promise<string>;
  /** The files with all fixes applied that keep the meaning. */
  fixed(): Promise<Files>;
  html(): Promise<string>;
  csv(): Promise<string>;
  say(text: string): void;
}

const FORMATS: { format: Format; title: string; file: string; type: string }[] = [
  { format: "sarif", title: "SARIF", file: "symlint.sarif", type: "application/sarif+json" },
  { format: "json", title: "JSON", file: "symlint.json", type: "application/json" },
  { format: "markdown", title: "Markdown", file: "symlint.md", type: "text/markdown" },
  { format: "junit", title: "JUnit", file: "symlint.xml", type: "application/xml" },
  { format: "gitlab", title: "GitLab code quality", file: "gl-code-quality-report.json", type: "application/json" },
  { format: "concise", title: "Plain text", file: "symlint.txt", type: "text/plain" },
];

/** What can be taken along of a check. Reports are those of the command line. */
export function takings(takings: Takings, missing: string | undefined): Item[] {
  const { project, active, render, fixed, html, say } = takings;
  const item = (label: string, about: string, run: () => Promise<void>): Item => ({
    label,
    about,
    ...(missing ? { unavailable: missing } : {}),
    run: () => void run().catch((error: unknown) => say(`“${label}” failed: ${error instanceof Error ? error.message : String(error)}.`)),
  });
  return [
    item("Report to read and print", "One HTML file with everything in it", async () => download("symlint.html", await html(), "text/html")),
    item("Comment for a pull request", "Copied as Markdown", async () => {
      await navigator.clipboard.writeText(await render("markdown"));
      say("The comment was copied.");
    }),
    item("This file", "Copied, with your changes", async () => {
      await navigator.clipboard.writeText(active.text);
      say(`${active.name} was copied.`);
    }),
    item("All files", "A zip file, with your changes", async () => zipped("files.zip", project().files)),
    item("All files, fixed", "A zip file, with every safe fix", async () => zipped("fixed-files.zip", { ...project().files, ...(await fixed()) })),
    ...FORMATS.map(({ format, title, file, type }) => item(title, file, async () => download(file, await render(format), type))),
  ];
}

async function zipped(name: string, files: Files): Promise<void> {
  const { strToU8, zipSync } = await import("fflate");
  const entries = Object.entries(files).map(([path, text]) => [path, strToU8(text)] as const);
  download(name, zipSync(Object.fromEntries(entries)) as Uint8Array<ArrayBuffer>, "application/zip");
}
