import type { DType, Shape } from "../core/shape.ts";
import type { State } from "../graph/graph.ts";

/** Where a buffer lies. Offsets are bytes from the beginning of the scratch region, which all programs overlay. */
export type Location =
  | { readonly kind: "scratch"; readonly offset: number }
  | { readonly kind: "state"; readonly state: State }
  | { readonly kind: "constant"; readonly data: Float32Array }
  /** A form of the states that is kept from run to run, until a state changes. */
  | { readonly kind: "derived" };

export interface BufferPlan {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly byteLength: number;
  readonly location: Location;
}

/** A buffer as a call reads it. */
export interface Operand {
  readonly buffer: number;
  readonly shape: Shape;
}

export interface CallPlan {
  readonly kernel: string;
  readonly params: unknown;
  readonly inputs: readonly Operand[];
  readonly outputs: readonly Operand[];
  /** Path of the layer it belongs to. */
  readonly scope: string;
  readonly flops: number;
  /** Bytes read and written, each buffer once. */
  readonly byteLength: number;
  readonly split: Split;
}

/** How a call is cut into pieces of work. It follows from shapes only, never from the number of threads. */
export interface Split {
  /** Name of the method, for printed plans. */
  readonly algorithm: string;
  /** Smallest pieces, such as image rows. */
  readonly units: number;
  /** Consecutive units are handed out in this many parts. */
  readonly parts: number;
  /** Memory each thread needs while it works on a part. */
  readonly threadBytes: number;
}

/**
 * A model's step as data: buffers on one block of memory and a flat list of kernel calls. It can be printed, posted to
 * a worker, and tested without running.
 */
export interface Program {
  readonly buffers: readonly BufferPlan[];
  readonly calls: readonly CallPlan[];
  /** Numbers of the calls that may run at the same time, one phase after the other. */
  readonly phases: readonly (readonly number[])[];
  /** The first phases only prepare forms of the states; they may be skipped while the states are unchanged. */
  readonly derivePhases: number;
  /** The phase at which updates of states begin; until then a step can be given up. */
  readonly updatePhase: number;
  /** Phases after which the program stops and hands a buffer to the caller. */
  readonly hostPoints: readonly { readonly name: string; readonly phase: number; readonly buffer: number }[];
  readonly inputs: Readonly<Record<string, Operand>>;
  readonly outputs: Readonly<Record<string, Operand>>;
  readonly states: readonly State[];
  readonly scratchBytes: number;
  readonly threadBytes: number;
}
