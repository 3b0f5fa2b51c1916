import { UsageError } from "../core/errors.ts";
import { checkOptions } from "../core/names.ts";
import { createRandom } from "../core/random.ts";
import type { Shape } from "../core/shape.ts";
import type { Graph, State, Value } from "../graph/graph.ts";
import type { Initializer } from "../initializers/initializer.ts";

/** Options that every layer has. */
export interface LayerOptions {
  /** Path of the layer in summaries, errors and files. Default: the type and a number, as in Keras. */
  name?: string;
  /** Shape of one sample, for the first layer of a model: `[28, 28, 1]`. */
  inputShape?: Shape;
}

export const layerOptions: readonly string[] = ["name", "inputShape"];

/** Numbers of a layer that training changes, or statistics that it keeps. */
export interface Weight {
  /** Within the layer: `kernel`. */
  readonly name: string;
  readonly state: State;
  readonly trainable: boolean;
}

/** What a layer may ask for while it writes its ops. */
export interface CallContext {
  /** Whether the program trains: dropout and the like are off otherwise. */
  readonly training: boolean;
  /** Uniform numbers in [0, 1) of the given shape per sample; new ones for every step and sample. */
  uniform(graph: Graph, shape: Shape): Value;
}

/**
 * A step of a network. A subclass says what shape comes out, which weights it has, and writes its ops:
 *
 * @example
 * class Scale extends Layer {
 *   readonly type = "scale";
 *   override build([, , channels]: Shape) {
 *     this.addWeight("gain", [channels], initializers.ones());
 *   }
 *   override call(input: Value) {
 *     return ops.multiply(input, this.weight(input, "gain"));
 *   }
 * }
 */
export abstract class Layer {
  /** Its name in the table of layers, such as `conv2d`. */
  abstract readonly type: string;
  /** Unique in a model; given by the model if the options do not. */
  name: string;
  /** Frozen layers keep their weights. Takes effect at the next `compile`. */
  trainable = true;
  readonly options: Readonly<Record<string, unknown>>;
  readonly inputShape: Shape | undefined;
  readonly weights: Weight[] = [];
  private seed = 0;
  private isBuilt = false;

  constructor(options: LayerOptions = {}) {
    this.options = options as Record<string, unknown>;
    this.name = options.name ?? "";
    this.inputShape = options.inputShape;
  }

  /** Shape of one sample behind the layer. Default: unchanged. @throws ShapeError if the input does not fit. */
  outputShape(inputShape: Shape): Shape {
    return inputShape;
  }

  /** Makes the weights, by `addWeight`. */
  build(_inputShape: Shape): void {}

  /** Writes the layer's ops: [N, …inputShape] → [N, …outputShape]. */
  abstract call(input: Value, context: CallContext): Value;

  /** Makes the weights once; a layer that stands in several places keeps them. */
  buildOnce(inputShape: Shape, seed: number): void {
    if (this.isBuilt) return;
    this.isBuilt = true;
    this.seed = seed;
    this.build(inputShape);
  }

  protected addWeight(name: string, shape: Shape, initializer: Initializer, trainable = true): void {
    const path = `${this.name}/${name}`;
    const { seed } = this;
    const initialize = () => initializer.create(shape, createRandom(seed, path));
    this.weights.push({ name, state: { path, shape, initialize }, trainable });
  }

  /** The numbers of a weight in the graph of `input`. */
  protected weight(input: Value, name: string): Value {
    const found = this.weights.find((weight) => weight.name === name);
    if (!found) {
      throw new UsageError({
        where: this.name,
        expected: `addWeight("${name}", …) in build()`,
        received: `weights ${this.weights.map((weight) => weight.name).join(", ") || "none"}`,
      });
    }
    return input.graph.state(found.state);
  }
}

/** Refuses options that a layer does not have. */
export function checkLayerOptions(type: string, options: object, known: readonly string[]): void {
  checkOptions(`layers.${type}`, options, [...known, ...layerOptions]);
}
