import { fileURLToPath } from "node:url";
import type { Contender } from "./contender.ts";
import type { Setting } from "./peers.ts";

const script = fileURLToPath(new URL("own-run.ts", import.meta.url));
const config = fileURLToPath(new URL("tsconfig.json", import.meta.url));

/** This package as built in dist/. */
export function own({ mode, batch, threads }: Setting): Contender {
  return {
    name: "ConvNet",
    command: process.execPath,
    args: ["--import", "tsx", script, "--mode", mode, "--batch", String(batch), "--threads", String(threads)],
    env: { TSX_TSCONFIG_PATH: config },
  };
}
