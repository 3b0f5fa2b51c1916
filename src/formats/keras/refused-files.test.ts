/** Files of Keras that say something this package would compute otherwise. */
import { afterAll, describe, expect, test } from "vitest";
import {
  arrays,
  chain3,
  conv3,
  input3,
  layer3,
  oldDense,
  oldLayers,
  oldWeights,
} from "../../../test/configs-of-keras.ts";
import { kerasFile, legacyFile, numbers } from "../../../test/files-of-keras.ts";
import { disposeBackends } from "../../backends/choose-backend.ts";
import { loadModel } from "../../training/load-model.ts";

afterAll(() => disposeBackends());

describe("what would be computed otherwise is refused by name", () => {
  const chain = (...layers: object[]) =>
    kerasFile({ ...chain3, config: { ...chain3.config, layers } }, arrays);
  const changed = (change: object) => layer3("Conv2D", { ...conv3("c", 2).config, ...change });

  test.each([
    {
      name: "channels first",
      config: { data_format: "channels_first" },
      message: '(Conv2D), data_format: expected "channels_last", got channels_first',
    },
    {
      name: "an option of tomorrow",
      config: { novelty: 3 },
      message: 'expected a known option, got "novelty"',
    },
    {
      name: "an activation of its own",
      config: { activation: { class_name: "function", config: "mine" } },
      message: "expected an activation by name",
    },
  ])("$name", async ({ config, message }) => {
    await expect(chain(input3("i"), changed(config)).then(loadModel)).rejects.toThrow(message);
  });

  test.each([
    {
      name: "Lambda",
      entry: layer3("Lambda", { function: ["4wEAAAA=", null, null] }),
      message: "got Lambda. Its code is in the file, and code from files is never run.",
    },
    {
      name: "another module",
      entry: { ...layer3("Dense", {}), module: "os", class_name: "system" },
      message: 'got system of module "os"',
    },
    {
      name: "an operation",
      entry: { ...layer3("Add", {}), module: "keras.src.ops.numpy" },
      message: 'got Add of module "keras.src.ops.numpy"',
    },
    {
      name: "a name of objects",
      entry: layer3("__proto__", {}),
      message: "expected a layer this package has, got __proto__",
    },
    {
      name: "Keras 1",
      entry: layer3("Convolution2D", { nb_filter: 3 }),
      message: "It is of Keras 1; later versions have Conv2D instead.",
    },
    {
      name: "sizes that are open",
      entry: { ...input3("i"), config: { batch_shape: [null, null, null, 3], name: "i" } },
      message: "expected a shape of whole numbers after the batch",
    },
    {
      name: "a class of a model",
      entry: { ...layer3("MyModel", {}), module: "my_code", registered_name: "my_code>MyModel" },
      message: 'MyModel of module "my_code"',
    },
  ])("$name", async ({ entry, message }) => {
    await expect(chain(input3("i"), entry).then(loadModel)).rejects.toThrow(message);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test("hard_sigmoid of Keras 2, which Keras 3 has changed", async () => {
    const layers = [...oldLayers.slice(0, 3), oldDense("dense_1", 3, "hard_sigmoid")];
    const modelConfig = { class_name: "Sequential", config: layers };
    await expect(legacyFile({ modelConfig, layers: oldWeights }).then(loadModel)).rejects.toThrow(
      '"hard_sigmoid" of Keras 2',
    );
  });

  test("weights of Keras 1, and weights that are too few, too many or of another shape", async () => {
    const modelConfig = { class_name: "Sequential", config: oldLayers };
    await expect(
      legacyFile({ modelConfig, layers: oldWeights, version: null }).then(loadModel),
    ).rejects.toThrow("expected weights of Keras 2 or newer");
    const { conv2d_1, ...rest } = oldWeights;
    await expect(legacyFile({ modelConfig, layers: rest }).then(loadModel)).rejects.toThrow(
      "expected 2 layers with weights: conv2d_1, dense_1, got 1: dense_1",
    );
    const wrong = { ...oldWeights, conv2d_1: { ...conv2d_1, "conv2d_1/bias:0": numbers([3]) } };
    await expect(legacyFile({ modelConfig, layers: wrong }).then(loadModel)).rejects.toThrow(
      'weight "conv2d_1/bias": expected [2], got [3]',
    );
    const more = { ...arrays, "layers/dense/vars/2": numbers([1]) };
    await expect(kerasFile(chain3, more).then(loadModel)).rejects.toThrow(
      'layer "first": expected 2 weights: kernel, bias, got 3',
    );
  });
});
