import type { Shape } from "../../core/shape.ts";
import type { LayerSpec } from "../../models/spec.ts";

/** One change of a spec. Numbers of layers count from 0, before the change. */
export type SpecEdit =
  /** Puts a layer in front of number `at`, which then reads it. */
  | { readonly kind: "insert"; readonly at: number; readonly layer: LayerSpec }
  /** Sets options of a layer; `null` removes one. */
  | { readonly kind: "set"; readonly at: number; readonly options: Readonly<Record<string, unknown>> }
  /** Takes a layer out of a chain. */
  | { readonly kind: "remove"; readonly at: number };

/** A change that cures a problem. */
export interface SpecFix {
  /** What a button says: `Add Flatten`. */
  readonly label: string;
  readonly edit: SpecEdit;
}

/** Something about a layer. */
export interface SpecProblem {
  /** `error`: cannot be built. `warning`: builds, but hardly what is meant. `note`: good to know. */
  readonly severity: "error" | "warning" | "note";
  /** Which kind of problem; stable, for programs that branch on it. */
  readonly code:
    | "option"
    | "shape"
    | "inputShape"
    | "connection"
    | "denseOnImage"
    | "unread"
    | "noActivation"
    | "mostParameters";
  /** Number of the layer. */
  readonly layer: number;
  readonly message: string;
  readonly fixes: readonly SpecFix[];
}

/** How a window lies along one axis of an image. */
export interface WindowReport {
  readonly in: number;
  readonly out: number;
  readonly size: number;
  readonly stride: number;
  readonly dilation: number;
  /** Zeros in front of and behind the image. */
  readonly before: number;
  readonly after: number;
  /** Rows or columns that no window reads. */
  readonly unread: readonly number[];
}

/** A layer of a spec as it would be built. */
export interface LayerReport {
  readonly index: number;
  readonly name: string;
  readonly type: string;
  /** Of one sample; missing behind a problem. */
  readonly outputShape?: Shape;
  readonly weights: readonly { readonly name: string; readonly shape: Shape }[];
  readonly parameters: number;
  /** How the parameters come about: `3·3·1·8 + 8 = 80`. */
  readonly parameterFormula: string;
  /** Products that are added up, for one sample, in convolutions and dense layers. */
  readonly multiplyAdds: number;
  /** Bytes of the weights, and of what comes out for one sample. */
  readonly weightBytes: number;
  readonly activationBytes: number;
  /** Along each axis, for convolutions and poolings. */
  readonly window?: readonly WindowReport[];
  readonly problems: readonly SpecProblem[];
}

/** A spec, layer by layer. */
export interface SpecReport {
  readonly layers: readonly LayerReport[];
  /** Of all layers, errors first. */
  readonly problems: readonly SpecProblem[];
  /** Whether it can be built. */
  readonly isSound: boolean;
  readonly parameters: number;
  readonly multiplyAdds: number;
  readonly weightBytes: number;
  readonly activationBytes: number;
}
