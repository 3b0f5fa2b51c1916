/**
 * Why convolution: two networks with about as many weights learn digits in the middle, and see them shifted by some
 * pixels. `EPOCHS` and `LIMIT` shorten it.
 */
import { type Dataset, dataset, layers, sequential } from "convnet";
import { mnist } from "convnet/node";
import { few } from "./few.ts";

const epochs = Number(process.env.EPOCHS ?? 3);
const limit = Number(process.env.LIMIT ?? 20_000);
const shifts = [0, 2, 4];

const { train, test } = await mnist();

/** All digits `pixels` further right and down. */
function shifted(set: Dataset, pixels: number): Dataset {
  const x = new Uint8Array(set.x.length);
  for (let n = 0; n < set.length; n++)
    for (let row = 0; row + pixels < 28; row++)
      x.set(
        set.x.subarray(n * 784 + row * 28, n * 784 + row * 28 + 28 - pixels),
        n * 784 + (row + pixels) * 28 + pixels,
      );
  return dataset({ ...set, x });
}

const networks = {
  dense: sequential([
    layers.flatten({ inputShape: [28, 28, 1] }),
    layers.dense({ units: 24, activation: "relu" }),
    layers.dense({ units: 24, activation: "relu" }),
    layers.dense({ units: 10, activation: "softmax" }),
  ]),
  convolutional: sequential([
    layers.conv2d({ filters: 16, kernelSize: 3, activation: "relu", inputShape: [28, 28, 1] }),
    layers.maxPooling2d(),
    layers.conv2d({ filters: 32, kernelSize: 3, activation: "relu" }),
    layers.maxPooling2d(),
    layers.conv2d({ filters: 48, kernelSize: 3, activation: "relu" }),
    layers.globalAveragePooling2d(),
    layers.dense({ units: 10, activation: "softmax" }),
  ]),
};
for (const [name, model] of Object.entries(networks)) {
  model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
  model.learningRate = 0.003;
  await model.fit(few(train, limit), { epochs });
  const weights = (await model.getWeights()).reduce((sum, { data }) => sum + data.length, 0);
  const found: string[] = [];
  for (const pixels of shifts) {
    const { accuracy } = await model.evaluate(shifted(few(test, limit), pixels));
    found.push(`${accuracy.toFixed(3)} shifted by ${pixels}`);
  }
  console.log(`${name}, ${weights} weights: accuracy ${found.join(", ")}`);
}
