import type { Activation } from "../activations/activation.ts";
import { type ActivationName, activationOf } from "../activations/table.ts";
import type { Shape } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import { add } from "../graph/ops/elementwise.ts";
import { type InitializerChoice, initializerOf } from "../initializers/table.ts";
import { checkLayerOptions, Layer, type LayerOptions } from "./layer.ts";

/** Options of layers whose outputs are weighted sums, with a bias and an activation behind them. */
export interface SumOptions extends LayerOptions {
  /** Default linear: none. */
  activation?: ActivationName | Activation;
  /** Default true. */
  useBias?: boolean;
  /** Default `"zeros"`. */
  biasInitializer?: InitializerChoice;
}

/** Options of layers with one kernel. */
export interface KernelOptions extends SumOptions {
  /** Default `"glorotUniform"`. */
  kernelInitializer?: InitializerChoice;
}

/** A layer whose outputs are weighted sums: dense, and convolutions of all kinds. */
export abstract class KernelLayer<Options extends SumOptions> extends Layer {
  readonly type: string;
  protected readonly settings: Options;
  private readonly activation: Activation;

  /**
   * @param known options besides those of all such layers
   * @param kernels weights that options speak of: `"kernel"` has a `kernelInitializer`
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
    const ofWeights = [...kernels, "bias"].map((name) => `${name}Initializer`);
    checkLayerOptions(type, options, [...known, ...ofWeights, "activation", "useBias"]);
    this.activation = activationOf(this.where, options.activation ?? "linear");
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
    const options = this.settings as Readonly<Record<string, unknown>>;
    const chosen = (options[`${prefix}Initializer`] as InitializerChoice | undefined) ?? initializer;
    this.addWeight(name, shape, initializerOf(this.name, chosen));
  }

  /** Makes the bias, if there is one. */
  protected addBias(channels: number): void {
    if (this.settings.useBias ?? true) this.addKernel("bias", [channels], { initializer: "zeros" });
  }

  /** Bias and activation behind the sums. */
  protected finish(sums: Value): Value {
    return this.activation((this.settings.useBias ?? true) ? add(sums, this.weight(sums, "bias")) : sums);
  }
}
