import { didYouMean } from "../../core/names.ts";
import type { CallSpec, LayerFactories, LayerSpec, ModelSpec } from "../../models/spec.ts";
import { classesOfKeras1, modelClasses, nameOfClass, typeOfClass } from "./classes.ts";
import { type Dialect, readOptions } from "./read-options.ts";
import { type Config, isObject, refusal, requireList, requireObject, requireText, shown } from "./refuse.ts";

/** What a model's configuration is read with. */
export interface ConfigContext extends Dialect {
  /** The caller's own layers, by type. */
  readonly own: LayerFactories;
}

/** A model's name and its architecture in the words of this package. */
export interface ModelConfig {
  readonly name: string;
  readonly spec: ModelSpec;
}

/** How classes that this package writes, but Keras does not know, are registered. */
export const ownPackage = "ConvNet>";

/** @param entry `{ class_name, config }` of a model */
export function readModelConfig(where: string, entry: Config, context: ConfigContext): ModelConfig {
  const className = requireText(`${where}, class_name`, entry.class_name);
  const kind = modelClasses.get(className);
  checkOrigin(where, entry, className);
  if (!kind) {
    throw refusal(
      `${where}, class_name`,
      "Sequential or Functional",
      className,
      "Models that are classes of their own keep their architecture in code, not in the file.",
    );
  }
  const config = entry.config;
  /* Keras 2.1 wrote of a chain only the list of its layers. */
  if (kind.isChain && Array.isArray(config))
    return { name: "sequential", spec: chain(where, {}, config, context) };
  const known = requireObject(`${where}, config`, config);
  const name = typeof known.name === "string" ? known.name : "model";
  const list = requireList(`${where}, layers`, known.layers);
  return {
    name,
    spec: kind.isChain ? chain(where, known, list, context) : graph(where, known, list, context),
  };
}

/** Refuses code: what is not of Keras's layers is not made, whatever its name. */
function checkOrigin(
  where: string,
  { module, registered_name: registered }: Config,
  className: string,
): void {
  const isKeras =
    module === undefined ||
    module === null ||
    (typeof module === "string" &&
      /^(?:tf_|tensorflow\.(?:python\.)?)?keras(?:\.|$)/.test(module) &&
      !module.includes(".ops"));
  if (isKeras) return;
  throw refusal(
    where,
    "a layer of Keras",
    `${className} of module ${shown(module)}${registered ? `, registered as ${shown(registered)}` : ""}`,
  );
}

function readLayer(where: string, value: unknown, context: ConfigContext): LayerSpec {
  const entry = requireObject(where, value);
  const className = requireText(`${where}, class_name`, entry.class_name);
  const config = requireObject(`${where}, config`, entry.config);
  const name = config.name ?? entry.name;
  const place = `${where} "${String(name)}" (${className})`;
  const registered = String(entry.registered_name ?? "");
  if (registered.startsWith(ownPackage)) return { ...config, type: className };
  const { own } = context;
  const custom = [className, nameOfClass(className)].find((known) => Object.hasOwn(own, known));
  if (custom !== undefined) return { ...readOptions(place, className, config, context), type: custom };
  checkOrigin(place, entry, className);
  if (modelClasses.has(className)) {
    const model = readModelConfig(place, entry, context);
    const trainable = config.trainable === false ? { trainable: false } : {};
    return { type: "model", name: model.name, ...trainable, model: model.spec };
  }
  const type = typeOfClass.get(className);
  if (type === undefined) throw unknownClass(place, className);
  const options = readOptions(place, className, config, context);
  if (type !== "input") return { ...options, type, ...(typeof name === "string" ? { name } : {}) };
  return { type, name: String(name ?? "input"), shape: sampleShape(place, batchShapeOf(config)) };
}

function unknownClass(place: string, className: string): Error {
  const ofKeras1 = classesOfKeras1.get(className);
  const isCode = className === "Lambda" || className.endsWith("OpLambda");
  const hint = isCode
    ? "Its code is in the file, and code from files is never run. Write the layer yourself and pass it as custom.layers."
    : ofKeras1 === undefined
      ? `${didYouMean(className, [...typeOfClass.keys()])} Layers of your own can be passed as custom.layers.`
      : `It is of Keras 1; later versions have ${ofKeras1} instead. Save the model with one of those.`;
  return refusal(place, "a layer this package has", className, hint);
}

/** Of a first layer: `[null, 28, 28, 1]`. */
function batchShapeOf(config: Config): unknown {
  const { batch_shape: shape, batch_input_shape: older } = config;
  return shape ?? older;
}

function sampleShape(where: string, batchShape: unknown): readonly number[] {
  const [, ...shape] = requireList(`${where}, batch_shape`, batchShape);
  if (shape.length > 0 && shape.every((length) => Number.isSafeInteger(length) && (length as number) > 0))
    return shape as number[];
  throw refusal(
    `${where}, batch_shape`,
    "a shape of whole numbers after the batch: sizes are fixed here",
    batchShape,
    "Save the model with a fixed input shape.",
  );
}

function chain(where: string, config: Config, list: readonly unknown[], context: ConfigContext): ModelSpec {
  if (list.length === 0) throw refusal(`${where}, layers`, "at least one layer", "none");
  const layers = list.map((entry, i) => readLayer(`${where}, layers[${i}]`, entry, context));
  const [first, ...others] = layers;
  if (first.type === "input") return { layers: withoutEntrance(first, others) };
  const firstConfig = (list[0] as { config: Config }).config;
  const given = batchShapeOf(firstConfig) ?? config.build_input_shape ?? config.batch_input_shape;
  if (given === undefined && first.type === "model") {
    const shape = inputShapeOf(first.model as ModelSpec);
    if (shape) return { layers: [{ type: "input", name: "input_layer", shape }, ...layers] };
  }
  const shape = sampleShape(`${where}, layers[0]`, given ?? []);
  if (first.type === "model") return { layers: [{ type: "input", name: "input_layer", shape }, ...layers] };
  return { layers: [{ ...first, inputShape: shape }, ...others] };
}

/** Names that Keras gives to inputs itself. */
const automatic = /^input(?:_layer)?(?:_\d+)?$|_input$/;

/** The first layer says what a sample is, as Keras shows chains, unless the input has a name somebody chose. */
function withoutEntrance(input: LayerSpec, [next, ...others]: readonly LayerSpec[]): readonly LayerSpec[] {
  const isNeeded = !next || next.type === "model" || !automatic.test(String(input.name));
  return isNeeded
    ? [input, ...(next ? [next, ...others] : [])]
    : [{ ...next, inputShape: input.shape }, ...others];
}

/** What a model inside another takes; undefined if it has several inputs. */
function inputShapeOf(spec: ModelSpec): unknown {
  const { inputs, layers } = spec;
  const [name] = Array.isArray(inputs) && inputs.length === 1 ? (inputs as string[]) : [];
  const entrance = inputs === undefined ? layers[0] : layers.find((layer) => layer.name === name);
  return entrance?.shape ?? entrance?.inputShape;
}

/** A tensor: which layer, which of its uses, which output. */
type History = readonly [layer: string, use: number, output: number];

const reference = ([layer, use, output]: History): string => `${layer}#${use}.${output}`;

function graph(where: string, config: Config, list: readonly unknown[], context: ConfigContext): ModelSpec {
  const layers = list.map((value, i) => {
    const place = `${where}, layers[${i}]`;
    const entry = requireObject(place, value);
    const layer = readLayer(place, entry, context);
    const named = typeof entry.name === "string" ? { ...layer, name: entry.name } : layer;
    if (named.type === "input") return named;
    const nodes = requireList(`${place}, inbound_nodes`, entry.inbound_nodes);
    return { ...named, calls: nodes.map((node) => readNode(`${place}, inbound_nodes`, node)) };
  });
  const inputs = tensorsOf(`${where}, input_layers`, config.input_layers);
  const outputs = tensorsOf(`${where}, output_layers`, config.output_layers);
  return { inputs: inputs.map(([layer]) => layer), outputs: outputs.map(reference), layers };
}

function isHistory(value: unknown): value is History {
  return (
    Array.isArray(value) &&
    value.length >= 3 &&
    typeof value[0] === "string" &&
    Number.isSafeInteger(value[1]) &&
    Number.isSafeInteger(value[2])
  );
}

/** One tensor, a list of them, or tensors by name, in the order in which Keras takes them. */
function tensorsOf(where: string, value: unknown): History[] {
  if (isHistory(value)) return [value];
  if (Array.isArray(value)) return value.flatMap((item) => tensorsOf(where, item));
  if (isObject(value)) {
    return Object.keys(value)
      .sort()
      .flatMap((key) => tensorsOf(where, value[key]));
  }
  throw refusal(where, 'tensors such as ["conv2d", 0, 0]', value);
}

function readNode(where: string, node: unknown): CallSpec {
  if (isObject(node)) {
    const args = requireList(`${where}, args`, node.args);
    return callOf(
      where,
      args.flatMap((arg) => kerasTensors(where, arg)),
      node.kwargs,
    );
  }
  const list = requireList(where, node);
  const tensors = (typeof list[0] === "string" ? [list] : list).map((item) => {
    if (isHistory(item)) return item as readonly unknown[];
    throw refusal(where, 'tensors such as ["conv2d", 0, 0, {}]', item);
  });
  const kwargs = Object.fromEntries(tensors.flatMap((tensor) => Object.entries(tensor[3] ?? {})));
  return callOf(where, tensors as unknown as History[], kwargs);
}

/** Keras 3: `{ class_name: "__keras_tensor__", config: { keras_history: ["conv2d", 0, 0] } }`, alone or in lists. */
function kerasTensors(where: string, value: unknown): History[] {
  if (Array.isArray(value)) return value.flatMap((item) => kerasTensors(where, item));
  if (isObject(value) && value.class_name === "__keras_tensor__") {
    const history = (value.config as Config | undefined)?.keras_history;
    if (isHistory(history)) return [history];
  } else if (isObject(value) && value.class_name === undefined) {
    return Object.keys(value)
      .sort()
      .flatMap((key) => kerasTensors(where, value[key]));
  }
  throw refusal(where, "tensors of the model", value);
}

function callOf(where: string, tensors: readonly History[], kwargs: unknown): CallSpec {
  const inputs = tensors.map(reference);
  let isPrediction = false;
  for (const [key, value] of Object.entries(isObject(kwargs) ? kwargs : {})) {
    if (value === null) continue;
    if (key === "training" && value === false) isPrediction = true;
    else
      throw refusal(`${where}, kwargs`, "a call with no arguments besides tensors and training=False", {
        [key]: value,
      });
  }
  return isPrediction ? { inputs, training: false } : inputs;
}
