import { camelCase } from "../../core/names.ts";
import type { LayerSpec, ModelSpec } from "../../models/spec.ts";
import type { CodeTraining } from "./code-settings.ts";
import { type CallExpression, type Expression, lastWord } from "./parse-expression.ts";
import { readLayer } from "./read-layer.ts";
import { readOptions, readValue, type Scope } from "./read-value.ts";
import type { Statement } from "./statements.ts";
import { CodeError } from "./tokenize.ts";

/** A layer of a graph and what it was applied to. */
interface GraphLayer {
  readonly spec: LayerSpec;
  readonly name: string;
  readonly calls: (readonly string[])[];
}

/** Functions of Keras that make a layer and apply it at once. */
const merging = new Set([
  "add",
  "average",
  "concatenate",
  "dot",
  "maximum",
  "minimum",
  "multiply",
  "subtract",
]);

/** What a program says about a network, statement by statement. */
export class ProgramReader {
  training: CodeTraining = {};
  private readonly scope: Scope = new Map();
  /** A chain, or undefined while none has begun. */
  private chain: LayerSpec[] | undefined;
  private readonly graph: GraphLayer[] = [];
  private readonly layersOf = new Map<string, GraphLayer>();
  private readonly tensors = new Map<string, string>();
  private ends: { inputs: string[]; outputs: string[] } | undefined;

  read({ name, expression }: Statement): void {
    if (expression.kind !== "call") {
      if (name) this.scope.set(name, expression);
      return;
    }
    if (this.readTraining(expression) || this.readNetwork(expression)) return;
    const tensor = this.tensorOf(expression);
    if (tensor && name) this.tensors.set(name, tensor);
    else if (!tensor && name && isLayerCall(expression)) this.layersOf.set(name, this.addLayer(expression));
    else if (name) this.scope.set(name, expression);
  }

  spec(): ModelSpec | undefined {
    if (this.chain) return { layers: folded(this.chain) };
    if (!this.ends) return undefined;
    const layers = this.graph.map(({ spec, name, calls }) => ({
      ...spec,
      name,
      ...(spec.type === "input" ? {} : { calls }),
    }));
    return { ...this.ends, layers };
  }

  /** compile, fit, data and seeds. */
  private readTraining({ callee, positional, named }: CallExpression): boolean {
    const word = lastWord(callee);
    const options = readOptions(positional[positional.length - 1], named, this.scope);
    if (word === "compile") {
      const { optimizer, loss, metrics } = options;
      const { name, learningRate } = choice(optimizer);
      this.set({
        optimizer: name,
        learningRate: typeof learningRate === "number" ? learningRate : undefined,
        loss: choice(loss).name,
        metrics: Array.isArray(metrics) ? metrics.flatMap((metric) => choice(metric).name ?? []) : undefined,
      });
      return true;
    }
    if (word === "fit") {
      const { epochs, batchSize, validationSplit } = options as Record<string, number | undefined>;
      this.set({ epochs, batchSize, validationSplit });
      return true;
    }
    if (word === "set_random_seed" || word === "set_seed") {
      const seed = positional[0] && readValue(positional[0], this.scope);
      if (typeof seed === "number") this.set({ seed });
      return true;
    }
    const data = datasetOf(callee);
    if (data) this.set({ dataset: data });
    return data !== undefined;
  }

  private set(settings: { readonly [Key in keyof CodeTraining]?: CodeTraining[Key] | undefined }): void {
    const known = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
    this.training = { ...this.training, ...known };
  }

  /** The network as a whole: a chain, a layer that is added to it, or a graph between inputs and outputs. */
  private readNetwork(call: CallExpression): boolean {
    const { callee, positional, named } = call;
    const word = lastWord(callee);
    if (word === "sequential" || word === "Sequential") {
      this.chain = [];
      const given = positional[0] ?? named.find(([key]) => key === "layers")?.[1];
      const list = given?.kind === "name" ? this.scope.get(given.name) : given;
      if (list?.kind === "list") for (const item of list.items) this.addToChain(item);
      const { seed } = readOptions(positional[1], [], this.scope);
      if (typeof seed === "number") this.set({ seed });
      return true;
    }
    if (word === "add" && callee.kind === "member" && positional.length === 1 && this.chain) {
      this.addToChain(positional[0]);
      return true;
    }
    const options = positional[0]?.kind === "object" ? positional[0].entries : named;
    const find = (key: string) => options.find(([name]) => name === key)?.[1];
    const isModel = word === "Model";
    const inputs = find("inputs") ?? (isModel ? positional[0] : undefined);
    const outputs = find("outputs") ?? (isModel ? positional[1] : undefined);
    if (!inputs || !outputs) return false;
    this.ends = { inputs: this.refs(inputs), outputs: this.refs(outputs) };
    const seed = find("seed");
    if (seed) this.set({ seed: Number(readValue(seed, this.scope)) });
    return true;
  }

  private addToChain(item: Expression): void {
    const call = item.kind === "name" ? this.scope.get(item.name) : item;
    if (call?.kind !== "call") throw new CodeError("Expected a layer.", item);
    this.chain?.push(readLayer(call, this.scope));
  }

  private refs(expression: Expression): string[] {
    if (expression.kind === "list") return expression.items.flatMap((item) => this.refs(item));
    const ref = this.tensorOf(expression);
    if (ref) return [ref];
    throw new CodeError("Expected what a layer makes.", expression);
  }

  /** The tensor that an expression stands for, with the layers that are applied on the way. */
  private tensorOf(expression: Expression): string | undefined {
    if (expression.kind === "name") return this.tensors.get(expression.name);
    if (expression.kind !== "call") return undefined;
    const { callee, positional } = expression;
    const word = lastWord(callee);
    if (word === "input" || word === "Input") return this.addLayer(expression).name;
    if (callee.kind === "call") return this.use(this.addLayer(callee), positional);
    if (callee.kind === "member" && callee.name === "apply") {
      const { object } = callee;
      const layer =
        object.kind === "call" ? this.addLayer(object) : this.layersOf.get(lastWord(object) ?? "");
      return layer && this.use(layer, positional);
    }
    if (callee.kind === "name" && this.layersOf.has(callee.name)) {
      return this.use(this.layersOf.get(callee.name) as GraphLayer, positional);
    }
    const isMerge = word !== undefined && merging.has(word) && positional[0]?.kind === "list";
    if (!isMerge || this.chain) return undefined;
    return this.use(this.addLayer({ ...expression, positional: [] }), positional);
  }

  private use(layer: GraphLayer, positional: readonly Expression[]): string {
    layer.calls.push(positional.slice(0, 1).flatMap((read) => this.refs(read)));
    const count = layer.calls.length - 1;
    return count === 0 ? layer.name : `${layer.name}#${count}`;
  }

  private addLayer(call: CallExpression): GraphLayer {
    const { name, ...spec } = readLayer(call, this.scope);
    const layer = { spec: spec as LayerSpec, name: this.freeName(name, spec.type as string), calls: [] };
    this.graph.push(layer);
    return layer;
  }

  private freeName(given: unknown, type: string): string {
    if (typeof given === "string") return given;
    const base = type.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    const taken = new Set(this.graph.map(({ name }) => name));
    for (let i = 0; ; i++) {
      const name = i === 0 ? base : `${base}_${i}`;
      if (!taken.has(name)) return name;
    }
  }
}

/** A call of a class of layers, or of a function of `layers`. */
function isLayerCall({ callee }: CallExpression): boolean {
  if (callee.kind === "member") return lastWord(callee.object) === "layers";
  return callee.kind === "name" && /^[A-Z]/.test(callee.name);
}

/** `"adam"`, or `{ name: "adam", learningRate: 0.01 }`. */
function choice(value: unknown): { name?: string | undefined; learningRate?: unknown } {
  if (typeof value === "string") return { name: camelCase(value) };
  if (typeof value !== "object" || value === null) return {};
  return value as { name?: string; learningRate?: unknown };
}

const datasets: Readonly<Record<string, "mnist" | "fashionMnist">> = {
  mnist: "mnist",
  fashionMnist: "fashionMnist",
  fashion_mnist: "fashionMnist",
};

/** The data set that `mnist()` or `keras.datasets.mnist.load_data()` reads. */
function datasetOf(callee: Expression): "mnist" | "fashionMnist" | undefined {
  if (callee.kind === "name") return datasets[callee.name];
  if (callee.kind !== "member" || callee.name !== "load_data") return undefined;
  return datasets[lastWord(callee.object) ?? ""];
}

/** An input in front of a chain becomes the input shape of the first layer: the same network. */
function folded([first, second, ...others]: LayerSpec[]): LayerSpec[] {
  if (first === undefined) return [];
  if (first.type !== "input" || second === undefined)
    return [first, second, ...others].filter((layer) => layer !== undefined);
  return [{ ...second, inputShape: second.inputShape ?? first.shape }, ...others];
}
