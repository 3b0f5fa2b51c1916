import type { Graph, Value } from "../graph/graph.ts";
import type { CallContext, Layer } from "../layers/layer.ts";
import type { Network, TensorPlace } from "../models/network.ts";
import { NetworkLayer } from "../models/network-layer.ts";

/** One use of a layer in a graph, with the values that it read and wrote. */
export interface LayerUse {
  /** `encoder/conv2d`; a layer's second use is `conv2d#1`. */
  readonly path: string;
  readonly layer: Layer;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  /** Everything it wrote into the graph. */
  readonly written: readonly Value[];
}

export interface WrittenLayers {
  /** In the order of the network; those inside a model come before the model. */
  readonly uses: readonly LayerUse[];
  readonly outputs: readonly Value[];
}

/** Writes a network layer by layer and keeps what each of them made: [N, …inputShape] for each input. */
export function writeLayers(
  graph: Graph,
  network: Network,
  inputs: readonly Value[],
  context: CallContext,
): WrittenLayers {
  const uses: LayerUse[] = [];
  const counts = new Map<string, number>();
  const pathOf = (name: string): string => {
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    return count === 0 ? name : `${name}#${count}`;
  };
  const write = (inner: Network, entering: readonly Value[], prefix: string): Value[] => {
    const values: Value[][] = [];
    const valueAt = ({ node, index }: TensorPlace): Value => values[node][index];
    for (const [i, { layer, inputs: places }] of inner.nodes.entries()) {
      const path = `${prefix}${layer.name}`;
      const entrance = inner.inputs.findIndex(({ node }) => node === i);
      const first = graph.values.length;
      const read = entrance >= 0 ? [entering[entrance]] : places.map(valueAt);
      const made = entrance >= 0 ? read : call(layer, read, path);
      values.push(made);
      uses.push({
        path: pathOf(path),
        layer,
        inputs: read,
        outputs: made,
        written: graph.values.slice(first),
      });
    }
    return inner.outputs.map(valueAt);
  };
  const call = (layer: Layer, read: readonly Value[], path: string): Value[] => {
    const { scope } = graph;
    graph.scope = path;
    const made =
      layer instanceof NetworkLayer ? write(layer.network, read, `${path}/`) : layer.callAll(read, context);
    graph.scope = scope;
    return made;
  };
  const outputs = write(network, inputs, "");
  return { uses, outputs };
}
