/** What all architectures have in common: how images come in, how classes come out, and the layers between. */
import { OptionError } from "../core/errors.ts";
import { checkOptions } from "../core/names.ts";
import type { Shape } from "../core/shape.ts";
import { activation } from "../layers/activation.ts";
import { batchNormalization } from "../layers/batch-normalization.ts";
import { type Conv2dOptions, conv2d } from "../layers/conv2d.ts";
import { type DenseOptions, dense } from "../layers/dense.ts";
import { globalAveragePooling2d, globalMaxPooling2d } from "../layers/global-pooling.ts";
import { input } from "../layers/input.ts";
import type { SymbolicTensor } from "../layers/layer.ts";
import { model } from "../training/functional.ts";
import type { Model } from "../training/model.ts";
import type { ModelOptions } from "../training/model-options.ts";

export interface ApplicationOptions extends ModelOptions {
  /** Whether the classifier is part of it. Default true. */
  includeTop?: boolean;
  /** Shape of one image, [H, W, C]. Default: that of the paper, in colour. */
  inputShape?: Shape;
  /** Without the classifier: mean `"avg"` or largest number `"max"` of each feature map. Default: feature maps come out. */
  pooling?: "avg" | "max";
  /** Of the classifier. Default 1000. */
  classes?: number;
  /** Behind the classifier. Default `"softmax"`. */
  classifierActivation?: NonNullable<DenseOptions["activation"]>;
}

export const applicationOptions: readonly string[] = [
  "includeTop",
  "inputShape",
  "pooling",
  "classes",
  "classifierActivation",
  "seed",
  "name",
  "backend",
  "threads",
  "workerUrl",
];

/** How an architecture is made from its options. */
export interface Frame {
  readonly image: SymbolicTensor;
  readonly includeTop: boolean;
  readonly classes: number;
  readonly classifierActivation: NonNullable<DenseOptions["activation"]>;
  readonly pooling: "avg" | "max" | undefined;
  /** The model of all that lies between the image and what comes out. */
  model(outputs: SymbolicTensor): Model;
}

/**
 * @param name default of the model's name
 * @param defaultShape of one image
 * @param least rows and columns that an image must have
 * @param further options of this architecture
 * @throws OptionError if an option makes no sense.
 */
export function frameOf(
  name: string,
  options: ApplicationOptions,
  { defaultShape = [224, 224, 3], least = 32, further = [] as readonly string[] } = {},
): Frame {
  const where = `applications.${name}`;
  checkOptions(where, options, [...applicationOptions, ...further]);
  const { includeTop = true, pooling, classes = 1000, classifierActivation = "softmax" } = options;
  const { inputShape = defaultShape, seed, backend, threads, workerUrl } = options;
  const require = (holds: boolean, expected: string, received: unknown): void => {
    if (!holds) throw new OptionError({ where, expected, received: JSON.stringify(received) ?? "none" });
  };
  require(pooling === undefined || pooling === "avg" || pooling === "max", 'pooling "avg" or "max"', pooling);
  require(Number.isInteger(classes) && classes >= 1, "classes to be a whole number ≥ 1", classes);
  const isLarge = inputShape.length === 3 && inputShape[0] >= least && inputShape[1] >= least;
  require(isLarge, `inputShape as [H, W, C] of at least ${least} × ${least} pixels`, inputShape);
  const image = input({ shape: inputShape });
  const given = { seed, backend, threads, workerUrl };
  const modelOptions: ModelOptions = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  );
  return {
    image,
    includeTop,
    classes,
    classifierActivation,
    pooling,
    model: (outputs) => model({ inputs: image, outputs, name: options.name ?? name, ...modelOptions }),
  };
}

/** Mean of each feature map and a dense layer named `predictions`; or what `pooling` asks for. */
export function classifier(frame: Frame, x: SymbolicTensor, poolName?: string): SymbolicTensor {
  if (!frame.includeTop) return pooled(frame, x, poolName, poolName === undefined ? undefined : "max_pool");
  const means = globalAveragePooling2d(named(poolName)).apply(x);
  return predictions(frame, means);
}

export function predictions({ classes, classifierActivation }: Frame, x: SymbolicTensor): SymbolicTensor {
  return dense({ units: classes, activation: classifierActivation, name: "predictions" }).apply(x);
}

/** What comes out without the classifier. */
export function pooled(
  { pooling }: Frame,
  x: SymbolicTensor,
  averageName?: string,
  maxName?: string,
): SymbolicTensor {
  if (pooling === "avg") return globalAveragePooling2d(named(averageName)).apply(x);
  return pooling === "max" ? globalMaxPooling2d(named(maxName)).apply(x) : x;
}

const named = (name: string | undefined) => (name === undefined ? {} : { name });

/** A convolution of `filters` of `kernelSize` pixels. */
export function convolved(
  x: SymbolicTensor,
  name: string,
  filters: number,
  kernelSize: number,
  options: Omit<Conv2dOptions, "filters" | "kernelSize" | "name"> = {},
): SymbolicTensor {
  return conv2d({ filters, kernelSize, name, ...options }).apply(x);
}

export function normalized(
  x: SymbolicTensor,
  name: string,
  options: { epsilon?: number; momentum?: number } = {},
): SymbolicTensor {
  return batchNormalization({ name, ...options }).apply(x);
}

export function activated(
  x: SymbolicTensor,
  name: string,
  how: NonNullable<DenseOptions["activation"]> = "relu",
): SymbolicTensor {
  return activation({ activation: how, name }).apply(x);
}
