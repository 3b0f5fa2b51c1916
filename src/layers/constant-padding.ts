import type { Layer } from "./layer.ts";
import type { Sides1d, Sides2d, Sides3d } from "./sides.ts";
import { PaddingLayer, type PaddingOptions, padWith } from "./zero-padding.ts";

export interface ConstantPaddingOptions<Pad = Sides1d | Sides2d | Sides3d> extends PaddingOptions<Pad> {
  /** What the added pixels hold. Default 0. */
  value?: number;
}

function constantPadding(rank: number, options: ConstantPaddingOptions): Layer {
  const fill = padWith(options.value ?? 0);
  return new PaddingLayer(`constantPadding${rank}d`, rank, options, fill, ["value"]);
}

export type ConstantPadding1dOptions = ConstantPaddingOptions<Sides1d>;
export type ConstantPadding2dOptions = ConstantPaddingOptions<Sides2d>;
export type ConstantPadding3dOptions = ConstantPaddingOptions<Sides3d>;

/**
 * Surrounds a sequence with a number: [N, steps, C] → [N, before + steps + after, C].
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.ConstantPad1d.html
 * @example
 * layers.constantPadding1d({ padding: 2, value: 0.5, inputShape: [100, 4] });
 */
export function constantPadding1d(options: ConstantPadding1dOptions = {}): Layer {
  return constantPadding(1, options);
}

/**
 * Surrounds the image with a number: [N, H, W, C] → [N, H + top + bottom, W + left + right, C].
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.ConstantPad2d.html
 * @example
 * layers.constantPadding2d({ padding: 2, value: 0.5 });
 */
export function constantPadding2d(options: ConstantPadding2dOptions = {}): Layer {
  return constantPadding(2, options);
}

/**
 * Surrounds a volume with a number: [N, D, H, W, C] → [N, D + …, H + …, W + …, C].
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.ConstantPad3d.html
 * @example
 * layers.constantPadding3d({ padding: 2, value: 0.5, inputShape: [16, 32, 32, 4] });
 */
export function constantPadding3d(options: ConstantPadding3dOptions = {}): Layer {
  return constantPadding(3, options);
}
