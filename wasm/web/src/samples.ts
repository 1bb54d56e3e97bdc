import type { Project } from "./project";
import { matters } from "./project";

export const SAMPLES = [
  { path: "copy-paste", title: "A copied block", about: "Four tenants, some of them copied from another. Values that were not changed in a copy give engineers access to the wrong customer." },
  { path: "multi-tenant", title: "As it should be", about: "Every value belongs to its tenant, and no tenant reaches another." },
];

/** The files of an example, including modules of other examples that it uses. */
export async function sample(path: string): Promise<Project> {
  const { TEXTS } = await import("./sample-texts");
  const wanted = Object.entries(TEXTS).map(([name, text]) => [name.replace("../../../examples/", ""), text] as const);
  const chosen = wanted.filter(([name]) => matters(name) && (name.startsWith(`${path}/`) || name.includes("/modules/")));
  return { files: Object.fromEntries(chosen), path };
}
