/**
 * The gradient of the kernel of a convolution that is max-pooled ("pooled-sparse"): only the winners of the pooling have
 * a gradient, a quarter of the positions or less, and those whose ReLU is dead have none either.
 *
 *     output[tap, c, o] = Σ over images and windows of image[winner(window, o), tap, c] · gradient[window, o]
 *
 * For four output channels and a few images at a time, lists are made of (address of the winner's patch, gradient). Then
 * up to six vectors of the patch — neighbouring taps and channels lie side by side in the image — are summed over a list
 * in registers, so the kernel's gradient is gathered as [o][tap][c] and turned over at the end. Sums run over images and
 * windows in order. A unit is four output channels.
 *
 * Large batches are cut into slices of images, each with a sum of its own, [slice][tap][c][o], which are added afterwards:
 * then a part reads a share of the images for many channels rather than all images for few.
 */
import { type FunctionBuilder, f32x4, type I32, i32, i32x4, type Local, v128 } from "../assembler.ts";
import type { KernelWriter } from "../kernel.ts";
import { type Axes, Band } from "./band.ts";
import { appendFour, entryBytes, loadWinners, type PoolAxes } from "./winner-lists.ts";

export interface PooledKernelGradientParams {
  readonly axes: Axes;
  readonly pool: PoolAxes;
  readonly inC: number;
  readonly outC: number;
  /** Slices of the batch. */
  readonly slices: number;
}

/** Images of a slice, at least: a part reads them again for every `unitsAtOnce` units. */
const leastImages = 32;
const mostSlices = 8;
/** Bytes that all slices' sums may take. */
const mostSliceBytes = 2 * 1024 * 1024;

/** Into how many slices a batch is cut for a kernel of so many bytes. */
export function slicesOf(batch: number, kernelBytes: number): number {
  const fitting = Math.floor(mostSliceBytes / kernelBytes);
  return Math.max(1, Math.min(mostSlices, Math.floor(batch / leastImages), fitting));
}

/** Accumulators of a pass: with as many loads and one number in all lanes they fill Node 20's registers. */
const mostVectors = 6;
/** Windows whose lists are summed in one pass: enough to be worth loading and storing the sums. */
const windowsPerPass = 48;
const lanes = 4;
/** Units whose sums are kept while the images go by, so that an image is read from afar once for all of them. */
const unitsAtOnce = 8;

/** How a patch is cut into passes of vectors. */
interface Passes {
  /** Stretches of the patch that lie side by side in the image: rows of taps, or single taps. */
  readonly runs: number;
  /** Numbers of a run, and vectors that hold them. */
  readonly runLength: number;
  readonly runVectors: number;
  /** A pass holds `passRuns` runs, or one of `perRun` pieces of a run, `passVectors` vectors in all. */
  readonly passRuns: number;
  readonly perRun: number;
  readonly passVectors: number;
  readonly count: number;
}

function passesOf([, height, width]: Axes, inC: number): Passes {
  const joined = width.dilation === 1;
  const runs = height.size * (joined ? 1 : width.size);
  const runLength = joined ? width.size * inC : inC;
  const runVectors = Math.ceil(runLength / lanes);
  const perRun = Math.ceil(runVectors / mostVectors);
  let passRuns = 1;
  if (perRun === 1 && joined) {
    for (let n = runs; n > 1; n--) {
      if (runs % n === 0 && n * runVectors <= mostVectors) {
        passRuns = n;
        break;
      }
    }
  }
  const passVectors = perRun === 1 ? passRuns * runVectors : Math.ceil(runVectors / perRun);
  return { runs, runLength, runVectors, passRuns, perRun, passVectors, count: (runs / passRuns) * perRun };
}

export const convKernelGradientPooled: KernelWriter<PooledKernelGradientParams> = ({ params, inputs }) => {
  const { axes, pool, inC, outC, slices } = params;
  const [, height, width] = axes;
  const blocks = Math.ceil(outC / lanes);
  const kernelBytes = height.size * width.size * inC * outC * 4;
  const passes = passesOf(axes, inC);
  const band = new Band(axes, inC, height.out);
  const windows = pool.height.out * pool.width.out;
  const imagesPerPass = band.copied ? 1 : Math.max(1, Math.round(windowsPerPass / windows));
  const listBytes = imagesPerPass * windows * entryBytes + 16;
  const sumFloats = passes.count * passes.passVectors * lanes;
  const unitBytes = lanes * sumFloats * 4;
  const imageBytes = height.in * width.in * inC * 4;

  return {
    algorithm: "pooled-sparse",
    units: slices * blocks,
    maxParts: 8,
    threadBytes: band.threadBytes + lanes * listBytes + unitsAtOnce * unitBytes,
    numbers: [inputs[0].shape[0]],
    key: JSON.stringify(["convKernelGradientPooled", params]),
    write(f, { addresses: [image, gradient, winners, output], numbers: [batch], begin, end, scratch }) {
      const lists = f.local("i32", i32.add(scratch, band.threadBytes));
      const allSums = f.local("i32", i32.add(lists, lanes * listBytes));
      const sums = f.local("i32");
      const [block, n] = [f.local("i32"), f.local("i32")];
      const channel = f.local("i32");
      const unit = f.local("i32", begin);
      const sliceImages = f.local("i32", i32.divU(i32.add(batch, slices - 1), slices));
      const target = f.local("i32");
      /* As many units of one slice as are kept at once. */
      const sumUnits = (): void => {
        const slice = f.local("i32", i32.divU(unit, blocks));
        const firstBlock = f.local("i32", i32.sub(unit, i32.mul(slice, blocks)));
        const wanted = f.local("i32", i32.min(i32.sub(end, unit), unitsAtOnce));
        const lastBlock = f.local("i32", i32.min(i32.add(firstBlock, wanted), blocks));
        const firstImage = f.local("i32", i32.mul(slice, sliceImages));
        const lastImage = f.local("i32", i32.min(f.local("i32", i32.add(firstImage, sliceImages)), batch));
        const eachUnit = (visit: () => void): void => {
          sums.set(allSums);
          f.loop(block, firstBlock, lastBlock, 1, () => {
            channel.set(i32.mul(block, lanes));
            visit();
            f.increase(sums, unitBytes);
          });
        };
        target.set(i32.add(output, i32.mul(slice, kernelBytes)));
        eachUnit(() => f.memoryFill(sums, 0, unitBytes));
        f.loop(n, firstImage, lastImage, imagesPerPass, () => {
          const count = f.local("i32", i32.min(i32.sub(lastImage, n), imagesPerPass));
          const source = f.local("i32", i32.add(image, i32.mul(n, imageBytes)));
          const base = band.fill(f, source, scratch, 0, 0, height.out);
          eachUnit(() => {
            const ends = makeLists(f, base, n, count, channel);
            for (const [lane, listEnd] of ends.entries()) {
              const first = f.local("i32", i32.add(lists, lane * listBytes));
              f.if(i32.ne(first, listEnd), () =>
                sumList(f, first, listEnd, i32.add(sums, lane * sumFloats * 4)),
              );
            }
          });
        });
        eachUnit(() => turnOver(f, target, channel));
        f.increase(unit, i32.sub(lastBlock, firstBlock));
      };
      f.if(i32.ltS(begin, end), () => f.doWhile(sumUnits, () => i32.ltS(unit, end)));

      /** One list per output channel: addresses of the winners' patches, and their gradients. */
      function makeLists(
        f: FunctionBuilder,
        base: Local<"i32">,
        first: Local<"i32">,
        count: Local<"i32">,
        channel: Local<"i32">,
      ): Local<"i32">[] {
        const ends = [0, 1, 2, 3].map((lane) => f.local("i32", i32.add(lists, lane * listBytes)));
        const element = f.local("i32", i32.add(i32.mul(first, windows * outC), channel));
        const origin = f.local("i32", base);
        const rowStep = height.stride * band.rowBytes;
        const columnStep = width.stride * band.pixelBytes;
        const [y, x] = [f.local("i32"), f.local("i32")];
        const valid = lanes - (Math.ceil(outC / lanes) * lanes - outC);
        f.repeat(count, () => {
          f.loop(y, 0, pool.height.out, 1, () => {
            const row = i32.mul(i32.sub(i32.mul(y, pool.height.stride), pool.height.before), rowStep);
            const address = f.local("i32", i32.add(origin, row));
            f.increase(address, -pool.width.before * columnStep);
            f.loop(x, 0, pool.width.out, 1, () => {
              const numbers = f.local("v128", v128.load(i32.add(gradient, i32.mul(element, 4))));
              if (valid < lanes) {
                /* Behind the last channel lies another window's number. */
                const isLast = i32.ltS(i32.add(channel, lanes - 1), outC);
                const whole = i32x4.splat(i32.sub(0, isLast));
                numbers.set(v128.and(numbers, v128.or(v128.firstLanes(valid), whole)));
              }
              const winner = loadWinners(f, i32.add(winners, element), pool);
              const offsets = i32x4.add(
                i32x4.splat(address),
                i32x4.add(
                  i32x4.mul(winner.row, i32x4.splat(rowStep)),
                  i32x4.mul(winner.column, i32x4.splat(columnStep)),
                ),
              );
              appendFour(f, ends, offsets, numbers);
              f.increase(address, pool.width.stride * columnStep);
              f.increase(element, outC);
            });
          });
          f.increase(origin, imageBytes);
        });
        return ends;
      }

      /** Adds the products of a list to the sums of its output channel, pass by pass. */
      function sumList(f: FunctionBuilder, first: Local<"i32">, last: Local<"i32">, target: I32): void {
        const { passRuns, perRun, passVectors, runVectors, count } = passes;
        const runStep = width.dilation === 1 ? height.dilation * band.rowBytes : 0;
        const accumulators = f.locals4(passVectors);
        const loads = f.locals4(passVectors);
        const splat = f.local("v128");
        const entry = f.local("i32");
        const address = f.local("i32");
        const at = f.local("i32", target);
        const relative = Array.from({ length: passVectors }, (_, v) =>
          perRun === 1 ? Math.floor(v / runVectors) * runStep + (v % runVectors) * 16 : v * 16,
        );
        const shift = f.local("i32", 0);
        const pass = (): void => {
          for (const [v, sum] of accumulators.entries()) sum.set(v128.load(at, v * 16));
          entry.set(first);
          f.doWhile(
            () => {
              address.set(i32.add(i32.load(entry), shift));
              splat.set(v128.load32Splat(entry, 4));
              for (const [v, load] of loads.entries()) load.set(v128.load(address, relative[v]));
              for (const [v, sum] of accumulators.entries())
                sum.set(f32x4.add(sum, f32x4.mul(loads[v], splat)));
              entry.set(i32.add(entry, entryBytes));
            },
            () => i32.ne(entry, last),
          );
          for (const [v, sum] of accumulators.entries()) f.storeV128(at, sum, v * 16);
          f.increase(at, passVectors * 16);
        };
        if (width.dilation === 1) {
          f.repeat(count / perRun, () => {
            f.repeat(perRun, () => {
              pass();
              f.increase(shift, passVectors * 16);
            });
            f.increase(shift, passRuns * height.dilation * band.rowBytes - perRun * passVectors * 16);
          });
          return;
        }
        f.repeat(height.size, () => {
          f.repeat(width.size, () => {
            f.repeat(perRun, () => {
              pass();
              f.increase(shift, passVectors * 16);
            });
            f.increase(shift, width.dilation * band.pixelBytes - perRun * passVectors * 16);
          });
          f.increase(shift, height.dilation * band.rowBytes - width.size * width.dilation * band.pixelBytes);
        });
      }

      /** The sums [o][tap][c] → [tap][c][o] at `to`, four by four. */
      function turnOver(f: FunctionBuilder, to: Local<"i32">, channel: Local<"i32">): void {
        const { runs, runLength, perRun, passVectors, runVectors } = passes;
        const runBytes = (perRun === 1 ? runVectors : perRun * passVectors) * 16;
        const source = f.local("i32", sums);
        const target = f.local("i32", i32.add(to, i32.mul(channel, 4)));
        const at = f.local("i32");
        const write = (count: number, width: number): void => {
          const rows = [0, 1, 2, 3].map((o) => f.local("v128", v128.load(at, o * sumFloats * 4)));
          const columns = transpose(f, rows);
          for (let i = 0; i < count; i++) f.storeLanes(target, columns[i], width, i * outC * 4);
          f.increase(at, 16);
          f.increase(target, count * outC * 4);
        };
        const all = (width: number): void => {
          f.repeat(runs, () => {
            at.set(source);
            f.repeat(Math.floor(runLength / lanes), () => write(lanes, width));
            if (runLength % lanes > 0) write(runLength % lanes, width);
            f.increase(source, runBytes);
          });
        };
        const rest = outC % lanes;
        if (rest === 0) all(lanes);
        else
          f.if(
            i32.ltS(i32.add(channel, lanes - 1), outC),
            () => all(lanes),
            () => all(rest),
          );
      }
    },
  };
};

/** Rows and columns of four vectors exchanged. */
function transpose(f: FunctionBuilder, [a, b, c, d]: readonly Local<"v128">[]): Local<"v128">[] {
  const pick = (x: Local<"v128">, y: Local<"v128">, at: [number, number, number, number]) =>
    f.local("v128", f32x4.shuffle(x, y, at));
  const low = [pick(a, b, [0, 4, 1, 5]), pick(c, d, [0, 4, 1, 5])];
  const high = [pick(a, b, [2, 6, 3, 7]), pick(c, d, [2, 6, 3, 7])];
  return [low, high].flatMap(([x, y]) => [pick(x, y, [0, 1, 4, 5]), pick(x, y, [2, 3, 6, 7])]);
}
