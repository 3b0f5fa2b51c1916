import { afterAll, describe, expect, test } from "vitest";
import { article, images, relativeError, residual } from "../../test/explained-networks.ts";
import { lossAndGradients } from "../../test/float64-network.ts";
import { disposeBackends } from "../backends/choose-backend.ts";
import * as layers from "../layers/index.ts";
import { sequential } from "../training/sequential.ts";
import { gradients } from "./gradients.ts";
import { trace } from "./trace.ts";

afterAll(() => disposeBackends());

describe("gradients", () => {
  test("of the article's network are those of an independent implementation", async () => {
    const model = article();
    const x = images(2, 784);
    const arrays = (await model.getWeights()).map(({ data }) => Float64Array.from(data));
    const exact = lossAndGradients(
      { arrays },
      [Float64Array.from(x.subarray(0, 784)), Float64Array.from(x.subarray(784))],
      [3, 8],
    );
    const { loss, weights } = await gradients(model, x, [3, 8]);
    expect(loss).toBeCloseTo(exact.loss, 5);
    expect(weights.map(({ name }) => name)).toEqual(model.weightShapes.map(({ name }) => name));
    for (const [i, { data, name }] of weights.entries())
      expect(relativeError(data, exact.gradients[i]), name).toBeLessThanOrEqual(1e-5);
  });

  test("of the logits are probabilities minus truth, and softmax is skipped", async () => {
    const model = residual();
    const image = images(1, 200);
    const { outputs } = await trace(model, image);
    const { layers: parts } = await gradients(model, image, [2]);
    const last = parts[parts.length - 1];
    const expected = outputs.classes.data.map((p, i) => p - (i === 2 ? 1 : 0));
    expect(last.output).toBeUndefined();
    expect(relativeError(last.preActivation?.data ?? [], expected)).toBeLessThan(1e-5);
  });

  test("of a residual network are central differences of the loss in float64", async () => {
    const image = images(1, 200);
    const exact = residual({ seed: 5, backend: "reference" });
    const { inputs, weights } = await gradients(residual(), image, [1]);
    const lossOf = async (x: Float32Array) => (await exact.evaluate({ x, y: [1] })).loss;
    const epsilon = 2 ** -16;
    for (const at of [0, 57, 101, 199]) {
      const moved = (step: number) => image.map((value, i) => (i === at ? value + step : value));
      const [up, down] = [moved(epsilon), moved(-epsilon)];
      const slope = ((await lossOf(up)) - (await lossOf(down))) / (up[at] - down[at]);
      expect(Math.abs(inputs.image.data[at] - slope)).toBeLessThan(1e-2 * Math.abs(slope) + 1e-5);
    }
    const kept = await exact.getWeights();
    for (const name of ["stem/kernel", "first/bias", "norm/gamma", "shortcut/kernel", "classes/bias"]) {
      const gradient = weights.find((weight) => weight.name === name);
      const index = kept.findIndex((weight) => weight.name === name);
      const at = kept[index].data.length >> 1;
      const lossWith = async (step: number) => {
        const data = kept[index].data.slice();
        data[at] += step;
        await exact.setWeights(kept.map((weight, i) => (i === index ? { ...weight, data } : weight)));
        return { loss: await lossOf(image), value: data[at] };
      };
      const [up, down] = [await lossWith(epsilon), await lossWith(-epsilon)];
      const slope = (up.loss - down.loss) / (up.value - down.value);
      expect(Math.abs((gradient?.data[at] ?? Number.NaN) - slope), name).toBeLessThan(
        1e-2 * Math.abs(slope) + 1e-5,
      );
    }
  });

  test("need a loss, and labels that fit it", async () => {
    const model = sequential([layers.dense({ units: 2, inputShape: [3] })]);
    await expect(gradients(model, [1, 2, 3], [1])).rejects.toThrow(/gradients: expected a compiled model/);
    await expect(gradients(residual(), images(1, 200), [4])).rejects.toThrow(/class numbers from 0 to 3/);
  });
});
