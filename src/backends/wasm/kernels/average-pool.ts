/** Means of windows without the padding, and their gradient. Units as in max-pool.ts. */
import { threeAxes } from "../../../core/window.ts";
import type { PoolParams } from "../../../graph/ops/pool-params.ts";
import { type FunctionBuilder, f32x4, i32, i32x4, type Local, v128 } from "../assembler.ts";
import type { KernelWriter } from "../kernel.ts";
import { forEachLanes, forEachWindow, forEachWindowTap, tapCount, type WindowTaps } from "./max-pool.ts";
import { scatterUnits, scatterWindows } from "./scatter-windows.ts";

/** Number of taps of a window that lie inside the image, in all lanes. */
function divisor(f: FunctionBuilder, axes: Parameters<typeof tapCount>[0], taps: WindowTaps): Local<"v128"> {
  return f.local("v128", f32x4.convertI32x4S(i32x4.splat(tapCount(axes, taps))));
}

export const averagePool: KernelWriter<PoolParams> = ({
  params: { window },
  inputs: [input],
  outputs: [output],
}) => {
  const axes = threeAxes(window);
  const [depth, height, width] = axes;
  const channels = input.shape[input.shape.length - 1];
  const imageBytes = depth.in * height.in * width.in * channels * 4;
  return {
    algorithm: "windows",
    units: output.shape[0] * depth.out * height.out,
    key: JSON.stringify(["averagePool", window, channels]),
    write(f, { addresses: [image, pooled], begin, end }) {
      forEachWindow(f, axes, channels, begin, end, (n, position, taps) => {
        const source = f.local("i32", i32.add(image, i32.mul(n, imageBytes)));
        const target = f.local("i32", i32.add(pooled, i32.mul(position, channels * 4)));
        const count = divisor(f, axes, taps);
        forEachLanes(f, channels, (bytes, lanes) => {
          const sum = f.local("v128", v128.zero);
          forEachWindowTap(f, axes, taps, channels, (offset, _tap, more) => {
            sum.set(f32x4.add(sum, v128.load(i32.add(i32.add(source, bytes), offset), more)));
          });
          f.storeLanes(i32.add(target, bytes), f32x4.div(sum, count), lanes);
        });
      });
    },
  };
};

export const averagePoolGradient: KernelWriter<PoolParams> = ({ params: { window }, outputs: [output] }) => {
  const axes = threeAxes(window);
  const channels = output.shape[output.shape.length - 1];
  return {
    algorithm: "windows",
    units: scatterUnits(output.shape[0], channels),
    key: JSON.stringify(["averagePoolGradient", window, channels]),
    write(f, { addresses: [gradient, target], begin, end }) {
      scatterWindows(f, axes, channels, { target, begin, end }, (at) => {
        const value = v128.load(i32.add(i32.add(gradient, at.window), at.channel));
        const share = f.local("v128", f32x4.div(value, divisor(f, axes, at.taps)));
        const destination = f.local("i32", i32.add(i32.add(target, at.image), at.channel));
        forEachWindowTap(f, axes, at.taps, channels, (offset, _tap, more) => {
          const to = f.local("i32", i32.add(destination, offset));
          f.storeLanes(to, f32x4.add(v128.load(to, more), share), at.lanes, more);
        });
      });
    },
  };
};
