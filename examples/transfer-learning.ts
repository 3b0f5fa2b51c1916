/**
 * Learns the digits 0 to 4, keeps the layers that see strokes, and learns 5 to 9 from few pictures. `EPOCHS` and `LIMIT`
 * shorten it.
 */
import { fineTune, layers, sequential } from "convnet";
import { mnist } from "convnet/node";
import { few, ofClasses } from "./few.ts";

const epochs = Number(process.env.EPOCHS ?? 3);
const limit = Number(process.env.LIMIT ?? 60_000);
const pictures = 200;

const { train, test } = await mnist();
const low = few(
  ofClasses(train, (y) => y < 5),
  limit,
);
const high = few(
  ofClasses(
    train,
    (y) => y >= 5,
    (y) => y - 5,
  ),
  pictures,
);
const highTest = few(
  ofClasses(
    test,
    (y) => y >= 5,
    (y) => y - 5,
  ),
  limit,
);

const base = () =>
  sequential(
    [
      layers.conv2d({ filters: 16, kernelSize: 3, activation: "relu", inputShape: [28, 28, 1] }),
      layers.maxPooling2d(),
      layers.conv2d({ filters: 32, kernelSize: 3, activation: "relu" }),
      layers.maxPooling2d(),
      layers.flatten(),
    ],
    { name: "strokes" },
  );
const withHead = (strokes: ReturnType<typeof base>) => {
  const model = sequential([
    strokes.toLayer(),
    layers.dense({ units: 5, activation: "softmax", name: "head" }),
  ]);
  model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
  return model;
};

const strokes = base();
await withHead(strokes).fit(low, { epochs });

const tuned = withHead(strokes);
await fineTune(tuned, high, { headEpochs: epochs, epochs, learningRate: 0.01, batchSize: 16 });
const fresh = withHead(base());
await fresh.fit(high, { epochs: 2 * epochs, batchSize: 16 });

console.log(
  `${pictures} pictures of 5 to 9: accuracy ${(await tuned.evaluate(highTest)).accuracy.toFixed(3)} with what 0 to 4 taught,`,
);
console.log(`${(await fresh.evaluate(highTest)).accuracy.toFixed(3)} from nothing`);
