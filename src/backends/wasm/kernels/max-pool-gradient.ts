/**
 * Each window's gradient goes to its largest input, the first of equals: found again in the image, or known from the
 * bytes that the forward pass wrote. A unit is one image's block of channels (scatter-windows.ts).
 */
import { threeAxes } from "../../../core/window.ts";
import type { PoolParams } from "../../../graph/ops/pool-params.ts";
import { f32x4, i16x8, i32, i32x4, v128 } from "../assembler.ts";
import type { KernelWriter } from "../kernel.ts";
import { forEachWindowTap } from "./max-pool.ts";
import { scatterUnits, scatterWindows } from "./scatter-windows.ts";
import { maximum } from "./vector-math.ts";

export const maxPoolGradient: KernelWriter<PoolParams> = ({ params: { window }, inputs: [input] }) => {
  const axes = threeAxes(window);
  const channels = input.shape[input.shape.length - 1];
  return {
    algorithm: "windows, winners found again",
    units: scatterUnits(input.shape[0], channels),
    key: JSON.stringify(["maxPoolGradient", window, channels]),
    write(f, { addresses: [image, gradient, target], begin, end }) {
      scatterWindows(f, axes, channels, { target, begin, end }, (at) => {
        const source = f.local("i32", i32.add(i32.add(image, at.image), at.channel));
        const best = f.local("v128", f32x4.const(-Infinity));
        forEachWindowTap(f, axes, at.taps, channels, (offset, _tap, more) => {
          const value = f.local("v128", v128.load(i32.add(source, offset), more));
          best.set(maximum(best, value));
        });
        /* What is still to be given away: 0 behind the first winner. */
        const left = f.local("v128", v128.load(i32.add(i32.add(gradient, at.window), at.channel)));
        const destination = f.local("i32", i32.add(i32.add(target, at.image), at.channel));
        forEachWindowTap(f, axes, at.taps, channels, (offset, _tap, more) => {
          const wins = f.local("v128", f32x4.eq(best, v128.load(i32.add(source, offset), more)));
          const to = f.local("i32", i32.add(destination, offset));
          f.storeLanes(to, f32x4.add(v128.load(to, more), v128.and(left, wins)), at.lanes, more);
          left.set(v128.andnot(left, wins));
        });
      });
    },
  };
};

/** Inputs: the gradient of the pooled map, and its winners' numbers as bytes. */
export const scatterWinners: KernelWriter<PoolParams> = ({ params: { window }, outputs: [output] }) => {
  const axes = threeAxes(window);
  const channels = output.shape[output.shape.length - 1];
  return {
    algorithm: "windows, winners known",
    units: scatterUnits(output.shape[0], channels),
    key: JSON.stringify(["scatterWinners", window, channels]),
    write(f, { addresses: [gradient, winners, target], begin, end }) {
      scatterWindows(f, axes, channels, { target, begin, end }, (at) => {
        const element = f.local("i32", i32.add(at.window, at.channel));
        const value = f.local("v128", v128.load(i32.add(gradient, element)));
        const codes = v128.load32Zero(i32.add(winners, i32.divU(element, 4)));
        const winner = f.local("v128", i32x4.extendLowI16x8U(i16x8.extendLowI8x16U(codes)));
        const destination = f.local("i32", i32.add(i32.add(target, at.image), at.channel));
        forEachWindowTap(f, axes, at.taps, channels, (offset, tap, more) => {
          const to = f.local("i32", i32.add(destination, offset));
          const share = v128.and(value, i32x4.eq(winner, i32x4.splat(tap)));
          f.storeLanes(to, f32x4.add(v128.load(to, more), share), at.lanes, more);
        });
      });
    },
  };
};
