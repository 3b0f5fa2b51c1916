import { createRequire } from "node:module";
import { availableParallelism, cpus, freemem, release, totalmem, type } from "node:os";
import { arch, platform, versions } from "node:process";

export interface Machine {
  readonly node: string;
  readonly isNodeNewEnough: boolean;
  readonly platform: string;
  readonly cores: number;
  readonly cpu: string;
  readonly memoryBytes: number;
  readonly freeMemoryBytes: number;
  readonly simd: boolean;
  /** Whether WebAssembly threads can share memory. */
  readonly threads: boolean;
  /** Where WebGPU could come from, if it is there at all. */
  readonly webgpu: string | null;
  /** Version. */
  readonly sharp: string | null;
}

/** A function that makes a 128-bit vector of zeros and throws it away: valid only where SIMD is known. */
const simdModule = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...[0x01, 0x04, 0x01, 0x60, 0x00, 0x00],
  ...[0x03, 0x02, 0x01, 0x00],
  ...[0x0a, 0x09, 0x01, 0x07, 0x00, 0x41, 0x00, 0xfd, 0x11, 0x1a, 0x0b],
);

export async function inspectMachine(): Promise<Machine> {
  const [major, minor] = versions.node.split(".").map(Number);
  return {
    node: versions.node,
    isNodeNewEnough: major > 20 || (major === 20 && minor >= 19),
    platform: `${type()} ${release()} (${platform} ${arch})`,
    cores: availableParallelism(),
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    memoryBytes: Math.min(process.constrainedMemory() || Number.POSITIVE_INFINITY, totalmem()),
    freeMemoryBytes: freemem(),
    simd: WebAssembly.validate(simdModule),
    threads: canShareMemory(),
    webgpu: findWebGpu(),
    sharp: await findSharp(),
  };
}

function canShareMemory(): boolean {
  try {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    return memory.buffer instanceof SharedArrayBuffer;
  } catch {
    return false;
  }
}

function findWebGpu(): string | null {
  const { navigator } = globalThis as { navigator?: { gpu?: unknown } };
  if (navigator?.gpu) return "navigator.gpu";
  for (const from of [`${process.cwd()}/package.json`, import.meta.url]) {
    try {
      return createRequire(from).resolve("webgpu");
    } catch {
      /* Not installed there. */
    }
  }
  return null;
}

/** Version of sharp, if it is installed and its native part runs here. */
async function findSharp(): Promise<string | null> {
  const name: string = "sharp";
  try {
    const { default: sharp } = (await import(name)) as { default: { versions: { sharp?: string } } };
    return sharp.versions.sharp ?? "unknown version";
  } catch {
    return null;
  }
}
