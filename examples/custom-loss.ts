/**
 * A loss of your own: Huber's, which is square near zero and straight far away, so that a few wild measurements do not
 * spoil the fit. Beside it mean squared error on the same data.
 */
import { type Loss, layers, losses, ops, sequential } from "convnet";

const huber: Loss = {
  name: "huber",
  options: {},
  labels: "values",
  write(labels, { output }) {
    const distance = ops.abs(ops.subtract(labels, output));
    const near = ops.multiply(ops.square(distance), 0.5);
    const far = ops.subtract(distance, 0.5);
    return ops.reduceMean(ops.select(ops.less(distance, 1), near, far), { axes: -1 });
  },
};

/** y = 2x + 1, but every tenth measurement is off by 50. */
const x = Float32Array.from({ length: 200 }, (_, i) => i / 50 - 2);
const y = x.map((value, i) => 2 * value + 1 + (i % 10 === 0 ? 50 : 0));

for (const loss of [huber, losses.meanSquaredError()]) {
  const model = sequential([layers.dense({ units: 1, inputShape: [1] })]);
  model.compile({ optimizer: "adam", loss });
  model.learningRate = 0.05;
  await model.fit({ x, y }, { epochs: 100 });
  const [slope, offset] = await model.getWeights();
  console.log(`${loss.name}: y = ${slope.data[0].toFixed(2)} x + ${offset.data[0].toFixed(2)}`);
}
