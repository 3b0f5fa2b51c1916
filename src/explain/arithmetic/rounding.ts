import { apply, Graph } from "../../graph/graph.ts";
import { unaryFunctions } from "../../graph/meanings/elementwise.ts";
import { pow, type UnaryName, unaryOp } from "../../graph/ops/elementwise.ts";
import type { Session } from "../../training/session.ts";
import { want } from "../opened-model.ts";

/** Rounds a result as the engine does: to float32, or not at all in float64. */
export type Rounding = (value: number) => number;

/** Functions that only need rounding: every engine gives the same. */
const exact: readonly UnaryName[] = [
  "negate",
  "abs",
  "sign",
  "square",
  "sqrt",
  "relu",
  "floor",
  "ceil",
  "round",
];

/** Numbers as the engine computes them, one at a time. */
export interface Arithmetic {
  readonly isFloat32: boolean;
  readonly round: Rounding;
  /** A function of numbers; those that engines round differently are computed by the engine itself. */
  unary(name: UnaryName, numbers: readonly number[]): Promise<readonly number[]>;
  pow(base: number, exponent: number): Promise<number>;
}

export function arithmeticOf(session: Session): Arithmetic {
  const isFloat32 = session.backend.name !== "reference";
  const round: Rounding = isFloat32 ? Math.fround : (value) => value;
  const inEngine = async (name: UnaryName | "pow", inputs: readonly (readonly number[])[]) => {
    const { length } = inputs[0];
    const { graph, executable } = await session.prepare(`explain ${name} ${length}`, () => {
      const written = new Graph();
      const [x, y] = inputs.map((_, i) => written.input(`x${i}`, [length]));
      const result = want(name === "pow" ? pow(x, y) : apply(unaryOp, [x], { function: name }));
      return { graph: written, draws: [], scalars: [], result };
    });
    const feeds = Object.fromEntries(inputs.map((numbers, i) => [`x${i}`, Float32Array.from(numbers)]));
    const { outputs } = await session.run(executable, { steps: 1, inputs: feeds });
    return Array.from(outputs[`value/${graph.result.id}`]);
  };
  return {
    isFloat32,
    round,
    unary: async (name, numbers) =>
      !isFloat32 || exact.includes(name)
        ? numbers.map((x) => round(unaryFunctions[name](x)))
        : inEngine(name, [numbers]),
    pow: async (base, exponent) => (await inEngine("pow", [[base], [exponent]]))[0],
  };
}
