import { execFileSync } from "node:child_process";
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";
import { fileURLToPath } from "node:url";

/** Where and when something was measured. */
export interface Machine {
  readonly date: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGB: number;
  readonly node: string;
  readonly v8: string;
  /** With a + if the clone had changes of its own. */
  readonly commit: string;
  /** Processes that wanted to run in the minute before, on average. */
  readonly load: number;
}

function commitOf(cwd: string): string {
  const git = (...args: string[]) => execFileSync("git", args, { cwd, encoding: "utf8" }).trim();
  try {
    const isChanged = git("status", "--porcelain", "--untracked-files=no", "--", "src") !== "";
    return git("rev-parse", "--short", "HEAD") + (isChanged ? "+" : "");
  } catch {
    return "unknown";
  }
}

export function machine(): Machine {
  return {
    date: new Date().toISOString().slice(0, 10),
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryGB: Math.round(totalmem() / 2 ** 30),
    node: process.versions.node,
    v8: process.versions.v8,
    commit: commitOf(fileURLToPath(new URL("..", import.meta.url))),
    load: Number(loadavg()[0].toFixed(1)),
  };
}

export function describe({ date, cpu, cores, memoryGB, node, v8, commit, load }: Machine): string {
  return `${date} · ${cpu}, ${cores} cores, ${memoryGB} GB, load ${load} before · Node ${node} (V8 ${v8}) · commit ${commit}`;
}
