import { type ConstraintChoice, constraintOf } from "../constraints/table.ts";
import type { Shape } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import { add, minimum, multiply, relu } from "../graph/ops/elementwise.ts";
import { type InitializerChoice, initializerOf } from "../initializers/table.ts";
import { type RegularizerChoice, regularizerOf } from "../regularizers/table.ts";
import { checkLayerOptions, Layer, type LayerOptions } from "./layer.ts";
import { sampleAxis } from "./sample-axis.ts";

export interface PreluOptions extends LayerOptions {
  /** The slopes at first. Default `"zeros"`. */
  alphaInitializer?: InitializerChoice;
  /** A price on the slopes. Default none. */
  alphaRegularizer?: RegularizerChoice;
  /** Where the slopes may lie. Default anywhere. */
  alphaConstraint?: ConstraintChoice;
  /** Axes along which a slope is shared, counted with the batch as axis 0: [1, 2] for one slope a channel. Default none. */
  sharedAxes?: readonly number[];
}

const known = ["alphaInitializer", "alphaRegularizer", "alphaConstraint", "sharedAxes"];

class Prelu extends Layer {
  readonly type = "prelu";
  private readonly settings: PreluOptions;

  constructor(options: PreluOptions) {
    super(options);
    checkLayerOptions("prelu", options, known);
    this.settings = options;
  }

  protected override get baseName(): string {
    return "p_re_lu";
  }

  override outputShape(inputShape: Shape): Shape {
    this.alphaShape(inputShape);
    return inputShape;
  }

  private alphaShape(inputShape: Shape): Shape {
    const rank = inputShape.length + 1;
    const shared = (this.settings.sharedAxes ?? []).map((axis) => sampleAxis(this.name, rank, axis));
    return inputShape.map((length, i) => (shared.includes(i + 1) ? 1 : length));
  }

  override build(inputShape: Shape): void {
    const { alphaInitializer = "zeros", alphaRegularizer, alphaConstraint } = this.settings;
    this.addWeight("alpha", this.alphaShape(inputShape), initializerOf(this.name, alphaInitializer), {
      regularizer: alphaRegularizer && regularizerOf(this.name, alphaRegularizer),
      constraint: alphaConstraint && constraintOf(this.name, alphaConstraint),
    });
  }

  override call(input: Value): Value {
    return add(relu(input), multiply(minimum(input, 0), this.weight(input, "alpha")));
  }
}

/**
 * x above 0, alpha · x below, where the slopes alpha are learned: [N, …] → [N, …].
 *
 * Weights: alpha, of the shape of a sample with length 1 along shared axes.
 *
 * @throws ShapeError if there is no such axis to share.
 * @see He et al. 2015
 * @see https://keras.io/api/layers/activation_layers/prelu/
 * @example
 * layers.prelu({ sharedAxes: [1, 2] });
 */
export function prelu(options: PreluOptions = {}): Layer {
  return new Prelu(options);
}
