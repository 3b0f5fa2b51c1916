/**
 * What one core of this machine can do in WebAssembly with 128-bit vectors: arithmetic and memory, measured with small
 * kernels by the package's own assembler.
 */
import { f32x4, i32, type Local, ModuleBuilder, v128 } from "../../src/backends/wasm/assembler.ts";

export interface Peak {
  /** Multiplications and additions, 10⁹ a second. */
  readonly gflops: number;
  /** 10⁹ bytes a second, read and written, arrays far larger than the caches. */
  readonly memoryGBs: number;
  /** The same with arrays that stay in the second-level cache. */
  readonly cacheGBs: number;
}

/** Chains of s = s · a + a that do not wait for each other: as many as fit the 16 vector registers beside a. */
const chains = 14;
const unroll = 4;
const flopsPerPass = chains * unroll * 4 * 2;

const pageBytes = 65536;
const largeBytes = 64 * 2 ** 20;
const smallBytes = 128 * 2 ** 10;
const vectorsPerPass = 4;

function build() {
  const module = new ModuleBuilder();
  const arithmetic = module.func(2, (f, data, passes) => {
    const a = f.local("v128", v128.load(data));
    const sums = Array.from({ length: chains }, (_, i) => f.local("v128", v128.load(data, 16 * (i + 1))));
    const left = f.local("i32", passes);
    f.doWhile(
      () => {
        for (let i = 0; i < unroll; i++) for (const s of sums) s.set(f32x4.add(f32x4.mul(s, a), a));
      },
      () => f.tee(left, i32.sub(left, 1)),
    );
    for (const [i, s] of sums.entries()) f.storeV128(data, s, 16 * (i + 1));
  });
  /* to[i] = from[i] · a, the least that an element-wise op can do. */
  const scale = module.func(4, (f, from, to, bytes, data) => {
    const a = f.local("v128", v128.load(data));
    const at: Local<"i32"> = f.local("i32");
    f.loop(at, 0, bytes, 16 * vectorsPerPass, () => {
      for (let i = 0; i < vectorsPerPass; i++) {
        f.storeV128(i32.add(to, at), f32x4.mul(v128.load(i32.add(from, at), 16 * i), a), 16 * i);
      }
    });
  });
  module.export("arithmetic", arithmetic);
  module.export("scale", scale);
  const pages = (2 * largeBytes) / pageBytes + 1;
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  /* a = ½: every sum settles at 1. */
  new Float32Array(memory.buffer, 0, 4 * (chains + 1)).fill(0.5);
  const bytes = module.bytes({ shared: false, maximumPages: pages });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { engine: { memory } });
  return exports as {
    arithmetic(data: number, passes: number): void;
    scale(from: number, to: number, bytes: number, data: number): void;
  };
}

/** Shortest of many short runs, in seconds: what the machine can do, not what others leave of it. */
function shortest(run: () => void, runs: number): number {
  let best = Infinity;
  for (let i = 0; i < runs; i++) {
    const begin = performance.now();
    run();
    best = Math.min(best, performance.now() - begin);
  }
  return best / 1000;
}

let kernels: ReturnType<typeof build> | undefined;

/** Measures for about a quarter of a second on the calling thread. */
export function measurePeak(): Peak {
  kernels ??= build();
  const { arithmetic, scale } = kernels;
  const passes = 50_000;
  const seconds = shortest(() => arithmetic(0, passes), 40);
  const first = pageBytes;
  const large = shortest(() => scale(first, first + largeBytes, largeBytes, 0), 8);
  const repeats = 200;
  const small = shortest(() => {
    for (let i = 0; i < repeats; i++) scale(first, first + smallBytes, smallBytes, 0);
  }, 20);
  return {
    gflops: (flopsPerPass * passes) / seconds / 1e9,
    memoryGBs: (2 * largeBytes) / large / 1e9,
    cacheGBs: (2 * smallBytes * repeats) / small / 1e9,
  };
}

/** The best of several measurements. */
export const bestPeak = (peaks: readonly Peak[]): Peak => ({
  gflops: Math.max(...peaks.map(({ gflops }) => gflops)),
  memoryGBs: Math.max(...peaks.map(({ memoryGBs }) => memoryGBs)),
  cacheGBs: Math.max(...peaks.map(({ cacheGBs }) => cacheGBs)),
});
