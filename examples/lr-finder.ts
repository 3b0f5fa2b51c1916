/** Which learning rate? Steps with larger and larger ones, the loss of each, and what to choose. `LIMIT` shortens it. */
import { layers, lrFinder, sequential } from "convnet";
import { mnist } from "convnet/node";
import { few } from "./few.ts";

const { train, test } = await mnist();
const samples = few(train, Number(process.env.LIMIT ?? 20_000));
const model = sequential([
  layers.conv2d({ filters: 16, kernelSize: 3, activation: "relu", inputShape: [28, 28, 1] }),
  layers.maxPooling2d(),
  layers.flatten(),
  layers.dense({ units: 10, activation: "softmax" }),
]);
model.compile({ optimizer: "sgd", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });

const { rates, smoothedLosses, suggestions } = await lrFinder(model, samples, {
  startRate: 1e-5,
  steps: 100,
});
const highest = Math.max(...smoothedLosses);
for (const [i, loss] of smoothedLosses.entries())
  if (i % 5 === 0)
    console.log(rates[i].toExponential(1).padStart(8), "█".repeat(Math.round((40 * loss) / highest)));
if (!suggestions) throw new Error("The loss exploded at once.");
const { valley, steep, minimum } = suggestions;
console.log(
  `valley ${valley.toPrecision(2)}, steep ${steep.toPrecision(2)}, minimum ${minimum.toPrecision(2)}`,
);
model.learningRate = valley;
await model.fit(samples, { epochs: 1 });
console.log(`test accuracy ${(await model.evaluate(few(test, 2000))).accuracy.toFixed(3)}`);
