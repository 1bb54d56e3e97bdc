// Builds the packages of a release from its archives: `node release.js ARCHIVES OUT`.
//
// OUT gets a package for each platform, with the native program, and the package `symlint`, as built by `npm run package`,
// which depends on them. Until then it does not: they do not exist before a release.
import { execFileSync } from "node:child_process";
import { chmod, cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";

const PLATFORMS = {
  "linux-x64": "x86_64-unknown-linux-musl",
  "linux-arm64": "aarch64-unknown-linux-musl",
  "darwin-x64": "x86_64-apple-darwin",
  "darwin-arm64": "aarch64-apple-darwin",
  "win32-x64": "x86_64-pc-windows-msvc",
};

const [archives, out, ...only] = process.argv.slice(2);
if (!out) throw new Error("node release.js ARCHIVES OUT [PLATFORM...]");
const here = import.meta.dirname;
const main = JSON.parse(await readFile(join(here, "package.json"), "utf8"));
await rm(out, { recursive: true, force: true });

main.optionalDependencies = {};
for (const [platform, target] of Object.entries(PLATFORMS)) {
  if (only.length && !only.includes(platform)) continue;
  const name = `@symlint/${platform}`;
  await writePlatform(name, platform, `symlint-${main.version}-${target}`);
  main.optionalDependencies[name] = main.version;
}
const folder = join(out, "symlint");
await mkdir(folder, { recursive: true });
for (const entry of [...main.files, "README.md"]) await cp(join(here, entry), join(folder, entry), { recursive: true });
delete main.scripts;
delete main.devDependencies;
await write(folder, main);

async function writePlatform(name, platform, archive) {
  const folder = join(out, platform);
  const [os, cpu] = platform.split("-");
  const program = os === "win32" ? "symlint.exe" : "symlint";
  await mkdir(folder, { recursive: true });
  const members = [program, "LICENSE-MIT", "LICENSE-APACHE"].map((member) => `${archive}/${member}`);
  const tar = ["-xzf", resolve(archives, `${archive}.tar.gz`), "--strip-components=1", ...members];
  execFileSync("tar", tar, { cwd: folder, stdio: "inherit" });
  await chmod(join(folder, program), 0o755);
  await writeFile(
    join(folder, "README.md"),
    `# ${name}\n\nThe native program of [symlint](https://www.npmjs.com/package/symlint) for one platform. Install \`symlint\` instead.\n`,
  );
  const { version, license, homepage, repository } = main;
  const description = `The native program of symlint for ${platform}`;
  const files = [program, "LICENSE-MIT", "LICENSE-APACHE"];
  await write(folder, { name, version, description, license, homepage, repository, preferUnplugged: true, os: [os], cpu: [cpu], files });
}

function write(folder, manifest) {
  return writeFile(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
}
