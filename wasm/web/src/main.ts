import type { Files, Finding, Location } from "symlint";

import { Checker } from "./checker";
import type { Before, CompareView } from "./compare-view";
import { byId, download, messageOf, plain } from "./dom";
import { acceptDrops, chosen } from "./drop";
import { Editor } from "./editor";
import { prepareFooter } from "./footer";
import { prepareHeader } from "./header";
import { Keeper } from "./keep";
import { Notices } from "./notice";
import { blank, from, inside, LARGEST, matters, READ, written, type Project } from "./project";
import { Results, type TextCheck } from "./results";
import { sample, SAMPLES } from "./samples";
import { drawStart } from "./start";
import { drawTabs } from "./tabs";
import type { Takings } from "./take-along";
import type { Change } from "./surface";
import { asShown } from "./texts";
import { Workspace } from "./workspace";

/** In a longer text, work that a keystroke causes is delayed until typing pauses. */
const LONG = 200_000;
const PAUSE = 150;

let timer: number | undefined;
let isEdited = false;
/** The state that the text is compared with. */
let before: Before | undefined;
let compareView: Promise<CompareView> | undefined;

const editor = new Editor(byId("editor"), { edited, pasted: (name, text) => void pasted(name, text), apply, explain: (rule) => void explain(rule) });
const notices = new Notices(byId("notice"), () => editor.focus());
const workspace = new Workspace(editor, notices, changed);
const keeper = new Keeper();
const results: Results = new Results(() => checker, {
  jump,
  explain: (rule) => void explain(rule),
  nameOf: (file) => from(workspace.path, file),
  apply,
  fixAll: () => void openFixes(),
  saveCsv: () => void checker.ask({ ask: "csv" }).then((text) => download("tenants.csv", text, "text/csv")),
  compareView: () => (compareView ??= openCompare()),
});
const checker: Checker<TextCheck> = new Checker<TextCheck>({
  checked: (outcome, check) => {
    results.answered(outcome, check);
    marked();
  },
  loading: (part, half) => results.loading(part, half),
  // Without the rich editor, the text stays in the plain field.
  arrived: () => editor.enrich().then(marked, () => undefined),
});
const rules = checker.ask({ ask: "rules" }).catch(() => []);

/** The files to check, without empty tabs. */
function project(): Project {
  return { files: written(editor.files), path: workspace.path };
}

function say(text: string): void {
  notices.say(text);
}

function failed(error: unknown): void {
  say(messageOf(error));
}

function edited(): void {
  isEdited = true;
  notices.say("");
  check();
}

/** The text has changed, or another file is shown. */
function changed(): void {
  check();
  marked();
}

function check(): void {
  window.clearTimeout(timer);
  const { docs, size } = editor;
  keeper.save(size, () => ({ project: workspace.project, active: editor.active, fragment: location.hash, before }));
  const isBlank = size === 0 || (size < LONG && [...docs.values()].every((doc) => doc.toString().trim() === ""));
  byId("results").classList.toggle("empty", isBlank);
  for (const name of ["take", "share"]) byId(name).toggleAttribute("disabled", isBlank);
  if (isBlank || size > LARGEST) {
    checker.cancel();
    results.none({ state: isBlank ? "empty" : "large" });
    marked();
    return;
  }
  results.checking();
  const files = () => written(editor.filesOf(docs));
  timer = window.setTimeout(() => checker.check({ docs, files, path: workspace.path }), size > LONG ? PAUSE : 0);
}

/** Draws the tabs, and marks the findings in the text that is shown. */
function marked(): void {
  drawTabs(byId("tabs"), editor.names, editor.active, results.counts, workspace.path, {
    show: (name) => {
      editor.show(name);
      marked();
    },
    remove: (name) => workspace.close(name),
    add: (name) => {
      workspace.show(name);
      editor.focus();
      if (!matters(name)) say(`\`${name}\` is not checked. ${READ}`);
    },
  });
  const { active } = editor;
  const marks = results.marksOf(active).map(({ location, owner }) => ({ from: location.start.offset, to: location.end.offset, owner }));
  editor.mark(results.doc(active), results.findingsOf(active), marks);
}

async function pasted(name: string, text: string): Promise<void> {
  const { recognize } = await import("./paste/recognize");
  // The text may have changed in the meantime.
  if (editor.docs.get(name)?.toString() !== text) return;
  const { path } = workspace;
  const short = from(path, name);
  const others = new Set(Object.keys(project().files).filter((other) => other !== name).map((other) => from(path, other)));
  const made = recognize(short, text, others);
  const files = Object.entries(made?.files ?? {}).map(([file, content]) => [file === short ? name : inside(path, file), content]);
  if (made) workspace.recognized(name, Object.fromEntries(files), made.what);
  else workspace.notePasted();
}

function jump(location: Location): void {
  if (!editor.names.includes(location.file)) return;
  editor.show(location.file);
  marked();
  editor.select(location.start.offset, location.end.offset);
}

function apply(_: Finding, fix: Finding["fixes"][number]): void {
  const { docs } = editor;
  const names = [...new Set(fix.edits.map(({ location }) => location.file))];
  // The text that the fix is about may have changed.
  if (names.some((name) => docs.get(name) !== results.doc(name))) return;
  const changes = names.map((name): [string, Change[]] => {
    const edits = fix.edits.filter(({ location }) => location.file === name);
    return [name, edits.map(({ location, text }) => ({ from: location.start.offset, to: location.end.offset, insert: text }))];
  });
  workspace.fix(new Map(changes), `Applied “${plain(fix.title)}”.`);
}

async function explain(rule: string): Promise<void> {
  try {
    const [page, { showRule }] = await Promise.all([checker.ask({ ask: "explain", rule }), import("./rule")]);
    showRule(byId("rule"), page);
  } catch (error) {
    say(`The page of \`${rule}\` could not be loaded: ${messageOf(error)}.`);
  }
}

/** Loads the rest of the engine and the files for offline use: visitors who only look do not need them. */
function prepare(): void {
  checker.prepare();
  if (import.meta.env.PROD) void rules.then(() => navigator.serviceWorker?.register("./service-worker.js")).catch(() => undefined);
}

/** Several files or a folder replace all files; a single file is added. */
function take(files: Files, what: string): void {
  const names = Object.keys(files);
  if (names.length === 0) return results.none({ state: "none" });
  prepare();
  if (names.length === 1) return workspace.add(files);
  workspace.open({ files, path: "." }, what);
}

async function openFixes(): Promise<void> {
  const { files, path } = project();
  const { fixAll } = await import("./fix-all");
  await fixAll({ files, fix: (suggestions) => checker.ask({ ask: "fix", files, options: { path, suggestions } }), apply: (changes, what) => workspace.fix(changes, what) });
}

async function openCompare(): Promise<CompareView> {
  const { CompareView } = await import("./compare-view");
  return new CompareView(byId("compare"), {
    jump,
    after: () => ({ ...project(), active: editor.active }),
    opened: () => workspace.opened,
    before: () => before,
    setBefore: (next) => {
      before = next;
      check();
    },
    open: (next, what) => workspace.open(next, what),
    compare: (change) => checker.ask({ ask: "compare", ...change }),
    comment: (change) => checker.ask({ ask: "comment", ...change }),
    say,
  });
}

async function openLink(): Promise<void> {
  if (!location.hash) return;
  const { linked } = await import("./share");
  const found = await linked(location.hash);
  if (found === "broken") say("This link is broken: part of it is missing. Ask for it again.");
  else if (found !== "nothing") workspace.open(found.project, "The text of the link");
}

async function openSample(path: string): Promise<void> {
  const title = SAMPLES.find((sample) => sample.path === path)?.title ?? path;
  workspace.open(await sample(path), `The sample “${title}”`);
  // A reload restores the sample, not the link before it.
  if (location.hash) history.replaceState(undefined, "", location.pathname + location.search);
}

async function report(): Promise<string> {
  const { reportPage } = await import("./report-page");
  const [picture, leaks, table] = await Promise.all([checker.ask({ ask: "picture" }), checker.ask({ ask: "leaks" }), checker.ask({ ask: "table", query: {} })]);
  return reportPage({ report: results.report, urgency: results.urgency, files: written(workspace.project.files), picture, leaks, table });
}

async function start(): Promise<void> {
  prepareHeader({
    sample: (path) => void openSample(path),
    files: (list, isFolder) => void chosen(list).then((files) => (Object.keys(files).length > 1 && !isFolder ? workspace.add(files) : take(files, "The folder"))).catch(failed),
    takings: async () => {
      const { takings } = await import("./take-along");
      const { files, path } = project();
      const all: Takings = {
        files,
        active: { name: editor.active, text: asShown(editor.files[editor.active] ?? "") },
        render: (format) => checker.ask({ ask: "render", files, format, options: { path } }),
        fixed: async () => (await checker.ask({ ask: "fix", files, options: { path } })).files,
        html: report,
        hasReport: results.report !== undefined,
        say,
      };
      return takings(all);
    },
    share: () => void import("./share").then(({ showLink }) => showLink({ ...workspace.project, files: written(workspace.project.files) })),
  });
  prepareFooter(keeper, () => {
    workspace.clear();
    keeper.forget();
    if (location.hash) history.replaceState(undefined, "", location.pathname + location.search);
  }, check);
  drawStart(byId("start"), (path) => void openSample(path));
  acceptDrops(document.body, (files) => take(files, "What you dropped"), byId("compare"), (dropped) => void results.compareWith(dropped), failed);
  window.addEventListener("hashchange", () => void openLink());
  window.addEventListener("beforeunload", (event) => {
    if (isEdited && !keeper.safe && Object.keys(project().files).length > 0) event.preventDefault();
  });
  byId("editor").addEventListener("focusin", prepare, { once: true });
  const kept = keeper.load();
  if (kept) prepare();
  before = kept?.before;
  const isKept = kept && (kept.fragment === location.hash || location.hash === "");
  workspace.open(kept?.project ?? blank(), "", kept?.active);
  if (!isKept) await openLink();
  results.urgency = new Map((await rules).map(({ id, urgency }) => [id, urgency]));
}

void start();
