import { sizeOf } from "../core/shape.ts";
import { gradients } from "../graph/gradients.ts";
import type { Graph, State, Value } from "../graph/graph.ts";
import type { NetworkWeight } from "../models/network.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";

/** An optimizer and the numbers it keeps, by path. */
export interface OptimizerState {
  readonly optimizer: Optimizer;
  readonly slots: Map<string, State>;
}

/** Writes gradients and the optimizer's updates of the weights. Returns the names of its scalars. */
export function writeUpdates(
  graph: Graph,
  weights: readonly NetworkWeight[],
  { optimizer, slots }: OptimizerState,
  loss: Value,
): string[] {
  const scalars = new Set<string>();
  const all = gradients(
    loss,
    weights.map(({ state }) => graph.state(state)),
  );
  for (const [i, { path, state, constraint }] of weights.entries()) {
    graph.scope = path;
    const slotOf = (name: string): State => {
      const slotPath = `${optimizer.name}/${path}/${name}`;
      const known = slots.get(slotPath);
      if (known) return known;
      const made: State = {
        path: slotPath,
        shape: state.shape,
        initialize: () => new Float32Array(sizeOf(state.shape)),
      };
      slots.set(slotPath, made);
      return made;
    };
    const value = optimizer.write({
      parameter: graph.state(state),
      gradient: all[i],
      slot: (name) => graph.state(slotOf(name)),
      keep: (name, kept) => graph.update(slotOf(name), kept),
      scalar(name) {
        scalars.add(name);
        return graph.input(`optimizer/${name}`, []);
      },
    });
    graph.update(state, constraint ? constraint.write(value) : value);
  }
  graph.scope = "";
  return [...scalars];
}
