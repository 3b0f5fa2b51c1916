/** Clothes instead of digits: a deeper network with batch normalization, dropout and augmentation. `EPOCHS` and `LIMIT` shorten it. */
import { callbacks, layers, sequential } from "convnet";
import { fashionMnist } from "convnet/node";
import { few } from "./few.ts";

const epochs = Number(process.env.EPOCHS ?? 8);
const limit = Number(process.env.LIMIT ?? 60_000);

const { train, test } = await fashionMnist();
const block = (filters: number) => [
  layers.conv2d({ filters, kernelSize: 3, padding: "same", useBias: false }),
  layers.batchNormalization({ momentum: 0.9 }),
  layers.activation({ activation: "relu" }),
  layers.maxPooling2d(),
];
const model = sequential([
  layers.randomFlip({ mode: "horizontal", inputShape: [28, 28, 1] }),
  ...block(32),
  ...block(64),
  layers.flatten(),
  layers.dropout({ rate: 0.3 }),
  layers.dense({ units: 128, activation: "relu" }),
  layers.dropout({ rate: 0.3 }),
  layers.dense({ units: 10, activation: "softmax" }),
]);
model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });

const slower = callbacks.learningRateScheduler((epoch) => 0.001 * 0.8 ** epoch);
const run = model.fit(few(train, limit), { epochs, batchSize: 64, callbacks: [slower] });
for await (const event of run) {
  if (event.type !== "epochEnd") continue;
  const { loss, accuracy } = event.logs;
  console.log(`epoch ${event.epoch + 1}: loss ${loss.toFixed(4)}, accuracy ${accuracy.toFixed(4)}`);
}
await run;
console.log(`test accuracy ${(await model.evaluate(few(test, limit))).accuracy.toFixed(4)}`);
