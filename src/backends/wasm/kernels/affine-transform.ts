/**
 * output[n, y, x, c] = images[n, at(x, y), c]: the places of four pixels of a row at once, then the pixels around each.
 * With one channel four output pixels are a vector; otherwise four channels of one pixel.
 */
import type {
  AffineTransformGradientParams,
  AffineTransformParams,
  FillMode,
} from "../../../graph/ops/affine-transform.ts";
import {
  type FunctionBuilder,
  f32x4,
  type I32,
  i32,
  i32x4,
  type Local,
  type V128,
  v128,
} from "../assembler.ts";
import type { KernelWriter } from "../kernel.ts";
import { forEachLanes } from "./max-pool.ts";

/** For four output pixels: where one of the pixels they are made of begins, in bytes within the image, and its weight. */
interface Tap {
  readonly offset: Local<"v128">;
  readonly weight: Local<"v128">;
}

interface Taps {
  readonly taps: readonly Tap[];
  /** Weight of the fill value. */
  readonly filled: Local<"v128"> | undefined;
}

interface Row {
  /** The six numbers of the image's map, each in four lanes. */
  readonly map: readonly Local<"v128">[];
  /** Parts of both places that are the same all along the row. */
  readonly startX: Local<"v128">;
  readonly startY: Local<"v128">;
}

/** An index along an axis, moved into the image, and whether it was there before. */
function filled(
  f: FunctionBuilder,
  fillMode: FillMode,
  place: Local<"v128">,
  length: number,
): { index: Local<"v128">; isInside: Local<"v128"> | undefined } {
  const last = f32x4.const(length - 1);
  let turned: V128 = place;
  if (fillMode === "reflect" || fillMode === "wrap") {
    const period = f32x4.const(fillMode === "wrap" ? length : 2 * length);
    const rest = f.local("v128", f32x4.sub(place, f32x4.mul(period, f32x4.floor(f32x4.div(place, period)))));
    turned = fillMode === "wrap" ? rest : f32x4.pmin(rest, f32x4.sub(f32x4.const(2 * length - 1), rest));
  }
  /* Whatever the numbers are, NaN too, nothing outside of the image is read. */
  const index = f.local("v128", f32x4.pmin(f32x4.pmax(v128.zero, turned), last));
  return { index, isInside: fillMode === "constant" ? f.local("v128", f32x4.eq(index, place)) : undefined };
}

/** The images' sizes and the map's rule, as the code needs them. */
interface Geometry extends AffineTransformParams {
  readonly inH: number;
  readonly inW: number;
  readonly channels: number;
}

/** Loads the map of image `n` and begins row `y`. */
function startRow(f: FunctionBuilder, transforms: I32, n: I32, y: I32): Row {
  const from = f.local("i32", i32.add(transforms, i32.mul(n, 24)));
  const map = [0, 4, 8, 12, 16, 20].map((byte) => f.local("v128", v128.load32Splat(from, byte)));
  const row = f.local("v128", f32x4.convertI32x4S(i32x4.splat(y)));
  return {
    map,
    startX: f.local("v128", f32x4.add(f32x4.mul(map[1], row), map[2])),
    startY: f.local("v128", f32x4.add(f32x4.mul(map[4], row), map[5])),
  };
}

/** What the pixels x … x + 3 of a row are made of. */
function tapsOf(f: FunctionBuilder, geometry: Geometry, { map, startX, startY }: Row, x: I32): Taps {
  const { inH, inW, channels, fillMode, interpolation } = geometry;
  const column = f.local("v128", f32x4.convertI32x4S(i32x4.add(i32x4.splat(x), i32x4.const([0, 1, 2, 3]))));
  const atX = f.local("v128", f32x4.add(f32x4.mul(map[0], column), startX));
  const atY = f.local("v128", f32x4.add(f32x4.mul(map[3], column), startY));
  const isNearest = interpolation === "nearest";
  const low = (at: Local<"v128">): Local<"v128"> =>
    f.local("v128", f32x4.floor(isNearest ? f32x4.add(at, f32x4.const(0.5)) : at));
  const one = f32x4.const(1);
  const [lowX, lowY] = [low(atX), low(atY)];
  const sides = (at: Local<"v128">, first: Local<"v128">, length: number) => {
    if (isNearest) return [{ ...filled(f, fillMode, first, length), weight: undefined }];
    const share = f.local("v128", f32x4.sub(at, first));
    const second = f.local("v128", f32x4.add(first, one));
    return [
      { ...filled(f, fillMode, first, length), weight: f.local("v128", f32x4.sub(one, share)) },
      { ...filled(f, fillMode, second, length), weight: share },
    ];
  };
  const rows = sides(atY, lowY, inH);
  const columns = sides(atX, lowX, inW);
  const outside = fillMode === "constant" ? f.local("v128", v128.zero) : undefined;
  const taps: Tap[] = [];
  for (const row of rows) {
    for (const { index, isInside, weight } of columns) {
      const pixel = f32x4.add(f32x4.mul(row.index, f32x4.const(inW)), index);
      const offset = f.local("v128", i32x4.mul(i32x4.truncSatF32x4S(pixel), i32x4.splat(channels * 4)));
      const full = f.local("v128", row.weight && weight ? f32x4.mul(row.weight, weight) : one);
      if (outside && row.isInside && isInside) {
        const counts = f.local("v128", v128.and(row.isInside, isInside));
        outside.set(f32x4.add(outside, v128.andnot(full, counts)));
        full.set(v128.and(full, counts));
      }
      taps.push({ offset, weight: full });
    }
  }
  return { taps, filled: outside };
}

/** One lane of a vector, in all lanes. */
const spread = (vector: V128, lane: 0 | 1 | 2 | 3): V128 =>
  f32x4.shuffle(vector, vector, [lane, lane, lane, lane]);

/** Calls `write` for every four pixels of a row, and for the rest. */
function alongRow(f: FunctionBuilder, width: number, write: (x: Local<"i32">, count: number) => void): void {
  const x = f.local("i32");
  const whole = Math.floor(width / 4) * 4;
  f.loop(x, 0, whole, 4, () => write(x, 4));
  if (whole < width) {
    x.set(whole);
    write(x, width - whole);
  }
}

const lanesOf = (count: number): (0 | 1 | 2 | 3)[] => ([0, 1, 2, 3] as const).filter((lane) => lane < count);

/** A unit is one row of what is seen. */
export const affineTransform: KernelWriter<AffineTransformParams> = ({ params, inputs: [images] }) => {
  const [batch, inH, inW, channels] = images.shape;
  const { height, width, fillValue } = params;
  const geometry: Geometry = { ...params, inH, inW, channels };
  return {
    algorithm: "rows",
    units: batch * height,
    key: JSON.stringify(["affineTransform", geometry]),
    write(f, { addresses: [source, transforms, output], begin, end }) {
      const unit = f.local("i32");
      f.loop(unit, begin, end, 1, () => {
        const n = f.local("i32", i32.divU(unit, height));
        const image = f.local("i32", i32.add(source, i32.mul(n, inH * inW * channels * 4)));
        const target = f.local("i32", i32.add(output, i32.mul(unit, width * channels * 4)));
        const row = startRow(f, transforms, n, i32.sub(unit, i32.mul(n, height)));
        alongRow(f, width, (x, count) => {
          const { taps, filled: outside } = tapsOf(f, geometry, row, x);
          const at = ({ offset }: Tap, lane: number): I32 => i32.add(image, i32x4.extractLane(offset, lane));
          const sum = f.local("v128");
          if (channels === 1) {
            sum.set(outside ? f32x4.mul(outside, f32x4.const(fillValue)) : v128.zero);
            for (const tap of taps) {
              const pixels = f.local("v128", v128.zero);
              for (const lane of lanesOf(count)) pixels.set(v128.load32Lane(at(tap, lane), pixels, lane));
              sum.set(f32x4.add(sum, f32x4.mul(pixels, tap.weight)));
            }
            f.storeLanes(target, sum, count);
          } else {
            for (const lane of lanesOf(count)) {
              const pixels = taps.map((tap) => f.local("i32", at(tap, lane)));
              const weights = taps.map(({ weight }) => f.local("v128", spread(weight, lane)));
              const value =
                outside && f.local("v128", f32x4.mul(spread(outside, lane), f32x4.const(fillValue)));
              forEachLanes(f, channels, (bytes, lanes) => {
                sum.set(value ?? v128.zero);
                for (const [i, pixel] of pixels.entries()) {
                  sum.set(f32x4.add(sum, f32x4.mul(v128.load(i32.add(pixel, bytes)), weights[i])));
                }
                f.storeLanes(i32.add(target, i32.add(bytes, lane * channels * 4)), sum, lanes);
              });
            }
          }
          f.increase(target, count * channels * 4);
        });
      });
    },
  };
};

/** A unit is one image, whose pixels are added to in the order of what was seen. */
export const affineTransformGradient: KernelWriter<AffineTransformGradientParams> = ({
  params,
  inputs: [gradient],
}) => {
  const [batch, height, width, channels] = gradient.shape;
  const { inH, inW } = params;
  const geometry: Geometry = { ...params, channels };
  const size = inH * inW * channels;
  return {
    algorithm: "images",
    units: batch,
    key: JSON.stringify(["affineTransformGradient", geometry]),
    write(f, { addresses: [source, transforms, output], begin, end }) {
      const unit = f.local("i32");
      const y = f.local("i32");
      f.loop(unit, begin, end, 1, () => {
        const image = f.local("i32", i32.add(output, i32.mul(unit, size * 4)));
        const from = f.local("i32", i32.add(source, i32.mul(unit, height * width * channels * 4)));
        f.memoryFill(image, 0, size * 4);
        f.loop(y, 0, height, 1, () => {
          const row = startRow(f, transforms, unit, y);
          alongRow(f, width, (x, count) => {
            const { taps } = tapsOf(f, geometry, row, x);
            for (const lane of lanesOf(count)) {
              for (const { offset, weight } of taps) {
                const pixel = f.local("i32", i32.add(image, i32x4.extractLane(offset, lane)));
                const share = f.local("v128", spread(weight, lane));
                forEachLanes(f, channels, (bytes, lanes) => {
                  const target = f.local("i32", i32.add(pixel, bytes));
                  const seen = v128.load(i32.add(from, bytes));
                  f.storeLanes(target, f32x4.add(v128.load(target), f32x4.mul(share, seen)), lanes);
                });
              }
              f.increase(from, channels * 4);
            }
          });
        });
      });
    },
  };
};
