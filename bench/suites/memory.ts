/** What training leaves behind: memory after 2,000 steps against after 500, and how long the event loop was held. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { SuiteResult } from "../suite.ts";

const script = fileURLToPath(new URL("../memory-run.ts", import.meta.url));
const config = fileURLToPath(new URL("../tsconfig.json", import.meta.url));

export async function memory(): Promise<SuiteResult> {
  const { stdout, stderr, status } = spawnSync(process.execPath, ["--expose-gc", "--import", "tsx", script], {
    env: { ...process.env, TSX_TSCONFIG_PATH: config },
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  const json = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Record<string, number>;
  const rows = Object.entries(json).map(([what, value]) => `| ${what} | ${value} |`);
  return {
    title: "Memory and the event loop",
    json,
    markdown: ["| what | value |", "|---|---|", ...rows].join("\n"),
  };
}
