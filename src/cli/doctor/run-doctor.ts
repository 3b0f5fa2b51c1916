import { BackendError } from "../../core/errors.ts";
import { disposeBackends } from "../../index.ts";
import { formatCount } from "../format.ts";
import { type FoundDataset, findDatasets } from "./data-sets.ts";
import { inspectMachine, type Machine } from "./machine.ts";
import { type SelfTest, testBackends } from "./self-test.ts";

interface Finding {
  readonly what: string;
  readonly text: string;
  /** `missing` is something that can be done without. */
  readonly state: "good" | "missing" | "bad";
}

/** The command `convnet doctor`. @throws BackendError if this machine cannot train, or trains wrong. */
export async function runDoctor(json: boolean): Promise<void> {
  const machine = await inspectMachine();
  const datasets = await findDatasets();
  try {
    const selfTest = await testBackends();
    if (json) process.stdout.write(`${JSON.stringify({ ...machine, datasets, selfTest })}\n`);
    else process.stdout.write(`${drawFindings(findings(machine, datasets, selfTest))}\n`);
    requireHealth(machine, selfTest);
  } finally {
    await disposeBackends();
  }
}

function findings(machine: Machine, datasets: readonly FoundDataset[], selfTest: SelfTest): Finding[] {
  const optional = (what: string, found: string | null, missing: string): Finding => ({
    what,
    text: found ?? missing,
    state: found === null ? "missing" : "good",
  });
  const required = (what: string, holds: boolean, good: string, bad: string): Finding => ({
    what,
    text: holds ? good : bad,
    state: holds ? "good" : "bad",
  });
  const { difference, imagesPerSecond, threads } = selfTest;
  const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
  return [
    required("Node", machine.isNodeNewEnough, machine.node, `${machine.node}; 20.19 or newer is needed`),
    required("System", true, machine.platform, ""),
    required("Cores", true, `${machine.cores} (${machine.cpu})`, ""),
    required(
      "Memory",
      true,
      `${gigabytes(machine.memoryBytes)}, ${gigabytes(machine.freeMemoryBytes)} free`,
      "",
    ),
    required("SIMD", machine.simd, "WebAssembly SIMD", "this engine has no WebAssembly SIMD"),
    required("Threads", machine.threads, "shared memory", "no shared memory: one thread only"),
    optional("WebGPU", machine.webgpu, "not here"),
    ...datasets.map(({ name, folder, samples, problem }) =>
      optional(name, folder && `${formatCount(samples)} images in ${folder}`, problem ?? "not found"),
    ),
    optional(
      "sharp",
      machine.sharp,
      'not installed; "convnet predict" needs it to read images: npm install sharp',
    ),
    required(
      "Numbers",
      selfTest.isRight,
      `one training step on wasm and on reference: weights equal within ${difference.toExponential(1)}`,
      `one training step on wasm and on reference: weights differ by ${difference.toExponential(1)}`,
    ),
    required(
      "Speed",
      true,
      `${formatCount(imagesPerSecond)} images/s training the article's network, batch 32, threads: ${threads}`,
      "",
    ),
  ];
}

function drawFindings(all: readonly Finding[]): string {
  const marks = { good: "✓", missing: "–", bad: "✗" };
  const width = Math.max(...all.map(({ what }) => what.length));
  return all.map(({ what, text, state }) => `${marks[state]} ${what.padEnd(width)}  ${text}`).join("\n");
}

function requireHealth({ simd, node, isNodeNewEnough }: Machine, { isRight, difference }: SelfTest): void {
  const fail = (expected: string, received: string): never => {
    throw new BackendError({ where: "doctor", expected, received });
  };
  if (!isNodeNewEnough) fail("Node 20.19 or newer", node);
  if (!simd) fail("WebAssembly SIMD", "none");
  if (!isRight) fail("wasm and reference to agree within 1e-5", `a difference of ${difference}`);
}
