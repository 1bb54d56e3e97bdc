import { byId } from "./dom";
import type { Project } from "./project";

const PREFIX = "#v1.";
/** Some chat and mail programs shorten longer addresses. */
const LONG = 8000;

/** The content of an address fragment. */
export type Linked = { project: Project } | "nothing" | "broken";

/** The project in the fragment of an address. */
export async function linked(fragment: string): Promise<Linked> {
  if (!/^#v\d/.test(fragment)) return "nothing";
  try {
    const binary = atob(fragment.slice(PREFIX.length).replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    const project: unknown = JSON.parse(await new Response(stream).text());
    return fragment.startsWith(PREFIX) && isProject(project) ? { project } : "broken";
  } catch {
    return "broken";
  }
}

let isReady = false;

/** Shows the link to a project. */
export async function showLink(project: Project): Promise<void> {
  if (!isReady) prepare();
  isReady = true;
  const field = byId<HTMLInputElement>("link-text");
  field.value = await addressOf(project);
  byId("link-copy").textContent = "Copy link";
  const isLong = field.value.length > LONG;
  byId("link-long").hidden = !isLong;
  if (isLong) byId("link-long").textContent = `This link has ${field.value.length.toLocaleString("en")} characters. Some chat and mail programs cut links this long: try it after sending, or send the files.`;
  byId<HTMLDialogElement>("link").showModal();
}

function prepare(): void {
  const field = byId<HTMLInputElement>("link-text");
  const copy = byId("link-copy");
  copy.addEventListener("click", () => {
    field.select();
    void navigator.clipboard.writeText(field.value).then(
      () => (copy.textContent = "Copied"),
      () => (copy.textContent = "Press Ctrl+C to copy"),
    );
  });
  byId("link-close").addEventListener("click", () => byId<HTMLDialogElement>("link").close());
}

/** The address of this page with the project in its fragment, which browsers do not send to the server. */
async function addressOf(project: Project): Promise<string> {
  const stream = new Blob([JSON.stringify(project)]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  const text = btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return `${location.href.split("#")[0]}${PREFIX}${text}`;
}

function isProject(value: unknown): value is Project {
  if (typeof value !== "object" || value === null || !("files" in value) || !("path" in value)) return false;
  const { files, path } = value;
  return typeof path === "string" && typeof files === "object" && files !== null && Object.values(files).every((text) => typeof text === "string");
}
