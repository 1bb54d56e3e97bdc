// Prints the names of the files in the folder that is given which the official Go parser refuses, one a line; it comes
// as @cdktf/hcl2json from npm. See differential.rs.
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const { parse } = createRequire(join(process.cwd(), "package.json"))("@cdktf/hcl2json");
const [folder] = process.argv.slice(2);
for (const name of readdirSync(folder)) {
  try {
    await parse(name, readFileSync(join(folder, name), "utf8"));
  } catch {
    console.log(name);
  }
}
