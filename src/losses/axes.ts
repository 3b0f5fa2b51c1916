import { resolveAxis, type Shape } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import { transpose } from "../graph/ops/transpose.ts";

/** Moves an axis to the end; the others keep their order. */
export function axisLast(where: string, value: Value, axis: number): Value {
  const at = resolveAxis(where, value.shape.length, axis);
  const others = value.shape.flatMap((_, i) => (i === at ? [] : [i]));
  return transpose(value, [...others, at]);
}

/** Whether an axis is the last one of a shape. */
export function isLast(where: string, shape: Shape, axis: number): boolean {
  return resolveAxis(where, shape.length, axis) === shape.length - 1;
}
