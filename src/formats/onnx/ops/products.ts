/** Products of matrices. @see https://onnx.ai/onnx/operators/ */
import { broadcastShapes, formatShape, sizeOf } from "../../../core/shape.ts";
import type { Value } from "../../../graph/graph.ts";
import { add, multiply } from "../../../graph/ops/elementwise.ts";
import { matMul as matMulValue } from "../../../graph/ops/mat-mul.ts";
import { reduceSum } from "../../../graph/ops/reduce-sum.ts";
import { reshape } from "../../../graph/ops/reshape.ts";
import { transpose } from "../../../graph/ops/transpose.ts";
import { input, like, type OpDefinition, refuse } from "../operand.ts";

const gemm: OpDefinition = {
  attributes: ["alpha", "beta", "transA", "transB"],
  write(call) {
    const { attributes } = call;
    const [a, b] = [input(call, 0).value, input(call, 1).value];
    const sums = matMulValue(a, b, {
      transposeA: attributes.flag("transA"),
      transposeB: attributes.flag("transB"),
    });
    const scaled = (x: Value, factor: number) => (factor === 1 ? x : multiply(x, factor));
    const product = scaled(sums, attributes.number("alpha", 1));
    const bias = call.inputs[2]?.value;
    if (!bias) return like(call, product);
    const result = add(product, scaled(bias, attributes.number("beta", 1)));
    if (result.shape.length !== 2 || sizeOf(result.shape) !== sizeOf(product.shape))
      throw refuse(call, `a bias that repeats to ${formatShape(product.shape)}`, formatShape(bias.shape));
    return like(call, result);
  },
};

/** As NumPy's: [K] counts as a row on the left and as a column on the right, axes before the last two repeat. */
const matMul: OpDefinition = {
  write(call) {
    const [left, right] = [input(call, 0).value, input(call, 1).value];
    if (left.shape.length === 0 || right.shape.length === 0) throw refuse(call, "arrays", "a single number");
    const a = left.shape.length === 1 ? reshape(left, [1, ...left.shape]) : left; // […, M, K]
    const b = right.shape.length === 1 ? reshape(right, [...right.shape, 1]) : right; // […, K, N]
    const [inner, innerB] = [a.shape[a.shape.length - 1], b.shape[b.shape.length - 2]];
    if (inner !== innerB)
      throw refuse(
        call,
        "matrices […, M, K] and […, K, N]",
        `${formatShape(left.shape)} and ${formatShape(right.shape)}`,
      );
    const outer = broadcastShapes(call.where, a.shape.slice(0, -2), b.shape.slice(0, -2));
    const ends = [...(left.shape.length === 1 ? [] : [a.shape[a.shape.length - 2]])];
    if (right.shape.length > 1) ends.push(b.shape[b.shape.length - 1]);
    return like(call, reshape(product(a, b), [...outer, ...ends]));
  },
};

function product(a: Value, b: Value): Value {
  const inner = a.shape[a.shape.length - 1];
  const columns = b.shape[b.shape.length - 1];
  if (sizeOf(b.shape.slice(0, -2)) === 1) {
    const rows = reshape(a, [-1, inner]);
    return matMulValue(rows, reshape(b, [b.shape[b.shape.length - 2], columns]));
  }
  /* A product for every matrix: all pairs of rows of a and columns of b at once. */
  const order = b.shape.map((_, i) => i);
  const [k, n] = order.splice(-2);
  const turned = transpose(b, [...order, n, k]); // […, N, K]
  const pairs = multiply(
    reshape(a, [...a.shape.slice(0, -1), 1, inner]),
    reshape(turned, [...turned.shape.slice(0, -2), 1, columns, b.shape[k]]),
  );
  return reduceSum(pairs, { axes: -1 });
}

export const products = { Gemm: gemm, MatMul: matMul } satisfies Record<string, OpDefinition>;
