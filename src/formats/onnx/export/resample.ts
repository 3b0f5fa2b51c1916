import type { Value } from "../../../graph/graph.ts";
import type { ResampleParams } from "../../../graph/ops/resample.ts";
import { axisIn, type Form, type GraphWriter } from "./graph-writer.ts";
import { inputsOf, type OpWriter, paramsOf } from "./op-writer.ts";

/** Rows along an axis: picked ones as Gather, sums of several as a product with a matrix. */
export const resample: OpWriter = (writer, value) => {
  const [x] = inputsOf(value);
  const { axis, rows } = paramsOf<ResampleParams>(value);
  const rank = value.shape.length;
  if (rows.every((taps) => taps.length === 1 && taps[0][1] === 1)) {
    const form = rank > 2 ? writer.formOf([x]) : "last";
    const indices = writer.file.wholeNumbers(
      `${value.scope}/rows`,
      rows.map(([[row]]) => row),
    );
    writer.write(value, form, "Gather", [writer.name(x, form), indices], { axis: axisIn(form, axis, rank) });
    return;
  }
  const { form, position } = placeOf(writer, x, axis);
  const [length, out] = [x.shape[axis], rows.length];
  const name = writer.name(x, form);
  if (rank > 1 && position === rank - 2) {
    const left = new Float32Array(out * length);
    for (const [o, taps] of rows.entries())
      for (const [row, weight] of taps) left[o * length + row] += weight;
    const matrix = writer.file.fixed(value.scope, [out, length], left);
    writer.write(value, form, "MatMul", [matrix, name]);
    return;
  }
  const right = new Float32Array(length * out);
  for (const [o, taps] of rows.entries()) for (const [row, weight] of taps) right[row * out + o] += weight;
  const matrix = writer.file.fixed(value.scope, [length, out], right);
  if (position === rank - 1) {
    writer.write(value, form, "MatMul", [name, matrix]);
    return;
  }
  const perm = Array.from({ length: rank }, (_, i) => i);
  [perm[position], perm[rank - 1]] = [rank - 1, position];
  const turned = writer.file.add(value.scope, "Transpose", [name], { perm });
  const product = writer.file.add(value.scope, "MatMul", [turned, matrix]);
  writer.write(value, form, "Transpose", [product], { perm });
};

/** A form in which a matrix can be multiplied to the axis from one side or the other, if there is one. */
function placeOf(writer: GraphWriter, x: Value, axis: number): { form: Form; position: number } {
  const rank = x.shape.length;
  if (rank < 3) return { form: "last", position: axis };
  const now = writer.formOf([x]);
  const other: Form = now === "last" ? "first" : "last";
  const places = [now, other].map((form) => ({ form, position: axisIn(form, axis, rank) }));
  return places.find(({ position }) => position >= rank - 2) ?? places[0];
}
