import type { Files } from "symlint";

import type { Picture } from "./access";
import { drawCoverage } from "./coverage";
import { count, h, prose } from "./dom";
import { worstFirst } from "./findings";
import type { Leaks } from "./leaks";
import { drawMatrix } from "./matrix";
import { pictureAt } from "./picture";
import { STAND_IN } from "./project";
import type { Head } from "./protocol";
import css from "./report.css?raw";
import type { Table } from "./table";
import { capital, extentOf, headline, stateOf, weakenedBy, wiringGap } from "./verdict";

/** The contents of the page. */
export interface Contents {
  report: Head | undefined;
  files: Files;
  /** The urgency of each rule. */
  urgency: ReadonlyMap<string, number>;
  picture: Picture | undefined;
  leaks: Leaks | undefined;
  table: Table | undefined;
}

/** The width of paper. */
const WIDTH = 1000;
/** Values up to this length are not broken into lines. */
const SHORT = 25;
const nothing = () => undefined;

/** A single HTML file with the whole report and without scripts, for reading, printing, and archiving. */
export async function reportPage({ report, files, urgency, picture, leaks, table }: Contents): Promise<string> {
  if (!report) throw new Error("there is no report yet");
  const coverage = h("div");
  drawCoverage(coverage, report, nothing);
  const parts = [
    ...verdictOf(report, files),
    section("Findings", findingsOf(report, urgency)),
    section("Who can access what", ...(picture ? accessOf(picture, leaks) : [])),
    section(count(report.summary.tenants, "tenant"), table ? tenantsOf(table) : h("p", {}, "None.")),
    section("What was checked", coverage),
    section("Files", await filesOf(files)),
  ];
  const body = h("main", {}, ...parts);
  // Buttons become plain text.
  for (const button of body.querySelectorAll("button")) button.replaceWith(h("span", { class: button.className }, ...button.childNodes));
  for (const element of body.querySelectorAll('[role="button"], [tabindex]')) for (const name of ["role", "tabindex"]) element.removeAttribute(name);
  const head = h(
    "head",
    {},
    h("meta", { charset: "utf-8" }),
    h("meta", { name: "viewport", content: "width=device-width, initial-scale=1" }),
    h("meta", { "http-equiv": "Content-Security-Policy", content: "default-src 'none'; style-src 'unsafe-inline'" }),
    h("meta", { name: "color-scheme", content: "light" }),
    h("title", {}, `symlint: ${report.summary.verdict}`),
    h("style", {}, css),
  );
  return `<!doctype html>\n${h("html", { lang: "en" }, head, h("body", {}, body)).outerHTML}\n`;
}

function section(title: string, ...children: Node[]): HTMLElement {
  return h("section", {}, h("h2", {}, title), ...children);
}

function verdictOf(report: Head, files: Files): Node[] {
  const { summary, tool } = report;
  const wiring = wiringGap(report, Object.values(files).some((text) => text.startsWith(STAND_IN)));
  return [
    h("p", { class: "made" }, `${tool.name} ${tool.version}, ${new Date().toLocaleString("en-US", { dateStyle: "long", timeStyle: "short" })}`),
    h("h1", { class: stateOf(report, wiring) }, headline(summary.verdict)),
    h("p", {}, [extentOf(report), wiring, weakenedBy(report)].filter(Boolean).join(" ")),
    ...report.problems.map((problem) => h("p", { class: "errors" }, ...prose(capital(problem.message)))),
  ];
}

function findingsOf(report: Head, urgency: ReadonlyMap<string, number>): HTMLElement {
  const counting = worstFirst(report, urgency);
  if (counting.length === 0) return h("p", {}, "None.");
  const rows = counting.map(({ level, message, help, tenant, rule, location, related }) =>
    h(
      "li",
      { class: level },
      h("p", { class: "message" }, h("strong", {}, level === "error" ? "Error: " : "Warning: "), ...prose(message)),
      h("p", { class: "place" }, `${tenant ? `${tenant}, ` : ""}${location.file}:${location.start.line}:${location.start.column}, ${rule}`),
      ...(help ? [h("p", {}, ...prose(help))] : []),
      ...related.map((place) => h("p", { class: "place" }, ...prose(capital(place.message)), `: ${place.location.file}:${place.location.start.line}`)),
    ),
  );
  return h("ol", { class: "findings" }, ...rows);
}

function accessOf(picture: Picture, leaks: Leaks | undefined): Node[] {
  const matrix = h("div");
  if (picture.rest > 0 && leaks) drawMatrix(matrix, leaks, nothing, Infinity);
  const parts: Node[] = picture.rest > 0 ? [matrix] : [];
  if (picture.nodes.length === 0) return parts.length > 0 ? parts : [h("p", {}, "There are no tenants.")];
  const drawn = pictureAt(picture, WIDTH, nothing);
  const [width, height] = [drawn.getAttribute("width") ?? "", drawn.getAttribute("height") ?? ""];
  drawn.setAttribute("viewBox", `0 0 ${width} ${height}`);
  drawn.setAttribute("width", "100%");
  drawn.removeAttribute("height");
  const wrong = picture.edges.filter(({ errors }) => errors.length > 0).length;
  const says = `${wrong > 0 ? `${count(wrong, "connection")} with errors, dashed` : "No connection has errors"}.${picture.rest > 0 ? ` ${capital(count(picture.rest, "other tenant"))} not drawn.` : ""}`;
  return [...parts, h("p", { class: "place" }, says), h("div", { class: "wide" }, drawn)];
}

function tenantsOf({ columns, rows }: Table): HTMLElement {
  const cell = (tag: "th" | "td", { values, notes }: Table["rows"][number]["cells"][number]) => {
    const are = (what: string, is: (text: string) => boolean) => (values.every(({ text }) => is(text)) ? [what] : []);
    const kinds = [...(notes.length > 0 ? ["noted"] : []), ...are("short", (text) => text.length < SHORT), ...are("digits", (text) => /^\d+$/.test(text))];
    return h(tag, { class: kinds.join(" ") }, ...breakable(values.map(({ text }) => text).join(" ")), ...(notes.length > 0 ? [" (!)"] : []));
  };
  const head = h("thead", {}, h("tr", {}, ...columns.map((name) => h("th", {}, name))));
  return h("div", { class: "wide" }, h("table", {}, head, h("tbody", {}, ...rows.map(({ cells }) => h("tr", {}, ...cells.map((one, at) => cell(at === 0 ? "th" : "td", one)))))));
}

/** A text that is broken between the parts of an ARN if possible. */
function breakable(text: string): (Node | string)[] {
  return text.split(/(?<=[:/])(?![:/])/).flatMap((part, at) => (at > 0 ? [h("wbr"), part] : [part]));
}

/** The files with the hashes of their texts, to verify what a report is about. */
async function filesOf(files: Files): Promise<HTMLElement> {
  const rows = Object.entries(files).map(async ([name, text]) => h("tr", {}, h("th", {}, name), h("td", {}, await digest(text))));
  return h("table", {}, h("thead", {}, h("tr", {}, h("th", {}, "File"), h("th", {}, "SHA-256"))), h("tbody", {}, ...(await Promise.all(rows))));
}

async function digest(text: string): Promise<string> {
  // Only available on pages that were loaded through an encrypted connection.
  if (!globalThis.crypto.subtle) return "not available here";
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
