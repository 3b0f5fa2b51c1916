/** The kernel and the forms of the weights that each product and convolution runs with, from its shapes. */
import { computed, type Dag, type Node, type Ref, refTo } from "../../../compiler/dag.ts";
import { denseWalk, type Epilogue, noEpilogue, type ReduceMapParams } from "../../../compiler/expression.ts";
import { sizeOf } from "../../../core/shape.ts";
import { extentOf, threeAxes, type WindowAxis, type WindowGeometry } from "../../../core/window.ts";
import type { ConvParams } from "../../../graph/ops/conv.ts";
import { type MatMulParams, matMulSizes } from "../../../graph/ops/mat-mul.ts";
import type { Axes, SpreadAxis } from "../kernels/band.ts";
import type { WasmConvParams } from "../kernels/conv.ts";
import type { DepthwiseParams } from "../kernels/conv-depthwise.ts";
import type { DepthwiseGradientParams } from "../kernels/conv-depthwise-gradient.ts";
import { type PooledInputGradientParams, pooledPanelWidth } from "../kernels/conv-input-gradient-pooled.ts";
import { type PooledKernelGradientParams, slicesOf } from "../kernels/conv-kernel-gradient-pooled.ts";
import type { WinogradGradientParams } from "../kernels/conv-kernel-gradient-winograd.ts";
import { type WinogradParams, winogradTiles } from "../kernels/conv-winograd.ts";
import { type PanelParams, panelElements } from "../kernels/derive-panels.ts";
import { type WinogradPanelParams, winogradElements } from "../kernels/derive-winograd.ts";
import type { KernelGradientParams } from "../kernels/gradient-tile.ts";
import type { WasmMatMulParams } from "../kernels/mat-mul.ts";
import { tileRows } from "../kernels/tile.ts";
import type { PoolAxes } from "../kernels/winner-lists.ts";
import { gradientBlocks, type WinogradTile, winogradSchemes } from "../kernels/winograd.ts";
import type { PooledConvParams } from "./pooled-gradients.ts";

/** Channels of a unit of the depthwise kernel gradient: a cache line. */
const depthwiseBlock = 16;

/** Rows of B further apart than this many columns share too few cache sets: they are packed. */
const widestRow = 384;

type Extended<Params> = Params & { readonly epilogue?: Epilogue };

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
      return chooseConv(node, node.params as Extended<ConvParams> & { pool?: "max" | "winners" });
    case "convInputGradient":
      return chooseInputGradient(node, node.params as Extended<ConvParams>);
    case "convKernelGradient":
      return chooseKernelGradient(node, node.params as ConvParams);
    case "convInputGradientPooled":
      return choosePooledInputGradient(node, node.params as Extended<PooledConvParams>);
    case "convKernelGradientPooled":
      return choosePooledKernelGradient(node, node.params as PooledConvParams);
    default:
      return undefined;
  }
}

/** A call that prepares a form of a matrix, and what the product reads. */
function derived(
  kernel: string,
  node: Node,
  matrix: Ref,
  params: unknown,
  elements: number,
): { derive: Node; form: Ref } {
  const output = computed([elements]);
  const { scope, order } = node;
  const inputs = [matrix];
  const derive: Node = { kernel, params, inputs, outputs: [output], scope, flops: 0, order: order - 0.5 };
  return { derive, form: refTo(output) };
}

function panelsOf(node: Node, matrix: Ref, params: PanelParams) {
  return derived("derivePanels", node, matrix, params, panelElements(params));
}

/** Channels from which Winograd's products are worth its transforms. */
const leastWinogradChannels = 8;
/** Share of the direct products that Winograd's must stay below, with what whole tiles waste at the edges. */
const mostWinogradShare = 0.75;
/** Share of F(2)'s products that F(4)'s, with its dearer transforms, must stay below. */
const mostShareOfSmallTiles = 0.9;
/** Tiles of an image from which F(4)'s larger form of the kernel is worth reading; its gradient has no such form. */
const leastLargeTiles = 4;

/** The tiles of Winograd's method if it fits: 3 × 3, stride 1, no dilation or groups, enough channels, little waste. */
function winogradTile(
  { axes, groups, inC, outC, pool }: Omit<WasmConvParams, "epilogue">,
  leastLarge = leastLargeTiles,
): WinogradTile | undefined {
  const [depth, height, width] = axes;
  const isPlane = depth.in === 1 && depth.out === 1 && depth.size === 1 && depth.before === 0;
  const isSimple = [height, width].every(
    ({ size, stride, dilation, spread, before }) =>
      size === 3 && stride === 1 && dilation === 1 && spread === 1 && before >= 0 && before <= 2,
  );
  if (!isPlane || !isSimple || groups !== 1 || Math.min(inC, outC) < leastWinogradChannels) return undefined;
  const isPooled = pool !== "none";
  const tiles = (tile: WinogradTile) =>
    winogradTiles(height, isPooled, tile) * winogradTiles(width, isPooled, tile);
  const products = (tile: WinogradTile) => tiles(tile) * winogradSchemes[tile].patch ** 2;
  if (tiles(4) >= leastLarge && products(4) <= mostShareOfSmallTiles * products(2)) return 4;
  const direct = 9 * height.out * width.out;
  return isPooled || products(2) <= mostWinogradShare * direct ? 2 : undefined;
}

/** Whether sums are to be taken as they are written, product by product. */
const isDirect = ({ params }: Node): boolean | undefined => (params as { direct?: boolean }).direct;

/** A convolution by Winograd's method, if it suits; `form` says how the kernel lies in memory. */
function byWinograd(
  node: Node,
  params: WasmConvParams,
  form: Omit<WinogradPanelParams, "tile">,
): Node[] | undefined {
  const tile = isDirect(node) ? undefined : winogradTile(params);
  if (tile === undefined) return undefined;
  const [image, kernel, ...operands] = node.inputs;
  const panelParams = { tile, ...form };
  const elements = winogradElements(panelParams);
  const { derive, form: panels } = derived("deriveWinograd", node, kernel, panelParams, elements);
  const { axes, inC, outC, epilogue, pool } = params;
  const winograd: WinogradParams = { tile, height: axes[1], width: axes[2], inC, outC, epilogue, pool };
  return [
    derive,
    { ...node, kernel: "convWinograd", params: winograd, inputs: [image, panels, ...operands] },
  ];
}

function chooseMatMul(
  node: Node,
  { transposeA, transposeB, epilogue = noEpilogue }: Extended<MatMulParams>,
): Node[] {
  const [a, b, ...operands] = node.inputs;
  const sizes = matMulSizes([a.shape, b.shape], { transposeA, transposeB });
  const { rows, inner, columns } = sizes;
  const panels = transposeB || (columns > widestRow && rows > 1);
  const params: WasmMatMulParams = { transposeA, sizes, panels, epilogue };
  if (!panels) return [{ ...node, params }];
  const packed = panelsOf(node, b, {
    groups: { count: 1, stride: 0 },
    offset: 0,
    rows: [{ count: inner, stride: transposeB ? 1 : columns }],
    columns: { count: columns, stride: transposeB ? inner : 1 },
  });
  return [packed.derive, { ...node, params, inputs: [a, packed.form, ...operands] }];
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

/** Whether a convolution looks at single pixels, all of them: then it is a product of matrices. */
const isPointwise = (axes: Axes, groups: number): boolean =>
  groups === 1 &&
  axes.every(
    ({ in: inputs, out, size, stride, before }) =>
      size === 1 && stride === 1 && before === 0 && out === inputs,
  );

function pointwise(node: Node, transposeB: boolean, epilogue: Epilogue): Node[] {
  const [image, kernel, ...operands] = node.inputs;
  const flat = ({ tensor, shape }: Ref, columns: number): Ref => ({
    tensor,
    shape: [sizeOf(shape) / columns, columns],
  });
  const [inC, outC] = kernel.shape.slice(-2);
  const inputs = [flat(image, transposeB ? outC : inC), flat(kernel, outC), ...operands];
  return chooseMatMul({ ...node, kernel: "matMul", inputs }, { transposeA: false, transposeB, epilogue });
}

/** Longest sums that are worth copying the patches: few channels, as in first layers. */
const longestPatch = 64;

/** Whether patches are copied first: then short sums need no loops over taps. */
function suitsPatches({ axes, groups, inC }: WasmConvParams): boolean {
  const [depth, height, width] = axes;
  const isPlane = depth.in === 1 && depth.out === 1 && depth.size === 1 && depth.before === 0;
  const isDense = axes.every(({ spread }) => spread === 1);
  return isPlane && isDense && groups === 1 && height.size * width.size * inC <= longestPatch && inC <= 4;
}

function chooseConv(
  node: Node,
  { window, groups, epilogue = noEpilogue, pool }: Extended<ConvParams> & { pool?: "max" | "winners" },
): Node[] {
  const [image, kernel, ...operands] = node.inputs;
  const { inC, outC, channels, taps } = convSizes(kernel, groups);
  if (inC === 1 && outC === 1 && groups > 1) {
    const params: DepthwiseParams = { axes: forwardAxes(window), channels, reversed: false, epilogue };
    return [{ ...node, kernel: "convDepthwise", params }];
  }
  const params: WasmConvParams = {
    axes: forwardAxes(window),
    groups,
    inC,
    outC,
    epilogue,
    pool: pool ?? "none",
  };
  if (params.pool === "none" && isPointwise(params.axes, groups)) return pointwise(node, false, epilogue);
  const winograd = byWinograd(node, params, {
    offset: 0,
    taps: [3 * inC * channels, inC * channels],
    rows: { count: inC, stride: channels },
    columns: { count: outC, stride: 1 },
  });
  if (winograd) return winograd;
  const { derive, form } = panelsOf(node, kernel, {
    groups: { count: groups, stride: outC },
    offset: 0,
    rows: [{ count: taps * inC, stride: channels }],
    columns: { count: outC, stride: 1 },
  });
  const direct = suitsPatches(params) ? "convPatches" : "conv";
  return [derive, { ...node, kernel: direct, params, inputs: [image, form, ...operands] }];
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
  const params: WasmConvParams = { axes, groups, inC: outC, outC: inC, epilogue, pool: "none" };
  if (isPointwise(axes, groups)) return pointwise(node, true, epilogue);
  const lastTap = (taps - 1) * inC * channels;
  const winograd = byWinograd(node, params, {
    offset: lastTap,
    taps: [-3 * inC * channels, -inC * channels],
    rows: { count: outC, stride: 1 },
    columns: { count: inC, stride: channels },
  });
  if (winograd) return winograd;
  const { derive, form } = panelsOf(node, kernel, {
    groups: { count: groups, stride: outC },
    offset: lastTap,
    rows: [
      { count: taps, stride: -inC * channels },
      { count: outC, stride: 1 },
    ],
    columns: { count: inC, stride: channels },
  });
  const direct = suitsPatches(params) ? "convPatches" : "conv";
  return [derive, { ...node, kernel: direct, params, inputs: [gradient, form, ...operands] }];
}

function chooseKernelGradient(node: Node, { window, groups }: ConvParams): Node[] {
  const [kernel] = node.outputs;
  const { inC, outC, channels } = convSizes(refTo(kernel), groups);
  const axes = forwardAxes(window);
  if (inC === 1 && outC === 1 && groups > 1) {
    const blocks = Math.ceil(channels / depthwiseBlock);
    const slices = slicesFor(node.inputs[0].shape[0], blocks, sizeOf(kernel.shape));
    const params: DepthwiseGradientParams = { axes, channels, block: depthwiseBlock, slices };
    return inSlices({ ...node, kernel: "convDepthwiseGradient", params }, slices);
  }
  const tile = isDirect(node) ? undefined : winogradTile({ axes, groups, inC, outC, pool: "none" }, 1);
  if (tile !== undefined) return kernelGradientByWinograd(node, { axes, inC, outC }, tile);
  const params: KernelGradientParams = { axes, groups, inC, outC };
  return [{ ...node, kernel: inC < tileRows ? "convKernelGradientFew" : "convKernelGradient", params }];
}

/** Parts of a kernel's gradient that keep many threads busy. */
const enoughGradientUnits = 8;
/** Images of a slice, at least. */
const leastSliceImages = 4;
/** Bytes that all slices may take. */
const mostSliceBytes = 2 * 1024 * 1024;

/** Into how many slices a batch is cut: few channels have few blocks. */
function slicesFor(batch: number, blocks: number, weights: number): number {
  const wanted = Math.ceil(enoughGradientUnits / blocks);
  const fitting = Math.floor(mostSliceBytes / (weights * 4));
  return Math.max(1, Math.min(wanted, Math.floor(batch / leastSliceImages), fitting));
}

function kernelGradientByWinograd(
  node: Node,
  { axes: [, height, width], inC, outC }: Pick<KernelGradientParams, "axes" | "inC" | "outC">,
  tile: WinogradTile,
): Node[] {
  const blocks = gradientBlocks(inC) * gradientBlocks(outC);
  const slices = slicesFor(node.inputs[0].shape[0], blocks, 9 * inC * outC);
  const params: WinogradGradientParams = { tile, height, width, inC, outC, slices };
  return inSlices({ ...node, kernel: "convKernelGradientWinograd", params }, slices);
}

/** A call whose output is a sum of slices, which it makes one after the other, and another that adds them in order. */
function inSlices(node: Node, slices: number): Node[] {
  if (slices === 1) return [node];
  const partial = computed([slices, ...node.outputs[0].shape]);
  const params: ReduceMapParams = {
    shape: partial.shape,
    operands: [denseWalk(partial.shape)],
    steps: [],
    results: [{ operand: 0 }],
    axes: [0],
    reduction: "sum",
  };
  const flops = sizeOf(partial.shape);
  return [
    { ...node, outputs: [partial] },
    { ...node, kernel: "reduce", params, inputs: [refTo(partial)], flops },
  ];
}

/** The window of a pooling over two axes. */
const poolAxes = ([height, width]: WindowGeometry): PoolAxes => ({ height, width });

function choosePooledInputGradient(node: Node, params: Extended<PooledConvParams>): Node[] {
  const { window, pool, epilogue = noEpilogue } = params;
  const [gradient, winners, kernel, ...operands] = node.inputs;
  const { inC, outC, taps } = convSizes(kernel, 1);
  const { derive, form } = panelsOf(node, kernel, {
    groups: { count: 1, stride: 0 },
    offset: 0,
    rows: [
      { count: taps, stride: inC * outC },
      { count: outC, stride: 1 },
    ],
    columns: { count: inC, stride: outC },
    width: pooledPanelWidth(inC),
  });
  const [height, width] = window;
  const pooled: PooledInputGradientParams = { height, width, pool: poolAxes(pool), inC, outC, epilogue };
  return [derive, { ...node, params: pooled, inputs: [gradient, winners, form, ...operands] }];
}

function choosePooledKernelGradient(node: Node, { window, pool }: PooledConvParams): Node[] {
  const [kernel] = node.outputs;
  const { inC, outC } = convSizes(refTo(kernel), 1);
  const slices = slicesOf(node.inputs[0].shape[0], sizeOf(kernel.shape) * 4);
  const params: PooledKernelGradientParams = {
    axes: forwardAxes(window),
    pool: poolAxes(pool),
    inC,
    outC,
    slices,
  };
  return inSlices({ ...node, params }, slices);
}
