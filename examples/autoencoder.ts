/**
 * Digits through a bottleneck of 32 numbers and back, and the same network taught to take noise away. `EPOCHS` and
 * `LIMIT` shorten it.
 */
import { layers, sequential } from "convnet";
import { mnist } from "convnet/node";

const epochs = Number(process.env.EPOCHS ?? 5);
const limit = Number(process.env.LIMIT ?? 20_000);

const { train, test } = await mnist();
const pixels = (x: ArrayLike<number>, count: number) =>
  Float32Array.from({ length: count * 784 }, (_, i) => x[i] / 255);
const clean = pixels(train.x, limit);
const held = pixels(test.x, Math.min(limit, 2000));

/** Every pixel moved by a number that looks random, up to `strength` to both sides. */
function noisy(x: Float32Array, strength: number): Float32Array {
  let state = 1;
  return x.map((value) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.min(1, Math.max(0, value + strength * (2 * (state / 2 ** 32) - 1)));
  });
}

function build() {
  const model = sequential([
    layers.conv2d({
      filters: 16,
      kernelSize: 3,
      strides: 2,
      padding: "same",
      activation: "relu",
      inputShape: [28, 28, 1],
    }),
    layers.conv2d({ filters: 16, kernelSize: 3, strides: 2, padding: "same", activation: "relu" }),
    layers.flatten(),
    layers.dense({ units: 32, name: "code" }),
    layers.dense({ units: 784, activation: "relu" }),
    layers.reshape({ targetShape: [7, 7, 16] }),
    layers.conv2dTranspose({ filters: 16, kernelSize: 3, strides: 2, padding: "same", activation: "relu" }),
    layers.conv2dTranspose({ filters: 1, kernelSize: 3, strides: 2, padding: "same", activation: "sigmoid" }),
  ]);
  model.compile({ optimizer: "adam", loss: "binaryCrossentropy" });
  return model;
}

const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return sum / a.length;
};

const coder = build();
await coder.fit({ x: clean, y: clean }, { epochs });
console.log(
  `squared error of digits through 32 numbers: ${distance((await coder.predict(held)).data, held).toFixed(4)}`,
);

const cleaner = build();
await cleaner.fit({ x: noisy(clean, 0.6), y: clean }, { epochs });
const dirty = noisy(held, 0.6);
const cleaned = (await cleaner.predict(dirty)).data;
console.log(
  `squared error of noisy digits: ${distance(dirty, held).toFixed(4)}, cleaned ${distance(cleaned, held).toFixed(4)}`,
);
