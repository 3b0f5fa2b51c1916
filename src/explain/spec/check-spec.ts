import { OptionError } from "../../core/errors.ts";
import { loadNamed } from "../../core/name-table.ts";
import { type Shape, sizeOf } from "../../core/shape.ts";
import { tapIndex, type WindowGeometry } from "../../core/window.ts";
import { Graph, type Value } from "../../graph/graph.ts";
import type { Layer, SymbolicTensor } from "../../layers/layer.ts";
import { layerTable } from "../../layers/table.ts";
import { nameLayers } from "../../models/name-layers.ts";
import { NetworkLayer } from "../../models/network-layer.ts";
import {
  callsOf,
  checkedEntry,
  fullReference,
  layerList,
  loadNetwork,
} from "../../models/network-of-spec.ts";
import type { LayerFactories, LayerSpec, ModelSpec } from "../../models/spec.ts";
import { ProgramContext } from "../../training/call-context.ts";
import { type Place, problemOf, warningsOf } from "./find-fixes.ts";
import type { LayerReport, SpecProblem, SpecReport, WindowReport } from "./spec-report.ts";

export interface CheckSpecOptions {
  /** Layers that are not part of this package, by their `type`. */
  layers?: LayerFactories;
}

/** Share of all parameters from which a layer is worth a note. */
const mostOfThem = 0.7;

/** A use of a layer in a spec. */
interface Use {
  readonly index: number;
  readonly use: number;
  readonly inputs: readonly string[];
}

/**
 * Looks at an architecture layer by layer: shapes, padding on each side, rows that no window reads, parameters,
 * multiply-adds and bytes, and what is wrong, each with fixes that `applyFix` applies. Layers behind a problem have no
 * shape; nothing is ever built or evaluated.
 *
 * @throws OptionError if it is no spec at all.
 * @example
 * const { layers: report, problems, parameters } = await checkSpec({
 *   layers: [
 *     { type: "conv2d", filters: 8, kernelSize: 3, inputShape: [28, 28, 1] },
 *     { type: "dense", units: 10 },
 *   ],
 * });
 * console.log(report[0].parameterFormula, problems[0].message, problems[0].fixes[0].label, parameters);
 */
export async function checkSpec(spec: unknown, options: CheckSpecOptions = {}): Promise<SpecReport> {
  const entries = layerList("checkSpec", spec).map((entry, i) => checkedEntry(`layers[${i}]`, entry));
  const { inputs, outputs } = spec as Partial<ModelSpec>;
  const isChain = inputs === undefined && outputs === undefined;
  const problems: SpecProblem[] = [];
  const layers: (Layer | undefined)[] = [];
  for (const [index, entry] of entries.entries()) {
    try {
      layers.push(await makeLayer(entry, options.layers ?? {}));
    } catch (error) {
      problems.push(problemOf({ index, entry, inputs: [] }, error));
      layers.push(undefined);
    }
  }
  nameAll(layers, problems);
  const walk = new SpecWalk(entries, layers, isChain, problems);
  walk.run();
  const reports = entries.map((_, index) => walk.report(index));
  const total = (pick: (report: LayerReport) => number): number =>
    reports.reduce((sum, report) => sum + pick(report), 0);
  const parameters = total((report) => report.parameters);
  noteLargest(reports, parameters, problems);
  const order = { error: 0, warning: 1, note: 2 };
  problems.sort((a, b) => order[a.severity] - order[b.severity] || a.layer - b.layer);
  return {
    layers: reports.map((report) => ({
      ...report,
      problems: problems.filter(({ layer }) => layer === report.index),
    })),
    problems,
    isSound: problems.every(({ severity }) => severity !== "error"),
    parameters,
    multiplyAdds: total((report) => report.multiplyAdds),
    weightBytes: total((report) => report.weightBytes),
    activationBytes: total((report) => report.activationBytes),
  };
}

async function makeLayer({ calls: _, ...entry }: LayerSpec, own: LayerFactories): Promise<Layer> {
  const { type, model, ...options } = entry;
  if (type === "model") return new NetworkLayer(await loadNetwork("model", model, own), options);
  const make = Object.hasOwn(own, type) ? own[type] : await loadNamed("layers", layerTable, type);
  return make(options as never);
}

function nameAll(layers: readonly (Layer | undefined)[], problems: SpecProblem[]): void {
  const made = layers.filter((layer) => layer !== undefined);
  try {
    nameLayers("layers", made);
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    const names = layers.map((layer) => (layer?.isNamed ? layer.name : undefined));
    const index = names.findIndex((name, i) => name !== undefined && names.indexOf(name) < i);
    problems.push({ severity: "error", code: "option", layer: index, message: error.message, fixes: [] });
  }
}

function noteLargest(reports: readonly LayerReport[], parameters: number, problems: SpecProblem[]): void {
  const largest = reports.reduce((most, report) => (report.parameters > most.parameters ? report : most));
  const share = largest.parameters / parameters;
  const having = reports.filter((report) => report.parameters > 0).length;
  if (having < 2 || !(share >= mostOfThem)) return;
  const message = `${Math.round(share * 100)} % of the parameters are in ${largest.name}.`;
  problems.push({ severity: "note", code: "mostParameters", layer: largest.index, message, fixes: [] });
}

/** Applies the layers of a spec to each other as far as they fit. */
class SpecWalk {
  private readonly entries: readonly LayerSpec[];
  private readonly layers: readonly (Layer | undefined)[];
  private readonly isChain: boolean;
  private readonly problems: SpecProblem[];
  private readonly tensors = new Map<string, SymbolicTensor>();
  private readonly made = new Map<number, { shapes: readonly Shape[]; values: readonly Value[] }>();

  constructor(
    entries: readonly LayerSpec[],
    layers: readonly (Layer | undefined)[],
    isChain: boolean,
    problems: SpecProblem[],
  ) {
    this.entries = entries;
    this.layers = layers;
    this.isChain = isChain;
    this.problems = problems;
  }

  run(): void {
    const waiting = this.uses();
    for (;;) {
      const ready = waiting.findIndex(({ inputs }) =>
        inputs.every((ref) => this.tensors.has(fullReference(ref))),
      );
      if (ready < 0) break;
      this.apply(waiting.splice(ready, 1)[0]);
    }
    /* In a chain, what cannot be read has its problem where it should be made. */
    if (this.isChain) return;
    const names = new Set(this.layers.map((layer, i) => layer?.name ?? this.entries[i].name));
    for (const { index, inputs } of waiting) {
      const unknown = inputs.filter((ref) => !names.has(fullReference(ref).replace(/#.*$/s, "")));
      if (unknown.length === 0) continue;
      const message = `${this.nameOf(index)} reads ${unknown.join(", ")}, which no layer makes.`;
      this.problems.push({ severity: "error", code: "connection", layer: index, message, fixes: [] });
    }
  }

  private nameOf(index: number): string {
    return this.layers[index]?.name ?? String(this.entries[index].name ?? this.entries[index].type);
  }

  /** Every use of a layer with what it reads. The first layer of a chain reads what its input shape says. */
  private uses(): Use[] {
    return this.entries.flatMap((entry, index): Use[] => {
      const layer = this.layers[index];
      if (!layer) return [];
      if (layer.type === "input") return [{ index, use: 0, inputs: [] }];
      if (this.isChain) return [{ index, use: 0, inputs: index === 0 ? [] : [`${this.nameOf(index - 1)}`] }];
      try {
        return callsOf(`layers[${index}]`, entry.calls).map(({ inputs }, use) => ({ index, use, inputs }));
      } catch (error) {
        this.problems.push({ ...problemOf(this.place(index, []), error), code: "connection" });
        return [];
      }
    });
  }

  private place(index: number, inputs: readonly Shape[]): Place {
    return {
      index,
      entry: this.entries[index],
      inputs,
      before: this.isChain ? this.entries[index - 1] : undefined,
    };
  }

  private apply({ index, use, inputs }: Use): void {
    const layer = this.layers[index] as Layer;
    const read = inputs.flatMap((ref) => this.tensors.get(fullReference(ref)) ?? []);
    const isFirst = this.isChain && index === 0 && layer.type !== "input";
    let shapes = isFirst ? [layer.inputShape ?? []] : read.map(({ shape }) => shape);
    try {
      if (isFirst) shapes = [firstShape(layer)];
      const outputs = layer.applyAll(isFirst ? shapes.map(startOf) : read);
      for (const [i, tensor] of outputs.entries()) this.tensors.set(`${layer.name}#${use}.${i}`, tensor);
      const values = layer.type === "input" ? [] : written(layer, shapes);
      if (!this.made.has(index)) this.made.set(index, { shapes: outputs.map(({ shape }) => shape), values });
      this.problems.push(...warningsOf(this.place(index, shapes), windowOf(values)));
    } catch (error) {
      this.problems.push(problemOf(this.place(index, shapes), error));
    }
  }

  report(index: number): LayerReport {
    const layer = this.layers[index];
    const made = this.made.get(index);
    const weights = (made ? (layer?.weights ?? []) : []).map(({ name, state: { shape } }) => ({
      name,
      shape,
    }));
    const parameters = weights.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    const window = made && windowOf(made.values);
    return {
      index,
      name: this.nameOf(index),
      type: this.entries[index].type,
      ...(made && { outputShape: made.shapes[0] }),
      weights,
      parameters,
      parameterFormula: formulaOf(weights, parameters),
      multiplyAdds: multiplyAddsOf(made?.values ?? []),
      weightBytes: parameters * 4,
      activationBytes: (made?.shapes ?? []).reduce((sum, shape) => sum + sizeOf(shape) * 4, 0),
      ...(window && { window }),
      problems: [],
    };
  }
}

function firstShape(layer: Layer): Shape {
  const { inputShape } = layer;
  if (
    inputShape &&
    inputShape.length > 0 &&
    inputShape.every((length) => Number.isInteger(length) && length >= 1)
  )
    return inputShape;
  throw new OptionError({
    where: layer.name,
    expected: "the first layer to say what shape a sample has",
    received: inputShape ? JSON.stringify(inputShape) : "no inputShape",
    hint: "Give it inputShape: [height, width, channels].",
  });
}

function startOf(shape: Shape): SymbolicTensor {
  return {
    shape,
    index: 0,
    call: { layer: undefined as never, inputs: [], shapes: [shape], training: undefined },
  };
}

/** Makes a layer's weights, without numbers, and the ops that it writes for one sample. */
function written(layer: Layer, shapes: readonly Shape[]): readonly Value[] {
  layer.buildOnce(shapes, 0);
  const graph = new Graph();
  const inputs = shapes.map((shape, i) => graph.input(String(i), [1, ...shape]));
  layer.callAll(inputs, new ProgramContext(1, false));
  return graph.values;
}

/** The window of the first convolution or pooling among some ops. */
function windowOf(values: readonly Value[]): WindowReport[] | undefined {
  for (const { source } of values) {
    if (source.kind !== "op" || !["conv", "maxPool", "averagePool"].includes(source.op.name)) continue;
    const { window } = source.params as { window: WindowGeometry };
    return window.map((axis) => {
      const read = new Set<number>();
      for (let o = 0; o < axis.out; o++) for (let k = 0; k < axis.size; k++) read.add(tapIndex(axis, o, k));
      const { in: length, out, size, stride, dilation, before, after } = axis;
      const unread = Array.from({ length }, (_, i) => i).filter((i) => !read.has(i));
      return { in: length, out, size, stride, dilation, before, after, unread };
    });
  }
  return undefined;
}

/** A multiply-add is two operations of a product or convolution. */
function multiplyAddsOf(values: readonly Value[]): number {
  return values.reduce((sum, { source, shape }) => {
    if (source.kind !== "op" || !["conv", "convInputGradient", "matMul"].includes(source.op.name)) return sum;
    const shapes = source.inputs.map((input) => input.shape);
    return sum + source.op.flops(shapes, shape, source.params as never) / 2;
  }, 0);
}

/** `3·3·1·8 + 8 = 80`. */
function formulaOf(weights: readonly { readonly shape: Shape }[], parameters: number): string {
  if (weights.length === 0) return "";
  return `${weights.map(({ shape }) => shape.join("·")).join(" + ")} = ${parameters}`;
}
