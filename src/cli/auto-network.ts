import type { ModelSpec } from "../index.ts";

interface Block {
  readonly filters: number;
  readonly pools: boolean;
}

/** Feature maps this small are averaged over. */
const smallEnough = 8;

/** Convolutions of growing width, pooled until the maps are small. */
function blocksFor(height: number, width: number): Block[] {
  const blocks: Block[] = [];
  let filters = Math.max(height, width) > 48 ? 16 : 32;
  let side = Math.max(height, width);
  while (side > smallEnough || blocks.length < 3) {
    const pools = side > smallEnough && Math.min(height, width) >> blocks.length > 1;
    blocks.push({ filters, pools });
    if (pools) side = Math.floor(side / 2);
    else if (blocks.length >= 3) break;
    filters = Math.min(256, 2 * filters);
  }
  return blocks;
}

/**
 * A network for images of any size and any number of classes: blocks of a 3 × 3 convolution, batch normalization, relu and
 * pooling, twice as wide each time, until the maps are 8 × 8 or smaller; then the average of each map, dropout, and a
 * probability for each class.
 */
export function autoNetwork([height, width, channels]: readonly number[], classes: number): ModelSpec {
  const layers = blocksFor(height, width).flatMap(({ filters, pools }, i) => [
    {
      type: "conv2d",
      filters,
      kernelSize: 3,
      padding: "same",
      useBias: false,
      ...(i === 0 ? { inputShape: [height, width, channels] } : {}),
    },
    /* Keras's momentum of 0.99 takes hundreds of steps to know the data; a few photographs give fewer. */
    { type: "batchNormalization", momentum: 0.9 },
    { type: "activation", activation: "relu" },
    ...(pools ? [{ type: "maxPooling2d", poolSize: 2 }] : []),
  ]);
  return {
    layers: [
      ...layers,
      { type: "globalAveragePooling2d" },
      { type: "dropout", rate: 0.3 },
      { type: "dense", units: classes, activation: "softmax" },
    ],
  };
}

/** What was chosen, in a line. */
export function describeAutoNetwork([height, width, channels]: readonly number[]): string {
  const blocks = blocksFor(height, width).map(({ filters, pools }) => `${filters}${pools ? " ↓2" : ""}`);
  return `Chose a network: ${height} × ${width} × ${channels} → 3 × 3 convolutions of ${blocks.join(", ")} filters → average of each map → dropout → classes`;
}
