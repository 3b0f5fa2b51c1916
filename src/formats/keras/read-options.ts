import { nameOfClass, optionOf, typeOfClass } from "./classes.ts";
import { type Config, isObject, refusal, requireText, shown } from "./refuse.ts";

/** What is known of the program that wrote a file. */
export interface Dialect {
  /** Of Keras; 0 if the file does not say. */
  readonly version: number;
}

/** Keys that change nothing of what a layer computes once its weights are there. */
const ignored: ReadonlySet<string> = new Set([
  "autocast",
  "fused",
  "input_dtype",
  "input_spec",
  "is_placeholder",
  "seed",
  "synchronized",
  "batch_input_shape",
  "batch_shape",
]);

/** Keys that may stand there with one value only: another one would mean something that layers here do not do. */
const mustBe: ReadonlyMap<string, unknown> = new Map([
  ["optional", false],
  ["ragged", false],
  ["renorm", false],
  ["sparse", false],
  ["rms_scaling", false],
]);

/** Keys that classes of Keras write although they do not use them. */
const unused: ReadonlyMap<string, ReadonlyMap<string, unknown>> = new Map(
  ["DepthwiseConv1D", "DepthwiseConv2D", "SeparableConv1D", "SeparableConv2D"].map((name) => [
    name,
    new Map<string, unknown>([["groups", 1]]),
  ]),
);

/** Keys that were called something else in Keras 2. */
const renamed: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map([
  ["LeakyReLU", new Map([["alpha", "negative_slope"]])],
]);

const floatTypes = /^(?:mixed_)?(?:float16|bfloat16|float32|float64)$/;
const inputTypes = /^(?:float|u?int)\d+$|^bfloat16$|^bool$/;

/** @throws FileError for types of numbers that a layer does not compute with. */
function checkType(where: string, dtype: unknown, isInput: boolean): void {
  const name = isObject(dtype) ? (dtype.config as Config | undefined)?.name : dtype;
  const className = isObject(dtype) ? dtype.class_name : "DTypePolicy";
  const known = isInput ? inputTypes : floatTypes;
  if (name === null || name === undefined) return;
  if (
    typeof name === "string" &&
    known.test(name) &&
    /^(?:DTypePolicy|Policy|PolicyV1)$/.test(String(className))
  )
    return;
  throw refusal(`${where}, dtype`, "floating-point numbers", dtype);
}

/** Keras's options of a layer as options of this package; whatever is in no list is passed on, and refused by the layer. */
export function readOptions(where: string, className: string, config: Config, dialect: Dialect): Config {
  const options: [string, unknown][] = [];
  for (const [key, value] of Object.entries(config)) {
    if (key === "dtype") checkType(where, value, className === "InputLayer");
    else if (key === "data_format") checkDataFormat(where, value);
    else if (key === "trainable") {
      if (value === false) options.push([key, false]);
    } else if (value === null || ignored.has(key)) continue;
    else if (mustBe.has(key)) {
      if (value !== mustBe.get(key)) throw refusal(`${where}, ${key}`, shown(mustBe.get(key)), value);
    } else if (unused.get(className)?.get(key) !== value) {
      const name = optionOf(renamed.get(className)?.get(key) ?? key);
      options.push([name, readOption(`${where}, ${key}`, className, key, value, dialect)]);
    }
  }
  return Object.fromEntries(options);
}

function checkDataFormat(where: string, format: unknown): void {
  if (format === null || format === "channels_last" || format === "default") return;
  throw refusal(
    `${where}, data_format`,
    '"channels_last"',
    format,
    "Convert the model in Keras: its kernels and the order of what it flattens depend on the format.",
  );
}

function readOption(
  where: string,
  className: string,
  key: string,
  value: unknown,
  dialect: Dialect,
): unknown {
  if (key.endsWith("_initializer")) return readInitializer(where, value);
  if (key.endsWith("_regularizer") || key.endsWith("_constraint")) return readChoice(where, value);
  if (key === "activation") return readActivation(where, value, dialect);
  if (key === "axis" && className === "BatchNormalization" && Array.isArray(value) && value.length === 1)
    return value[0] as unknown;
  return plainValue(value);
}

/** Keras 2 writes numbers of NumPy as `{ "type": "ndarray", "value": 0.3 }`, tuples as `{ "class_name": "__tuple__" }`. */
function plainValue(value: unknown): unknown {
  if (!isObject(value)) return value;
  if (value.type === "ndarray") return value.value;
  if (value.class_name === "__tuple__" && Array.isArray(value.items)) return value.items;
  if (value.class_name === "__numpy__" && isObject(value.config)) return value.config.value;
  return value;
}

/** Layers that older models have in the place of activations. */
const activationLayers = new Set(["ELU", "LeakyReLU", "ReLU", "Softmax"]);

function readActivation(where: string, value: unknown, dialect: Dialect): unknown {
  const { version } = dialect;
  if (isObject(value) && activationLayers.has(String(value.class_name)) && isObject(value.config)) {
    const className = String(value.class_name);
    const { name: _, trainable: __, ...options } = readOptions(where, className, value.config, dialect);
    return { ...options, name: typeOfClass.get(className) };
  }
  if (typeof value !== "string") {
    throw refusal(where, "an activation by name", value, "Put it behind the layer as a layer of its own.");
  }
  if (value === "hard_sigmoid" && version < 3) {
    throw refusal(
      where,
      "an activation that is still the same",
      '"hard_sigmoid" of Keras 2, clip(0.2 x + 0.5, 0, 1), which Keras 3 has changed to relu6(x + 3) / 6',
    );
  }
  return optionOf(value);
}

/** Something by name and options: `{ class_name: "L2", config: { l2: 0.01 } }` → `{ name: "l2", l2: 0.01 }`. */
export function readChoice(where: string, value: unknown): string | ({ name: string } & Config) {
  if (typeof value === "string") return optionOf(value);
  const { class_name: className, config } = isObject(value) ? value : {};
  const name = nameOfClass(requireText(`${where}, class_name`, className));
  const entries = Object.entries(isObject(config) ? config : {})
    .filter(([key, item]) => item !== null && !["name", "dtype", "seed"].includes(key))
    .map(([key, item]) => [optionOf(key), plainValue(item)]);
  return { ...Object.fromEntries(entries), name };
}

/** How Keras 2 wrote the initializers that have names: scale, mode and distribution. */
const scalings: ReadonlyMap<string, string> = new Map([
  ["1 fanAvg uniform", "glorotUniform"],
  ["1 fanAvg normal", "glorotNormal"],
  ["1 fanAvg truncatedNormal", "glorotNormal"],
  ["2 fanIn uniform", "heUniform"],
  ["2 fanIn normal", "heNormal"],
  ["2 fanIn truncatedNormal", "heNormal"],
  ["1 fanIn uniform", "lecunUniform"],
  ["1 fanIn normal", "lecunNormal"],
  ["1 fanIn truncatedNormal", "lecunNormal"],
]);

function readInitializer(where: string, value: unknown): unknown {
  const choice = readChoice(where, value);
  if (typeof choice === "string" || choice.name !== "varianceScaling") return choice;
  const { scale = 1, mode = "fan_in", distribution = "truncated_normal", ...others } = choice;
  const name = scalings.get(`${Number(scale)} ${optionOf(String(mode))} ${optionOf(String(distribution))}`);
  if (name !== undefined) return { name };
  return { ...others, scale, mode: optionOf(String(mode)), distribution: optionOf(String(distribution)) };
}
