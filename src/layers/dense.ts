import { ShapeError } from "../core/errors.ts";
import { formatShape, type Shape } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import { matMul } from "../graph/ops/mat-mul.ts";
import { reshape } from "../graph/ops/reshape.ts";
import { KernelLayer, type KernelOptions } from "./kernel-layer.ts";
import type { CallContext, Layer } from "./layer.ts";
import { requireWhole } from "./require.ts";

export interface DenseOptions extends KernelOptions {
  /** Outputs of each sample. */
  units: number;
}

class Dense extends KernelLayer<DenseOptions> {
  constructor(options: DenseOptions) {
    super("dense", options, ["units"]);
    requireWhole(this.where, "units", options.units);
  }

  override outputShape(inputShape: Shape): Shape {
    if (inputShape.length < 1) {
      throw new ShapeError({
        where: this.name,
        expected: "[…, features]",
        received: formatShape(inputShape),
      });
    }
    return [...inputShape.slice(0, -1), this.settings.units];
  }

  override build(inputShape: Shape): void {
    const { units } = this.settings;
    this.addKernel("kernel", [inputShape[inputShape.length - 1], units]);
    this.addBias(units);
  }

  override call(input: Value, context: CallContext): Value {
    const features = input.shape[input.shape.length - 1];
    const rows = matMul(reshape(input, [-1, features]), this.weight(input, "kernel"));
    return this.finish(reshape(rows, [...input.shape.slice(0, -1), this.settings.units]), context);
  }
}

/**
 * Fully connected: every output is a weighted sum of all inputs, z = wᵀx + b: [N, …, features] → [N, …, units].
 *
 * Weights: kernel [features, units], bias [units].
 *
 * @throws OptionError for options that do not exist or are out of range.
 * @see https://keras.io/api/layers/core_layers/dense/
 * @example
 * layers.dense({ units: 128, activation: "relu" });
 */
export function dense(options: DenseOptions): Layer {
  return new Dense(options);
}
