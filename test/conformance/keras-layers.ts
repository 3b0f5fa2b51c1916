/** Keras's layer classes and option names as this package's layers. */
import { layers } from "convnet";
import type { Layer } from "../../src/layers/layer.ts";
import { Unsupported } from "./outcome.ts";

export type KerasConfig = Readonly<Record<string, unknown>>;

type Options = Record<string, never>;
type Factory = (options: never) => Layer;

const factories: Record<string, Factory> = {
  Activation: layers.activation,
  Add: layers.add,
  Average: layers.average,
  AveragePooling2D: layers.averagePooling2d,
  BatchNormalization: layers.batchNormalization,
  Concatenate: layers.concatenate,
  Conv2D: layers.conv2d,
  Dense: layers.dense,
  Dot: layers.dot,
  Dropout: layers.dropout,
  Flatten: layers.flatten,
  GlobalAveragePooling2D: layers.globalAveragePooling2d,
  Maximum: layers.maximum,
  MaxPooling2D: layers.maxPooling2d,
  Minimum: layers.minimum,
  Multiply: layers.multiply,
  Reshape: layers.reshape,
  Subtract: layers.subtract,
  ZeroPadding2D: layers.zeroPadding2d,
};

/** Options that say nothing here: the layout is always channels last. */
const ignored = new Set(["data_format", "noise_shape", "seed"]);

const camelCase = (name: string): string =>
  name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

/** Our layer for a Keras class and its config. @throws Unsupported if there is none. */
export function kerasLayer(className: string, config: KerasConfig, inputShape?: readonly number[]): Layer {
  const factory = factories[className];
  if (!factory) throw new Unsupported(`no layer ${className}`);
  const options: Record<string, unknown> = inputShape ? { inputShape } : {};
  for (const [key, value] of Object.entries(config)) {
    if (ignored.has(key)) {
      if (value === "channels_first") throw new Unsupported("channels first");
      continue;
    }
    if (value === null) continue;
    if (key === "activation" && !["linear", "relu", "sigmoid", "softmax", "tanh"].includes(String(value))) {
      throw new Unsupported(`no activation ${String(value)}`);
    }
    options[camelCase(key)] = value;
  }
  return factory(options as Options as never);
}
