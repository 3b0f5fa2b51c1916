import type { Activation } from "../activations/activation.ts";
import { type ActivationChoice, activationOf } from "../activations/table.ts";
import { type ConstraintChoice, constraintOf } from "../constraints/table.ts";
import type { Shape } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import { add, multiply } from "../graph/ops/elementwise.ts";
import { type InitializerChoice, initializerOf } from "../initializers/table.ts";
import type { Regularizer } from "../regularizers/regularizer.ts";
import { type RegularizerChoice, regularizerOf } from "../regularizers/table.ts";
import { type CallContext, checkLayerOptions, Layer, type LayerOptions } from "./layer.ts";

/** Options of layers whose outputs are weighted sums, with a bias and an activation behind them. */
export interface SumOptions extends LayerOptions {
  /** Default linear: none. */
  activation?: ActivationChoice;
  /** Default true. */
  useBias?: boolean;
  /** Default `"zeros"`. */
  biasInitializer?: InitializerChoice;
  /** A price on the bias, added to the loss. Default none. */
  biasRegularizer?: RegularizerChoice;
  /** Where the bias must lie after each update. Default anywhere. */
  biasConstraint?: ConstraintChoice;
  /** A price on what comes out, divided by the batch size and added to the loss, as in Keras. Default none. */
  activityRegularizer?: RegularizerChoice;
}

/** Options of layers with one kernel. */
export interface KernelOptions extends SumOptions {
  /** Default `"glorotUniform"`. */
  kernelInitializer?: InitializerChoice;
  /** A price on the kernel, added to the loss. Default none. */
  kernelRegularizer?: RegularizerChoice;
  /** Where the kernel must lie after each update. Default anywhere. */
  kernelConstraint?: ConstraintChoice;
}

/** What can be said about each weight, behind its name. */
const aspects = ["Initializer", "Regularizer", "Constraint"];

/** A layer whose outputs are weighted sums: dense, and convolutions of all kinds. */
export abstract class KernelLayer<Options extends SumOptions> extends Layer {
  readonly type: string;
  protected readonly settings: Options;
  private readonly activation: Activation;
  private readonly activityPrice: Regularizer | undefined;

  /**
   * @param known options besides those of all such layers
   * @param kernels weights that options speak of: `"kernel"` has `kernelInitializer`, `kernelRegularizer`, `kernelConstraint`
   */
  constructor(
    type: string,
    options: Options,
    known: readonly string[],
    kernels: readonly string[] = ["kernel"],
  ) {
    super(options);
    this.type = type;
    this.settings = options;
    const ofWeights = [...kernels, "bias"].flatMap((name) => aspects.map((aspect) => name + aspect));
    const ofAll = ["activation", "useBias", "activityRegularizer"];
    checkLayerOptions(type, options, [...known, ...ofWeights, ...ofAll]);
    const { activation = "linear", activityRegularizer } = options;
    this.activation = activationOf(this.where, activation);
    this.activityPrice = activityRegularizer && regularizerOf(this.where, activityRegularizer);
  }

  /** The factory, for errors about options. */
  protected get where(): string {
    return `layers.${this.type}`;
  }

  /** Makes a weight as the options that begin with `prefix` say. */
  protected addKernel(
    name: string,
    shape: Shape,
    {
      prefix = name,
      initializer = "glorotUniform",
    }: { prefix?: string; initializer?: InitializerChoice } = {},
  ): void {
    const said = (aspect: string): unknown => this.settings[(prefix + aspect) as keyof Options];
    const chosen = (said("Initializer") as InitializerChoice | undefined) ?? initializer;
    const regularizer = said("Regularizer") as RegularizerChoice | undefined;
    const constraint = said("Constraint") as ConstraintChoice | undefined;
    this.addWeight(name, shape, initializerOf(this.name, chosen), {
      regularizer: regularizer && regularizerOf(this.name, regularizer),
      constraint: constraint && constraintOf(this.name, constraint),
    });
  }

  /** Makes the bias, if there is one. */
  protected addBias(channels: number): void {
    if (this.settings.useBias ?? true) this.addKernel("bias", [channels], { initializer: "zeros" });
  }

  /** Bias and activation behind the sums; the price of the result goes to the loss. */
  protected finish(sums: Value, context: CallContext): Value {
    const output = this.activation(
      (this.settings.useBias ?? true) ? add(sums, this.weight(sums, "bias")) : sums,
    );
    const { activityPrice } = this;
    if (activityPrice) context.addLoss(multiply(activityPrice.write(output), 1 / output.shape[0]));
    return output;
  }
}
