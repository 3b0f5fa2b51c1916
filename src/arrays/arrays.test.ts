import { afterAll, describe, expect, test } from "vitest";
import { disposeBackends } from "../backends/choose-backend.ts";
import { relu, softmax } from "../ops.ts";
import { compute } from "./compute.ts";
import { convolve, pool } from "./convolve.ts";
import { imageKernels } from "./image-kernels.ts";

afterAll(() => disposeBackends());

const image = [
  [1, 2, 3],
  [4, 5, 6],
  [7, 8, 9],
];

describe("convolve", () => {
  test("slides a kernel over a grey image without padding", async () => {
    const { data, shape } = await convolve(image, [
      [1, 0],
      [0, 1],
    ]);
    expect(shape).toEqual([2, 2]);
    expect([...data]).toEqual([6, 8, 12, 14]);
  });

  test("the kernel is not flipped", async () => {
    expect([...(await convolve(image, [[0, 1]])).data]).toEqual([2, 3, 5, 6, 8, 9]);
  });

  test("same padding keeps the size, strides halve it", async () => {
    expect([...(await convolve(image, imageKernels.identity, { padding: "same" })).data]).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9,
    ]);
    const halved = await convolve(image, imageKernels.identity, { padding: "same", strides: 2 });
    expect([...halved.data]).toEqual([1, 3, 7, 9]);
  });

  test("a kernel without channels treats every channel alike, one with channels mixes them", async () => {
    const colour = { data: Uint8Array.of(1, 10, 100, 2, 20, 200), shape: [1, 2, 3] };
    expect(await convolve(colour, [[1, 1]])).toEqual({ data: Float32Array.of(3, 30, 300), shape: [1, 1, 3] });
    const grey = { data: Float32Array.of(1, 0.5, 0.25), shape: [1, 1, 3, 1] };
    expect(await convolve(colour, grey)).toEqual({ data: Float32Array.of(31, 62), shape: [1, 2, 1] });
  });

  test("every preset but the edge finders keeps the brightness of an even picture", async () => {
    const even = Array.from({ length: 7 }, () => new Array<number>(7).fill(3));
    for (const [name, kernel] of Object.entries(imageKernels)) {
      const { data } = await convolve(even, kernel);
      const isEdge = ["outline", "sobelX", "sobelY"].includes(name);
      for (const value of data) expect(value).toBeCloseTo(isEdge ? 0 : 3, 4);
    }
  });

  test("says what does not fit", async () => {
    await expect(convolve([[1, 2]], [[1], [1]])).rejects.toThrow(
      /conv: expected an image of at least 2 pixels along spatial axis 0/,
    );
    await expect(convolve([[1, 2], [3]], [[1]])).rejects.toThrow(/expected 4 numbers for \[2, 2\], got 3/);
    await expect(convolve([1, 2] as never, [[1]])).rejects.toThrow(/an image \[H, W\] or \[H, W, C\]/);
    await expect(convolve(image, [[1]], { stride: 2 } as never)).rejects.toThrow(/Did you mean "strides"/);
  });
});

describe("pool", () => {
  const four = [
    [1, 2, 5, 6],
    [3, 4, 7, 8],
  ];
  test("takes the largest of each window, or the mean", async () => {
    expect([...(await pool(four)).data]).toEqual([4, 8]);
    expect([...(await pool(four, { kind: "average" })).data]).toEqual([2.5, 6.5]);
  });
  test("with overlapping windows", async () => {
    expect([...(await pool(four, { poolSize: 2, strides: 1 })).data]).toEqual([4, 7, 8]);
  });
  test("a kind that does not exist is refused", async () => {
    await expect(pool(four, { kind: "mean" as never })).rejects.toThrow(
      /pool, kind: expected a known name, got "mean"/,
    );
  });
});

describe("compute", () => {
  test("runs ops on arrays, the same function with other shapes too", async () => {
    const write = (x: Parameters<typeof relu>[0]) => relu(x);
    expect(await compute(write, [[-1, 2]])).toEqual({ data: Float32Array.of(0, 2), shape: [2] });
    expect(
      await compute(write, [
        [
          [-1, 2],
          [3, -4],
        ],
      ]),
    ).toEqual({ data: Float32Array.of(0, 2, 3, 0), shape: [2, 2] });
    for (let length = 1; length < 20; length++) {
      expect((await compute(write, [new Array<number>(length).fill(1)])).shape).toEqual([length]);
    }
  });
  test("on the reference backend too", async () => {
    const { data } = await compute((x) => softmax(x), [[[0, 0]]], { backend: "reference" });
    expect([...data]).toEqual([0.5, 0.5]);
  });
});
