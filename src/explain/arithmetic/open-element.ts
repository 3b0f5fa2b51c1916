import type { Shape } from "../../core/shape.ts";
import type { Value } from "../../graph/graph.ts";
import { binaryFunctions } from "../../graph/meanings/elementwise.ts";
import type { ConvParams } from "../../graph/ops/conv.ts";
import type { BinaryName, UnaryName } from "../../graph/ops/elementwise.ts";
import type { MatMulParams } from "../../graph/ops/mat-mul.ts";
import type { PoolParams } from "../../graph/ops/pool-params.ts";
import type { ReduceParams } from "../../graph/ops/reduce-sum.ts";
import type { Numbers } from "../opened-model.ts";
import type { ChannelSum, ExplainedStep, Operand, Origin, Term } from "./explanation.ts";
import { positionOf } from "./places.ts";
import type { Arithmetic } from "./rounding.ts";
import { rowLength, sumByLanes, sumByRows, sumInOrder } from "./sum-order.ts";
import {
  convInputGradientTerms,
  convKernelGradientTerms,
  convTerms,
  matMulTerms,
  poolTerms,
  reduceTerms,
  type TermPlaces,
} from "./terms.ts";
import { type Element, repeatedPlace, throughViews } from "./views.ts";

type OpSource = Extract<Value["source"], { kind: "op" }>;

/** Opens numbers of a graph to their arithmetic: every op that computes is a step, recomputed as the engine does it. */
export class ElementOpener {
  readonly steps: ExplainedStep[] = [];
  private readonly numbers: Numbers;
  private readonly arithmetic: Arithmetic;
  private readonly originOf: (element: Element) => Origin | undefined;
  private readonly opened = new Map<string, Operand>();

  /**
   * @param numbers what the engine computed
   * @param originOf where numbers come from that are not opened
   */
  constructor(numbers: Numbers, arithmetic: Arithmetic, originOf: (element: Element) => Origin | undefined) {
    this.numbers = numbers;
    this.arithmetic = arithmetic;
    this.originOf = originOf;
  }

  /** Opens a number, down to the factors of the last sums before it. */
  async open(element: Element): Promise<Operand> {
    const found = this.follow(element);
    if ("from" in found) return found;
    const key = `${found.value.id} ${found.place}`;
    const known = this.opened.get(key);
    if (known) return known;
    const step = await this.step(found, found.value.source as OpSource);
    const operand = step ? this.add(step) : this.inner(found);
    this.opened.set(key, operand);
    return operand;
  }

  /** The number an element is handed on from: an operand if it is known where that comes from. */
  private follow(element: Element): Operand | Element {
    const isEnd = (value: Value) => this.originOf({ value, place: [] }) !== undefined;
    const found = throughViews(element, this.numbers, isEnd);
    if (typeof found === "number") return { value: found, from: { kind: "padding" } };
    const from = this.originOf(found);
    return from ? { value: this.stored(found), from } : found;
  }

  private add(step: ExplainedStep): Operand {
    this.steps.push(step);
    return { value: step.value, from: { kind: "step", step: this.steps.length - 1 } };
  }

  private stored({ value, place }: Element): number {
    const { source, shape } = value;
    const array = source.kind === "constant" ? source.data : this.numbers(value);
    return array[positionOf(shape, place)];
  }

  private inner(element: Element): Operand {
    const { source } = element.value;
    const op = source.kind === "op" ? source.op.name : source.kind;
    return { value: this.stored(element), from: { kind: "inner", op } };
  }

  /** A factor of a sum: not opened, but followed to where it comes from. */
  private factor(value: Value, place: readonly number[]): Operand {
    const found = this.follow({ value, place });
    return "from" in found ? found : this.inner(found);
  }

  /** The arithmetic of one number; `undefined` for ops that are not opened. */
  private async step({ value, place }: Element, source: OpSource): Promise<ExplainedStep | undefined> {
    const { op, inputs } = source;
    const params = source.params as never;
    const { round } = this.arithmetic;
    const operandsAt = async (): Promise<Operand[]> => {
      const operands: Operand[] = [];
      for (const input of inputs)
        operands.push(await this.open({ value: input, place: repeatedPlace(input, place) }));
      return operands;
    };
    switch (op.name) {
      case "unary": {
        const { function: name } = params as { function: UnaryName };
        const operands = await operandsAt();
        const [result] = await this.arithmetic.unary(name, [operands[0].value]);
        return { op: name, operands, value: result };
      }
      case "binary": {
        const { function: name } = params as { function: BinaryName };
        const operands = await operandsAt();
        const [a, b] = operands.map((operand) => operand.value);
        const result = name === "pow" ? await this.arithmetic.pow(a, b) : round(binaryFunctions[name](a, b));
        return { op: name, operands, value: result };
      }
      case "select": {
        const operands = await operandsAt();
        const [condition, a, b] = operands;
        return { op: "select", operands, value: condition.value === 0 ? b.value : a.value };
      }
      case "conv":
        return this.weighted(op.name, inputs, convTerms(place, inputs[1].shape, params as ConvParams));
      case "convInputGradient":
        return this.weighted(
          op.name,
          inputs,
          convInputGradientTerms(place, inputs[1].shape, params as ConvParams),
        );
      case "convKernelGradient":
        return this.weighted(
          op.name,
          inputs,
          convKernelGradientTerms(place, inputs[0].shape, value.shape, params as ConvParams),
        );
      case "matMul": {
        const shapes = inputs.map(({ shape }) => shape);
        return this.weighted(op.name, inputs, matMulTerms(place, shapes, params as MatMulParams));
      }
      case "averagePool": {
        const terms = this.plain(inputs[0], poolTerms(place, params as PoolParams));
        const sum = sumInOrder(
          terms.map(({ product }) => product),
          round,
        );
        return { op: op.name, operands: [], terms, divisor: terms.length, value: round(sum / terms.length) };
      }
      case "maxPool":
        return this.largest(op.name, inputs[0], poolTerms(place, params as PoolParams));
      case "reduceMax":
        return this.largest(op.name, inputs[0], reduceTerms(place, inputs[0].shape, params as ReduceParams));
      case "reduceSum": {
        const { axes } = params as ReduceParams;
        const terms = this.plain(inputs[0], reduceTerms(place, inputs[0].shape, { axes }));
        const products = terms.map(({ product }) => product);
        return { op: op.name, operands: [], terms, value: this.reduced(products, inputs[0].shape, axes) };
      }
      case "softmax":
        return this.softmax(inputs[0], place);
      default:
        return undefined;
    }
  }

  private weighted(op: string, inputs: readonly Value[], places: readonly TermPlaces[]): ExplainedStep {
    const { round } = this.arithmetic;
    const padding: Operand = { value: 0, from: { kind: "padding" } };
    const terms = places.map(({ first, second = [] }): Term => {
      const operand = first ? this.factor(inputs[0], first) : padding;
      const weight = this.factor(inputs[1], second);
      return { operand, weight, product: round(operand.value * weight.value) };
    });
    const value = sumInOrder(
      terms.map(({ product }) => product),
      round,
    );
    return {
      op,
      operands: [],
      terms,
      ...(op === "conv" && { channels: this.channels(terms, places) }),
      value,
    };
  }

  /** Sums of the terms of each channel, which stands last but one in a kernel's place. */
  private channels(terms: readonly Term[], places: readonly TermPlaces[]): ChannelSum[] {
    const byChannel = new Map<number, number[]>();
    for (const [i, { product }] of terms.entries()) {
      const channel = places[i].second?.at(-2) ?? 0;
      byChannel.set(channel, [...(byChannel.get(channel) ?? []), product]);
    }
    return [...byChannel].map(([channel, products]) => ({
      channel,
      sum: sumInOrder(products, this.arithmetic.round),
    }));
  }

  private plain(input: Value, places: readonly TermPlaces[]): Term[] {
    return places.map(({ first = [] }) => {
      const operand = this.factor(input, first);
      return { operand, product: operand.value };
    });
  }

  private largest(op: string, input: Value, places: readonly TermPlaces[]): ExplainedStep {
    const terms = this.plain(input, places);
    let winner = 0;
    for (const [i, { product }] of terms.entries()) if (product > terms[winner].product) winner = i;
    return { op, operands: [], terms, winner, value: terms[winner].product };
  }

  private reduced(numbers: readonly number[], shape: Shape, axes: readonly number[]): number {
    const { isFloat32, round } = this.arithmetic;
    const length = isFloat32 ? rowLength(shape, axes) : undefined;
    return length === undefined ? sumInOrder(numbers, round) : sumByRows(numbers, length, round);
  }

  /** e^(x − max) over the sum of such powers, along the last axis. */
  private async softmax(input: Value, place: readonly number[]): Promise<ExplainedStep> {
    const { round, isFloat32 } = this.arithmetic;
    const outer = place.slice(0, -1);
    const logits: Operand[] = [];
    for (let i = 0; i < input.shape[input.shape.length - 1]; i++)
      logits.push(await this.open({ value: input, place: [...outer, i] }));
    const most = logits.reduce((max, { value }) => Math.max(max, value), -Infinity);
    const powers = await this.arithmetic.unary(
      "exp",
      logits.map(({ value }) => round(value - most)),
    );
    const divisor = isFloat32 ? sumByLanes(powers, round) : sumInOrder(powers, round);
    const terms = logits.map((operand, i): Term => ({ operand, product: powers[i] }));
    const value = round(powers[place[place.length - 1]] / divisor);
    return { op: "softmax", operands: [], terms, divisor, value };
  }
}
