import * as layers from "../index.ts";
import { type LayerCase, row } from "./layer-case.ts";

const valueRange = [-1, 1] as const;

export const augmentationCases: LayerCase[] = [
  row("autoContrast", (inputShape) => layers.autoContrast({ valueRange, inputShape }), [4, 5, 3], [4, 5, 3]),
  row("randAugment", (inputShape) => layers.randAugment({ valueRange, inputShape }), [6, 6, 3], [6, 6, 3]),
  row(
    "randAugment",
    (inputShape) => layers.randAugment({ valueRange, numOps: 1, interpolation: "nearest", inputShape }),
    [6, 6, 1],
    [6, 6, 1],
  ),
  row(
    "randomBrightness",
    (inputShape) => layers.randomBrightness({ factor: 0.3, valueRange, inputShape }),
    [4, 5, 3],
    [4, 5, 3],
  ),
  row(
    "randomColorDegeneration",
    (inputShape) => layers.randomColorDegeneration({ factor: [0.2, 0.9], valueRange, inputShape }),
    [4, 5, 3],
    [4, 5, 3],
  ),
  row(
    "randomColorJitter",
    (inputShape) =>
      layers.randomColorJitter({
        brightnessFactor: 0.2,
        contrastFactor: 0.3,
        saturationFactor: [0.2, 0.7],
        hueFactor: 0.4,
        valueRange,
        inputShape,
      }),
    [4, 5, 3],
    [4, 5, 3],
  ),
  row(
    "randomContrast",
    (inputShape) => layers.randomContrast({ factor: [0.1, 0.4], valueRange, inputShape }),
    [4, 5, 3],
    [4, 5, 3],
  ),
  row(
    "randomCrop",
    (inputShape) => layers.randomCrop({ height: 3, width: 4, inputShape }),
    [6, 7, 2],
    [3, 4, 2],
  ),
  row(
    "randomErasing",
    (inputShape) => layers.randomErasing({ valueRange, inputShape }),
    [8, 7, 3],
    [8, 7, 3],
  ),
  row(
    "randomErasing",
    (inputShape) => layers.randomErasing({ factor: [1, 1], fillValue: [0, 0.5], valueRange, inputShape }),
    [8, 7, 2],
    [8, 7, 2],
  ),
  row("randomFlip", (inputShape) => layers.randomFlip({ inputShape }), [4, 5, 3], [4, 5, 3]),
  row(
    "randomFlip",
    (inputShape) => layers.randomFlip({ mode: "horizontal_and_vertical", inputShape }),
    [4, 5, 1],
    [4, 5, 1],
  ),
  row(
    "randomGaussianBlur",
    (inputShape) =>
      layers.randomGaussianBlur({ kernelSize: [5, 3], sigma: [0.2, 0.9], valueRange, inputShape }),
    [6, 7, 2],
    [6, 7, 2],
  ),
  row("randomGrayscale", (inputShape) => layers.randomGrayscale({ inputShape }), [4, 5, 3], [4, 5, 3]),
  row(
    "randomHue",
    (inputShape) => layers.randomHue({ factor: 0.5, valueRange, inputShape }),
    [4, 5, 3],
    [4, 5, 3],
  ),
  row("randomInvert", (inputShape) => layers.randomInvert({ valueRange, inputShape }), [4, 5, 2], [4, 5, 2]),
  row(
    "randomPosterization",
    (inputShape) => layers.randomPosterization({ factor: [3, 6], valueRange: [-1.001, 1.001], inputShape }),
    [4, 5, 2],
    [4, 5, 2],
  ),
  row(
    "randomRotation",
    (inputShape) => layers.randomRotation({ factor: 0.2, inputShape }),
    [7, 6, 1],
    [7, 6, 1],
  ),
  row(
    "randomSaturation",
    (inputShape) => layers.randomSaturation({ factor: [0.2, 0.9], valueRange, inputShape }),
    [4, 5, 3],
    [4, 5, 3],
  ),
  row(
    "randomSharpness",
    (inputShape) => layers.randomSharpness({ factor: 0.8, valueRange, inputShape }),
    [5, 5, 3],
    [5, 5, 3],
  ),
  row(
    "randomShear",
    (inputShape) => layers.randomShear({ xFactor: 0.3, yFactor: [0.1, 0.2], fillMode: "wrap", inputShape }),
    [7, 6, 2],
    [7, 6, 2],
  ),
  row(
    "randomTranslation",
    (inputShape) =>
      layers.randomTranslation({
        heightFactor: 0.3,
        widthFactor: [0.1, 0.4],
        fillMode: "constant",
        fillValue: 0.25,
        inputShape,
      }),
    [7, 6, 3],
    [7, 6, 3],
  ),
  row(
    "randomZoom",
    (inputShape) => layers.randomZoom({ heightFactor: [-0.3, 0.2], fillMode: "nearest", inputShape }),
    [7, 6, 5],
    [7, 6, 5],
  ),
  row(
    "solarization",
    (inputShape) =>
      layers.solarization({ additionFactor: 0.2, thresholdFactor: [0.3, 0.7], valueRange, inputShape }),
    [4, 5, 2],
    [4, 5, 2],
  ),
];
