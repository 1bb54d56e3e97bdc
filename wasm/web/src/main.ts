import type { Files, Finding, Location, Report } from "symlint";

import { Checker } from "./checker";
import { byId, h } from "./dom";
import { offerDownloads } from "./downloads";
import { acceptDrops, chosen } from "./drop";
import { Editor } from "./editor";
import { offsetsOf } from "./offsets";
import { drawPicture } from "./picture";
import { drawProblems } from "./problems";
import { LARGEST, STANDARD, written, type Project } from "./project";
import type { Answer } from "./protocol";
import { showRule } from "./rule";
import { SAMPLES, sample } from "./samples";
import { drawStart } from "./start";
import { link, linked } from "./share";
import { Tenants } from "./tenants";
import { arrows, drawTabs } from "./tabs";
import { showVerdict } from "./verdict";

let path = ".";
let report: Report | undefined;
/** How urgent the findings of each rule are. */
let urgency: ReadonlyMap<string, number> = new Map();
/** What `report` is about. */
let checkedFiles: Files = {};

const actions = { jump, explain: (rule: string) => void explain(rule), apply };
const editor = new Editor(byId("editor"), check, actions);
const checker = new Checker(answered);
const tenants = new Tenants(byId("tenants"), jump);
const drawn = {
  problems: (report: Report) => drawProblems(byId("problems"), report, urgency, actions),
  picture: (report: Report) => drawPicture(byId("picture"), report, jump),
  tenants: (report: Report) => tenants.draw(report),
};
type View = keyof typeof drawn;
let view: View = "problems";

function project(): Project {
  return { files: written(editor.files), path };
}

function check(): void {
  const { files } = project();
  const size = Object.values(files).reduce((sum, text) => sum + text.length, 0);
  byId("results").classList.toggle("empty", size === 0);
  if (size === 0) showVerdict({ state: "empty" });
  else if (size > LARGEST) showVerdict({ state: "large" });
  else return checker.check(files, scope(files));
  report = undefined;
  draw();
}

/** A values file that no module loads by itself is checked with the module; without a module, it is all there is. */
function scope(files: Files): string {
  const names = Object.keys(files).filter((name) => !name.endsWith(".symlint.hcl"));
  const values = names.filter((name) => /\.tfvars(\.json)?$/.test(name));
  if (!names.some((name) => /\.tf(\.json)?$/.test(name))) return values.includes(editor.active) ? editor.active : (values[0] ?? path);
  return path;
}

function answered(answer: Answer, files: Files): void {
  report = "report" in answer ? answer.report : "problem" in answer ? answer.problem.report ?? undefined : undefined;
  checkedFiles = files;
  showVerdict("crashed" in answer ? { state: "crashed", reason: answer.crashed } : "problem" in answer ? { state: "problem", problem: answer.problem, jump } : "report" in answer ? { state: "report", report: answer.report } : { state: "empty" });
  draw();
}

/** Draws what the last answer changed: only the view that is seen, so that typing stays smooth. */
function draw(): void {
  tabs();
  byId("share").toggleAttribute("disabled", Object.keys(project().files).length === 0);
  for (const name of ["download", "comment"]) byId(name).toggleAttribute("disabled", !report);
  if (!report) {
    for (const name of Object.keys(drawn)) byId(name).replaceChildren();
    editor.mark([], checkedFiles[editor.active] ?? "");
    return;
  }
  drawn[view](report);
  mark();
}

function mark(): void {
  const findings = report?.findings.filter((finding) => finding.location.file === editor.active) ?? [];
  editor.mark(findings, checkedFiles[editor.active] ?? "");
}

function tabs(): void {
  const counts = new Map<string, number>();
  for (const { location, suppressed } of report?.findings ?? []) if (!suppressed) counts.set(location.file, (counts.get(location.file) ?? 0) + 1);
  drawTabs(byId("tabs"), editor.names, editor.active, counts, path, {
    show: (name) => {
      editor.show(name);
      tabs();
      mark();
    },
    remove: (name) => {
      editor.remove(name);
      if (editor.names.length === 0) return open({ files: { "terraform.tfvars": "" }, path: "." });
      check();
      tabs();
    },
    add: (name) => {
      if (!editor.names.includes(name)) editor.add(name, "");
      editor.show(name);
      tabs();
      editor.focus();
    },
  });
}

function open(next: Project): void {
  path = next.path;
  report = undefined;
  const first = Object.keys(next.files).find((name) => name === "terraform.tfvars" || name === `${path}/terraform.tfvars`);
  const here = (name: string) => Number(!(path === "." ? !name.includes("/") : name.startsWith(`${path}/`)));
  const kind = (name: string) => (name.endsWith(".tfvars") ? 0 : name.endsWith(".symlint.hcl") ? 2 : 1);
  const sorted = Object.entries(next.files).sort(([a], [b]) => here(a) - here(b) || a.split("/").length - b.split("/").length || kind(a) - kind(b) || a.localeCompare(b));
  editor.load(Object.fromEntries(sorted), first ?? sorted[0]?.[0] ?? "");
  tabs();
  check();
}

function jump(location: Location): void {
  const text = editor.files[location.file];
  if (text === undefined) return;
  editor.show(location.file);
  tabs();
  mark();
  const offset = offsetsOf(text);
  editor.select(offset(location.start.offset), offset(location.end.offset));
}

function apply(_: Finding, fix: Finding["fixes"][number]): void {
  const files = editor.files;
  const touched = new Set(fix.edits.map(({ location }) => location.file));
  // Typing may have moved what the fix is about.
  if ([...touched].some((name) => files[name] !== checkedFiles[name])) return;
  for (const name of touched) {
    const offset = offsetsOf(files[name] ?? "");
    const edits = fix.edits.filter(({ location }) => location.file === name);
    editor.change(name, edits.map(({ location, text }) => ({ from: offset(location.start.offset), to: offset(location.end.offset), insert: text })));
  }
  tabs();
}

async function explain(rule: string): Promise<void> {
  const page = await checker.explain(rule);
  if (page) showRule(byId("rule"), page);
}

/** Copies the report as Markdown, as a pull request shows it. */
async function copyComment(): Promise<void> {
  const { files } = project();
  const button = byId("comment");
  try {
    await navigator.clipboard.writeText(await checker.render(files, scope(files), "markdown"));
    button.textContent = "Copied";
  } catch {
    button.textContent = "Not copied";
  }
  window.setTimeout(() => (button.textContent = "Copy comment"), 2000);
}

function choose(next: View): void {
  view = next;
  for (const name of Object.keys(drawn)) {
    const chosen = name === next;
    byId(name).hidden = !chosen;
    byId(`tab-${name}`).setAttribute("aria-selected", String(chosen));
    byId(`tab-${name}`).tabIndex = chosen ? 0 : -1;
  }
  if (report) drawn[view](report);
}

async function start(): Promise<void> {
  for (const name of Object.keys(drawn) as View[]) byId(`tab-${name}`).addEventListener("click", () => choose(name));
  arrows(byId("views"));
  const samples = byId<HTMLSelectElement>("sample");
  samples.append(...SAMPLES.map(({ path, title }) => h("option", { value: path }, title)));
  const begin = (path: string) => void sample(path).then(open);
  samples.addEventListener("change", () => {
    if (samples.value) begin(samples.value);
    samples.value = "";
  });
  drawStart(byId("start"), begin);
  offerDownloads(byId("download"), (format) => checker.render(project().files, scope(project().files), format));
  byId("comment").addEventListener("click", () => void copyComment());
  byId("open").addEventListener("click", () => byId("files").click());
  const input = byId<HTMLInputElement>("files");
  input.addEventListener("change", () => {
    if (input.files) void chosen(input.files).then((files) => add(files));
    input.value = "";
  });
  acceptDrops(document.body, add);
  share();
  window.addEventListener("hashchange", () => void linked(location.hash).then((project) => project && open(project)));
  void checker.rules().then((rules) => (urgency = new Map(rules.map(({ id, urgency }) => [id, urgency]))));
  open((await linked(location.hash)) ?? { files: Object.fromEntries(STANDARD.map((name) => [name, ""])), path: "." });
  if (import.meta.env.PROD) await navigator.serviceWorker?.register("./service-worker.js").catch(() => undefined);
}

/** A folder takes the place of what was there; single files are added. */
function add(files: Files): void {
  const names = Object.keys(files);
  if (names.length === 0) return showVerdict({ state: "none" });
  if (names.length > 1) return open({ files, path: "." });
  for (const [name, text] of Object.entries(files)) editor.add(name, text);
  if (names[0]) editor.show(names[0]);
  tabs();
  check();
}

function share(): void {
  const dialog = byId<HTMLDialogElement>("link");
  const field = byId<HTMLInputElement>("link-text");
  const copy = byId("link-copy");
  byId("share").addEventListener("click", () => {
    void link(project()).then((address) => {
      field.value = address;
      copy.textContent = "Copy link";
      dialog.showModal();
    });
  });
  copy.addEventListener("click", () => {
    field.select();
    void navigator.clipboard.writeText(field.value).then(
      () => (copy.textContent = "Copied"),
      () => (copy.textContent = "Press Ctrl+C to copy"),
    );
  });
  byId("link-close").addEventListener("click", () => dialog.close());
}

void start();
