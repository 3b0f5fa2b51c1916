import { OptionError } from "../core/errors.ts";
import { cast, multiply } from "../graph/ops/elementwise.ts";
import { argMax, oneHot } from "../graph/ops/labels.ts";
import { matMul } from "../graph/ops/mat-mul.ts";
import { reshape } from "../graph/ops/reshape.ts";
import { labelClasses, weightsAlong } from "./labels.ts";
import type { Metric } from "./metric.ts";
import { type MetricOptions, metricSettings, requireCount } from "./options.ts";

export interface MeanIouOptions extends MetricOptions {
  numClasses: number;
  /** Predictions with this label do not count. Default none. */
  ignoreClass?: number | null;
}

export interface IouOptions extends MeanIouOptions {
  /** Classes whose mean is taken. */
  targetClassIds: readonly number[];
}

/** Intersection over union from counts [C, C] by label and prediction: the mean over the classes that occur. */
function meanOver(matrix: Float64Array, classes: number, targets: readonly number[]): number {
  let [total, valid] = [0, 0];
  for (const c of targets) {
    let union = -matrix[c * classes + c];
    for (let i = 0; i < classes; i++) union += matrix[c * classes + i] + matrix[i * classes + c];
    if (union <= 1e-9) continue;
    total += matrix[c * classes + c] / (union + 1e-7);
    valid++;
  }
  return total / valid;
}

function intersection(
  kind: string,
  options: IouOptions | MeanIouOptions,
  targets: readonly number[] | undefined,
): Metric {
  const { numClasses, ignoreClass = null, ...others } = options;
  requireCount(kind, "numClasses", numClasses, 2);
  const { targetClassIds: _, ...named } = others as Partial<IouOptions>;
  const { base } = metricSettings(kind, named, {});
  const ids = targets ?? Array.from({ length: numClasses }, (_, i) => i);
  if (!Array.isArray(ids) || ids.some((id) => !Number.isInteger(id) || id < 0 || id >= numClasses)) {
    throw new OptionError({
      where: `metrics.${kind}`,
      expected: `targetClassIds below ${numClasses}`,
      received: String(ids),
    });
  }
  return {
    ...base,
    options: {
      ...base.options,
      numClasses,
      ...(ignoreClass === null ? {} : { ignoreClass }),
      ...(targets ? { targetClassIds: targets } : {}),
    },
    write(labels, output, context) {
      const classes = labelClasses(labels, output, context);
      const given = oneHot(classes, numClasses);
      const weights = weightsAlong(context.weights, given);
      const counted = weights ? multiply(given, weights) : given;
      const known =
        ignoreClass === null || ignoreClass < 0 || ignoreClass >= numClasses
          ? counted
          : multiply(counted, output.graph.constant(allBut(ignoreClass, numClasses), [numClasses]));
      const predicted = oneHot(cast(argMax(output)), numClasses);
      const rows = (value: typeof given) => reshape(value, [-1, numClasses]);
      return { matrix: matMul(rows(known), rows(predicted), { transposeA: true }) };
    },
    result: ({ matrix }) => meanOver(matrix, numClasses, ids),
  };
}

const allBut = (ignored: number, classes: number): Float32Array =>
  Float32Array.from({ length: classes }, (_, i) => (i === ignored ? 0 : 1));

/**
 * Mean over the classes that occur of intersection over union: how well areas of a segmentation overlap. Outputs are
 * numbers for each class, of which the largest counts; labels are class numbers or one-hot.
 *
 * @throws OptionError without a number of classes.
 * @see https://keras.io/api/metrics/segmentation_metrics/#meaniou-class
 * @example
 * const metric = metrics.meanIoU({ numClasses: 10 });
 */
export function meanIoU(options: MeanIouOptions): Metric {
  return intersection("meanIoU", options, undefined);
}

/**
 * As `meanIoU`, for some of the classes.
 *
 * @throws OptionError for classes that do not exist.
 * @see https://keras.io/api/metrics/segmentation_metrics/#iou-class
 * @example
 * const metric = metrics.iou({ numClasses: 10, targetClassIds: [1, 7] });
 */
export function iou(options: IouOptions): Metric {
  return intersection("iou", options, options.targetClassIds ?? []);
}
