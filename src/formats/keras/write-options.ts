import type { LayerSpec } from "../../models/spec.ts";
import { classOfName, classOfType, snakeCaseOf } from "./classes.ts";
import { type Config, isObject } from "./refuse.ts";

/** Of Keras 3, which writes objects with their modules, or of Keras 2 and TensorFlow.js. */
export type Style = "keras3" | "keras2";

/** Something by name and options as Keras writes it. */
export function writeChoice(choice: unknown, module: string, style: Style): unknown {
  if (choice === undefined || choice === null) return null;
  const { name, ...options } = isObject(choice) ? choice : { name: choice };
  const entries = Object.entries(options).map(([key, value]) => [
    snakeCaseOf(key),
    key === "learningRate" && isObject(value)
      ? writeChoice(value, "keras.optimizers.schedules", style)
      : snakeCaseValue(value),
  ]);
  const className = classOfName(camelCaseOf(String(name)));
  const config = Object.fromEntries(entries);
  if (style === "keras2") return { class_name: className, config };
  return { module, class_name: className, config, registered_name: null };
}

const camelCaseOf = (text: string): string =>
  text.replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** Names are written as Keras writes them; other texts stay. */
function snakeCaseValue(value: unknown): unknown {
  return typeof value === "string" && /^[a-z][A-Za-z0-9]*$/.test(value) ? snakeCaseOf(value) : value;
}

/** Options that say more here than Keras can: padding by sides, and functions. */
function isExpressible({ type, padding, activation }: LayerSpec): boolean {
  const takesSides = /^(?:zeroPadding|cropping)/.test(type);
  const isKnown = padding === undefined || typeof padding === "string" || takesSides;
  return isKnown && (activation === undefined || typeof activation === "string");
}

function writeOption(key: string, value: unknown, style: Style): unknown {
  if (key.endsWith("Initializer")) return writeChoice(value, "keras.initializers", style);
  if (key.endsWith("Regularizer")) return writeChoice(value, "keras.regularizers", style);
  if (key.endsWith("Constraint")) return writeChoice(value, "keras.constraints", style);
  return snakeCaseValue(value);
}

const windowed = /^(?:conv|depthwiseConv|separableConv|.*[pP]ooling|upSampling|zeroPadding|cropping)\d?d?/;

/**
 * A layer's class and configuration in Keras's words.
 *
 * @returns undefined for layers, or options, that Keras does not have
 */
export function writeLayer(
  layer: LayerSpec,
  style: Style,
): { className: string; config: Config } | undefined {
  const className = classOfType.get(layer.type);
  if (className === undefined || !isExpressible(layer)) return undefined;
  const { type, name, inputShape, trainable = true, calls: _, ...options } = layer;
  const written = Object.entries(options).map(([key, value]) => [
    snakeCaseOf(key),
    writeOption(key, value, style),
  ]);
  const shape =
    inputShape === undefined
      ? {}
      : { [style === "keras3" ? "batch_shape" : "batch_input_shape"]: [null, ...(inputShape as number[])] };
  const dtype =
    style === "keras3"
      ? { module: "keras", class_name: "DTypePolicy", config: { name: "float32" }, registered_name: null }
      : "float32";
  return {
    className,
    config: {
      name,
      trainable,
      dtype,
      ...shape,
      ...(windowed.test(type) ? { data_format: "channels_last" } : {}),
      ...Object.fromEntries(written),
    },
  };
}

/** The layer where samples enter. */
export function writeInput(
  name: string,
  shape: readonly number[],
  style: Style,
): { className: string; config: Config } {
  const batchShape = [null, ...shape];
  const config =
    style === "keras3"
      ? { batch_shape: batchShape, dtype: "float32", sparse: false, ragged: false, name }
      : { batch_input_shape: batchShape, dtype: "float32", sparse: false, name };
  return { className: "InputLayer", config };
}
