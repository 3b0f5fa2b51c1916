/**
 * The other systems. Their scripts and installations are not part of the repository: `CONVNET_PEERS` is the folder of the
 * scripts, `PEERS_DIR` that of what they need (see the README there).
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Contender } from "./contender.ts";

const scripts =
  process.env.CONVNET_PEERS ?? fileURLToPath(new URL("../../shared/bench/peers", import.meta.url));
const installed = process.env.PEERS_DIR ?? join(scripts, ".peers");
const python = process.env.PYTHON ?? "/usr/bin/python3";

export interface Setting {
  readonly mode: "train" | "infer";
  readonly batch: number;
  readonly threads: number;
}

/** The BLAS may choose its kernels by the processor, whatever the shell says. */
const freeBlas = { OPENBLAS_CORETYPE: undefined, OPENBLAS_L2_SIZE: undefined };

/** Keeps the memory of freed arrays: with glibc's defaults every step of PyTorch pays for page faults. */
const tunedAllocator = {
  OPENBLAS_NUM_THREADS: "1",
  GLIBC_TUNABLES: "glibc.malloc.hugetlb=1",
  MALLOC_MMAP_MAX_: "0",
  MALLOC_TRIM_THRESHOLD_: "2000000000",
  MALLOC_TOP_PAD_: "268435456",
};

const timing = ["--warmup", "1.5", "--repeats", "3", "--seconds", "1.5", "--max", "12", "--quiet", "2"];

function options({ mode, batch, threads }: Setting): string[] {
  return ["--mode", mode, "--batch", String(batch), "--threads", String(threads)];
}

let torch: boolean | undefined;
function hasTorch(): boolean {
  torch ??= spawnSync(python, ["-c", "import torch"]).status === 0;
  return torch;
}

function absence(folder: string): { absent?: string } {
  if (!existsSync(scripts)) return { absent: "peer scripts not found" };
  return existsSync(join(installed, folder, "node_modules")) ? {} : { absent: "not installed" };
}

function node(name: string, script: string, folder: string, args: readonly string[]): Contender {
  return {
    name,
    command: process.execPath,
    args: [join(scripts, script), ...args],
    env: { PEERS_DIR: installed },
    ...absence(folder),
  };
}

type Layout = "nchw" | "nhwc";

/** A script run by Python with PyTorch, with the allocator tuned or left as it is installed. */
function pytorchScript(
  layout: Layout,
  script: string,
  args: readonly string[],
  asInstalled: boolean,
): Contender {
  const absent = !existsSync(script) ? "peer scripts not found" : hasTorch() ? undefined : "not installed";
  return {
    name: `PyTorch ${asInstalled ? "as installed" : "tuned"}, ${layout}`,
    command: python,
    args: [script, ...args, "--layout", layout],
    env: { PEERS_DIR: installed, ...freeBlas, ...(asInstalled ? {} : tunedAllocator) },
    ...(absent ? { absent } : {}),
  };
}

/** The article's network in PyTorch on the CPU. */
export function pytorch(setting: Setting, layout: Layout, asInstalled = false): Contender {
  const jit = setting.mode === "infer" ? ["--jit"] : [];
  return pytorchScript(
    layout,
    join(scripts, "torch_cpu.py"),
    [...options(setting), ...jit, ...timing],
    asInstalled,
  );
}

const netsScript = fileURLToPath(new URL("suites/nets.py", import.meta.url));

/** A network of `suites/nets.py`. */
export function pytorchNet(network: string, setting: Setting, layout: Layout, seconds: number): Contender {
  const windows = ["--warmup", String(seconds), "--seconds", String(seconds)];
  return pytorchScript(layout, netsScript, ["--net", network, ...options(setting), ...windows], false);
}

/** Memory that training a network of `suites/nets.py` adds to the process. */
export function pytorchGrowth(
  network: string,
  batch: number,
  layout: Layout,
  asInstalled: boolean,
): Contender {
  const args = ["--net", network, "--mode", "rss", "--batch", String(batch)];
  return pytorchScript(layout, netsScript, args, asInstalled);
}

const cold = ["--mode", "cold", "--batch", "32", "--threads", "2"];

/** From the start of the process to the end of the first training step of the article's network. */
export const coldStarts = (): Contender[] => [
  pytorchScript("nchw", join(scripts, "torch_cpu.py"), cold, true),
  node("onnxruntime-web training", "ort-train.mjs", "ort-web-training", cold),
];

export function onnxRuntimeTraining(setting: Setting): Contender {
  return node("onnxruntime-web training", "ort-train.mjs", "ort-web-training", [
    ...options(setting),
    ...timing,
  ]);
}

export function onnxRuntime(setting: Setting, backend: "web" | "node"): Contender {
  const args = ["--backend", backend, ...options(setting), ...timing];
  return node(`onnxruntime-${backend}`, "ort.mjs", `ort-${backend}`, args);
}

/** Its steps take many seconds: one is timed. */
export function tensorflowCpu(setting: Setting): Contender {
  const once = ["--warmup", "0", "--minWarmSteps", "1", "--repeats", "1", "--seconds", "0.1", "--quiet", "2"];
  const args = [...options(setting), ...(setting.mode === "train" ? once : timing)];
  return node("TensorFlow.js cpu", "tfjs.mjs", "tfjs", args);
}

/** Its own kernels cannot train convolutions; `--shim` adds the missing gradient in user code. */
export function tensorflowWasm(setting: Setting): Contender {
  const shim = setting.mode === "train" ? ["--shim"] : [];
  const name = setting.mode === "train" ? "TensorFlow.js wasm, patched" : "TensorFlow.js wasm";
  return node(name, "tfjs.mjs", "tfjs-wasm", ["--backend", "wasm", ...shim, ...options(setting), ...timing]);
}

export function jaxJs(setting: Setting): Contender {
  const once = ["--warmup", "0", "--minWarmSteps", "1", "--repeats", "1", "--seconds", "0.1", "--quiet", "2"];
  return node("jax-js wasm", "jaxjs.mjs", "jaxjs", [...options(setting), ...once]);
}
