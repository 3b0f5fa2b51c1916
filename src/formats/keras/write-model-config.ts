import type { CallSpec, LayerSpec, ModelSpec } from "../../models/spec.ts";
import { ownPackage } from "./read-model-config.ts";
import type { Config } from "./refuse.ts";
import { type Style, writeInput, writeLayer } from "./write-options.ts";

/** A class, its configuration, and where Python finds it. */
function wrapped(className: string, config: Config, style: Style, module = "keras.layers"): Config {
  if (style === "keras2") return { class_name: className, config };
  return { module, class_name: className, config, registered_name: null };
}

/**
 * A model as Keras writes it: `{ class_name: "Sequential", config: … }`.
 *
 * Layers that Keras does not have are registered as this package's, so that Keras names what it misses.
 */
export function writeModelConfig(name: string, spec: ModelSpec, style: Style): Config {
  const isChain = spec.inputs === undefined;
  const config = isChain ? chainConfig(name, spec, style) : graphConfig(name, spec, style);
  const className = isChain ? "Sequential" : "Functional";
  return wrapped(style === "keras2" && !isChain ? "Model" : className, config, style, "keras");
}

function layerConfig(layer: LayerSpec, style: Style): Config {
  if (layer.type === "model") {
    const inner = writeModelConfig(String(layer.name), layer.model as ModelSpec, style);
    const config = inner.config as Config;
    return layer.trainable === false ? { ...inner, config: { ...config, trainable: false } } : inner;
  }
  if (layer.type === "input") {
    const { className, config } = writeInput(String(layer.name), layer.shape as number[], style);
    return wrapped(className, config, style);
  }
  const known = writeLayer(layer, style);
  if (known) return wrapped(known.className, known.config, style);
  const { type, calls: _, ...config } = layer;
  return { ...wrapped(type, config, style), module: null, registered_name: `${ownPackage}${type}` };
}

function chainConfig(name: string, { layers }: ModelSpec, style: Style): Config {
  const [first, ...others] = layers;
  const { inputShape, ...plain } = first;
  const shape = (first.type === "input" ? first.shape : inputShape) as number[];
  /* Keras 3 lets a chain begin with an input, Keras 2 lets its first layer say what comes in. */
  const isSplit = style === "keras3" && first.type !== "input";
  const list: readonly LayerSpec[] = isSplit
    ? [{ type: "input", name: "input_layer", shape }, plain as LayerSpec, ...others]
    : layers;
  return {
    name,
    trainable: true,
    ...(style === "keras3" ? { dtype: "float32" } : {}),
    layers: list.map((layer) => layerConfig(layer, style)),
    build_input_shape: [null, ...shape],
  };
}

/** `conv2d#1.0` → `["conv2d", 1, 0]`. */
function historyOf(reference: string): [string, number, number] {
  const [, name, use = "0", output = "0"] = /^(.*?)(?:#(\d+)(?:\.(\d+))?)?$/s.exec(reference) ?? [];
  return [name, Number(use), Number(output)];
}

function graphConfig(name: string, spec: ModelSpec, style: Style): Config {
  const layers = spec.layers.map((layer) => {
    const calls = (layer.calls ?? []) as readonly CallSpec[];
    return {
      ...layerConfig(layer, style),
      name: layer.name,
      inbound_nodes: calls.map((call) => (style === "keras3" ? newNode(call) : oldNode(call))),
    };
  });
  const places = (given: ModelSpec["inputs"]): [string, number, number][] =>
    (Array.isArray(given) ? (given as string[]) : Object.values(given ?? {})).map(historyOf);
  return {
    name,
    trainable: true,
    layers,
    input_layers: places(spec.inputs),
    output_layers: places(spec.outputs),
  };
}

const callParts = (call: CallSpec): { inputs: readonly string[]; kwargs: Config } =>
  "inputs" in call ? { inputs: call.inputs, kwargs: { training: false } } : { inputs: call, kwargs: {} };

function newNode(call: CallSpec): Config {
  const { inputs, kwargs } = callParts(call);
  const tensors = inputs.map((input) => ({
    class_name: "__keras_tensor__",
    config: { dtype: "float32", keras_history: historyOf(input) },
  }));
  return { args: tensors.length === 1 ? tensors : [tensors], kwargs };
}

function oldNode(call: CallSpec): unknown[] {
  const { inputs, kwargs } = callParts(call);
  return inputs.map((input) => [...historyOf(input), kwargs]);
}
