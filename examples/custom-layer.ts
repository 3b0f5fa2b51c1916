/**
 * A layer of your own: each channel gets a gain and a shift, both learned. Its gradient follows from its ops, on every
 * backend, without a line more.
 */
import { initializers, Layer, layers, ops, type Shape, sequential, type Value } from "convnet";

class ScaleChannels extends Layer {
  readonly type = "scaleChannels";

  override build([, , channels]: Shape): void {
    this.addWeight("gain", [channels], initializers.ones());
    this.addWeight("shift", [channels], initializers.zeros());
  }

  override call(input: Value): Value {
    return ops.add(ops.multiply(input, this.weight(input, "gain")), this.weight(input, "shift"));
  }
}

/** Pictures whose second channel decides: 1 where it is bright. */
const count = 256;
const x = Float32Array.from({ length: count * 4 * 4 * 2 }, (_, i) => ((i * 7919) % 101) / 100);
const y = Uint8Array.from({ length: count }, (_, n) => {
  const image = x.subarray(n * 32, (n + 1) * 32);
  const second = image.filter((_, i) => i % 2 === 1);
  return second.reduce((a, b) => a + b, 0) > 8 ? 1 : 0;
});

const model = sequential([
  new ScaleChannels({ inputShape: [4, 4, 2] }),
  layers.globalAveragePooling2d(),
  layers.dense({ units: 2, activation: "softmax" }),
]);
model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
model.learningRate = 0.05;
const history = await model.fit({ x, y }, { epochs: 60 });
const [gain] = await model.getWeights();
console.log(
  `accuracy ${history.accuracy[59].toFixed(3)}, gains ${[...gain.data].map((value) => value.toFixed(2)).join(", ")}`,
);
