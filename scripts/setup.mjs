/**
 * Makes a fresh clone ready: installs packages if the lock file is newer than what is installed, and builds if a
 * source is newer than the last build. Plain JavaScript, because nothing is installed when it runs first.
 *
 * node scripts/setup.mjs [--quiet]
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const quiet = process.argv.includes("--quiet");
const changed = (path) => (existsSync(join(root, path)) ? statSync(join(root, path)).mtimeMs : 0);

function run(what, command, args) {
  if (!quiet) process.stderr.write(`${what} …\n`);
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: root,
    shell: process.platform === "win32",
    encoding: "utf8",
  });
  if (status === 0) return;
  process.stderr.write(`${stdout ?? ""}${stderr ?? ""}${what} failed.\n`);
  process.exit(1);
}

/** Time of the newest file below a folder. */
function newest(folder) {
  let latest = 0;
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name);
    latest = Math.max(latest, entry.isDirectory() ? newest(path) : changed(path));
  }
  return latest;
}

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`ConvNet needs Node 20.19 or newer; this is ${process.versions.node}.\n`);
  process.exit(1);
}

const installed = "node_modules/.package-lock.json";
if (changed(installed) < Math.max(changed("package-lock.json"), changed("package.json"))) {
  /* Not "npm ci": it refuses a lock file that leaves out packages for other platforms. */
  run("Installing packages", "npm", ["install", "--no-save", "--no-audit", "--no-fund"]);
  const now = new Date();
  utimesSync(join(root, installed), now, now);
}

const stamp = "dist/.built";
const sources = Math.max(
  newest("src"),
  changed("tsconfig.json"),
  changed("tsconfig.build.json"),
  changed("scripts/bundle.mjs"),
  changed(installed),
);
if (changed(stamp) < sources) {
  run("Building", process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"]);
  run("Bundling", process.execPath, ["scripts/bundle.mjs"]);
  writeFileSync(join(root, stamp), "");
}
