import type { Backend, Executable } from "../backends/contract.ts";
import { lower } from "../compiler/lower.ts";
import { checkOptions } from "../core/names.ts";
import { createRandom } from "../core/random.ts";
import { sizeOf } from "../core/shape.ts";
import { Graph, isOp, type Value } from "../graph/graph.ts";
import type { NetworkWeight } from "../models/network.ts";
import type { NamedNumbers, Samples } from "../training/inputs.ts";
import type { Model } from "../training/model.ts";
import { checkSamples } from "../training/samples.ts";
import { placeOf, positionOf } from "./arithmetic/places.ts";
import { findWeight, weightPlace } from "./explain-gradient.ts";
import { gradients, writeLoss } from "./gradients.ts";
import { modelGraph, want } from "./opened-model.ts";
import { requireCount, requirePositive } from "./require.ts";
import { placesOfLargest } from "./trace.ts";

export interface GradientCheckOptions {
  /** Path of the weight to nudge. Default: any. */
  weight?: string;
  /** Which number of it, by place or position. Default: drawn. */
  place?: readonly number[] | number;
  /** How many numbers are drawn and nudged, one at a time. Default 1. */
  samples?: number;
  /** How far a number is moved to either side. Default 2⁻¹⁶. */
  epsilon?: number;
  /** Decides what is drawn. Default 0. */
  seed?: number;
}

/** One number of a gradient, held against what the loss does when the weight is moved. */
export interface GradientCheck {
  readonly weight: string;
  readonly place: readonly number[];
  /** What the engine computed by back-propagation. */
  readonly gradient: number;
  /** (loss(w + ε) − loss(w − ε)) / 2ε, in float64. */
  readonly difference: number;
  /** Their distance, relative to the larger of them, but at least to a thousandth of the weight's largest gradient. */
  readonly relativeError: number;
  /** ReLUs and max poolings that chose otherwise on one side: near such a kink the two may differ. */
  readonly kinks: number;
}

/**
 * Nudges weights and compares what the loss does with the gradient: two losses in float64 for each number.
 *
 * @param image one sample or several
 * @param label for each sample, as `fit` takes them
 * @throws UsageError before `compile`; OptionError if there is no such weight or place.
 * @example
 * const [check] = await gradientCheck(model, test.x.subarray(0, 784), [7], { weight: "dense/kernel" });
 * console.log(check.gradient, check.difference, check.relativeError < 1e-2);
 */
export async function gradientCheck(
  model: Model,
  image: NamedNumbers,
  label: NamedNumbers,
  options: GradientCheckOptions = {},
): Promise<GradientCheck[]> {
  const where = "gradientCheck";
  checkOptions(where, options, ["weight", "place", "samples", "epsilon", "seed"]);
  const { samples = 1, epsilon = 2 ** -16, seed = 0 } = options;
  requireCount(where, "samples", samples);
  requirePositive(where, "epsilon", epsilon);
  const { network, backend } = await model.open();
  const chosen =
    options.weight === undefined ? network.trainableWeights : [findWeight(where, network, options.weight)];
  const random = createRandom(seed, where);
  const places = Array.from({ length: samples }, () => {
    const weight = chosen[random.below(chosen.length)];
    const drawn = placeOf(weight.state.shape, random.below(sizeOf(weight.state.shape)));
    return { weight, place: options.place === undefined ? drawn : weightPlace(where, weight, options.place) };
  });
  const exact = await ExactLoss.of(model, image, label, where);
  const { weights } = await gradients(model, image, label);
  const checks: GradientCheck[] = [];
  for (const { weight, place } of places) {
    const position = positionOf(weight.state.shape, place);
    const computed = weights.find(({ name }) => name === weight.path)?.data ?? new Float32Array();
    const numbers = await backend.readState(weight.state);
    const [up, down] = [1, -1].map((side) => {
      const moved = numbers.slice();
      moved[position] += side * epsilon;
      return moved;
    });
    const above = await exact.with(weight, up);
    const below = await exact.with(weight, down);
    await exact.with(weight, numbers);
    const difference = (above.loss - below.loss) / (up[position] - down[position]);
    const gradient = computed[position];
    const largest = computed.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const scale = Math.max(Math.abs(gradient), Math.abs(difference), largest / 1000);
    checks.push({
      weight: weight.path,
      place,
      gradient,
      difference,
      relativeError: scale === 0 ? 0 : Math.abs(gradient - difference) / scale,
      kinks: above.choices.filter((choice, i) => choice !== below.choices[i]).length,
    });
  }
  return checks;
}

/** The loss of some samples in float64, for any numbers of a weight. */
class ExactLoss {
  private readonly backend: Backend;
  private readonly executable: Executable;
  private readonly samples: Samples;
  private readonly choosing: readonly Value[];

  private constructor(
    backend: Backend,
    executable: Executable,
    samples: Samples,
    choosing: readonly Value[],
  ) {
    this.backend = backend;
    this.executable = executable;
    this.samples = samples;
    this.choosing = choosing;
  }

  /** A copy of the model as it is now. */
  static async of(model: Model, image: NamedNumbers, label: NamedNumbers, where: string): Promise<ExactLoss> {
    const compiled = await model.requireCompiled(where);
    const session = await model.open();
    const { network } = session;
    const samples = await checkSamples(where, network, compiled.outputs, { x: image, y: label });
    const shape = session.batchShape(samples, samples.length);
    const { createReference } = await import("../backends/reference/reference.ts");
    const backend = createReference();
    for (const { state } of network.weights)
      await backend.writeState(state, await session.backend.readState(state));
    const written = modelGraph(network, shape, new Graph());
    written.graph.output("loss", writeLoss(written, network, compiled, shape));
    const choosing = written.graph.values.filter(
      (value) => isOp(value, "maxPool") || (isOp(value, "unary") && isKinked(value.source.params)),
    );
    for (const value of choosing) want(isOp(value, "maxPool") ? value.source.inputs[0] : value);
    const executable = await backend.prepare(await lower(written.graph, backend.tables));
    return new ExactLoss(backend, executable, samples, choosing);
  }

  /** The loss, and which way every ReLU and pooling decided. */
  async with(
    { state }: NetworkWeight,
    numbers: Float32Array,
  ): Promise<{ loss: number; choices: readonly number[] }> {
    await this.backend.writeState(state, numbers);
    const inputs = Object.fromEntries(
      Object.entries(this.samples.arrays)
        .filter(([name]) => name in this.executable.program.inputs)
        .map(([name, { data }]) => [name, data]),
    );
    const { outputs } = await this.executable.run({ steps: 1, inputs });
    const choices = this.choosing.flatMap((value) => {
      if (!isOp(value, "maxPool"))
        return Array.from(outputs[`value/${value.id}`], (number) => Math.sign(number));
      const image = outputs[`value/${value.source.inputs[0].id}`];
      return Array.from(placesOfLargest(value, image));
    });
    return { loss: outputs.loss[0], choices };
  }
}

const isKinked = (params: unknown): boolean =>
  ["relu", "abs"].includes((params as { function: string }).function);
