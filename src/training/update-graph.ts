import { sizeOf } from "../core/shape.ts";
import { gradients } from "../graph/gradients.ts";
import type { Graph, State, Value } from "../graph/graph.ts";
import type { NetworkWeight } from "../models/network.ts";
import type { ExtendedOptimizer, Optimizer, SlotOptions, UpdateContext } from "../optimizers/optimizer.ts";

/** An optimizer and the numbers it keeps, by path. */
export interface OptimizerState {
  readonly optimizer: ExtendedOptimizer;
  readonly slots: Map<string, State>;
}

/** The optimizer with what its common options ask for, which is loaded if there are any. */
export function extended(optimizer: Optimizer): ExtendedOptimizer | Promise<ExtendedOptimizer> {
  if (!optimizer.common) return optimizer;
  return import("../optimizers/further.ts").then(({ extendOptimizer }) => extendOptimizer(optimizer));
}

/**
 * Writes gradients and the optimizer's updates of the weights. Returns the names of its scalars.
 *
 * @param prefix of slots and scalars, where several optimizers work in one step
 */
export function writeUpdates(
  graph: Graph,
  weights: readonly NetworkWeight[],
  { optimizer, slots }: OptimizerState,
  loss: Value,
  prefix = "",
): string[] {
  const scalars = new Set<string>();
  const all = gradients(
    optimizer.scaleLoss?.(loss) ?? loss,
    weights.map(({ state }) => graph.state(state)),
  );
  const contexts = weights.map(({ path, state }, i): UpdateContext => {
    const slotOf = (name: string, { shape = state.shape, value = 0 }: SlotOptions = {}): State => {
      const key = `${optimizer.name}/${prefix}${path}/${name}`;
      const known = slots.get(key);
      if (known) return known;
      const initialize = () => new Float32Array(sizeOf(shape)).fill(value);
      const made: State = { path: key, shape, initialize };
      slots.set(key, made);
      return made;
    };
    return {
      path,
      parameter: graph.state(state),
      gradient: all[i],
      slot: (name, options) => graph.state(slotOf(name, options)),
      keep: (name, kept) => graph.update(slotOf(name), kept),
      scalar(name) {
        scalars.add(prefix + name);
        return graph.input(`optimizer/${prefix}${name}`, []);
      },
    };
  });
  const written = optimizer.writeAll?.(contexts);
  for (const [i, { path, state, constraint }] of weights.entries()) {
    graph.scope = prefix + path;
    const value = written?.[i] ?? optimizer.write(contexts[i]);
    graph.update(state, constraint ? constraint.write(value) : value);
  }
  graph.scope = "";
  return [...scalars];
}
