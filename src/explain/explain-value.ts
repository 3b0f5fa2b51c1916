import { OptionError } from "../core/errors.ts";
import { checkOptions } from "../core/names.ts";
import { formatShape, type Shape } from "../core/shape.ts";
import type { Layer } from "../layers/layer.ts";
import type { NamedNumbers } from "../training/inputs.ts";
import type { Model } from "../training/model.ts";
import type { ExplainedStep, Operand, Origin, Term } from "./arithmetic/explanation.ts";
import { ElementOpener } from "./arithmetic/open-element.ts";
import { positionOf } from "./arithmetic/places.ts";
import { arithmeticOf } from "./arithmetic/rounding.ts";
import type { Element } from "./arithmetic/views.ts";
import { checkImage, findUse, type ModelGraph, prepareDirect, runOnce, want } from "./opened-model.ts";
import { preActivationOf } from "./pre-activation.ts";
import { makerOf } from "./trace.ts";
import type { LayerUse } from "./write-layers.ts";

export interface ExplainValueOptions {
  /** Name or path of the layer, or the layer. */
  layer: string | Layer;
  /** Number of the channel or unit: the last axis. */
  unit: number;
  /** Row and column, for layers of images. */
  y?: number;
  x?: number;
}

/** The arithmetic behind one number that a layer made. */
export interface ValueExplanation {
  /** Path of the layer. */
  readonly layer: string;
  /** Place of the number, without the batch: [y, x, unit], or [unit]. */
  readonly place: readonly number[];
  /** Every operation between what the layer reads and the number, in order; the last one gives it. */
  readonly steps: readonly ExplainedStep[];
  /** Terms of the layer's sum or pooling, where it has one: of the last such step. */
  readonly terms: readonly Term[];
  /** What is added to the weighted sum. */
  readonly bias?: number;
  /** The number before the activation. */
  readonly preActivation?: number;
  /** The number, recomputed from the terms in the engine's order. */
  readonly total: number;
  /** The number that the engine stored: what `trace` shows. */
  readonly stored: number;
}

/** Where a number comes from if it is not the layer's own: what it reads, or a weight. */
export function originsOf(
  { inputs, uses }: Pick<ModelGraph, "inputs" | "uses">,
  use: LayerUse,
  { inputNames, pathOf }: { inputNames: readonly string[]; pathOf: (state: object) => string },
): (element: Element) => Origin | undefined {
  const earlier = uses.slice(0, uses.indexOf(use));
  return ({ value, place }) => {
    if (value.source.kind === "state") return { kind: "weight", name: pathOf(value.source.state), place };
    if (value.source.kind === "constant") return { kind: "constant" };
    const entrance = inputs.indexOf(value);
    if (entrance >= 0) return { kind: "input", name: inputNames[entrance], place: place.slice(1) };
    if (!use.inputs.includes(value)) return undefined;
    return { kind: "activation", layer: makerOf(value, earlier)?.path ?? "", place: place.slice(1) };
  };
}

/**
 * Opens one number of a layer to its arithmetic: the operands, their products, partial sums by channel, bias and
 * activation, in the engine's order, each with where it comes from. `total` has the bits of what `trace` stores.
 *
 * @throws OptionError if there is no such layer or place.
 * @example
 * const { terms, bias, total } = await explainValue(model, test.x.subarray(0, 784), {
 *   layer: "conv2d", unit: 2, y: 4, x: 5,
 * });
 * for (const { operand, weight, product } of terms) console.log(operand.value, "·", weight?.value, "=", product);
 * console.log("bias", bias, "result", total);
 */
export async function explainValue(
  model: Model,
  image: NamedNumbers,
  options: ExplainValueOptions,
): Promise<ValueExplanation> {
  checkOptions("explainValue", options, ["layer", "unit", "y", "x"]);
  const name = typeof options.layer === "object" ? options.layer.name : options.layer;
  const session = await model.open();
  const { network } = session;
  const samples = await checkImage("explainValue", network, image);
  const shape = session.batchShape(samples, 1);
  const prepared = await prepareDirect(session, `explainValue ${name}`, shape, ({ uses }) => {
    const use = findUse("explainValue", uses, name);
    for (const value of [...use.inputs, ...use.outputs, ...use.written, ...weightsOf(use)]) want(value);
    return { use };
  });
  const { use } = prepared.graph;
  const [output] = use.outputs;
  const place = placeIn(use.path, output.shape.slice(1), options);
  const numbers = await runOnce(session, prepared, samples);
  const paths = new Map<object, string>(network.weights.map(({ state, path }) => [state, path]));
  const pathOf = (state: object): string => paths.get(state) ?? "";
  const origin = originsOf(prepared.graph, use, { inputNames: network.inputNames, pathOf });
  const opener = new ElementOpener(numbers, arithmeticOf(session), origin);
  const result = await opener.open({ value: output, place: [0, ...place] });
  const before = preActivationOf(use);
  const sum = before && (await opener.open({ value: before, place: [0, ...place] }));
  const { terms, bias } = sumBehind(opener.steps, sum ?? result);
  return {
    layer: use.path,
    place,
    steps: opener.steps,
    terms,
    ...(bias !== undefined && { bias }),
    ...(sum && { preActivation: Math.fround(sum.value) }),
    total: Math.fround(result.value),
    stored: Math.fround(numbers(output)[positionOf(output.shape, [0, ...place])]),
  };
}

/** The terms that a number is made of, and the weight that is added to their sum. */
function sumBehind(
  steps: readonly ExplainedStep[],
  { from }: Operand,
): { terms: readonly Term[]; bias?: number } {
  if (from.kind !== "step") return { terms: [] };
  const { op, operands, terms } = steps[from.step];
  if (terms) return { terms };
  const found = operands.map((operand) => sumBehind(steps, operand)).find((sum) => sum.terms.length > 0);
  if (!found) return { terms: [] };
  const weight = operands.find((operand) => operand.from.kind === "weight");
  return op === "add" && weight && found.bias === undefined ? { ...found, bias: weight.value } : found;
}

/** The weights that a layer read; they may have been entered into the graph by an earlier use. */
function weightsOf({ written }: LayerUse) {
  const read = written.flatMap(({ source }) => (source.kind === "op" ? source.inputs : []));
  return read.filter(({ source }) => source.kind === "state");
}

function placeIn(layer: string, shape: Shape, { unit, y, x }: ExplainValueOptions): number[] {
  const given = [y, x, unit].filter((at) => at !== undefined);
  const fits =
    given.length === shape.length &&
    given.every((at, i) => Number.isInteger(at) && at >= 0 && at < shape[i]) &&
    (y === undefined || x !== undefined);
  if (fits) return given;
  const names =
    shape.length > 3 ? "a layer of at most three axes" : ["y", "x", "unit"].slice(-shape.length).join(", ");
  throw new OptionError({
    where: "explainValue",
    expected: `${names} inside ${layer}, which makes ${formatShape(shape)}`,
    received: `unit ${unit}, y ${y ?? "none"}, x ${x ?? "none"}`,
  });
}
