import { OptionError } from "../core/errors.ts";
import { lookUp } from "../core/names.ts";
import type { Backend } from "./contract.ts";
import { WasmBackend } from "./wasm/wasm.ts";
import { availableCores } from "./wasm/workers.ts";

export type BackendChoice = "auto" | "wasm" | "reference";

export interface BackendOptions {
  /** Where the model runs. `"auto"` (the default) is wasm; `"reference"` is slow and computes in float64. */
  backend?: BackendChoice;
  /** Threads of the wasm backend. The results do not depend on it. Default: as many as there are cores. */
  threads?: number;
  /** Address of the worker script, for pages whose content security policy forbids blobs. */
  workerUrl?: string | URL;
}

/** More threads than this find no work in the networks we know. */
const mostThreads = 64;

/** One engine for each kind and number of threads: models share its memory and its threads. */
const engines = new Map<string, Promise<Backend>>();

/** @throws OptionError for an unknown backend or an impossible number of threads. */
export function checkBackend({ backend = "auto", threads = 1 }: BackendOptions): void {
  lookUp("backend", { auto: 0, wasm: 0, reference: 0 } satisfies Record<BackendChoice, number>, backend);
  if (!Number.isInteger(threads) || threads < 1 || threads > mostThreads) {
    throw new OptionError({
      where: "threads",
      expected: `a whole number from 1 to ${mostThreads}`,
      received: String(threads),
    });
  }
}

export function backendOf(options: BackendOptions): Promise<Backend> {
  const { backend = "auto", threads = Math.min(availableCores(), mostThreads), workerUrl } = options;
  const kind = backend === "reference" ? "reference" : `wasm ${threads}`;
  const known = engines.get(kind);
  if (known) return known;
  const engine =
    backend === "reference"
      ? import("./reference/reference.ts").then(({ createReference }) => createReference())
      : Promise.resolve(new WasmBackend({ threads, workerUrl }));
  engines.set(kind, engine);
  return engine;
}

/**
 * Starts a backend's threads before a model needs them, while data are still being read.
 *
 * @example
 * const { threads } = await startBackend({ threads: 2 });
 */
export async function startBackend(options: BackendOptions = {}): Promise<{ name: string; threads: number }> {
  checkBackend(options);
  const backend = await backendOf(options);
  backend.start?.();
  return { name: backend.name, threads: backend.threads };
}

/**
 * Ends all threads and gives all memory back; models that still exist cannot be used any more.
 *
 * @example
 * await disposeBackends();
 */
export async function disposeBackends(): Promise<void> {
  const all = [...engines.values()];
  engines.clear();
  for (const engine of all) await (await engine).dispose();
}
