import type { NumberArray } from "../arrays/array.ts";
import { gradients as writeGradients } from "../graph/gradients.ts";
import type { Value } from "../graph/graph.ts";
import type { Network, NetworkWeight } from "../models/network.ts";
import type { Compiled } from "../training/compile.ts";
import type { NamedNumbers } from "../training/inputs.ts";
import type { Model } from "../training/model.ts";
import type { BatchShape } from "../training/predict-graph.ts";
import { measure } from "../training/programs.ts";
import { checkSamples } from "../training/samples.ts";
import { type ModelGraph, prepareDirect, runOnce, want } from "./opened-model.ts";
import { preActivationOf } from "./pre-activation.ts";
import type { LayerUse } from "./write-layers.ts";

/** Numbers with the path of the weight they belong to. */
export interface WeightGradient extends NumberArray {
  /** As in `model.weightShapes`. */
  readonly name: string;
}

/** How the loss changes with what one use of a layer makes: [N, …]. */
export interface LayerGradient {
  readonly name: string;
  readonly type: string;
  /** Missing where the loss is computed without it, as softmax is skipped when the loss works on logits. */
  readonly output?: NumberArray;
  /** With respect to the sums before the activation. */
  readonly preActivation?: NumberArray;
}

/** The loss of some samples and how it changes with everything that it depends on. */
export interface Gradients {
  readonly loss: number;
  /** By name of the input: [N, H, W, C]. */
  readonly inputs: Readonly<Record<string, NumberArray>>;
  readonly layers: readonly LayerGradient[];
  /** Of the weights that training changes. */
  readonly weights: readonly WeightGradient[];
}

/** Writes the loss that training lowers, with the layers as in prediction. */
export function writeLoss(model: ModelGraph, network: Network, compiled: Compiled, shape: BatchShape): Value {
  return measure(model.graph, network, compiled, model.outputs, shape, model.context);
}

/** Values that the loss is computed from. */
export function ancestorsOf(loss: Value): ReadonlySet<Value> {
  const seen = new Set<Value>();
  const waiting = [loss];
  for (let value = waiting.pop(); value; value = waiting.pop()) {
    if (seen.has(value)) continue;
    seen.add(value);
    if (value.source.kind === "op") waiting.push(...value.source.inputs);
  }
  return seen;
}

/** Writes a program of the loss and all gradients. */
function writeAll(model: ModelGraph, network: Network, compiled: Compiled, shape: BatchShape) {
  const loss = want(writeLoss(model, network, compiled, shape));
  const used = ancestorsOf(loss);
  const weights = network.trainableWeights.map((weight) => ({
    weight,
    value: model.graph.state(weight.state),
  }));
  const layerValues = model.uses.flatMap((use) => [use.outputs[0], preActivationOf(use)]);
  const values = [...model.inputs, ...layerValues, ...weights.map(({ value }) => value)];
  const wanted = [...new Set(values)]
    .filter((value) => value !== undefined)
    .filter((value) => used.has(value));
  const written = writeGradients(loss, wanted);
  for (const value of written) want(value);
  return { loss, weights, gradientOf: new Map(wanted.map((value, i) => [value, written[i]])) };
}

/**
 * The loss of samples, and its gradient with respect to every weight, every layer's output, the sums before every
 * activation, and the input.
 *
 * The layers work as in prediction: dropout is off and batch normalization uses its moving statistics. The loss is the
 * mean over the samples, with what regularizers add.
 *
 * @param image one sample or several
 * @param label for each sample, as `fit` takes them
 * @throws UsageError before `compile`; ShapeError or DataError if samples and labels do not fit.
 * @example
 * const { loss, weights } = await gradients(model, test.x.subarray(0, 784), [7]);
 * console.log(loss, weights.map(({ name }) => name));
 */
export async function gradients(model: Model, image: NamedNumbers, label: NamedNumbers): Promise<Gradients> {
  const compiled = await model.requireCompiled("gradients");
  const session = await model.open();
  const { network } = session;
  const samples = await checkSamples("gradients", network, compiled.outputs, { x: image, y: label });
  const shape = session.batchShape(samples, samples.length);
  const prepared = await prepareDirect(session, "gradients", shape, (graph) =>
    writeAll(graph, network, compiled, shape),
  );
  const { loss, inputs, uses, weights, gradientOf } = prepared.graph;
  const numbers = await runOnce(session, prepared, samples);
  const arrayOf = (value: Value | undefined): NumberArray | undefined => {
    const gradient = value && gradientOf.get(value);
    return gradient && { data: Float32Array.from(numbers(gradient)), shape: gradient.shape };
  };
  return {
    loss: numbers(loss)[0],
    inputs: Object.fromEntries(
      network.inputNames.flatMap((name, i) => {
        const array = arrayOf(inputs[i]);
        return array ? [[name, array]] : [];
      }),
    ),
    layers: uses.map((use) => layerGradient(use, arrayOf)),
    weights: weights.map(({ weight, value }) => ({
      name: weight.path,
      ...(arrayOf(value) ?? zeros(weight)),
    })),
  };
}

function layerGradient(
  use: LayerUse,
  arrayOf: (value: Value | undefined) => NumberArray | undefined,
): LayerGradient {
  const output = arrayOf(use.outputs[0]);
  const preActivation = arrayOf(preActivationOf(use));
  return {
    name: use.path,
    type: use.layer.type,
    ...(output && { output }),
    ...(preActivation && { preActivation }),
  };
}

function zeros({ state: { shape } }: NetworkWeight): NumberArray {
  return { data: new Float32Array(shape.reduce((a, b) => a * b, 1)), shape };
}
