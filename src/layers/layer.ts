import type { Constraint } from "../constraints/constraint.ts";
import { ShapeError, UsageError } from "../core/errors.ts";
import { checkOptions } from "../core/names.ts";
import { createRandom } from "../core/random.ts";
import { formatShape, type Shape, sameShape } from "../core/shape.ts";
import type { Graph, State, Value } from "../graph/graph.ts";
import type { Initializer, SeedOptions } from "../initializers/initializer.ts";
import type { Regularizer } from "../regularizers/regularizer.ts";

/** Options that every layer has. */
export interface LayerOptions {
  /** Path of the layer in summaries, errors and files. Default: the type and a number, as in Keras. */
  name?: string;
  /** Shape of one sample, for the first layer of a model: `[28, 28, 1]`. */
  inputShape?: Shape;
  /** `false` freezes the layer. Default true. */
  trainable?: boolean;
}

export const layerOptions: readonly string[] = ["name", "inputShape", "trainable"];

/** What `addWeight` may be told about a weight. */
export interface WeightOptions {
  /** `false` for statistics that the layer keeps itself. Default true. */
  trainable?: boolean;
  /** A price on it, added to the loss. */
  regularizer?: Regularizer | undefined;
  /** Where it may lie after an update. */
  constraint?: Constraint | undefined;
}

/** Numbers of a layer that training changes, or statistics that it keeps. */
export interface Weight {
  /** Within the layer: `kernel`. */
  readonly name: string;
  readonly state: State;
  readonly trainable: boolean;
  readonly regularizer?: Regularizer | undefined;
  readonly constraint?: Constraint | undefined;
}

/** What a layer may ask for while it writes its ops. */
export interface CallContext {
  /** Whether the program trains: dropout and the like are off otherwise. */
  readonly training: boolean;
  /** Uniform numbers in [0, 1) of the given shape per sample; new ones for every step and sample. */
  uniform(graph: Graph, shape: Shape): Value;
  /** Normal numbers with mean 0 and standard deviation 1, likewise. */
  normal(graph: Graph, shape: Shape): Value;
  /**
   * Changes a state at the end of the step. A layer that is used several times in a step changes it once for each use,
   * in the order of the uses.
   */
  update(graph: Graph, state: State, change: (before: Value) => Value): void;
  /** Adds a single number, shape `[]`, to the loss. */
  addLoss(value: Value): void;
}

/** One use of a layer: which tensors went in. A layer may be used several times, with the same weights. */
export interface LayerCall {
  readonly layer: Layer;
  readonly inputs: readonly SymbolicTensor[];
  /** Of one sample of each output. */
  readonly shapes: readonly Shape[];
  /** `false`: as in prediction, even while the model trains. */
  readonly training: boolean | undefined;
}

export interface ApplyOptions {
  /** `false` uses the layer as in prediction, even while the model trains: dropout is off, statistics stay. */
  training?: false;
}

/** What a layer will make: a shape and where it comes from, no numbers. Models are drawn up with these. */
export interface SymbolicTensor {
  /** Of one sample. */
  readonly shape: Shape;
  readonly call: LayerCall;
  /** Which of the call's outputs it is. */
  readonly index: number;
}

/** Keras's default name of a layer type: `maxPooling2d` → `max_pooling2d`. */
function defaultName(type: string): string {
  return type.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
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
  readonly options: Readonly<Record<string, unknown>>;
  readonly inputShape: Shape | undefined;
  private givenName: string | undefined;
  private isTrainable: boolean;
  private readonly ownWeights: Weight[] = [];
  private path = "";
  private seed = 0;
  private isBuilt = false;

  constructor(options: LayerOptions = {}) {
    this.options = options as Record<string, unknown>;
    this.givenName = options.name;
    this.inputShape = options.inputShape;
    this.isTrainable = options.trainable ?? true;
  }

  /** Unique in a model; given by the model if the options do not. */
  get name(): string {
    return this.givenName ?? this.baseName;
  }

  set name(name: string) {
    this.givenName = name;
  }

  /** The default name but for the number; as Keras's, because files of weights are read by it. */
  protected get baseName(): string {
    return defaultName(this.type);
  }

  /** Whether the options or a model have given it a name. */
  get isNamed(): boolean {
    return this.givenName !== undefined;
  }

  /** Frozen layers keep their weights and statistics. Takes effect at the next `compile`. */
  get trainable(): boolean {
    return this.isTrainable;
  }

  set trainable(trainable: boolean) {
    this.isTrainable = trainable;
  }

  /** Whether pixels pass it in the range they came in, as in augmentation. Decides about bytes before a `rescaling`. */
  declare readonly keepsRange?: boolean;

  /** All weights, in the order they were made. */
  get weights(): readonly Weight[] {
    return this.ownWeights;
  }

  /** The weights that training changes. */
  get trainableWeights(): readonly Weight[] {
    return this.trainable ? this.weights.filter((weight) => weight.trainable) : [];
  }

  /** Shape of one sample behind the layer. Default: unchanged. @throws ShapeError if the input does not fit. */
  outputShape(inputShape: Shape): Shape {
    return inputShape;
  }

  /** Makes the weights, by `addWeight`. */
  build(_inputShape: Shape): void {}

  /** Writes the layer's ops: [N, …inputShape] → [N, …outputShape]. */
  abstract call(input: Value, context: CallContext): Value;

  /** Shapes of all outputs for all inputs. Layers with several inputs or outputs override this and the next two. */
  outputShapes(inputShapes: readonly Shape[]): Shape[] {
    return [this.outputShape(this.only(inputShapes))];
  }

  /** Makes the weights of a layer with several inputs. */
  buildAll(inputShapes: readonly Shape[]): void {
    this.build(this.only(inputShapes));
  }

  /** Writes the ops of a layer with several inputs or outputs. */
  callAll(inputs: readonly Value[], context: CallContext): Value[] {
    return [this.call(this.only(inputs), context)];
  }

  private only<Item>(items: readonly Item[]): Item {
    if (items.length === 1) return items[0];
    throw new UsageError({ where: this.name, expected: "one input", received: String(items.length) });
  }

  /**
   * Uses the layer on what other layers make, in a model that is no plain chain.
   *
   * @throws ShapeError if the shapes do not fit.
   * @see https://keras.io/guides/functional_api/
   * @example
   * const image = input({ shape: [28, 28, 1] });
   * const left = layers.conv2d({ filters: 8, kernelSize: 3, padding: "same" }).apply(image);
   */
  apply(input: SymbolicTensor | readonly SymbolicTensor[], options: ApplyOptions = {}): SymbolicTensor {
    const outputs = this.applyAll([input].flat() as SymbolicTensor[], options);
    if (outputs.length === 1) return outputs[0];
    throw new UsageError({
      where: this.name,
      expected: "one output",
      received: outputs.map(({ shape }) => formatShape(shape)).join(" and "),
      hint: "Use applyAll([…]), which gives all of them.",
    });
  }

  /** As `apply`, for layers with several outputs. */
  applyAll(inputs: readonly SymbolicTensor[], options: ApplyOptions = {}): SymbolicTensor[] {
    checkOptions(`${this.name}.apply`, options, ["training"]);
    const inputShapes = inputs.map(({ shape }) => shape);
    if (this.inputShape && inputs.length === 1 && !sameShape(this.inputShape, inputShapes[0])) {
      throw new ShapeError({
        where: this.name,
        expected: formatShape(this.inputShape),
        received: formatShape(inputShapes[0]),
      });
    }
    const shapes = this.outputShapes(inputShapes);
    const call: LayerCall = { layer: this, inputs, shapes, training: options.training };
    return shapes.map((shape, index) => ({ shape, call, index }));
  }

  /**
   * Makes the weights once; a layer that stands in several places keeps them.
   *
   * @param path of what it stands in: `""`, or `"encoder/"` in a model inside a model
   */
  buildOnce(inputShapes: readonly Shape[], seed: number, path = ""): void {
    if (this.isBuilt) return;
    this.isBuilt = true;
    this.seed = seed;
    this.path = path + this.name;
    this.buildAll(inputShapes);
  }

  protected addWeight(
    name: string,
    shape: Shape,
    initializer: Initializer,
    { trainable = true, regularizer, constraint }: WeightOptions = {},
  ): void {
    const path = `${this.path}/${name}`;
    const { seed: own } = initializer.options as SeedOptions;
    /* Keras's: a seed of the initializer's own gives every weight of the shape the same numbers. */
    const [seed, key] = own === undefined ? [this.seed, path] : [own, initializer.name];
    const initialize = () => initializer.create(shape, createRandom(seed, key));
    this.ownWeights.push({
      name,
      state: { path, shape, initialize },
      trainable,
      regularizer,
      constraint,
    });
  }

  /** Puts another constraint in place of that of a weight, from the next program on. @internal */
  constrain(state: State, change: (before: Constraint | undefined) => Constraint | undefined): void {
    for (const [i, weight] of this.ownWeights.entries())
      if (weight.state === state) this.ownWeights[i] = { ...weight, constraint: change(weight.constraint) };
  }

  /** The numbers of a weight in the graph of `input`. */
  protected weight(input: Value, name: string): Value {
    return input.graph.state(this.find(name).state);
  }

  /** Changes a statistic at the end of the step, unless the layer is frozen or the program does not train. */
  protected updateWeight(
    input: Value,
    name: string,
    context: CallContext,
    change: (before: Value) => Value,
  ): void {
    if (context.training && this.trainable) context.update(input.graph, this.find(name).state, change);
  }

  private find(name: string): Weight {
    const found = this.ownWeights.find((weight) => weight.name === name);
    if (found) return found;
    throw new UsageError({
      where: this.name,
      expected: `addWeight("${name}", …) in build()`,
      received: `weights ${this.ownWeights.map((weight) => weight.name).join(", ") || "none"}`,
    });
  }
}

/** Refuses options that a layer does not have. */
export function checkLayerOptions(type: string, options: object, known: readonly string[]): void {
  checkOptions(`layers.${type}`, options, [...known, ...layerOptions]);
}
