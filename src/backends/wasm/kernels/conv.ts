/**
 * Convolution as a product without an im2col matrix ("implicit GEMM"): the rows of A are the windows of four output
 * positions, read in place; B is the kernel in panels of eight output channels.
 *
 *     output[m, o] = Σ over taps and channels of image[position m, tap, c] · panel[tap, c, o]
 *
 * summed over planes, rows, columns and channels in this order. For each band of output rows (see band.ts) and each
 * panel, which stays in the first-level cache, all positions of the band. Bias and activation follow in registers; with
 * 2 × 2 max pooling the four rows of a tile are one pooling window, and the full map is never written: its winner is
 * kept as a byte, 0–3, when training needs it.
 *
 * Where the sums are short, conv-patches.ts runs instead.
 *
 * The input gradient (transposed convolution) runs here too, on the gradient with zeros around it and the kernel turned
 * around; with strides, in phases (conv-phases.ts). A unit is one output row (two with pooling) of one image and phase.
 */
import type { Epilogue } from "../../../compiler/expression.ts";
import { type FunctionBuilder, i32, type Local } from "../assembler.ts";
import type { KernelArgs, KernelWriter } from "../kernel.ts";
import { type Axes, Band } from "./band.ts";
import { forEachTile, panelWriter } from "./conv-panel.ts";
import { type Phase, phasesOf } from "./conv-phases.ts";
import {
  accumulators,
  clear,
  multiplyTile,
  simplifyLoops,
  type TileLoop,
  tileColumns,
  tileRows,
} from "./tile.ts";

export interface WasmConvParams {
  readonly axes: Axes;
  readonly groups: number;
  /** Channels of one group. */
  readonly inC: number;
  readonly outC: number;
  readonly epilogue: Epilogue;
  /** 2 × 2 max pooling of the result; `winners` also writes which of the four was largest. */
  readonly pool: "none" | "max" | "winners";
}

export const conv: KernelWriter<WasmConvParams> = ({ params, outputs }) => {
  const { axes, pool } = params;
  const phases = phasesOf(axes).map((phase) => planPhase(params, phase));
  const rows = phases.map(({ rowsPerImage }) => rowsPerImage);
  const batch = outputs[0].shape[0];
  const [{ band }] = phases;
  return {
    algorithm: [
      phases.length > 1 ? `${phases.length} phases` : "",
      band.copied ? "padded" : "",
      "implicit gemm",
      "4×8",
    ]
      .filter((word) => word !== "")
      .join(" ")
      .concat(pool !== "none" ? ", pooled in registers" : ""),
    units: batch * rows.reduce((a, b) => a + b),
    threadBytes: Math.max(...phases.map(({ threadBytes }) => threadBytes)),
    numbers: [batch],
    key: JSON.stringify(["conv", params]),
    write(f, { addresses, numbers: [images], begin, end, scratch }) {
      if (phases.length === 1) {
        writePhase(f, params, phases[0], { addresses, begin, end, scratch });
        return;
      }
      /* Units are rows of the first phase of all images, then of the second, … */
      const start = f.local("i32", 0);
      for (const phase of phases) {
        const count = f.local("i32", i32.mul(images, phase.rowsPerImage));
        const first = f.local("i32", i32.max(f.local("i32", i32.sub(begin, start)), 0));
        const last = f.local("i32", i32.min(f.local("i32", i32.sub(end, start)), count));
        writePhase(f, params, phase, { addresses, begin: first, end: last, scratch });
        f.increase(start, count);
      }
    },
  };
};

/** The geometry of one phase. */
function planPhase(params: WasmConvParams, phase: Phase) {
  const { groups, inC, pool } = params;
  const axes = phase.map(({ axis }) => axis) as unknown as Axes;
  const [depth, height, width] = axes;
  const pooled = pool !== "none";
  const band = new Band(axes, inC * groups, pooled ? 2 : 1);
  const outRows = pooled ? Math.floor(height.out / 2) : height.out;
  const outColumns = pooled ? Math.floor(width.out / 2) : width.out;
  const bandRows = pooled ? Math.floor(band.outputRows / 2) : band.outputRows;
  /** Whether outputs lie side by side. */
  const isDense = phase.every(({ step }) => step === 1);
  return {
    phase,
    band,
    outRows,
    outColumns,
    bandRows,
    isDense,
    rowsPerImage: depth.out * outRows,
    threadBytes: band.threadBytes,
  };
}

/** Writes the code for rows `begin` to `end` of a phase, counted through the batch. */
function writePhase(
  f: FunctionBuilder,
  params: WasmConvParams,
  plan: ReturnType<typeof planPhase>,
  { addresses, begin, end, scratch }: Omit<KernelArgs, "numbers">,
): void {
  const { axes: outer, groups, inC, outC, epilogue, pool } = params;
  const { phase, band, outRows, outColumns, bandRows, isDense, rowsPerImage } = plan;
  const [, height, width] = band.axes;
  const [depthPhase, heightPhase, widthPhase] = phase;
  const pooled = pool !== "none";
  const channels = groups * outC;
  const panelsPerGroup = Math.ceil(outC / tileColumns);
  const taps = outer.reduce((product, { size }) => product * size, 1);
  const panelBytes = taps * inC * tileColumns * 4;
  const imageBytes = outer.reduce((product, axis) => product * axis.in, 1) * inC * groups * 4;
  const isEmpty = phase.some((axis) => axis.taps === 0);

  const [image, panels] = addresses;
  const sums = accumulators(f, tileRows, 2);
  const pointers = sums.map(() => f.local("i32"));
  /* Pixels of the output that the tile's rows are written to, where they do not lie side by side. */
  const places = sums.map(() => f.local("i32"));
  const firstPlace = f.local("i32");
  const pointerB = f.local("i32");
  const { loops, firstTap } = tapLoops(params, phase, band);
  const pixel = width.stride * band.pixelBytes;
  const nextRow = height.stride * band.rowBytes;

  const unit = f.local("i32", begin);
  f.if(i32.ltS(begin, end), () => f.doWhile(writeBand, () => i32.ltS(unit, end)));

  /** As many rows of one output plane as a band holds. */
  function writeBand(): void {
    const n = f.local("i32", i32.divU(unit, rowsPerImage));
    const inImage = f.local("i32", i32.sub(unit, i32.mul(n, rowsPerImage)));
    const plane = f.local("i32", i32.divU(inImage, outRows));
    const row = f.local("i32", i32.sub(inImage, i32.mul(plane, outRows)));
    const count = f.local("i32", i32.min(i32.sub(end, unit), i32.min(i32.sub(outRows, row), bandRows)));
    const convRow = pooled ? i32.mul(row, 2) : row;
    const convCount = pooled ? i32.mul(count, 2) : count;
    const source = i32.add(image, i32.mul(n, imageBytes));
    const base = band.fill(f, source, scratch, plane, convRow, convCount);
    const firstPosition = f.local("i32", i32.mul(unit, outColumns));
    if (!isDense) {
      const [depth, { out: outH }, { out: outW }] = outer;
      const z = i32.add(i32.mul(plane, depthPhase.step), depthPhase.offset);
      const y = i32.add(i32.mul(row, heightPhase.step), heightPhase.offset);
      const outPlane = i32.add(i32.mul(n, depth.out), z);
      const line = i32.add(i32.mul(outPlane, outH), y);
      firstPlace.set(i32.add(i32.mul(line, outW), widthPhase.offset));
    }
    const positions = f.local("i32", i32.mul(count, outColumns));
    const group = f.local("i32");
    const panel = f.local("i32");
    f.loop(group, 0, groups, 1, () => {
      f.loop(panel, 0, panelsPerGroup, 1, () => {
        const origin = f.local("i32", i32.add(base, i32.mul(group, inC * 4)));
        const index = i32.add(i32.mul(group, panelsPerGroup), panel);
        const weights = f.local("i32", i32.add(panels, i32.mul(index, panelBytes)));
        f.increase(weights, firstTap);
        const channel = f.local("i32", i32.add(i32.mul(group, outC), i32.mul(panel, tileColumns)));
        writePanel(origin, weights, channel, panel, firstPosition, positions);
      });
    });
    f.increase(unit, count);
  }

  /** All positions of the band for eight output channels. */
  function writePanel(
    origin: Local<"i32">,
    weights: Local<"i32">,
    channel: Local<"i32">,
    panel: Local<"i32">,
    firstPosition: Local<"i32">,
    positions: Local<"i32">,
  ): void {
    const place = { channel, isLast: i32.eq(panel, panelsPerGroup - 1), firstPosition, positions };
    const placed = isDense ? undefined : places;
    const write = panelWriter(f, { outC, channels, epilogue, pooled }, sums, addresses, place, placed);
    const visit = (position: Local<"i32">): void => {
      pointerB.set(weights);
      clear(sums);
      if (!isEmpty) multiplyTile(f, sums, { rows: pointers, columns: pointerB, vectors: 2, loops });
      write(position);
    };
    const grid = { pooled, columns: outColumns, rowBytes: nextRow, pixelBytes: pixel };
    forEachTile(f, grid, pointers, origin, positions, visit, (r, y, x) => {
      if (isDense) return;
      const line = i32.mul(y, heightPhase.step * outer[2].out);
      places[r].set(i32.add(firstPlace, i32.add(line, i32.mul(x, widthPhase.step))));
    });
  }
}

/** The loops over planes, rows and columns of taps, and channels; and the bytes before the first tap in a panel. */
function tapLoops(
  { axes: [, height, width], inC }: WasmConvParams,
  [depthPhase, heightPhase, widthPhase]: Phase,
  band: Band,
): { loops: TileLoop[]; firstTap: number } {
  const [planeTap, rowTap, columnTap] = band.tapBytes;
  const column = tileColumns * 4;
  const tap = inC * column;
  const bytes = [height.size * width.size * tap, width.size * tap, tap];
  const axes = [depthPhase, heightPhase, widthPhase];
  return {
    loops: simplifyLoops([
      { count: depthPhase.taps, a: planeTap, b: depthPhase.tapStep * bytes[0] },
      { count: heightPhase.taps, a: rowTap, b: heightPhase.tapStep * bytes[1] },
      { count: widthPhase.taps, a: columnTap, b: widthPhase.tapStep * bytes[2] },
      { count: inC, a: 4, b: column },
    ]),
    firstTap: axes.reduce((sum, { firstTap }, axis) => sum + firstTap * bytes[axis], 0),
  };
}
