import type { Dag } from "../compiler/dag.ts";
import { writeMaps } from "../compiler/maps.ts";
import type { BackendTables } from "../compiler/tables.ts";
import type { Backend } from "./contract.ts";
import { chooseAlgorithms } from "./wasm/rewrites/algorithms.ts";
import { wasmTables } from "./wasm/tables.ts";

/** Asks for convolutions without transforms. */
function convolveDirectly(dag: Dag): void {
  dag.nodes = dag.nodes.map((node) =>
    node.kernel.startsWith("conv") ? { ...node, params: { ...(node.params as object), direct: true } } : node,
  );
}

/**
 * How programs are planned whose every number is looked at: each op is a call of its own, and sums run as they are
 * written, product by product. What comes out may differ in the last digits from what the backend's own plan gives.
 */
export function directTablesOf(backend: Backend): BackendTables {
  if (backend.name !== "wasm") return backend.tables;
  return { ...wasmTables, rewrites: [writeMaps, convolveDirectly, chooseAlgorithms] };
}
