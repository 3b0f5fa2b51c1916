/** The kernel and the forms of the weights that each product and convolution runs with, from its shapes. */
import { computed, type Dag, type Node, type Ref, refTo } from "../../../compiler/dag.ts";
import { type Epilogue, noEpilogue } from "../../../compiler/expression.ts";
import { sizeOf } from "../../../core/shape.ts";
import { extentOf, threeAxes, type WindowAxis, type WindowGeometry } from "../../../core/window.ts";
import type { ConvParams } from "../../../graph/ops/conv.ts";
import { type MatMulParams, matMulSizes } from "../../../graph/ops/mat-mul.ts";
import type { Axes, SpreadAxis } from "../kernels/band.ts";
import type { WasmConvParams } from "../kernels/conv.ts";
import type { DepthwiseParams } from "../kernels/conv-depthwise.ts";
import { type PanelParams, panelElements } from "../kernels/derive-panels.ts";
import type { KernelGradientParams } from "../kernels/gradient-tile.ts";
import type { WasmMatMulParams } from "../kernels/mat-mul.ts";
import { tileRows } from "../kernels/tile.ts";

/** Rows of B further apart than this many columns share too few cache sets: they are packed. */
const widestRow = 384;

type Extended<Params> = Params & { readonly epilogue?: Epilogue; readonly pool?: "max" | "winners" };

export function chooseAlgorithms(dag: Dag): void {
  for (const node of dag.nodes) {
    const chosen = choose(node);
    if (chosen) dag.replace([node], chosen);
  }
}

function choose(node: Node): Node[] | undefined {
  switch (node.kernel) {
    case "matMul":
      return chooseMatMul(node, node.params as Extended<MatMulParams>);
    case "conv":
      return chooseConv(node, node.params as Extended<ConvParams>);
    case "convInputGradient":
      return chooseInputGradient(node, node.params as Extended<ConvParams>);
    case "convKernelGradient":
      return chooseKernelGradient(node, node.params as ConvParams);
    default:
      return undefined;
  }
}

/** A call that prepares the panels of a matrix, and what the product reads. */
function panelsOf(node: Node, matrix: Ref, params: PanelParams): { derive: Node; panels: Ref } {
  const output = computed([panelElements(params)]);
  const { scope, order } = node;
  const derive: Node = {
    kernel: "derivePanels",
    params,
    inputs: [matrix],
    outputs: [output],
    scope,
    flops: 0,
    order: order - 0.5,
  };
  return { derive, panels: refTo(output) };
}

function chooseMatMul(
  node: Node,
  { transposeA, transposeB, epilogue = noEpilogue }: Extended<MatMulParams>,
): Node[] {
  const [a, b, ...operands] = node.inputs;
  const sizes = matMulSizes([a.shape, b.shape], { transposeA, transposeB });
  const { inner, columns } = sizes;
  const panels = transposeB || columns > widestRow;
  const params: WasmMatMulParams = { transposeA, sizes, panels, epilogue };
  if (!panels) return [{ ...node, params }];
  const packed = panelsOf(node, b, {
    groups: { count: 1, stride: 0 },
    offset: 0,
    rows: [{ count: inner, stride: transposeB ? 1 : columns }],
    columns: { count: columns, stride: transposeB ? inner : 1 },
  });
  return [packed.derive, { ...node, params, inputs: [a, packed.panels, ...operands] }];
}

function convSizes(kernel: Ref, groups: number) {
  const [inC, channels] = kernel.shape.slice(-2);
  const taps = sizeOf(kernel.shape.slice(0, -2));
  return { inC, outC: channels / groups, channels, taps };
}

function mapAxes(window: WindowGeometry, map: (axis: WindowAxis) => SpreadAxis): Axes {
  const [depth, height, width] = threeAxes(window);
  return [map(depth), map(height), map(width)];
}

const forwardAxes = (window: WindowGeometry): Axes => mapAxes(window, (axis) => ({ ...axis, spread: 1 }));

/** The window that slides over the output's gradient to give the input's: stride 1, over spread pixels. */
const transposedAxes = (window: WindowGeometry): Axes =>
  mapAxes(window, (axis) => ({
    in: axis.out,
    out: axis.in,
    size: axis.size,
    stride: 1,
    dilation: axis.dilation,
    before: extentOf(axis) - 1 - axis.before,
    after: 0,
    spread: axis.stride,
  }));

function chooseConv(
  node: Node,
  { window, groups, epilogue = noEpilogue, pool }: Extended<ConvParams>,
): Node[] {
  const [image, kernel, ...operands] = node.inputs;
  const { inC, outC, channels, taps } = convSizes(kernel, groups);
  if (inC === 1 && outC === 1 && groups > 1) {
    const params: DepthwiseParams = { axes: forwardAxes(window), channels, reversed: false, epilogue };
    return [{ ...node, kernel: "convDepthwise", params }];
  }
  const { derive, panels } = panelsOf(node, kernel, {
    groups: { count: groups, stride: outC },
    offset: 0,
    rows: [{ count: taps * inC, stride: channels }],
    columns: { count: outC, stride: 1 },
  });
  const params: WasmConvParams = {
    axes: forwardAxes(window),
    groups,
    inC,
    outC,
    epilogue,
    pool: pool ?? "none",
  };
  return [derive, { ...node, params, inputs: [image, panels, ...operands] }];
}

function chooseInputGradient(
  node: Node,
  { window, groups, epilogue = noEpilogue }: Extended<ConvParams>,
): Node[] {
  const [gradient, kernel, ...operands] = node.inputs;
  const { inC, outC, channels, taps } = convSizes(kernel, groups);
  const axes = transposedAxes(window);
  if (inC === 1 && outC === 1 && groups > 1) {
    const params: DepthwiseParams = { axes, channels, reversed: true, epilogue };
    return [{ ...node, kernel: "convDepthwise", params }];
  }
  const { derive, panels } = panelsOf(node, kernel, {
    groups: { count: groups, stride: outC },
    offset: (taps - 1) * inC * channels,
    rows: [
      { count: taps, stride: -inC * channels },
      { count: outC, stride: 1 },
    ],
    columns: { count: inC, stride: channels },
  });
  const params: WasmConvParams = { axes, groups, inC: outC, outC: inC, epilogue, pool: "none" };
  return [derive, { ...node, kernel: "conv", params, inputs: [gradient, panels, ...operands] }];
}

function chooseKernelGradient(node: Node, { window, groups }: ConvParams): Node[] {
  const [kernel] = node.outputs;
  const { inC, outC, channels } = convSizes(refTo(kernel), groups);
  const axes = forwardAxes(window);
  if (inC === 1 && outC === 1 && groups > 1) {
    return [{ ...node, kernel: "convDepthwiseGradient", params: { axes, channels } }];
  }
  const params: KernelGradientParams = { axes, groups, inC, outC };
  return [{ ...node, kernel: inC < tileRows ? "convKernelGradientFew" : "convKernelGradient", params }];
}
