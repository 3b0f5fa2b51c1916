import type { Backend } from "../backends/contract.ts";
import { ShapeError } from "../core/errors.ts";
import { formatShape, type Shape, sizeOf } from "../core/shape.ts";
import type { Network } from "../models/network.ts";

/** A weight's numbers, row-major. */
export interface WeightArray {
  /** `conv2d/kernel`. */
  readonly name: string;
  readonly shape: Shape;
  readonly data: Float32Array;
}

/** All weights in the order of the layers. */
export function readWeights(network: Network, backend: Backend): Promise<WeightArray[]> {
  return Promise.all(
    network.weights.map(async ({ path, state }) => ({
      name: path,
      shape: state.shape,
      data: await backend.readState(state),
    })),
  );
}

/** @throws ShapeError naming the weight that does not fit; nothing is changed then. */
export async function writeWeights(
  network: Network,
  backend: Backend,
  weights: readonly (WeightArray | Float32Array)[],
): Promise<void> {
  const states = network.weights.map(({ path, state }) => ({ path, state, shape: state.shape }));
  if (weights.length !== states.length) {
    throw new ShapeError({
      where: "setWeights",
      expected: `${states.length} arrays: ${states.map(({ path }) => path).join(", ")}`,
      received: String(weights.length),
    });
  }
  const arrays = weights.map((weight) => (weight instanceof Float32Array ? weight : weight.data));
  for (const [i, { path, shape }] of states.entries()) {
    if (arrays[i].length === sizeOf(shape)) continue;
    throw new ShapeError({
      where: `setWeights, ${path}`,
      expected: `${sizeOf(shape)} numbers ${formatShape(shape)}`,
      received: String(arrays[i].length),
    });
  }
  await Promise.all(states.map(({ state }, i) => backend.writeState(state, arrays[i])));
}

/** SHA-256 of all weights as little-endian float32, one after the other: equal bits, equal hash. */
export async function hashWeights(weights: readonly WeightArray[]): Promise<string> {
  const total = weights.reduce((sum, { data }) => sum + data.length, 0);
  const bytes = new DataView(new ArrayBuffer(total * 4));
  let at = 0;
  for (const { data } of weights) {
    for (const value of data) {
      bytes.setFloat32(at, value, true);
      at += 4;
    }
  }
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes.buffer));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
