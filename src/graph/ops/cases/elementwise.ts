import { apply } from "../../graph.ts";
import * as elementwise from "../elementwise.ts";
import { type BinaryName, binaryOp, type UnaryName, unaryOp } from "../elementwise.ts";
import type { OpName } from "../index.ts";
import { type Fill, type OpCase, x } from "./op-case.ts";

const unaryCase = (name: UnaryName, fill: Fill): OpCase => ({
  name,
  inputs: [x([3, 7], fill)],
  write: ([a]) => apply(unaryOp, [a], { function: name }),
});
const binaryCase = (name: BinaryName, fill: Fill): OpCase => ({
  name,
  inputs: [x([3, 5], fill), x([3, 5], fill)],
  write: ([a, b]) => apply(binaryOp, [a, b], { function: name }),
});
const everywhere: UnaryName[] = [
  "negate",
  "abs",
  "sign",
  "exp",
  "square",
  "sin",
  "cos",
  "tanh",
  "sigmoid",
  "relu",
  "floor",
  "ceil",
  "round",
  "expm1",
  "softplus",
  "erf",
];
const aboveZero: UnaryName[] = ["log", "sqrt", "log1p"];
const binaries: BinaryName[] = [
  "add",
  "subtract",
  "multiply",
  "maximum",
  "minimum",
  "equal",
  "greater",
  "greaterEqual",
  "less",
  "lessEqual",
];

export const elementwiseCases = {
  unary: [
    ...everywhere.map((name) => unaryCase(name, "normal")),
    ...aboveZero.map((name) => unaryCase(name, "positive")),
    ...(["expm1", "softplus", "erf"] as const).map(
      (name): OpCase => ({
        ...unaryCase(name, "distinct"),
        name: `${name}, far from 0`,
        inputs: [x([32, 9], "distinct")],
      }),
    ),
    { name: "long enough for several parts", inputs: [x([100, 1000])], write: ([a]) => elementwise.tanh(a) },
  ],
  binary: [
    ...binaries.map((name) => binaryCase(name, "normal")),
    binaryCase("divide", "positive"),
    binaryCase("pow", "positive"),
    {
      name: "a channel vector",
      inputs: [x([2, 3, 5]), x([5])],
      write: ([a, b]) => elementwise.multiply(a, b),
      terms: 6,
    },
    {
      name: "two sides repeated",
      inputs: [x([4, 1, 3]), x([5, 1])],
      write: ([a, b]) => elementwise.add(a, b),
      terms: 20,
    },
    {
      name: "one number",
      inputs: [x([3, 9]), x([])],
      write: ([a, b]) => elementwise.subtract(a, b),
      terms: 27,
    },
    {
      name: "a chain that is one call",
      inputs: [x([7, 9]), x([9])],
      write: ([a, b]) => elementwise.relu(elementwise.add(elementwise.multiply(a, 2), b)),
      terms: 7,
    },
  ],
  select: [
    {
      name: "by sign",
      inputs: [x([5, 7]), x([5, 7]), x([7])],
      write: ([c, a, b]) => elementwise.select(elementwise.greater(c, 0), a, b),
      terms: 5,
    },
  ],
  cast: [
    {
      name: "bytes",
      inputs: [x([3, 11], { below: 256 }, "uint8")],
      write: ([a]) => elementwise.multiply(elementwise.cast(a), 1 / 255),
      constant: true,
    },
    {
      name: "integers, repeated",
      inputs: [x([4, 1], { below: 1000 }, "int32"), x([4, 6])],
      write: ([a, b]) => elementwise.multiply(elementwise.cast(a), b),
    },
  ],
} satisfies Partial<Record<OpName, readonly OpCase[]>>;
