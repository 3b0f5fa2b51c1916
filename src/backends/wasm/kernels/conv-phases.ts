/**
 * The input gradient of a convolution with strides, without multiplying zeros. It is a convolution over the output's
 * gradient with zeros between the pixels; but which taps meet a pixel and which a zero depends only on the output
 * position's remainder by the stride. So the positions of one remainder are a plain convolution of their own, with every
 * s-th tap:
 *
 *     output[s·q + ρ] = Σ over t with ρ + t·d − before ≡ 0 (mod s) of kernel[t] · gradient[(s·q + ρ + t·d − before) / s]
 *
 * The terms and their order are those of the convolution with zeros.
 */
import { extentOf } from "../../../core/window.ts";
import type { Axes, SpreadAxis } from "./band.ts";

/** Positions along one axis that the same taps reach. */
export interface AxisPhase {
  /** The convolution over pixels without zeros between them. */
  readonly axis: SpreadAxis;
  /** Taps used: how many, the first, and how many taps from one to the next. */
  readonly taps: number;
  readonly firstTap: number;
  readonly tapStep: number;
  /** Where output `q` of the phase lies: `offset + q · step`. */
  readonly offset: number;
  readonly step: number;
}

/** A phase of all three axes. */
export type Phase = readonly [depth: AxisPhase, height: AxisPhase, width: AxisPhase];

/** Phases whose code is worth writing; beyond, the zeros are written out and multiplied. */
const mostPhases = 16;

/** The phases of a convolution: one for each combination of remainders, or the whole if nothing is spread. */
export function phasesOf(axes: Axes): Phase[] {
  const count = axes.reduce((product, { spread }) => product * spread, 1);
  if (count > mostPhases) return [axes.map(whole) as unknown as Phase];
  const [depths, heights, widths] = axes.map(axisPhases);
  return depths.flatMap((depth) =>
    heights.flatMap((height) => widths.map((width): Phase => [depth, height, width])),
  );
}

const whole = (axis: SpreadAxis): AxisPhase => ({
  axis,
  taps: axis.size,
  firstTap: 0,
  tapStep: 1,
  offset: 0,
  step: 1,
});

function axisPhases(axis: SpreadAxis): AxisPhase[] {
  const { spread, size, dilation, before, out } = axis;
  if (spread === 1) return [whole(axis)];
  const phases: AxisPhase[] = [];
  for (let offset = 0; offset < Math.min(spread, out); offset++) {
    const taps = Array.from({ length: size }, (_, tap) => tap).filter(
      (tap) => (offset + tap * dilation - before) % spread === 0,
    );
    const [firstTap = 0, second = firstTap + 1] = taps;
    const tapStep = second - firstTap;
    const first = taps.length > 0 ? (offset + firstTap * dilation - before) / spread : 0;
    const inner = {
      in: axis.in,
      out: Math.ceil((out - offset) / spread),
      size: Math.max(1, taps.length),
      stride: 1,
      dilation: taps.length > 1 ? (tapStep * dilation) / spread : 1,
      before: -first,
      after: 0,
      spread: 1,
    };
    const after = inner.out - 1 + extentOf(inner) - inner.before - inner.in;
    phases.push({
      axis: { ...inner, after },
      taps: taps.length,
      firstTap,
      tapStep,
      offset,
      step: spread,
    });
  }
  return phases;
}
