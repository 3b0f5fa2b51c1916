import type { Feed } from "../backends/contract.ts";
import { DataError, ShapeError } from "../core/errors.ts";
import { checkOptions } from "../core/names.ts";
import { formatShape, sizeOf } from "../core/shape.ts";
import { Graph, type State, type Value } from "../graph/graph.ts";
import { add, multiply } from "../graph/ops/elementwise.ts";
import type { Network } from "../models/network.ts";
import type { NamedNumbers } from "../training/inputs.ts";
import type { Model } from "../training/model.ts";
import { checkSamples } from "../training/samples.ts";
import { findWeight } from "./explain-gradient.ts";
import { gradients, writeLoss } from "./gradients.ts";
import { prepareDirect } from "./opened-model.ts";

/** A change of one weight, number by number. */
export interface WeightDirection {
  /** As in `model.weightShapes`. */
  readonly name: string;
  readonly data: Float32Array;
}

export interface LossAlongOptions {
  /** How far to go: multiples of the direction. */
  ts: readonly number[];
  /** Which way each weight goes; weights that are not named stay. Default: down the gradient. */
  direction?: readonly WeightDirection[];
}

/** A graph in which weights are moved: weight + t · direction. */
class MovedGraph extends Graph {
  private readonly directions: ReadonlyMap<State, string>;
  private readonly moved = new Map<State, Value>();

  /** @param directions names of the weights that are moved */
  constructor(directions: ReadonlyMap<State, string>) {
    super();
    this.directions = directions;
  }

  override state(state: State): Value {
    const name = this.directions.get(state);
    if (name === undefined) return super.state(state);
    const known = this.moved.get(state);
    if (known) return known;
    const way = multiply(this.input(directionKey(name), state.shape), this.input("explain/t", []));
    const value = add(super.state(state), way);
    this.moved.set(state, value);
    return value;
  }
}

const directionKey = (name: string): string => `explain/direction/${name}`;

/**
 * The loss at several distances along a direction in the space of weights. The model's own weights stay as they are.
 *
 * With the default direction, `ts` are step sizes of plain gradient descent.
 *
 * @param image one sample or several
 * @param label for each sample, as `fit` takes them
 * @returns a loss for each of `ts`
 * @throws UsageError before `compile`; OptionError or ShapeError if a direction fits no weight.
 * @example
 * const losses = await lossAlong(model, test.x.subarray(0, 784), [7], { ts: [0, 0.05, 0.1, 0.2] });
 */
export async function lossAlong(
  model: Model,
  image: NamedNumbers,
  label: NamedNumbers,
  options: LossAlongOptions,
): Promise<Float64Array> {
  const where = "lossAlong";
  checkOptions(where, options, ["ts", "direction"]);
  const compiled = await model.requireCompiled(where);
  const session = await model.open();
  const { network, backend } = session;
  const ts = Float32Array.from(options.ts ?? []);
  if (ts.length === 0 || ts.some((t) => !Number.isFinite(t))) {
    throw new DataError({
      where: `${where}, ts`,
      expected: "finite numbers, at least one",
      received: options.ts?.join(", ") || "none",
    });
  }
  const samples = await checkSamples(where, network, compiled.outputs, { x: image, y: label });
  const direction = options.direction ?? (await downhill(model, image, label));
  const moved = statesOf(where, network, direction);
  const shape = session.batchShape(samples, samples.length);
  const key = `${where} ${[...moved.values()].join()}`;
  const { executable } = await prepareDirect(
    session,
    key,
    shape,
    (written) => {
      written.graph.output("loss", writeLoss(written, network, compiled, shape));
      return {};
    },
    () => new MovedGraph(moved),
  );
  /* The same samples and directions in every step: row 0 of what is uploaded once. */
  const uploaded = await Promise.all(
    [
      ...Object.entries(samples.arrays).map(([name, { data }]) => ({ name, data })),
      ...direction.map(({ name, data }) => ({ name: directionKey(name), data })),
    ].map(async ({ name, data }) => ({ name, data: await backend.upload(data, data.length) })),
  );
  try {
    const rows = new Uint32Array(ts.length);
    const inputs: Record<string, Feed> = Object.fromEntries(
      uploaded.map(({ name, data }) => [name, { data, rows }]),
    );
    const { outputs } = await session.run(executable, {
      steps: ts.length,
      inputs: { ...inputs, "explain/t": ts },
    });
    return Float64Array.from(outputs.loss);
  } finally {
    for (const { data } of uploaded) data.dispose();
  }
}

async function downhill(model: Model, image: NamedNumbers, label: NamedNumbers): Promise<WeightDirection[]> {
  const { weights } = await gradients(model, image, label);
  return weights.map(({ name, data }) => ({ name, data: data.map((value) => -value) }));
}

function statesOf(
  where: string,
  network: Network,
  direction: readonly WeightDirection[],
): ReadonlyMap<State, string> {
  return new Map(
    direction.map(({ name, data }) => {
      const { state } = findWeight(where, network, name);
      if (data.length === sizeOf(state.shape)) return [state, name];
      throw new ShapeError({
        where: `${where}, direction of ${name}`,
        expected: `${sizeOf(state.shape)} numbers, ${formatShape(state.shape)}`,
        received: `${data.length}`,
      });
    }),
  );
}
