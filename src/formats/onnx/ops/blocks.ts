/** Ops that join arrays and take them apart. @see https://onnx.ai/onnx/operators/ */
import { formatShape } from "../../../core/shape.ts";
import { concatenate } from "../../../graph/ops/concatenate.ts";
import { select } from "../../../graph/ops/elementwise.ts";
import { broadcastTo } from "../../../graph/ops/reduce-sum.ts";
import { reshape } from "../../../graph/ops/reshape.ts";
import { transpose } from "../../../graph/ops/transpose.ts";
import {
  attributeOrInput,
  axesOf,
  axisOf,
  input,
  known,
  like,
  type OpCall,
  type OpDefinition,
  refuse,
} from "../operand.ts";
import { padAxis, takeIndices, takeRange } from "./take.ts";

/** Elements of an axis that an op may name one by one. */
const mostIndices = 4096;

const concat: OpDefinition = {
  attributes: ["axis"],
  write(call) {
    const [first, ...others] = call.inputs.map((_, i) => input(call, i).value);
    if (!call.attributes.has("axis")) throw refuse(call, "axis", "none");
    const axis = axisOf(call, call.attributes.whole("axis", 0), first.shape.length);
    return like(call, concatenate([first, ...others], { axis }));
  },
};

const split: OpDefinition = {
  attributes: ["axis", "split", "num_outputs"],
  write(call) {
    const { value } = input(call, 0);
    const axis = axisOf(call, call.attributes.whole("axis", 0), value.shape.length);
    const length = value.shape[axis];
    const parts = call.opset >= 18 ? call.attributes.whole("num_outputs", call.outputs) : call.outputs;
    const each = Math.ceil(length / parts);
    const sizes =
      attributeOrInput(call, "split", { inputSince: 13, index: 1 }) ??
      Array.from({ length: parts }, (_, i) => Math.min(each, length - i * each));
    if (sizes.reduce((a, b) => a + b, 0) !== length)
      throw refuse(call, `parts of ${length} together`, formatShape(sizes));
    let from = 0;
    return sizes.map((part) => {
      from += part;
      return like(call, takeRange(value, axis, from - part, from));
    });
  },
};

/** Where a slice of one axis begins, how many elements it has, and how far apart they are. */
function sliceIndices(length: number, start: number, end: number, step: number): number[] {
  const clamp = (index: number, least: number, most: number) =>
    Math.min(Math.max(index < 0 ? index + length : index, least), most);
  const first = step > 0 ? clamp(start, 0, length) : clamp(start, -1, length - 1);
  const last = step > 0 ? clamp(end, 0, length) : clamp(end, -1, length - 1);
  const count = Math.max(0, Math.ceil((last - first) / step));
  return Array.from({ length: count }, (_, i) => first + i * step);
}

const slice: OpDefinition = {
  attributes: ["starts", "ends", "axes"],
  write(call) {
    const { value } = input(call, 0);
    const list = (name: string, index: number) => attributeOrInput(call, name, { inputSince: 10, index });
    const [starts, ends] = [list("starts", 1), list("ends", 2)];
    if (!starts || !ends) throw refuse(call, "starts and ends", "none");
    const axes = axesOf(call, list("axes", 3) ?? starts.map((_, i) => i), value.shape.length);
    const steps = (call.opset >= 10 ? list("steps", 4) : undefined) ?? starts.map(() => 1);
    if ([ends, axes, steps].some(({ length }) => length !== starts.length) || steps.includes(0))
      throw refuse(call, "as many ends, axes and steps as starts", "others");
    let result = value;
    for (const [i, axis] of axes.entries()) {
      const indices = sliceIndices(value.shape[axis], starts[i], ends[i], steps[i]);
      const [from, to] = [indices[0], indices[indices.length - 1] + 1];
      if (indices.length === 0) throw refuse(call, "a slice with elements", "none");
      if (steps[i] < 0 && indices.length > mostIndices)
        throw refuse(call, "a shorter slice", `${indices.length}`);
      result = steps[i] === 1 ? takeRange(result, axis, from, to) : takeIndices(result, axis, indices);
    }
    return like(call, result);
  },
};

/** The elements that an axis is continued by in front and behind, in modes other than a constant. */
function continued(
  mode: "reflect" | "edge" | "wrap",
  length: number,
  before: number,
  after: number,
): number[] {
  const period = Math.max(1, 2 * (length - 1));
  return Array.from({ length: before + length + after }, (_, i) => {
    const at = i - before;
    if (mode === "edge") return Math.min(Math.max(at, 0), length - 1);
    if (mode === "wrap") return ((at % length) + length) % length;
    const folded = ((at % period) + period) % period;
    return folded < length ? folded : period - folded;
  });
}

const pad: OpDefinition = {
  attributes: ["pads", "paddings", "value", "mode"],
  write(call) {
    const { value } = input(call, 0);
    const { attributes, opset } = call;
    const rank = value.shape.length;
    const mode = attributes.choice("mode", "constant", ["constant", "reflect", "edge", "wrap"]);
    const pads = attributeOrInput(call, "pads", { inputSince: 11, index: 1 });
    const axes =
      opset >= 18 && call.inputs[3]
        ? axesOf(call, known(call, 3, "axes"), rank)
        : value.shape.map((_, i) => i);
    const fill = call.inputs[2];
    const number = opset < 11 ? attributes.number("value", 0) : (fill?.constant?.data[0] ?? 0);
    if (!pads || pads.length !== 2 * axes.length || !pads.every(Number.isInteger))
      throw refuse(call, `${2 * axes.length} pads`, formatShape(pads ?? []));
    let result = value;
    for (const [i, axis] of axes.entries()) {
      const [before, after] = [pads[i], pads[i + axes.length]];
      const length = value.shape[axis];
      const cut = takeRange(result, axis, Math.max(0, -before), length - Math.max(0, -after));
      const more = [Math.max(0, before), Math.max(0, after)] as const;
      if (mode === "constant") result = padAxis(cut, axis, ...more, number);
      else if (more[0] > 0 || more[1] > 0) {
        const indices = continued(mode, cut.shape[axis], ...more);
        if (more[0] + more[1] > mostIndices) throw refuse(call, "less padding", formatShape(pads));
        result = takeIndices(cut, axis, indices);
      } else result = cut;
    }
    if (mode !== "constant" || !fill || fill.constant) return like(call, result);
    /* The number will only be known when the model runs. */
    const inside = broadcastTo(call.graph.constant(1), value.shape);
    const isInside = axes.reduce((mask, axis, i) => {
      const [before, after] = [Math.max(0, pads[i]), Math.max(0, pads[i + axes.length])];
      return padAxis(takeRange(mask, axis, 0, result.shape[axis] - before - after), axis, before, after);
    }, inside);
    return like(call, select(isInside, result, reshape(fill.value, [])));
  },
};

const gather: OpDefinition = {
  attributes: ["axis"],
  write(call) {
    const { value } = input(call, 0);
    const axis = axisOf(call, call.attributes.whole("axis", 0), value.shape.length);
    const length = value.shape[axis];
    const indices = known(call, 1, "indices").map((index) => (index < 0 ? index + length : index));
    if (indices.some((index) => !(index >= 0 && index < length)) || indices.length === 0)
      throw refuse(call, `indices from ${-length} to ${length - 1}`, formatShape(indices.slice(0, 8)));
    if (indices.length > mostIndices)
      throw refuse(call, `at most ${mostIndices} indices`, String(indices.length));
    const taken = takeIndices(value, axis, indices);
    const { shape } = input(call, 1);
    return like(
      call,
      reshape(taken, [...value.shape.slice(0, axis), ...shape, ...value.shape.slice(axis + 1)]),
    );
  },
};

function blockSize(call: OpCall): number {
  const size = call.attributes.whole("blocksize", 0);
  if (size >= 1 && input(call, 0).shape.length === 4) return size;
  throw refuse(
    call,
    "an image [N, C, H, W] and a blocksize ≥ 1",
    `${formatShape(input(call, 0).shape)} and ${size}`,
  );
}

const depthToSpace: OpDefinition = {
  attributes: ["blocksize", "mode"],
  write(call) {
    const size = blockSize(call);
    const { value } = input(call, 0);
    const [batch, channels, height, width] = value.shape;
    const rest = channels / size ** 2;
    const isDepthFirst = call.attributes.choice("mode", "DCR", ["DCR", "CRD"]) === "DCR";
    const split = isDepthFirst
      ? [batch, size, size, rest, height, width]
      : [batch, rest, size, size, height, width];
    const moved = transpose(reshape(value, split), isDepthFirst ? [0, 3, 4, 1, 5, 2] : [0, 1, 4, 2, 5, 3]);
    return like(call, reshape(moved, [batch, rest, height * size, width * size]));
  },
};

const spaceToDepth: OpDefinition = {
  attributes: ["blocksize"],
  write(call) {
    const size = blockSize(call);
    const { value } = input(call, 0);
    const [batch, channels, height, width] = value.shape;
    const split = reshape(value, [batch, channels, height / size, size, width / size, size]);
    const moved = transpose(split, [0, 3, 5, 1, 2, 4]);
    return like(call, reshape(moved, [batch, channels * size ** 2, height / size, width / size]));
  },
};

export const blocks = {
  Concat: concat,
  DepthToSpace: depthToSpace,
  Gather: gather,
  Pad: pad,
  Slice: slice,
  SpaceToDepth: spaceToDepth,
  Split: split,
} satisfies Record<string, OpDefinition>;
