import { afterAll, describe, expect, test } from "vitest";
import { article, images, nested, residual } from "../../test/explained-networks.ts";
import { disposeBackends } from "../backends/choose-backend.ts";
import { normalizeDigit } from "../data/image/normalize-digit.ts";
import { muteUnit } from "./mute-unit.ts";
import { patch } from "./patch.ts";
import { rasterizeStrokes } from "./rasterize-strokes.ts";
import { trace } from "./trace.ts";

afterAll(() => disposeBackends());

describe("muteUnit", () => {
  test("is the model with a kernel and its bias set to 0", async () => {
    const model = article();
    const image = images(1, 784);
    const { layers: traced } = await trace(model, image);
    const maps = traced.find(({ name }) => name === "conv2d_1")?.output.data ?? new Float32Array(1);
    const unit = maps.indexOf(Math.max(...maps)) % 64;
    const muted = await muteUnit(model, { layer: "conv2d_1", unit });
    const before = await model.predict(image);
    const undo = await patch(model, [
      { weight: "conv2d_1/kernel", unit, value: 0 },
      { weight: "conv2d_1/bias", unit, value: 0 },
    ]);
    const expected = await model.predict(image);
    await undo();
    const { data } = await muted.predict(image);
    for (const [i, p] of data.entries()) expect(p).toBeCloseTo(expected.data[i], 6);
    expect(data).not.toEqual(before.data);
    expect(await model.predict(image)).toEqual(before);
  });

  test("silences units of any layer, inside models too, and of all uses of it", async () => {
    const model = nested();
    const image = images(1, 64);
    const muted = await muteUnit(model, { layer: "encoder/conv", unit: [0, 2] });
    const { layers: traced } = await trace(muted, image);
    const maps = traced.find(({ name }) => name === "encoder/encoder_conv_muted")?.output.data ?? [];
    expect(maps.length).toBe(6 * 6 * 3);
    expect([...maps].every((value, i) => (i % 3 === 1 ? value !== 0 : value === 0))).toBe(true);
    const twice = await trace(await muteUnit(model, { layer: "twice", unit: 4 }), image);
    const outputs = twice.layers.filter(({ type }) => type === "mute").map(({ output }) => output.data[4]);
    expect(outputs).toEqual([0, 0]);
  });

  test("shares weights with the model, keeps names, is measured like it, and gives nothing away", async () => {
    const model = residual();
    const [x, y] = [images(4, 200), [0, 1, 2, 3]];
    const muted = await muteUnit(model, { layer: "sum", unit: 3 });
    expect(muted.outputShapes).toEqual(model.outputShapes);
    expect(Object.keys(await muted.evaluate({ x, y }))).toEqual(Object.keys(await model.evaluate({ x, y })));
    await model.trainOnBatch(x, y);
    expect(await muted.getWeights()).toEqual(await model.getWeights());
    await muted.dispose();
    expect(await model.predict(x)).toBeDefined();
  });

  test("refuses layers and units that do not exist", async () => {
    await expect(muteUnit(residual(), { layer: "stm", unit: 0 })).rejects.toThrow(/Did you mean "stem"/);
    await expect(muteUnit(residual(), { layer: "stem", unit: 8 })).rejects.toThrow(/below 8/);
    await expect(muteUnit(residual(), { layer: "stem/conv", unit: 0 })).rejects.toThrow(/"stem\/conv"/);
  });
});

describe("patch", () => {
  test("sets one number, one kernel or a whole weight, and takes it back", async () => {
    const model = residual();
    const before = await model.weightsSha256();
    const sobel = [-1, 0, 1, -2, 0, 2, -1, 0, 1];
    const undo = await patch(model, [
      { weight: "stem/kernel", unit: 2, channel: 1, value: sobel },
      { weight: "stem/kernel", place: [2, 0, 0, 7], value: 0.5 },
      { weight: "norm/moving_mean", value: 0.25 },
    ]);
    const [kernel, , , , gamma] = await model.getWeights();
    expect(gamma.name).toBe("norm/gamma");
    expect(sobel.map((_, tap) => kernel.data[(tap * 2 + 1) * 8 + 2])).toEqual(sobel);
    expect(kernel.data[6 * 16 + 7]).toBe(0.5);
    const mean = (await model.getWeights()).find(({ name }) => name === "norm/moving_mean");
    expect([...(mean?.data ?? [])]).toEqual(new Array(8).fill(0.25));
    await undo();
    expect(await model.weightsSha256()).toBe(before);
  });

  test("keeps training from changing frozen kernels until it is undone, in models inside models too", async () => {
    for (const [make, weight, size, units] of [
      [residual, "stem/kernel", 200, 8],
      [nested, "encoder/conv/kernel", 64, 3],
    ] as const) {
      const model = make();
      model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
      const [x, y] = [images(3, size), [0, 1, 2]];
      const numbers = async () => [
        ...((await model.getWeights()).find(({ name }) => name === weight)?.data ?? []),
      ];
      /** The units whose numbers a step of training changes. */
      const changedBy = async (): Promise<Set<number>> => {
        const before = await numbers();
        await model.trainOnBatch(x, y);
        return new Set((await numbers()).flatMap((value, i) => (value === before[i] ? [] : [i % units])));
      };
      const [unit, ...others] = await changedBy();
      expect(others.length).toBeGreaterThan(0);
      const undo = await patch(model, [{ weight, unit, frozen: true }]);
      const changed = await changedBy();
      expect(changed.has(unit)).toBe(false);
      expect(changed.size).toBeGreaterThan(0);
      await undo();
      expect((await changedBy()).has(unit)).toBe(true);
    }
  });

  test("changes nothing if one of the patches is wrong", async () => {
    const model = residual();
    const before = await model.weightsSha256();
    const good = { weight: "stem/bias", value: 1 };
    await expect(patch(model, [good, { weight: "stem/bais", value: 1 }])).rejects.toThrow(/"stem\/bias"/);
    await expect(patch(model, [good, { weight: "stem/bias", unit: 8, value: 1 }])).rejects.toThrow(/\[8\]/);
    await expect(patch(model, [good, { weight: "stem/bias", value: [1, 2] }])).rejects.toThrow(/or 8/);
    await expect(patch(model, [good, { weight: "stem/bias", value: Number.NaN }])).rejects.toThrow(/finite/);
    expect(await model.weightsSha256()).toBe(before);
  });
});

describe("rasterizeStrokes", () => {
  test("covers what lies within half the pen's width, with smooth edges", () => {
    const { width, height, data } = rasterizeStrokes(
      [
        [
          [2, 4.5],
          [8, 4.5],
        ],
      ],
      { width: 10, height: 9, pen: 3 },
    );
    expect({ width, height }).toEqual({ width: 10, height: 9 });
    const column = Array.from({ length: 9 }, (_, y) => data[y * 10 + 5]);
    /* Row 4 has its centre on the line; rows 3 and 5 lie 1 away, and rows 2 and 6 on the edge, 2 away. */
    expect(column).toEqual([0, 0, 0, 255, 255, 255, 0, 0, 0]);
    const half = rasterizeStrokes(
      [
        [
          [2, 4.5],
          [8, 4.5],
        ],
      ],
      { width: 10, height: 9, pen: 4 },
    );
    expect([2, 6].map((y) => half.data[y * 10 + 5])).toEqual([128, 128]);
  });

  test("makes a dot of a point, and nothing of no stroke", () => {
    const { data } = rasterizeStrokes([[[2.5, 2.5]], []], { width: 5, height: 5, pen: 1 });
    expect([...data].map((value) => (value > 0 ? 1 : 0)).join("")).toBe("0000000000001000000000000");
    expect(Math.max(...rasterizeStrokes([]).data)).toBe(0);
  });

  test("makes drawings that become what MNIST holds: ink within 20 × 20, its centre in the middle", () => {
    const seven = rasterizeStrokes(
      [
        [
          [20, 15],
          [120, 15],
          [60, 150],
        ],
      ],
      { width: 280, height: 280 },
    );
    const pixels = normalizeDigit(seven);
    const [mass, x, y] = pixels.reduce(
      ([m, mx, my], value, i) => [m + value, mx + value * (i % 28), my + value * Math.floor(i / 28)],
      [0, 0, 0],
    );
    expect(Math.abs(x / mass - 14)).toBeLessThan(0.6);
    expect(Math.abs(y / mass - 14)).toBeLessThan(0.6);
  });

  test("refuses points that are none", () => {
    expect(() => rasterizeStrokes([[[1, Number.NaN]]])).toThrow(/stroke 0/);
    expect(() => rasterizeStrokes([], { pen: 0 })).toThrow(/pen/);
  });
});
