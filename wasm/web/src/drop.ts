import type { Files } from "symlint";

import { LARGEST, matters } from "./project";

/** A file or folder that was dropped. */
export interface Dropped {
  name: string;
  files: Files;
}

/** Accepts files and folders that are dropped anywhere on the page. Those that are dropped on `other` are passed on one by one. */
export function acceptDrops(target: HTMLElement, take: (files: Files) => void, other: HTMLElement, takeEach: (dropped: Dropped[]) => void, failed: (error: unknown) => void): void {
  target.addEventListener("dragover", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    target.dataset["dropping"] = "";
  });
  target.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) delete target.dataset["dropping"];
  });
  target.addEventListener("drop", (event) => {
    delete target.dataset["dropping"];
    const items = [...(event.dataTransfer?.items ?? [])];
    const entries = items.flatMap((item) => item.webkitGetAsEntry() ?? []);
    if (entries.length === 0) return;
    event.preventDefault();
    // The overlay that is shown while dragging is above everything.
    if (!document.elementsFromPoint(event.clientX, event.clientY).includes(other)) return void collect(entries).then(take).catch(failed);
    void Promise.all(entries.map(async (entry) => ({ name: entry.name, files: await collect([entry]) }))).then(takeEach).catch(failed);
  });
}

/** The files from a file input. */
export async function chosen(list: FileList): Promise<Files> {
  const wanted = [...list].map((file) => [plain(file.webkitRelativePath || file.name), file] as const);
  const files = wanted.filter(([path]) => matters(path));
  return Object.fromEntries(await Promise.all(files.map(async ([path, file]) => [path, await contentOf(file)] as const)));
}

async function collect(entries: FileSystemEntry[]): Promise<Files> {
  const files: Record<string, string> = {};
  const lone = entries.length === 1 && entries[0]?.isDirectory;
  const visit = async (entry: FileSystemEntry, folder: string): Promise<void> => {
    const path = folder ? `${folder}/${entry.name}` : entry.name;
    if (isFile(entry)) {
      if (!matters(path)) return;
      files[path] = await contentOf(await new Promise<File>((done, failed) => entry.file(done, failed)));
    } else if (isFolder(entry) && !(path !== "" && entry.name.startsWith(".")) && entry.name !== "node_modules") {
      for (const child of await children(entry)) await visit(child, path);
    }
  };
  for (const entry of entries) {
    // The paths of files are relative to a single dropped folder.
    if (lone && isFolder(entry)) for (const child of await children(entry)) await visit(child, "");
    else await visit(entry, "");
  }
  return files;
}

async function children(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  // A reader returns some entries at a time, and none at the end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((done, failed) => reader.readEntries(done, failed));
    if (some.length === 0) return all;
    all.push(...some);
  }
}

/** The text of a file. No file may be left out silently. */
async function contentOf(file: File): Promise<string> {
  if (file.size > LARGEST) throw new Error(`Nothing was opened: \`${file.name}\` is larger than 16 MB. The command line has no such limit.`);
  // `text()` would leave a byte order mark out.
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(await file.arrayBuffer());
}

/** The path without the chosen folder. */
function plain(path: string): string {
  return path.includes("/") ? path.slice(path.indexOf("/") + 1) : path;
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}
