import { kinds } from "../kernels/op-shapes.ts";
import type { Peak } from "../kernels/peak.ts";
import type { TimedTask } from "../kernels/time-op.ts";
import { escaped, mark, Panel, svg, text } from "./panel.ts";

const [width, height] = [860, 520];

/**
 * Speed of every op against its arithmetic for each byte that must move, below what the machine can do.
 *
 * @see Williams, Waterman, Patterson: Roofline, Communications of the ACM 52 (4), 2009
 */
export function roofline(tasks: readonly TimedTask[], { gflops, memoryGBs, cacheGBs }: Peak): string {
  const counted = tasks.filter(({ flops }) => flops > 0);
  const intensities = counted.map(({ flops, bytes }) => flops / bytes);
  const speeds = counted.map((task) => task.gflops);
  const x = {
    label: "FLOP for each byte that must be read or written",
    low: Math.min(0.05, ...intensities) / 1.2,
    high: Math.max(...intensities, 100) * 1.3,
  };
  const y = {
    label: "GFLOP/s, one thread",
    low: Math.min(0.5, ...speeds) / 1.2,
    high: Math.max(gflops, ...speeds) * 1.4,
  };
  const panel = new Panel({ x, y, left: 60, top: 40, width: width - 84, height: height - 130 });
  const parts = [
    text(60, 24, "What the kernels reach, and what one core can do with 128-bit vectors", 'class="title"'),
    panel.axes(),
  ];
  const roofs = [
    { name: `memory, ${memoryGBs.toFixed(0)} GB/s`, gbs: memoryGBs, dashes: "" },
    { name: `cache, ${cacheGBs.toFixed(0)} GB/s`, gbs: cacheGBs, dashes: ' stroke-dasharray="5 4"' },
  ];
  for (const { name, gbs, dashes } of roofs) {
    const low = Math.max(x.low, y.low / gbs);
    const ridge = gflops / gbs;
    const line = panel.path([
      [low, low * gbs],
      [ridge, gflops],
      [x.high, gflops],
    ]);
    parts.push(`<path class="roof" d="${line}"${dashes}/>`);
    const [atX, atY] = [panel.x(low), panel.y(low * gbs)];
    const [dx, dy] = [panel.x(ridge) - atX, panel.y(gflops) - atY];
    const angle = ((Math.atan2(dy, dx) * 180) / Math.PI).toFixed(1);
    parts.push(
      `<text x="14" y="-7" transform="translate(${atX.toFixed(1)} ${atY.toFixed(1)}) rotate(${angle})">${escaped(name)}</text>`,
    );
  }
  parts.push(text(panel.x(gflops / memoryGBs), panel.y(gflops) - 7, `peak, ${gflops.toFixed(0)} GFLOP/s`));
  for (const task of counted) {
    const { kind, name, what, flops, bytes } = task;
    const title = `${name}, ${what}: ${task.gflops.toFixed(1)} GFLOP/s, ${task.method}`;
    parts.push(mark(kinds.indexOf(kind), panel.x(flops / bytes), panel.y(task.gflops), title));
  }
  const legend = kinds.filter((kind) => counted.some((task) => task.kind === kind));
  for (const [i, kind] of legend.entries()) {
    const left = 70 + i * 130;
    parts.push(mark(kinds.indexOf(kind), left, height - 24), text(left + 12, height - 20, kind));
  }
  return svg(width, height, "Roofline plot of the compute kernels", parts);
}
