import { OptionError } from "../../core/errors.ts";
import { checkOptions } from "../../core/names.ts";
import { formatShape, sizeOf } from "../../core/shape.ts";
import { multiply } from "../../graph/ops/elementwise.ts";
import { reduceSum } from "../../graph/ops/reduce-sum.ts";
import type { Layer } from "../../layers/layer.ts";
import { checkInputs, type NamedNumbers } from "../../training/inputs.ts";
import type { Model } from "../../training/model.ts";
import { sliceSamples } from "../../training/samples.ts";
import { placeOf } from "../arithmetic/places.ts";
import { largestAt } from "../class-score.ts";
import { findUse, prepareDirect, runOnce, want } from "../opened-model.ts";
import { requireCount } from "../require.ts";

export interface TopImagesOptions {
  /** Name or path of the layer, or the layer. */
  layer: string | Layer;
  /** Number of the channel or unit: the last axis. */
  unit: number;
  /** How many images. Default 9. */
  k?: number;
  /** Images computed together. Default 32. */
  batchSize?: number;
}

/** An image that excites a unit. */
export interface TopImage {
  /** Number of the image in the set. */
  readonly index: number;
  /** The largest number of the unit in this image. */
  readonly value: number;
  /** Where: [y, x] in the layer's map; empty for units without places. */
  readonly place: readonly number[];
}

/** Input of programs: which unit. */
const chosenKey = "explain/unit";

/**
 * The images that excite a unit most, the strongest first.
 *
 * @param data a data set, or images
 * @throws OptionError if there is no such layer or unit.
 * @example
 * const [strongest] = await topImages(model, test, { layer: "conv2d", unit: 3 });
 * console.log(strongest.index, strongest.value, strongest.place);
 */
export async function topImages(
  model: Model,
  data: NamedNumbers | { readonly x: NamedNumbers },
  options: TopImagesOptions,
): Promise<TopImage[]> {
  const where = "topImages";
  checkOptions(where, options, ["layer", "unit", "k", "batchSize"]);
  const { layer, unit, k = 9, batchSize = 32 } = options;
  requireCount(where, "k", k);
  requireCount(where, "batchSize", batchSize);
  const name = typeof layer === "object" ? layer.name : layer;
  const session = await model.open();
  const numbersOf = (given: typeof data): NamedNumbers =>
    typeof given === "object" && "x" in given ? (given.x as NamedNumbers) : given;
  const samples = await checkInputs(where, session.network, numbersOf(data));
  const found: TopImage[] = [];
  for (let from = 0; from < samples.length; from += batchSize) {
    const part = sliceSamples(samples, from, Math.min(samples.length, from + batchSize));
    const shape = session.batchShape(part, part.length);
    const prepared = await prepareDirect(session, `${where} ${name}`, shape, ({ graph, uses }) => {
      const use = findUse(where, uses, name);
      const [output] = use.outputs;
      const count = output.shape[output.shape.length - 1];
      /* The chosen unit's numbers times 1 and all others times 0: one program for all units. */
      const chosen = graph.input(chosenKey, [count]);
      return { use, count, map: want(reduceSum(multiply(output, chosen), { axes: -1 })) };
    });
    const { map, use, count } = prepared.graph;
    if (!Number.isInteger(unit) || unit < 0 || unit >= count) {
      throw new OptionError({
        where,
        expected: `unit to be a whole number below ${count}, as ${use.path} makes ${formatShape(use.outputs[0].shape.slice(1))}`,
        received: String(unit),
      });
    }
    const chosen = new Float32Array(count);
    chosen[unit] = 1;
    const numbers = (await runOnce(session, prepared, part, { [chosenKey]: chosen }))(map);
    const mapShape = map.shape.slice(1);
    const size = sizeOf(mapShape);
    for (let n = 0; n < part.length; n++) {
      const values = numbers.subarray(n * size, (n + 1) * size);
      const at = largestAt(values);
      found.push({ index: from + n, value: values[at], place: placeOf(mapShape, at) });
    }
  }
  return found.sort((a, b) => b.value - a.value || a.index - b.index).slice(0, k);
}
