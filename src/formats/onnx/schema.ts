/** The part of ONNX's messages that is read or written: field number and kind of each. Other fields are passed over. */
type FieldOf = readonly [number: number, kind: string, repeated?: "repeated"];

/** @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto */
export const schema = {
  Model: {
    irVersion: [1, "int64"],
    producerName: [2, "string"],
    producerVersion: [3, "string"],
    graph: [7, "Graph"],
    opsetImport: [8, "OperatorSet", "repeated"],
    metadataProps: [14, "Entry", "repeated"],
    functions: [25, "bytes", "repeated"],
  },
  Entry: { key: [1, "string"], value: [2, "string"] },
  OperatorSet: { domain: [1, "string"], version: [2, "int64"] },
  Graph: {
    node: [1, "Node", "repeated"],
    name: [2, "string"],
    initializer: [5, "Tensor", "repeated"],
    input: [11, "ValueInfo", "repeated"],
    output: [12, "ValueInfo", "repeated"],
    sparseInitializer: [15, "bytes", "repeated"],
  },
  Node: {
    input: [1, "string", "repeated"],
    output: [2, "string", "repeated"],
    name: [3, "string"],
    opType: [4, "string"],
    attribute: [5, "Attribute", "repeated"],
    domain: [7, "string"],
  },
  Attribute: {
    name: [1, "string"],
    f: [2, "float"],
    i: [3, "int64"],
    s: [4, "bytes"],
    t: [5, "Tensor"],
    g: [6, "bytes"],
    floats: [7, "float", "repeated"],
    ints: [8, "int64", "repeated"],
    strings: [9, "bytes", "repeated"],
    type: [20, "int32"],
    refAttrName: [21, "string"],
  },
  Tensor: {
    dims: [1, "int64", "repeated"],
    dataType: [2, "int32"],
    segment: [3, "bytes"],
    floatData: [4, "float", "repeated"],
    int32Data: [5, "int32", "repeated"],
    int64Data: [7, "int64", "repeated"],
    name: [8, "string"],
    rawData: [9, "bytes"],
    doubleData: [10, "double", "repeated"],
    uint64Data: [11, "uint64", "repeated"],
    externalData: [13, "bytes", "repeated"],
    dataLocation: [14, "int32"],
  },
  ValueInfo: { name: [1, "string"], type: [2, "Type"] },
  Type: { tensorType: [1, "TensorType"] },
  TensorType: { elemType: [1, "int32"], shape: [2, "TensorShape"] },
  TensorShape: { dim: [1, "Dimension", "repeated"] },
  Dimension: { dimValue: [1, "int64"], dimParam: [2, "string"] },
} as const satisfies Record<string, Record<string, FieldOf>>;

export type MessageName = keyof typeof schema;

type Single<Kind> = Kind extends "string"
  ? string
  : Kind extends "bytes"
    ? Uint8Array
    : Kind extends MessageName
      ? Message<Kind>
      : number;

/** A message as it is read: repeated fields are lists, others may be missing. */
export type Message<Name extends MessageName> = {
  [Key in keyof (typeof schema)[Name]]: (typeof schema)[Name][Key] extends readonly [
    number,
    infer Kind,
    "repeated",
  ]
    ? Single<Kind>[]
    : (typeof schema)[Name][Key] extends readonly [number, infer Kind]
      ? Single<Kind> | undefined
      : never;
};

type Wide<Kind> = Kind extends MessageName ? Partial_<Kind> : Single<Kind>;
type Partial_<Name extends MessageName> = {
  readonly [Key in keyof (typeof schema)[Name]]?: (typeof schema)[Name][Key] extends readonly [
    number,
    infer Kind,
    "repeated",
  ]
    ? readonly Wide<Kind>[]
    : (typeof schema)[Name][Key] extends readonly [number, infer Kind]
      ? Wide<Kind>
      : never;
};

/** A message to be written: every field may be left out. */
export type MessageToWrite<Name extends MessageName> = Partial_<Name>;
