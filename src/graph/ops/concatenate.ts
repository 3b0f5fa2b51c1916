import { ShapeError } from "../../core/errors.ts";
import { formatShape, resolveAxis } from "../../core/shape.ts";
import { apply, type Op, type Value } from "../graph.ts";
import { slice } from "./pad.ts";

/** Joins arrays along one axis. */
export const concatenateOp: Op<{ readonly axis: number }> = {
  name: "concatenate",
  shape(inputs, { axis }) {
    const [first] = inputs;
    for (const input of inputs) {
      if (input.length !== first.length || input.some((length, i) => i !== axis && length !== first[i])) {
        throw new ShapeError({
          where: "concatenate",
          expected: `shapes that differ along axis ${axis} only`,
          received: inputs.map(formatShape).join(", "),
        });
      }
    }
    return first.map((length, i) =>
      i === axis ? inputs.reduce((sum, input) => sum + input[axis], 0) : length,
    );
  },
  gradient({ inputs, outputGradient, params: { axis } }) {
    let from = 0;
    return inputs.map((input) => {
      const start = input.shape.map((_, i) => (i === axis ? from : 0));
      from += input.shape[axis];
      return slice(outputGradient, { start, size: input.shape });
    });
  },
  flops: () => 0,
};

/**
 * Joins arrays along one axis: [N, H, W, 3], [N, H, W, 5] with `axis: -1` → [N, H, W, 8].
 *
 * @throws ShapeError if another axis differs.
 */
export function concatenate(
  inputs: readonly [Value, ...Value[]],
  { axis = -1 }: { axis?: number } = {},
): Value {
  if (inputs.length === 1) return inputs[0];
  return apply(concatenateOp, inputs, { axis: resolveAxis("concatenate", inputs[0].shape.length, axis) });
}
