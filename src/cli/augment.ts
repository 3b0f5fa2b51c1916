import { OptionError } from "../core/errors.ts";
import type { LayerSpec, ModelSpec } from "../index.ts";

/** Small changes that leave a picture what it is; no mirroring, which turns letters and hands into others. */
const changes: readonly LayerSpec[] = [
  { type: "randomTranslation", heightFactor: 0.1, widthFactor: 0.1, fillMode: "nearest" },
  { type: "randomRotation", factor: 0.04, fillMode: "nearest" },
  { type: "randomZoom", heightFactor: 0.1, fillMode: "nearest" },
  { type: "randomContrast", factor: 0.2, valueRange: [0, 1] },
  { type: "randomBrightness", factor: 0.1, valueRange: [0, 1] },
];

export const augmentation =
  "Changes every picture a little each time: moved, turned, zoomed, contrast and brightness (--augment).";

/** A network that changes the pictures it trains on. @throws OptionError for one that is no chain of layers */
export function augmented(spec: ModelSpec): ModelSpec {
  const [first, ...others] = spec.layers;
  if (spec.inputs || !first || !("inputShape" in first)) {
    throw new OptionError({
      where: "--augment",
      expected: "a chain of layers, of which the first has an inputShape",
      received: "another network",
      hint: 'Put layers such as {"type": "randomRotation", "factor": 0.05} into the spec instead.',
    });
  }
  const { inputShape, ...rest } = first;
  return { layers: [{ ...changes[0], inputShape }, ...changes.slice(1), rest as LayerSpec, ...others] };
}
