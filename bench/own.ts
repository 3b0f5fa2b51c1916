/** This package as a contender: scripts of `scripts/`, each in a process of its own, on what is built in dist/. */
import { fileURLToPath } from "node:url";
import type { Contender } from "./contender.ts";
import type { MeasureOptions } from "./measure.ts";

const config = fileURLToPath(new URL("tsconfig.json", import.meta.url));

/** A script of `scripts/`. `TSX_TSCONFIG_PATH` may point to another configuration, such as one that runs the sources. */
export function ownScript(
  name: string,
  script: string,
  args: readonly string[] = [],
  nodeOptions: readonly string[] = [],
): Contender {
  const path = fileURLToPath(new URL(`scripts/${script}`, import.meta.url));
  return {
    name,
    command: process.execPath,
    args: [...nodeOptions, "--import", "tsx", path, ...args],
    env: { TSX_TSCONFIG_PATH: process.env.TSX_TSCONFIG_PATH ?? config },
  };
}

export type OwnSetting = Pick<MeasureOptions, "network" | "mode" | "batch" | "threads"> &
  Partial<Pick<MeasureOptions, "warmup" | "seconds" | "repeats">>;

function settingArgs(setting: OwnSetting): string[] {
  const complete: MeasureOptions = { warmup: 1.5, seconds: 1.5, repeats: 3, ...setting };
  return [JSON.stringify(complete)];
}

export const own = (setting: OwnSetting): Contender =>
  ownScript("ConvNet", "throughput.ts", settingArgs(setting));

/** The same in a page of a headless Chromium that is cross-origin isolated. */
export const ownInPage = (setting: OwnSetting): Contender =>
  ownScript("ConvNet in Chromium", "throughput-in-page.ts", settingArgs(setting));

/** `scripts/start.mjs` in plain Node: no loader stands before the imports. */
export function ownStart(name: string, args: readonly string[], absent?: string): Contender {
  const path = fileURLToPath(new URL("scripts/start.mjs", import.meta.url));
  return { name, command: process.execPath, args: [path, ...args], ...(absent ? { absent } : {}) };
}
