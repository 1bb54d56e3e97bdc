import type { Project } from "./project";

const PREFIX = "#v1.";

/** The address of this page with the project in its fragment, which browsers do not send. */
export async function link(project: Project): Promise<string> {
  const stream = new Blob([JSON.stringify(project)]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  const text = btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return `${location.href.split("#")[0]}${PREFIX}${text}`;
}

/** The project in the fragment of an address, if there is one. */
export async function linked(fragment: string): Promise<Project | undefined> {
  if (!fragment.startsWith(PREFIX)) return undefined;
  try {
    const binary = atob(fragment.slice(PREFIX.length).replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    const project: unknown = JSON.parse(await new Response(stream).text());
    return isProject(project) ? project : undefined;
  } catch {
    return undefined;
  }
}

function isProject(value: unknown): value is Project {
  if (typeof value !== "object" || value === null || !("files" in value) || !("path" in value)) return false;
  const { files, path } = value;
  return (
    typeof path === "string" &&
    typeof files === "object" &&
    files !== null &&
    Object.values(files).every((text) => typeof text === "string")
  );
}
