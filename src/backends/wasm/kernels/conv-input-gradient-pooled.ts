/**
 * The gradient of the input of a max-pooled convolution with stride 1 ("pooled-sparse"): only the winners of the pooling
 * have a gradient.
 *
 *     output[y, x, c] = Σ over taps and channels o of kernel[tap, c, o] · gradient[window, o]
 *                       where the window's winner in channel o is the position (y, x) − tap
 *
 * First every position of the convolution gets the list of channels that won there, with their gradients. Then the lists
 * of the positions around each pixel are joined, and up to four vectors of input channels are summed over the joined
 * list in registers; rows of the kernel, [tap][o][16 channels], stay in the first-level cache. Sums run over taps, then
 * channels. A unit is a band of rows of one image.
 */
import type { Epilogue } from "../../../compiler/expression.ts";
import type { WindowAxis } from "../../../core/window.ts";
import { type FunctionBuilder, f32x4, type I32, i32, i32x4, type Local, v128 } from "../assembler.ts";
import type { KernelWriter } from "../kernel.ts";
import { EpilogueWriter } from "./formula.ts";
import { entryBytes, interleave, loadWinners, type PoolAxes } from "./winner-lists.ts";

export interface PooledInputGradientParams {
  readonly height: WindowAxis;
  readonly width: WindowAxis;
  readonly pool: PoolAxes;
  readonly inC: number;
  readonly outC: number;
  readonly epilogue: Epilogue;
}

/** Memory for the lists of a band. */
const mostListBytes = 256 * 1024;
/** Vectors of input channels summed at once: with the same number of loads they fit Node 20's registers. */
const mostVectors = 4;

/** Input channels of a panel of the kernel. */
export function pooledPanelWidth(inC: number): number {
  return 4 * Math.min(mostVectors, Math.ceil(inC / 4));
}

export const convInputGradientPooled: KernelWriter<PooledInputGradientParams> = ({ params, outputs }) => {
  const { height, width, pool, inC, outC, epilogue } = params;
  const [kH, kW] = [height.size, width.size];
  const overlap = (axis: WindowAxis): number => Math.ceil(axis.size / axis.stride);
  const capacity = (outC * overlap(pool.height) * overlap(pool.width) + 2) * entryBytes;
  const listRowBytes = width.out * capacity;
  /* Rows of lists around a band: the taps' reach, and what windows that begin or end in it may touch. */
  const reach = kH - 1 + 2 * (pool.height.size - 1);
  const bandRows = Math.max(1, Math.min(height.in, Math.floor(mostListBytes / listRowBytes) - reach));
  const listRows = bandRows + reach;
  const bands = Math.ceil(height.in / bandRows);
  const endsBytes = listRows * width.out * 4;
  const joinedBytes = kH * kW * capacity;
  const panelWidth = pooledPanelWidth(inC);
  const vectors = panelWidth / 4;
  const panels = Math.ceil(inC / panelWidth);
  const rowBytes = panelWidth * 4;
  const panelBytes = kH * kW * outC * rowBytes;
  const windowsPerImage = pool.height.out * pool.width.out;

  return {
    algorithm: "pooled-sparse",
    units: outputs[0].shape[0] * bands,
    threadBytes: endsBytes + listRows * listRowBytes + joinedBytes + 64,
    key: JSON.stringify(["convInputGradientPooled", params]),
    write(f, { addresses, begin, end, scratch }) {
      const [gradient, winners, kernel] = addresses;
      const operands = addresses.slice(3, 3 + epilogue.kinds.length);
      const output = addresses[addresses.length - 1];
      const lists = f.local("i32", i32.add(scratch, endsBytes));
      const joined = f.local("i32", i32.add(lists, listRows * listRowBytes));
      const unit = f.local("i32");
      f.loop(unit, begin, end, 1, () => {
        const n = f.local("i32", i32.divU(unit, bands));
        const top = f.local("i32", i32.mul(i32.sub(unit, i32.mul(n, bands)), bandRows));
        const rows = f.local("i32", i32.min(i32.sub(height.in, top), bandRows));
        /* Row of the convolution that the first row of lists is for. */
        const firstRow = f.local("i32", i32.add(top, height.before - (kH - 1) - (pool.height.size - 1)));
        clearLists();
        fillLists(n, firstRow);
        gather(n, top, rows, firstRow);
      });

      function clearLists(): void {
        const at = f.local("i32", scratch);
        const list = f.local("i32", lists);
        f.repeat(listRows * width.out, () => {
          f.storeI32(at, list);
          f.increase(at, 4);
          f.increase(list, capacity);
        });
      }

      /** Appends every window's gradients to the lists of the winners' positions. */
      function fillLists(n: Local<"i32">, firstRow: Local<"i32">): void {
        const { height: poolH, width: poolW } = pool;
        /* Windows that touch the rows which the band's pixels read. */
        const lowest = i32.add(firstRow, pool.height.size - 1);
        const highest = i32.add(firstRow, listRows - pool.height.size);
        const before = f.local("i32", i32.max(i32.sub(i32.add(lowest, poolH.before), poolH.size - 1), 0));
        const firstWindow = f.local("i32", i32.divU(i32.add(before, poolH.stride - 1), poolH.stride));
        const reached = f.local("i32", i32.max(i32.add(highest, poolH.before), 0));
        const lastWindow = f.local("i32", i32.min(i32.divU(reached, poolH.stride), poolH.out - 1));
        const [y, x, o] = [f.local("i32"), f.local("i32"), f.local("i32")];
        f.loop(y, firstWindow, i32.add(lastWindow, 1), 1, () => {
          const window = i32.add(i32.mul(n, windowsPerImage), i32.mul(y, poolW.out));
          const element = f.local("i32", i32.mul(window, outC));
          const row = f.local("i32", i32.sub(i32.sub(i32.mul(y, poolH.stride), poolH.before), firstRow));
          const origin = f.local("i32", i32.sub(i32.mul(row, width.out), poolW.before));
          f.loop(x, 0, poolW.out, 1, () => {
            const append = (lanes: number): void => {
              const at = f.local("i32", i32.add(element, o));
              const numbers = f.local("v128", v128.load(i32.add(gradient, i32.mul(at, 4))));
              const winner = loadWinners(f, i32.add(winners, at), pool);
              const position = i32x4.add(i32x4.mul(winner.row, i32x4.splat(width.out)), winner.column);
              const places = f.local("v128", i32x4.shl(i32x4.add(position, i32x4.splat(origin)), 2));
              const channels = i32x4.add(
                i32x4.splat(i32.mul(o, rowBytes)),
                i32x4.const([0, 1, 2, 3].map((i) => i * rowBytes)),
              );
              const [low, high] = interleave(channels, numbers).map((pair) => f.local("v128", pair));
              const zero = i32x4.eq(v128.andnot(numbers, i32x4.splat(0x80000000 | 0)), v128.zero);
              const moves = f.local("v128", v128.andnot(i32x4.splat(entryBytes), zero));
              for (let lane = 0; lane < lanes; lane++) {
                const place = f.local("i32", i32.add(scratch, i32x4.extractLane(places, lane)));
                const listEnd = f.local("i32", i32.load(place));
                f.storeLane64(listEnd, lane < 2 ? low : high, lane % 2);
                f.storeI32(place, i32.add(listEnd, i32x4.extractLane(moves, lane)));
              }
            };
            f.loop(o, 0, Math.floor(outC / 4) * 4, 4, () => append(4));
            if (outC % 4 > 0) {
              o.set(outC - (outC % 4));
              append(outC % 4);
            }
            f.increase(element, outC);
            f.increase(origin, poolW.stride);
          });
        });
      }

      /** Sums the joined lists of every pixel of the band. */
      function gather(n: Local<"i32">, top: Local<"i32">, rows: Local<"i32">, firstRow: Local<"i32">): void {
        const [y, x] = [f.local("i32"), f.local("i32")];
        const element = f.local(
          "i32",
          i32.mul(i32.mul(i32.add(i32.mul(n, height.in), top), width.in), inC * 4),
        );
        f.loop(y, top, i32.add(top, rows), 1, () => {
          const rowTaps = reachingTaps(f, height, y);
          f.loop(x, 0, width.in, 1, () => {
            const last = join(rowTaps, reachingTaps(f, width, x), firstRow);
            sumPixel(last, element);
            f.increase(element, inC * 4);
          });
        });
      }

      /** Copies the lists of the positions that reach a pixel behind each other; returns the end. */
      function join(rowTaps: Reaching, columnTaps: Reaching, firstRow: Local<"i32">): Local<"i32"> {
        const target = f.local("i32", joined);
        const [i, j] = [f.local("i32"), f.local("i32")];
        f.loop(i, rowTaps.first, rowTaps.end, 1, () => {
          const row = i32.mul(i32.sub(i32.sub(rowTaps.position, i), firstRow), width.out);
          const index = f.local("i32", i32.sub(i32.add(row, columnTaps.position), columnTaps.first));
          const tap = f.local("i32", i32.mul(i32.add(i32.mul(i, kW), columnTaps.first), outC * rowBytes));
          f.loop(j, columnTaps.first, columnTaps.end, 1, () => {
            const from = f.local("i32", i32.add(lists, i32.mul(index, capacity)));
            const to = f.local("i32", i32.load(i32.add(scratch, i32.mul(index, 4))));
            const length = f.local("i32", i32.sub(to, from));
            const shift = f.local("v128", v128.and(i32x4.splat(tap), i32x4.const([-1, 0, -1, 0])));
            const at = f.local("i32", target);
            f.if(length, () =>
              f.doWhile(
                () => {
                  f.storeV128(at, i32x4.add(v128.load(from), shift));
                  f.increase(at, 2 * entryBytes);
                  f.increase(from, 2 * entryBytes);
                },
                () => i32.ltU(from, to),
              ),
            );
            f.increase(target, length);
            f.increase(index, -1);
            f.increase(tap, outC * rowBytes);
          });
        });
        return target;
      }

      function sumPixel(last: Local<"i32">, element: Local<"i32">): void {
        const sums = f.locals4(vectors);
        const loads = f.locals4(vectors);
        const splat = f.local("v128");
        const [entry, address] = [f.local("i32"), f.local("i32")];
        const panel = f.local("i32", kernel);
        const bytes = f.local("i32", 0);
        const pass = (channels: number): void => {
          for (const sum of sums) sum.set(v128.zero);
          entry.set(joined);
          f.if(i32.ne(entry, last), () =>
            f.doWhile(
              () => {
                address.set(i32.add(panel, i32.load(entry)));
                splat.set(v128.load32Splat(entry, 4));
                for (const [v, load] of loads.entries()) load.set(v128.load(address, v * 16));
                for (const [v, sum] of sums.entries()) sum.set(f32x4.add(sum, f32x4.mul(loads[v], splat)));
                entry.set(i32.add(entry, entryBytes));
              },
              () => i32.ne(entry, last),
            ),
          );
          const finisher = new EpilogueWriter(f, epilogue, operands, bytes, vectors);
          const at = f.local("i32", i32.add(element, bytes));
          for (const [v, sum] of sums.entries()) {
            const lanes = Math.min(4, channels - v * 4);
            if (lanes > 0) f.storeLanes(i32.add(output, at), finisher.finish(sum, v, at), lanes, v * 16);
          }
        };
        const rest = inC - (panels - 1) * panelWidth;
        f.repeat(rest === panelWidth ? panels : panels - 1, () => {
          pass(panelWidth);
          f.increase(panel, panelBytes);
          f.increase(bytes, rowBytes);
        });
        if (rest < panelWidth) pass(rest);
      }
    },
  };
};

/** The taps through which an input is read, and the output that reads it through tap 0. */
interface Reaching {
  readonly first: Local<"i32">;
  readonly end: Local<"i32">;
  readonly position: Local<"i32">;
}

/** Taps k for which the output position `input + before − k` exists. */
function reachingTaps(f: FunctionBuilder, { size, out, before }: WindowAxis, input: I32): Reaching {
  const position = f.local("i32", i32.add(input, before));
  const first = f.local("i32", i32.max(f.local("i32", i32.sub(position, out - 1)), 0));
  const end = f.local("i32", i32.min(f.local("i32", i32.add(position, 1)), size));
  return { first, end, position };
}
