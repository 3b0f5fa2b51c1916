import { OptionError } from "../core/errors.ts";
import { checkOptions, didYouMean } from "../core/names.ts";
import { formatShape, type Shape, sizeOf } from "../core/shape.ts";
import { gradients as writeGradients } from "../graph/gradients.ts";
import type { Value } from "../graph/graph.ts";
import type { Network, NetworkWeight } from "../models/network.ts";
import type { NamedNumbers } from "../training/inputs.ts";
import type { Model } from "../training/model.ts";
import { checkSamples } from "../training/samples.ts";
import type { ExplainedStep, Origin, Term } from "./arithmetic/explanation.ts";
import { ElementOpener } from "./arithmetic/open-element.ts";
import { placeOf, positionOf } from "./arithmetic/places.ts";
import { arithmeticOf } from "./arithmetic/rounding.ts";
import type { Element } from "./arithmetic/views.ts";
import { ancestorsOf, writeLoss } from "./gradients.ts";
import { prepareDirect, runOnce, want } from "./opened-model.ts";
import { preActivationOf } from "./pre-activation.ts";
import { requireCount } from "./require.ts";
import type { LayerUse } from "./write-layers.ts";

export interface ExplainGradientOptions {
  /** Path of the weight, as in `model.weightShapes`: `"conv2d/kernel"`. */
  weight: string;
  /** Which number of it: its place along each axis, [i, j, inC, outC], or its position. */
  place: readonly number[] | number;
  /** How many of the largest terms are listed. Default 20. */
  terms?: number;
}

/** What one number of a weight's gradient is made of. */
export interface GradientExplanation {
  readonly weight: string;
  readonly place: readonly number[];
  /** The largest terms, largest first: what the weight saw times what came back, or just that. */
  readonly terms: readonly Term[];
  /** How many terms there are, and what those that are not listed add up to. */
  readonly termCount: number;
  readonly rest: number;
  /** Sum of all terms, in float64. */
  readonly total: number;
  /** The gradient that the engine computed: what optimizers get. */
  readonly gradient: number;
  /** The operations that the gradient ends in; more than a sum where a weight is used several times or regularized. */
  readonly steps: readonly ExplainedStep[];
}

/**
 * What makes one number of a weight's gradient: for a convolution, over all images and positions, the pixel under the
 * weight times the gradient that came back there.
 *
 * @param image one sample or several
 * @param label for each sample, as `fit` takes them
 * @throws UsageError before `compile`; OptionError if there is no such weight or place.
 * @example
 * const { terms, rest, gradient } = await explainGradient(model, test.x.subarray(0, 784), [7], {
 *   weight: "conv2d/kernel", place: [1, 1, 0, 2],
 * });
 * console.log(terms.length, "terms and", rest, "make", gradient);
 */
export async function explainGradient(
  model: Model,
  image: NamedNumbers,
  label: NamedNumbers,
  options: ExplainGradientOptions,
): Promise<GradientExplanation> {
  const where = "explainGradient";
  checkOptions(where, options, ["weight", "place", "terms"]);
  const { terms: most = 20 } = options;
  requireCount(where, "terms", most);
  const compiled = await model.requireCompiled(where);
  const session = await model.open();
  const { network } = session;
  const weight = findWeight(where, network, options.weight);
  const place = weightPlace(where, weight, options.place);
  const samples = await checkSamples(where, network, compiled.outputs, { x: image, y: label });
  const shape = session.batchShape(samples, samples.length);
  const prepared = await prepareDirect(session, `${where} ${weight.path}`, shape, (written) => {
    const { graph, uses, inputs } = written;
    const loss = writeLoss(written, network, compiled, shape);
    const used = ancestorsOf(loss);
    const layerValues = uses.flatMap((use) => gradientTargets(use)).filter(({ value }) => used.has(value));
    const values = layerValues.map(({ value }) => value);
    const [gradient, ...others] = writeGradients(loss, [graph.state(weight.state), ...values]);
    const origins = new Map<Value, LayerOrigin>();
    for (const { path, outputs } of uses) {
      for (const value of outputs) origins.set(value, { kind: "activation", layer: path, place: [] });
    }
    for (const [i, value] of inputs.entries())
      origins.set(value, { kind: "input", name: network.inputNames[i], place: [] });
    for (const [i, { layer, of }] of layerValues.entries()) {
      if (others[i] !== gradient && others[i].source.kind === "op")
        origins.set(others[i], { kind: "gradient", layer, of, place: [] });
    }
    for (const value of graph.values) if (value.source.kind !== "constant") want(value);
    return { gradient, origins };
  });
  const { gradient, origins } = prepared.graph;
  const numbers = await runOnce(session, prepared, samples);
  const originOf = ({ value, place: at }: Element): Origin | undefined => {
    if (value.source.kind === "state") return { kind: "weight", name: value.source.state.path, place: at };
    if (value.source.kind === "constant") return { kind: "constant" };
    const known = origins.get(value);
    return known && { ...known, place: at };
  };
  const opener = new ElementOpener(numbers, arithmeticOf(session), originOf);
  await opener.open({ value: gradient, place });
  const all = opener.steps.flatMap(({ terms = [] }) => terms);
  const ranked = [...all].sort((a, b) => Math.abs(b.product) - Math.abs(a.product));
  const sum = (list: readonly Term[]): number => list.reduce((total, { product }) => total + product, 0);
  return {
    weight: weight.path,
    place,
    terms: ranked.slice(0, most),
    termCount: all.length,
    rest: sum(ranked.slice(most)),
    total: sum(all),
    gradient: Math.fround(numbers(gradient)[positionOf(gradient.shape, place)]),
    steps: opener.steps,
  };
}

type LayerOrigin = Extract<Origin, { kind: "activation" | "gradient" | "input" }>;

function gradientTargets(use: LayerUse) {
  const { path: layer, outputs } = use;
  const before = preActivationOf(use);
  const output = { layer, of: "output" as const, value: outputs[0] };
  return before ? [{ layer, of: "preActivation" as const, value: before }, output] : [output];
}

/** @throws OptionError if training changes no weight of that path. */
export function findWeight(where: string, { trainableWeights }: Network, path: string): NetworkWeight {
  const found = trainableWeights.find((weight) => weight.path === path);
  if (found) return found;
  throw new OptionError({
    where,
    expected: "the path of a weight that training changes",
    received: JSON.stringify(path),
    hint: didYouMean(
      path,
      trainableWeights.map((weight) => weight.path),
    ),
  });
}

/** @throws OptionError if a place lies outside of the weight. */
export function weightPlace(
  where: string,
  { path, state: { shape } }: NetworkWeight,
  given: readonly number[] | number,
): number[] {
  const place = typeof given === "number" ? placeOf(shape, given) : [...given];
  const isInside =
    place.length === shape.length &&
    place.every((at, axis) => Number.isInteger(at) && at >= 0 && at < shape[axis]) &&
    (typeof given !== "number" || isPosition(shape, given));
  if (isInside) return place;
  throw new OptionError({
    where,
    expected: `a place inside ${path}, ${formatShape(shape)}`,
    received: JSON.stringify(given) ?? "none",
  });
}

const isPosition = (shape: Shape, position: number): boolean => position >= 0 && position < sizeOf(shape);
