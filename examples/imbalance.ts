/**
 * One class in fifty: what accuracy hides, and what weights of classes do about it. `EPOCHS` and `LIMIT` shorten it.
 */
import { layers, sequential } from "convnet";
import { mnist } from "convnet/node";
import { few, ofClasses } from "./few.ts";

const epochs = Number(process.env.EPOCHS ?? 2);
const limit = Number(process.env.LIMIT ?? 60_000);

/* An 8 is to be found among other digits, of which only every sixth 8 is there. */
const { train, test } = await mnist();
const isEight = (y: number): number => Number(y === 8);
const rare = few(
  ofClasses(train, (y, i) => y !== 8 || i % 6 === 0, isEight),
  limit,
);
const held = few(
  ofClasses(test, () => true, isEight),
  limit,
);

for (const classWeight of [undefined, "balanced"] as const) {
  const model = sequential([
    layers.conv2d({ filters: 8, kernelSize: 3, strides: 2, activation: "relu", inputShape: [28, 28, 1] }),
    layers.maxPooling2d(),
    layers.flatten(),
    layers.dense({ units: 2, activation: "softmax" }),
  ]);
  model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
  for (const { id, seen } of await model.doctor(rare))
    if (!classWeight) console.log(`doctor: ${id}: ${seen}`);
  await model.fit(rare, { epochs, ...(classWeight && { classWeight }) });
  const { data } = await model.predict(held.x);
  let eights = 0;
  let found = 0;
  let right = 0;
  for (const [i, truth] of held.y.entries()) {
    const said = Number(data[2 * i + 1] > 0.5);
    right += Number(said === truth);
    eights += truth;
    found += said * truth;
  }
  const how = classWeight ? "weighed by class" : "as they are";
  console.log(
    `${how}: accuracy ${(right / held.length).toFixed(3)}, recall of 8 ${(found / eights).toFixed(3)}`,
  );
}
