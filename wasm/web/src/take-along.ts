import type { Files, Format } from "symlint";

import { download, messageOf } from "./dom";
import type { Item } from "./menu";

export interface Takings {
  /** The files to check, without empty ones. */
  files: Files;
  /** The file that is shown. */
  active: { name: string; text: string };
  render(format: Format): Promise<string>;
  /** The files after all fixes that keep the meaning. */
  fixed(): Promise<Files>;
  html(): Promise<string>;
  hasReport: boolean;
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

/** Only an action that takes longer shows that it is in progress. */
const SOON = 400;

/** The downloads for a check; without a report, only the files. Reports are the same as those of the command line. */
export function takings({ files, active, render, fixed, html, hasReport, say }: Takings): Item[] {
  /** `run` returns a message for afterwards. */
  const item = (label: string, about: string, run: () => Promise<string>): Item => ({
    label,
    about,
    run: () => {
      const waiting = window.setTimeout(() => say(`Preparing “${label}”…`), SOON);
      void run()
        .catch((error: unknown) => `“${label}” failed: ${messageOf(error)}.`)
        .then((text) => {
          window.clearTimeout(waiting);
          say(text);
        });
    },
  });
  const saved = (label: string, name: string, about: string, content: () => Promise<BlobPart>, type: string) =>
    item(label, about, async () => {
      download(name, await content(), type);
      return "";
    });
  const copied = (label: string, about: string, what: string, text: () => Promise<string>) =>
    item(label, about, async () => {
      await navigator.clipboard.writeText(await text());
      return `${what} was copied.`;
    });
  const ofReport = (item: Item): Item => (hasReport ? item : { ...item, unavailable: "There is no report yet" });
  return [
    ofReport(saved("Report to read and print", "symlint.html", "One HTML file with everything in it", html, "text/html")),
    ofReport(copied("Comment for a pull request", "Copied as Markdown", "The comment", () => render("markdown"))),
    copied("This file", "Copied, with your changes", active.name, async () => active.text),
    saved("All files", "files.zip", "A zip file, with your changes", () => zipped(files), ZIP),
    ofReport(saved("All files, fixed", "fixed-files.zip", "A zip file, with every safe fix", async () => zipped({ ...files, ...(await fixed()) }), ZIP)),
    ...FORMATS.map(({ format, title, file, type }) => ofReport(saved(title, file, file, () => render(format), type))),
  ];
}

const ZIP = "application/zip";

async function zipped(files: Files): Promise<Uint8Array<ArrayBuffer>> {
  const { strToU8, zipSync } = await import("fflate");
  const entries = Object.entries(files).map(([path, text]) => [path, strToU8(text)] as const);
  return zipSync(Object.fromEntries(entries)) as Uint8Array<ArrayBuffer>;
}
