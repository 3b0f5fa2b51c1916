import { execFileSync } from "node:child_process";
import { availableParallelism, cpus, totalmem } from "node:os";
import { fileURLToPath } from "node:url";

/** Where and when something was measured. */
export interface Machine {
  readonly date: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGB: number;
  readonly node: string;
  readonly v8: string;
  readonly commit: string;
}

export function machine(): Machine {
  let commit = "unknown";
  try {
    const cwd = fileURLToPath(new URL("..", import.meta.url));
    commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { cwd, encoding: "utf8" }).trim();
  } catch {
    /* Not a clone. */
  }
  return {
    date: new Date().toISOString().slice(0, 10),
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryGB: Math.round(totalmem() / 2 ** 30),
    node: process.versions.node,
    v8: process.versions.v8,
    commit,
  };
}

export function describe({ date, cpu, cores, memoryGB, node, v8, commit }: Machine): string {
  return `${date} · ${cpu}, ${cores} cores, ${memoryGB} GB · Node ${node} (V8 ${v8}) · commit ${commit}`;
}
