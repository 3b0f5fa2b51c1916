import { afterAll, expect, test } from "vitest";
import { disposeBackends } from "../backends/choose-backend.ts";
import { model as functional } from "../training/functional.ts";
import { sequential } from "../training/sequential.ts";
import * as layers from "./index.ts";
import { input } from "./input.ts";

afterAll(() => disposeBackends());

test("the mean of a sequence counts the steps of its mask only", async () => {
  const inputs = [input({ shape: [3, 2], name: "x" }), input({ shape: [3], name: "mask" })];
  const outputs = layers.globalAveragePooling1d({ keepdims: true }).apply(inputs);
  const network = functional({ inputs, outputs });
  const x = Float32Array.from([1, 2, 3, 4, 50, 60, 1, 2, 3, 4, 5, 6]);
  const { data, shape } = await network.predict([x, Float32Array.from([1, 1, 0, 0, 0, 1])]);
  expect(shape).toEqual([2, 1, 2]);
  expect([...data]).toEqual([2, 3, 5, 6]);
});

test("a mask of another length is refused", () => {
  const tensors = [input({ shape: [3, 2] }), input({ shape: [4] })];
  expect(() => layers.globalAveragePooling1d().apply(tensors)).toThrow("a sequence and a mask [null, 3]");
});

test("windows over volumes take the largest and the mean of what lies inside the volume", async () => {
  const volume = Float32Array.from({ length: 27 }, (_, i) => i);
  const of = async (make: typeof layers.maxPooling3d) => {
    const model = sequential([make({ poolSize: 2, padding: "same", inputShape: [3, 3, 3, 1] })]);
    return [...(await model.predict(volume)).data];
  };
  expect(await of(layers.maxPooling3d)).toEqual([13, 14, 16, 17, 22, 23, 25, 26]);
  expect(await of(layers.averagePooling3d)).toEqual([6.5, 8, 11, 12.5, 20, 21.5, 24.5, 26]);
});

test("a layer for sequences refuses an image", () => {
  expect(() => layers.maxPooling1d().outputShape([4, 4, 3])).toThrow("expected a sequence [steps, C]");
  expect(() => layers.globalMaxPooling3d().outputShape([4, 4, 3])).toThrow("expected a volume [D, H, W, C]");
});
