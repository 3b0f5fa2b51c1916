/** The article's network, trained on the real digits. `EPOCHS` and `LIMIT` shorten it. */
import { dataset, layers, sequential } from "convnet";
import { mnist } from "convnet/node";

const epochs = Number(process.env.EPOCHS ?? 5);
const limit = Number(process.env.LIMIT ?? 60_000);

const { train, test } = await mnist();
const model = sequential([
  layers.conv2d({ filters: 64, kernelSize: 3, activation: "relu", inputShape: [28, 28, 1] }),
  layers.maxPooling2d({ poolSize: 2 }),
  layers.conv2d({ filters: 64, kernelSize: 3, activation: "relu" }),
  layers.maxPooling2d({ poolSize: 2 }),
  layers.flatten(),
  layers.dense({ units: 128, activation: "relu" }),
  layers.dense({ units: 10, activation: "softmax" }),
]);
model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
console.log(model.summary());

const few = dataset({ ...train, x: train.x.subarray(0, limit * 784), y: train.y.subarray(0, limit) });
const run = model.fit(limit < train.length ? few : train, { epochs });
for await (const event of run) {
  if (event.type !== "epochEnd") continue;
  const { loss, accuracy } = event.logs;
  console.log(`epoch ${event.epoch + 1}: loss ${loss.toFixed(4)}, accuracy ${accuracy.toFixed(4)}`);
}
await run;
console.log(await model.evaluate(test));
