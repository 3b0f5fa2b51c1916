import type { Activation } from "../activations/activation.ts";
import { type ActivationName, activationOf } from "../activations/table.ts";
import { ShapeError } from "../core/errors.ts";
import { formatShape, type Shape } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import { add } from "../graph/ops/elementwise.ts";
import { matMul } from "../graph/ops/mat-mul.ts";
import { reshape } from "../graph/ops/reshape.ts";
import { type InitializerChoice, initializerOf } from "../initializers/table.ts";
import { checkLayerOptions, Layer, type LayerOptions } from "./layer.ts";
import { requireWhole } from "./require.ts";

export interface DenseOptions extends LayerOptions {
  /** Outputs of each sample. */
  units: number;
  /** Default linear: none. */
  activation?: ActivationName | Activation;
  /** Default true. */
  useBias?: boolean;
  /** Default `"glorotUniform"`. */
  kernelInitializer?: InitializerChoice;
  /** Default `"zeros"`. */
  biasInitializer?: InitializerChoice;
}

const known = ["units", "activation", "useBias", "kernelInitializer", "biasInitializer"];

class Dense extends Layer {
  readonly type = "dense";
  private readonly settings: DenseOptions;
  private readonly activation: Activation;

  constructor(options: DenseOptions) {
    super(options);
    checkLayerOptions("dense", options, known);
    requireWhole("layers.dense", "units", options.units);
    this.settings = options;
    this.activation = activationOf("layers.dense", options.activation ?? "linear");
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
    const {
      units,
      useBias = true,
      kernelInitializer = "glorotUniform",
      biasInitializer = "zeros",
    } = this.settings;
    const features = inputShape[inputShape.length - 1];
    this.addWeight("kernel", [features, units], initializerOf(this.name, kernelInitializer));
    if (useBias) this.addWeight("bias", [units], initializerOf(this.name, biasInitializer));
  }

  override call(input: Value): Value {
    const { units, useBias = true } = this.settings;
    const features = input.shape[input.shape.length - 1];
    const rows = matMul(reshape(input, [-1, features]), this.weight(input, "kernel"));
    const sums = reshape(rows, [...input.shape.slice(0, -1), units]);
    return this.activation(useBias ? add(sums, this.weight(input, "bias")) : sums);
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
