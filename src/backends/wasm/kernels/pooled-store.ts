/** The last step of a convolution that is pooled in registers: the largest of a window's four numbers. */
import type { Arg, Epilogue } from "../../../compiler/expression.ts";
import {
  type FunctionBuilder,
  f32x4,
  type I32,
  i8x16,
  i16x8,
  i32,
  i32x4,
  type Local,
  v128,
} from "../assembler.ts";
import { maximum } from "./vector-math.ts";

type Vector = Local<"v128">;

/**
 * Whether an epilogue keeps the order of numbers, so that it can run on the largest alone with the same result: sums
 * with per-channel numbers, and ReLU.
 */
export function keepsOrder({ steps, kinds, result }: Epilogue): boolean {
  let chain: Arg = { operand: 0 };
  const isChain = (arg: Arg): boolean => JSON.stringify(arg) === JSON.stringify(chain);
  const isFixed = (arg: Arg): boolean =>
    "constant" in arg || ("operand" in arg && arg.operand > 0 && kinds[arg.operand - 1] !== "dense");
  for (const [i, { function: name, args }] of steps.entries()) {
    const sum = name === "add" && args.some(isChain) && args.some(isFixed);
    if (!sum && !(name === "relu" && isChain(args[0]))) return false;
    chain = { step: i };
  }
  return isChain(result);
}

/** Which of four numbers is the largest, the first of equals: 0–3. A comparison's mask is −1 where it holds. */
function winnerOf(f: FunctionBuilder, values: readonly Vector[], best: Vector): Vector {
  const [loses0, loses1, loses2] = values.map((value) => f32x4.ne(value, best));
  const afterSecond = v128.and(loses1, i32x4.sub(loses2, i32x4.splat(1)));
  const negative = v128.and(loses0, i32x4.sub(afterSecond, i32x4.splat(1)));
  return f.local("v128", i32x4.sub(v128.zero, negative));
}

/**
 * Writes the largest of a window's four numbers for up to eight channels, and which of the four it was (0–3, the first
 * of equals) if `winners` is there. A NaN stays.
 *
 * @param window the four numbers, each one or two vectors of channels
 * @param finish bias and activation of a vector
 * @param early whether `finish` must come before the comparison
 * @param elementBytes offset in the pooled map
 * @param channels how many are written
 */
export function storePooled(
  f: FunctionBuilder,
  window: readonly (readonly Vector[])[],
  { finish, early }: { finish: (value: Vector, vector: number) => Vector; early: boolean },
  elementBytes: Local<"i32">,
  { output, winners }: { output: I32; winners: I32 | undefined },
  channels: number,
): void {
  const target = f.local("i32", i32.add(output, elementBytes));
  const codes: Vector[] = [];
  for (let c = 0; c * 4 < channels; c++) {
    const values = window.map((row) => (early ? finish(row[c], c) : row[c]));
    const halves = [0, 2].map((i) => f.local("v128", maximum(values[i], values[i + 1])));
    const best = f.local("v128", maximum(halves[0], halves[1]));
    if (winners !== undefined) codes.push(winnerOf(f, values, best));
    f.storeLanes(target, early ? best : finish(best, c), Math.min(4, channels - c * 4), c * 16);
  }
  if (winners === undefined) return;
  const words = i16x8.narrowI32x4U(codes[0], codes[codes.length - 1]);
  const bytes = f.local("v128", i8x16.narrowI16x8U(words, v128.zero));
  const address = f.local("i32", i32.add(winners, i32.divU(elementBytes, 4)));
  if (channels === 4) f.storeLane32(address, bytes, 0);
  else f.storeBytes(address, bytes, channels);
}
