import { expect, test } from "vitest";
import * as layers from "../layers/index.ts";
import type { Layer } from "../layers/layer.ts";
import { sequential } from "../training/sequential.ts";
import { diagram } from "./diagram.ts";

/** Texts of a style, and the middles they are written at. */
function texts(svg: string, style: string): { x: number; text: string }[] {
  const pattern = new RegExp(`<text class="${style}" x="([\\d.]+)" y="[\\d.]+">([^<]*)`, "g");
  return [...svg.matchAll(pattern)].map(([, x, text]) => ({ x: Number(x), text }));
}

const blocks = (svg: string): number => svg.match(/class="front"/g)?.length ?? 0;

test.each<{ what: string; chain: Layer[]; volumes: number }>([
  {
    what: "long names",
    chain: [
      layers.reflectionPadding2d({ inputShape: [8, 8, 3] }),
      layers.separableConv2d({ filters: 4, kernelSize: 3 }),
      layers.adaptiveAveragePooling2d({ outputSize: 2 }),
      layers.globalMaxPooling2d(),
      layers.dense({ units: 2 }),
    ],
    volumes: 4,
  },
  {
    what: "sequences",
    chain: [
      layers.conv1d({ filters: 16, kernelSize: 5, inputShape: [64, 4] }),
      layers.globalAveragePooling1d(),
    ],
    volumes: 2,
  },
  {
    what: "volumes",
    chain: [
      layers.conv3d({ filters: 8, kernelSize: 3, inputShape: [8, 16, 16, 2] }),
      layers.conv3dTranspose({ filters: 4, kernelSize: 2, strides: 2 }),
      layers.flatten(),
    ],
    volumes: 3,
  },
])("$what are drawn as blocks whose names do not overlap", ({ chain, volumes }) => {
  const svg = diagram(sequential(chain));
  expect(blocks(svg)).toBe(volumes);
  const width = Number(/width="([\d.]+)"/.exec(svg)?.[1]);
  for (const style of ["made", "label"]) {
    const found = texts(svg, style);
    expect(found.length).toBeGreaterThan(chain.length);
    /* Letters of this font are 6.5 pixels wide on average. */
    const ends = found.map(({ x, text }) => [x - text.length * 3.25, x + text.length * 3.25]);
    expect(ends[0][0]).toBeGreaterThan(0);
    expect(ends[ends.length - 1][1]).toBeLessThan(width);
    for (const [i, [left]] of ends.slice(1).entries()) expect(left).toBeGreaterThan(ends[i][1]);
  }
});
