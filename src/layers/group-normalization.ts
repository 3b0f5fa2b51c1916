import { OptionError, ShapeError } from "../core/errors.ts";
import { formatShape, type Shape } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import { reshape } from "../graph/ops/reshape.ts";
import type { Layer } from "./layer.ts";
import { SampleNormalization, type SampleNormalizationOptions } from "./normalization-layer.ts";
import { sampleAxis } from "./sample-axis.ts";

export interface GroupNormalizationOptions extends SampleNormalizationOptions {
  /** Groups of channels; −1 for as many as channels (instance normalization). Default 32. */
  groups?: number;
  /** Axis of the channels, counted with the batch as axis 0. Default −1. */
  axis?: number;
}

class GroupNormalization extends SampleNormalization<GroupNormalizationOptions> {
  constructor(options: GroupNormalizationOptions) {
    super("groupNormalization", options, ["groups", "axis"]);
    const { groups = 32 } = options;
    if (groups === -1 || (Number.isInteger(groups) && groups >= 1)) return;
    throw new OptionError({
      where: "layers.groupNormalization",
      expected: "groups to be a whole number ≥ 1, or −1",
      received: String(groups),
    });
  }

  private axis(rank: number): number {
    return sampleAxis(this.name, rank, this.settings.axis ?? -1);
  }

  private groups(channels: number): number {
    const { groups = 32 } = this.settings;
    return groups === -1 ? channels : groups;
  }

  override outputShape(inputShape: Shape): Shape {
    const channels = inputShape[this.axis(inputShape.length + 1) - 1];
    if (channels % this.groups(channels) === 0) return inputShape;
    throw new ShapeError({
      where: this.name,
      expected: `${this.groups(channels)} groups to divide the ${channels} channels`,
      received: formatShape(inputShape),
    });
  }

  override build(inputShape: Shape): void {
    this.addScaleAndCenter([inputShape[this.axis(inputShape.length + 1) - 1]]);
  }

  override call(input: Value): Value {
    const { shape } = input;
    const axis = this.axis(shape.length);
    const groups = this.groups(shape[axis]);
    const split = [...shape.slice(0, axis), groups, shape[axis] / groups, ...shape.slice(axis + 1)];
    const axes = [...split.keys()].filter((i) => i > 0 && i !== axis);
    const normalized = reshape(this.normalize(reshape(input, split), axes), shape);
    return this.scaleAndCenter(normalized, [axis]);
  }
}

/**
 * Gives each group of channels of each sample mean 0 and variance 1, then each channel a scale and an offset that are
 * learned: [N, …, C] → [N, …, C].
 *
 * Weights: gamma, beta [C].
 *
 * @throws OptionError if groups or epsilon are out of range.
 * @throws ShapeError if the groups do not divide the channels.
 * @see Wu & He 2018
 * @see https://keras.io/api/layers/normalization_layers/group_normalization/
 * @example
 * layers.groupNormalization({ groups: -1 }); // instance normalization
 */
export function groupNormalization(options: GroupNormalizationOptions = {}): Layer {
  return new GroupNormalization(options);
}
