/** Arrays whose numbers are known when a file is read: initializers, and what follows from them alone. */
import { FileError } from "../../core/errors.ts";
import { formatShape, type Shape, sizeOf } from "../../core/shape.ts";
import { readBfloat16, readFloat16 } from "./half.ts";
import type { Message } from "./schema.ts";

export type NumberList = Float32Array | Float64Array;

/** ONNX's types of number by code. @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto, TensorProto.DataType */
const codes = {
  float: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  double: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
} as const;

export type DataType = keyof typeof codes;

/** Types that are not read, for messages. */
const refused: Readonly<Record<number, string>> = {
  8: "string",
  14: "complex64",
  15: "complex128",
  17: "float8e4m3fn",
  18: "float8e4m3fnuz",
  19: "float8e5m2",
  20: "float8e5m2fnuz",
  21: "uint4",
  22: "int4",
  23: "float4e2m1",
  24: "float8e8m0",
  25: "uint2",
  26: "int2",
};

const names = new Map<number, DataType>(
  Object.entries(codes).map(([name, code]) => [code, name as DataType]),
);

/** @throws FileError for a type that is not read. */
export function dataTypeOf(where: string, code: number): DataType {
  const found = names.get(code);
  if (found) return found;
  throw new FileError({
    where,
    expected: `a data type of ${[...names.values()].join(", ")}`,
    received: refused[code] ?? `type ${code}`,
  });
}

export function codeOf(type: DataType): number {
  return codes[type];
}

/** Whether numbers of this type are whole: their quotients are, too. */
export function isWhole(type: DataType): boolean {
  return !/float|double/.test(type);
}

const byteLengths: Readonly<Record<DataType, number>> = {
  float: 4,
  uint8: 1,
  int8: 1,
  uint16: 2,
  int16: 2,
  int32: 4,
  int64: 8,
  bool: 1,
  float16: 2,
  double: 8,
  uint32: 4,
  uint64: 8,
  bfloat16: 2,
};

/** Numbers with a shape. An array of one repeated number takes no memory until its numbers are asked for. */
export class Constant {
  readonly type: DataType;
  readonly shape: Shape;
  private numbers: NumberList | undefined;
  /** What every element is, if that is all that is known of them. */
  private readonly fill: number;

  constructor(type: DataType, shape: Shape, content: NumberList | number) {
    this.type = type;
    this.shape = shape;
    this.numbers = typeof content === "number" ? undefined : content;
    this.fill = typeof content === "number" ? content : 0;
  }

  static of(type: DataType, shape: Shape, numbers: readonly number[]): Constant {
    return new Constant(type, shape, isWhole(type) ? Float64Array.from(numbers) : Float32Array.from(numbers));
  }

  get size(): number {
    return sizeOf(this.shape);
  }

  get data(): NumberList {
    this.numbers ??= (isWhole(this.type) ? new Float64Array(this.size) : new Float32Array(this.size)).fill(
      this.fill,
    );
    return this.numbers;
  }

  get floats(): Float32Array {
    const { data } = this;
    return data instanceof Float32Array ? data : Float32Array.from(data);
  }

  /** The same elements under another shape or type. */
  as(type: DataType, shape: Shape): Constant {
    return new Constant(type, shape, this.numbers ?? this.fill);
  }
}

/**
 * An initializer, in either of the ways in which files hold numbers. Sizes are compared with the bytes that are there
 * before anything is allocated.
 *
 * @throws FileError for external data, unknown types, or fewer or more numbers than the shape says.
 */
export function readTensor(where: string, tensor: Message<"Tensor">): Constant {
  const problem = (expected: string, received: string) => new FileError({ where, expected, received });
  if (tensor.dataLocation === 1 || tensor.externalData.length > 0)
    throw problem("numbers inside the file", "external data");
  if (tensor.segment) throw problem("a whole array", "a segment");
  const type = dataTypeOf(where, tensor.dataType ?? 0);
  const { dims: shape } = tensor;
  const size = sizeOf(shape);
  if (shape.some((length) => !Number.isSafeInteger(length) || length < 0) || !Number.isSafeInteger(size))
    throw problem("a shape of whole numbers ≥ 0", formatShape(shape));
  const raw = tensor.rawData;
  if (raw && raw.length > 0) {
    const expected = size * byteLengths[type];
    if (raw.length !== expected)
      throw problem(`${expected} bytes for ${type} ${formatShape(shape)}`, `${raw.length} bytes`);
    return new Constant(type, shape, readRaw(type, raw));
  }
  const numbers = listOf(type, tensor);
  if (numbers.length !== size)
    throw problem(`${size} numbers for ${formatShape(shape)}`, `${numbers.length} numbers`);
  return Constant.of(
    type,
    shape,
    type === "float16" || type === "bfloat16" ? numbers.map(halves[type]) : numbers,
  );
}

const halves = { float16: readFloat16, bfloat16: readBfloat16 };

function listOf(type: DataType, tensor: Message<"Tensor">): readonly number[] {
  if (type === "float") return tensor.floatData;
  if (type === "double") return tensor.doubleData;
  if (type === "int64") return tensor.int64Data;
  if (type === "uint64" || type === "uint32") return tensor.uint64Data;
  return tensor.int32Data;
}

/** Little-endian, row-major. */
function readRaw(type: DataType, raw: Uint8Array): NumberList {
  const { buffer } = new Uint8Array(raw);
  if (type === "float") return new Float32Array(buffer);
  if (type === "double") return Float32Array.from(new Float64Array(buffer));
  if (type === "float16") return Float32Array.from(new Uint16Array(buffer), readFloat16);
  if (type === "bfloat16") return Float32Array.from(new Uint16Array(buffer), readBfloat16);
  if (type === "int64") return Float64Array.from(new BigInt64Array(buffer), Number);
  if (type === "uint64") return Float64Array.from(new BigUint64Array(buffer), Number);
  if (type === "int32") return Float64Array.from(new Int32Array(buffer));
  if (type === "uint32") return Float64Array.from(new Uint32Array(buffer));
  if (type === "int16") return Float64Array.from(new Int16Array(buffer));
  if (type === "uint16") return Float64Array.from(new Uint16Array(buffer));
  if (type === "int8") return Float64Array.from(new Int8Array(buffer));
  return Float64Array.from(raw);
}
