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

/**
 * Writes the largest of four numbers per channel, and which of them it was (0–3, the first of equals) if `winners` is
 * there.
 *
 * @param finish bias and activation
 * @param early whether `finish` must come before the comparison
 * @param elementBytes offset in the pooled map
 */
export function storePooled(
  f: FunctionBuilder,
  window: readonly Vector[],
  { finish, early }: { finish: (value: Vector) => Vector; early: boolean },
  elementBytes: I32,
  { output, winners }: { output: I32; winners: I32 | undefined },
  lanes: number,
): void {
  const values = early ? window.map(finish) : window;
  const best = f.local("v128", values[0]);
  const winner = f.local("v128", v128.zero);
  for (const [i, value] of values.entries()) {
    if (i === 0) continue;
    if (winners !== undefined) {
      winner.set(v128.bitselect(i32x4.splat(i), winner, f32x4.gt(value, best)));
    }
    best.set(f32x4.max(best, value));
  }
  f.storeLanes(i32.add(output, elementBytes), early ? best : finish(best), lanes);
  if (winners === undefined) return;
  const bytes = f.local("v128", i8x16.narrowI16x8U(i16x8.narrowI32x4U(winner, winner), v128.zero));
  const address = f.local("i32", i32.add(winners, i32.divU(elementBytes, 4)));
  if (lanes >= 4) f.storeLane32(address, bytes, 0);
  else f.storeBytes(address, bytes, lanes);
}
