/** Pools, activations, sums and what only changes shapes, as layers; most of it in whichever layout comes in. */
import { sameShape, sizeOf } from "../../../core/shape.ts";
import { extentOf } from "../../../core/window.ts";
import { placeWindow, readWindow } from "../ops/windows.ts";
import type { ImportedNode, Layout, ModelBuilder, Tensor } from "./model-builder.ts";
import { callOf, sampleShape, type Translator } from "./translator.ts";

/** A layer that works on each element, or on each row of channels. */
const inPlace =
  (type: string, options: (imported: ImportedNode) => Record<string, unknown> | undefined): Translator =>
  (imported, builder) => {
    const [tensor] = imported.tensors;
    const chosen = options(imported);
    if (!tensor || !chosen || !builder.hasLayer(type)) return undefined;
    return [{ ref: builder.add(imported.node, type, chosen, [tensor.ref])(), layout: tensor.layout }];
  };

/** The same tensor under another name. */
const same: Translator = ({ tensors: [tensor], results }) =>
  tensor && results.length === 1 ? [tensor] : undefined;

const softmax: Translator = (imported, builder) => {
  const [x] = imported.operands;
  const [tensor] = imported.tensors;
  if (!x || !tensor) return undefined;
  const { node, opset } = imported;
  const rank = x.shape.length;
  const given = node.attributes.whole("axis", opset < 13 ? 1 : -1);
  const axis = given < 0 ? given + rank : given;
  const isLastInOne = sizeOf(x.shape.slice(2)) === 1;
  const isOverChannels = axis === 1 && (opset >= 13 || isLastInOne);
  const options = { activation: "softmax" };
  if (rank === 2 && axis === 1) {
    const ref = builder.given(tensor, sampleShape(x));
    return [{ ref: builder.add(node, "activation", options, [ref])(), layout: "given" }];
  }
  if (rank < 3 || !isOverChannels) return undefined;
  const ref = builder.last(tensor, sampleShape(x));
  return [{ ref: builder.add(node, "activation", options, [ref])(), layout: "last" }];
};

const poolTypes: Readonly<Record<string, string>> = { MaxPool: "maxPooling", AveragePool: "averagePooling" };

const pool: Translator = (imported, builder) => {
  const [x] = imported.operands;
  const [tensor] = imported.tensors;
  const { node } = imported;
  if (!x || !tensor || imported.results.length > 1) return undefined;
  const spatial = x.shape.slice(2);
  const type = `${poolTypes[node.op]}${spatial.length}d`;
  const call = callOf(imported);
  const roundsUp = node.attributes.flag("ceil_mode");
  const window = placeWindow(call, spatial, readWindow(call, spatial.length), roundsUp).map((axis) => ({
    ...axis,
    /* As much as the last window reaches, so that rounding down gives the same number of windows. */
    after: Math.max(0, (axis.out - 1) * axis.stride + extentOf(axis) - axis.in - axis.before),
  }));
  const isPadded = window.some(({ before, after }) => before > 0 || after > 0);
  const reaches = window.every(
    ({ before, size, out, stride, in: length }) => before < size && (out - 1) * stride - before < length,
  );
  const isOurs = builder.hasLayer(type) && window.every(({ dilation }) => dilation === 1) && reaches;
  if (!isOurs || (isPadded && node.attributes.flag("count_include_pad"))) return undefined;
  const options = {
    poolSize: window.map(({ size }) => size),
    strides: window.map(({ stride }) => stride),
    padding: isPadded ? window.map(({ before, after }) => [before, after]) : "valid",
  };
  const ref = builder.add(node, type, options, [builder.last(tensor, sampleShape(x))])();
  return [{ ref, layout: "last" }];
};

const globalPool =
  (kind: "globalAveragePooling" | "globalMaxPooling"): Translator =>
  (imported, builder) => {
    const [x] = imported.operands;
    const [tensor] = imported.tensors;
    if (!x || !tensor) return undefined;
    const type = `${kind}${x.shape.length - 2}d`;
    if (!builder.hasLayer(type)) return undefined;
    const ref = builder.last(tensor, sampleShape(x));
    return [{ ref: builder.add(imported.node, type, { keepdims: true }, [ref])(), layout: "last" }];
  };

/** How a flattened tensor lies, if the node is a flattening of a sample. */
function flattened(tensor: Tensor, from: readonly number[], to: readonly number[]): Layout | undefined {
  if (to.length !== 1) return undefined;
  if (tensor.layout !== "last") return tensor.layout;
  const [channels, ...spatial] = from;
  return sizeOf(spatial) === 1 ? "given" : { channels, spatial };
}

const reshape: Translator = (imported, builder) => {
  const [x] = imported.operands;
  const [tensor] = imported.tensors;
  const [result] = imported.results;
  if (!x || !tensor || result.shape[0] !== x.shape[0]) return undefined;
  const [from, to] = [sampleShape(x), sampleShape(result)];
  if (sameShape(from, to)) return [tensor];
  if (to.length === 0 || sizeOf(to) === 0) return undefined;
  const layout = flattened(tensor, from, to);
  if (layout !== undefined)
    return [{ ref: builder.add(imported.node, "flatten", {}, [tensor.ref])(), layout }];
  const ref = builder.given(tensor, from);
  return [{ ref: builder.add(imported.node, "reshape", { targetShape: to }, [ref])(), layout: "given" }];
};

/** Moving channels to the end or to the front changes only what the axes are called. */
const transpose: Translator = ({ operands: [x], tensors: [tensor], node }) => {
  if (!x || !tensor) return undefined;
  const rank = x.shape.length;
  const order = node.attributes.numbers("perm");
  if (!order || order.length !== rank) return undefined;
  const axes = x.shape.map((_, i) => i);
  const toLast = [0, ...axes.slice(2), 1];
  const toFirst = [0, rank - 1, ...axes.slice(1, -1)];
  const is = (other: readonly number[]) => sameShape(order, other);
  if (tensor.layout === "last" && is(toLast)) return [{ ...tensor, layout: "given" }];
  if (tensor.layout === "given" && rank > 2 && is(toFirst)) return [{ ...tensor, layout: "last" }];
  return is(axes) ? [tensor] : undefined;
};

/** The layout for several tensors of one shape: channels last if one of them has it so. */
function commonLayout(tensors: readonly Tensor[]): "given" | "last" {
  return tensors.some(({ layout }) => layout === "last") ? "last" : "given";
}

function alike(
  imported: ImportedNode,
  builder: ModelBuilder,
): { refs: string[]; layout: "given" | "last" } | undefined {
  const { operands } = imported;
  const tensors = imported.tensors.flatMap((tensor) => tensor ?? []);
  const rank = operands[0]?.shape.length ?? 0;
  if (tensors.length < operands.length || operands.some((operand) => operand?.shape.length !== rank))
    return undefined;
  const layout = commonLayout(tensors);
  const refs = tensors.map((tensor, i) => builder[layout](tensor, sampleShape(operands[i] ?? { shape: [] })));
  return { refs, layout };
}

const merge =
  (type: string): Translator =>
  (imported, builder) => {
    const inputs = alike(imported, builder);
    if (!inputs) return undefined;
    return [{ ref: builder.add(imported.node, type, {}, inputs.refs)(), layout: inputs.layout }];
  };

const concat: Translator = (imported, builder) => {
  const inputs = alike(imported, builder);
  const rank = imported.results[0].shape.length;
  const given = imported.node.attributes.whole("axis", 0);
  const axis = given < 0 ? given + rank : given;
  if (!inputs || axis === 0) return undefined;
  if (inputs.refs.length === 1) return [{ ref: inputs.refs[0], layout: inputs.layout }];
  const moved = inputs.layout === "given" ? axis : axis === 1 ? rank - 1 : axis - 1;
  return [
    { ref: builder.add(imported.node, "concatenate", { axis: moved }, inputs.refs)(), layout: inputs.layout },
  ];
};

const cast: Translator = (imported, builder) => {
  const [x] = imported.operands;
  const isSame = x && /float|double/.test(x.type) && /float|double/.test(imported.results[0].type);
  return isSame ? same(imported, builder) : undefined;
};

const activation = (name: string): Translator => inPlace("activation", () => ({ activation: name }));

/** The share that is dropped while training; a graph for prediction still says it. */
const dropout = inPlace("dropout", (imported) => {
  const { node, opset, operands, results } = imported;
  const ratio =
    opset < 12 ? node.attributes.number("ratio", 0.5) : operands[1] ? operands[1].constant?.data[0] : 0.5;
  return results.length === 1 && ratio !== undefined && ratio >= 0 && ratio < 1 ? { rate: ratio } : undefined;
});

export const layoutLayers: Readonly<Record<string, Translator>> = {
  Add: merge("add"),
  AveragePool: pool,
  Cast: cast,
  Concat: concat,
  Dropout: dropout,
  Flatten: reshape,
  GlobalAveragePool: globalPool("globalAveragePooling"),
  GlobalMaxPool: globalPool("globalMaxPooling"),
  Identity: same,
  Max: merge("maximum"),
  MaxPool: pool,
  Mean: merge("average"),
  Min: merge("minimum"),
  Mul: merge("multiply"),
  Relu: activation("relu"),
  Reshape: reshape,
  Sigmoid: activation("sigmoid"),
  Softmax: softmax,
  Squeeze: reshape,
  Sub: merge("subtract"),
  Sum: merge("add"),
  Tanh: activation("tanh"),
  Transpose: transpose,
  Unsqueeze: reshape,
};
