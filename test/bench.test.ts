/** The benchmarks run, on a tiny portion and without other systems. How fast anything was is not asserted. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Contender, interleave } from "../bench/contender.ts";
import { withSection } from "../bench/documents.ts";
import { planCost } from "../bench/plan-cost.ts";
import { growthPlot } from "../bench/plots/growth.ts";
import { median, quantile, ratio } from "../bench/statistics.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "convnet-bench-test-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs the sources, not what may have been built from older ones. */
function bench(...args: string[]) {
  return promisify(execFile)(process.execPath, ["--import", "tsx", "bench/main.ts", ...args], {
    cwd: root,
    env: { ...process.env, TSX_TSCONFIG_PATH: join(root, "tsconfig.json") },
  });
}

interface Timed {
  readonly name: string;
  readonly ms: number;
  readonly gflops: number;
}

describe("npm run bench", { timeout: 120_000 }, () => {
  test("kernels: every row has a time, and the plot is drawn", async () => {
    const plot = join(folder, "roofline.svg");
    const { stdout } = await bench("kernels", "--quick", "--json", "--svg", plot);
    const { machine, suites } = JSON.parse(stdout);
    expect(machine.node).toBe(process.versions.node);
    expect(suites.kernels.peak.gflops).toBeGreaterThan(0);
    const tasks = suites.kernels.tasks as Timed[];
    expect(new Set(tasks.map(({ name }) => name)).size).toBeGreaterThanOrEqual(5);
    for (const { name, ms, gflops } of tasks) {
      expect(ms, name).toBeGreaterThan(0);
      expect(gflops, name).toBeGreaterThan(0);
    }
    const svg = await readFile(plot, "utf8");
    expect(svg.match(/class="mark s\d"><title>/g)).toHaveLength(tasks.length);
  });

  test("nets: a network is trained and asked", async () => {
    const { stdout } = await bench("nets", "--quick", "--no-peers");
    expect(stdout).toContain("## Other networks");
    expect(stdout).toMatch(/\| LeNet-5, 28² × 1 \| training, batch 32 \| ConvNet \| [\d.]+ \|/);
    expect(stdout).toMatch(/\| LeNet-5, 28² × 1 \| prediction, batch 32 \| ConvNet \| [\d.]+ \|/);
  });

  test("a suite that does not exist is refused with the names of those that do", async () => {
    await expect(bench("speed")).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/Which suite\?.*kernels.*all/),
    });
  });
});

describe("contenders", () => {
  const printing = (name: string, code: string): Contender => ({
    name,
    command: process.execPath,
    args: ["-e", code],
  });

  test("take turns; who is absent or fails is named with the reason", async () => {
    const results = await interleave(
      [
        printing("fine", 'console.log("hello"); console.log(JSON.stringify({ speed: 5, version: "1.2" }))'),
        printing("broken", 'throw new TypeError("no such thing")'),
        printing("silent", "console.log(JSON.stringify({ other: 1 }))"),
        { ...printing("away", ""), absent: "not installed" },
      ],
      2,
      "speed",
    );
    expect(results.map(({ name, values, version, problem }) => ({ name, values, version, problem }))).toEqual(
      [
        { name: "fine", values: [5, 5], version: "1.2", problem: undefined },
        { name: "broken", values: [], version: "", problem: "exit 1: TypeError: no such thing" },
        { name: "silent", values: [], version: "", problem: "no speed in its line" },
        { name: "away", values: [], version: "", problem: "not installed" },
      ],
    );
  });
});

describe("what is computed from measurements", () => {
  test("quantiles lie between neighbours, whatever the order", () => {
    expect(quantile([4, 1, 3, 2], 0)).toBe(1);
    expect(quantile([4, 1, 3, 2], 1)).toBe(4);
    expect(quantile([4, 1, 3, 2], 0.75)).toBe(3.25);
    expect(median([9, 1, 5])).toBe(5);
    expect(median([1, 2])).toBe(1.5);
  });

  test("ratios are taken within rounds", () => {
    expect(ratio([10, 20, 30], [5, 20, 10])).toBe(2);
  });

  test("a plan's Winograd convolutions count for what they multiply", () => {
    const plan = [
      "train · batch 4 · 3 calls in 2 phases · scratch 1.25 MB · 136 MFLOP",
      "phase  layer   call            method               parts  shapes               MFLOP    kB",
      "0      conv2d  deriveWinograd  winograd23 panels    7      [3, 3, 64, 64] → []         410",
      "1      conv2d  convWinograd    winograd23           25     [4, 4] → [4]          36.0  1903",
      "       conv2d  convWinograd    winograd43           25     [4, 4] → [4]           100  1903",
    ].join("\n");
    const { flopsPerImage, scratchMB } = planCost(plan, 4);
    expect(flopsPerImage).toBeCloseTo(((16 + 25) * 1e6) / 4);
    expect(scratchMB).toBe(1.25);
    expect(() => planCost("something else", 4)).toThrow(/scratch.*something else/);
  });

  test("a section of a page is replaced between its marks, and nothing else", () => {
    const page = "a\n<!-- begin one -->\nold\n<!-- end one -->\nb";
    const expected = "a\n<!-- begin one -->\n\nnew\n\n<!-- end one -->\nb";
    expect(withSection(page, "one", "new")).toBe(expected);
    expect(() => withSection(page, "two", "new")).toThrow(/<!-- begin two -->/);
  });

  test("a plot has a mark for every point, and no number that is not one", () => {
    const svg = growthPlot("Growth", [
      {
        title: "a < b",
        axis: "layers",
        series: [
          {
            name: "one & two",
            points: [
              [1, 0.5],
              [2, 1],
              [4, 2],
            ],
          },
        ],
      },
    ]);
    expect(svg.match(/<title>one &amp; two, layers/g)).toHaveLength(3);
    expect(svg).toContain("a &lt; b");
    expect(svg).not.toContain("NaN");
  });
});
