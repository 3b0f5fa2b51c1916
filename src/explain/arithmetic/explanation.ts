/** Where a number of an explanation comes from. */
export type Origin =
  /** An earlier step of the same explanation. */
  | { readonly kind: "step"; readonly step: number }
  /** What another layer made, without the batch: it can be explained in turn. */
  | { readonly kind: "activation"; readonly layer: string; readonly place: readonly number[] }
  /** How the loss changes with what a layer made, or with the sums before its activation. */
  | {
      readonly kind: "gradient";
      readonly layer: string;
      readonly of: "output" | "preActivation";
      readonly place: readonly number[];
    }
  /** What enters the model. */
  | { readonly kind: "input"; readonly name: string; readonly place: readonly number[] }
  | { readonly kind: "weight"; readonly name: string; readonly place: readonly number[] }
  | { readonly kind: "constant" }
  /** A zero around the image. */
  | { readonly kind: "padding" }
  /** A number that the layer computed on its way and that is not opened further. */
  | { readonly kind: "inner"; readonly op: string };

export interface Operand {
  readonly value: number;
  readonly from: Origin;
}

/** One summand. */
export interface Term {
  readonly operand: Operand;
  /** What the operand is multiplied by, in weighted sums. */
  readonly weight?: Operand;
  /** Operand times weight, or the operand. */
  readonly product: number;
}

/** What the terms of one input channel add up to, by themselves. */
export interface ChannelSum {
  readonly channel: number;
  readonly sum: number;
}

/** One operation of an explanation. */
export interface ExplainedStep {
  /** Name of the op or function: `conv`, `add`, `relu`, `softmax`. */
  readonly op: string;
  readonly operands: readonly Operand[];
  /** Of sums, poolings and softmax, in the order in which the engine adds them up. */
  readonly terms?: readonly Term[];
  /** Of convolutions. */
  readonly channels?: readonly ChannelSum[];
  /** Of max poolings: which term won, the first of equals. */
  readonly winner?: number;
  /** Of average poolings: what the sum is divided by. Of softmax: the sum of the powers. */
  readonly divisor?: number;
  readonly value: number;
}
