import type { CallShape } from "../../compiler/tables.ts";
import type { FunctionBuilder, Local, ModuleBuilder } from "./assembler.ts";

/** What a compute kernel is handed for one part of a call. */
export interface KernelArgs {
  /** Byte addresses of the call's inputs, then of its outputs. */
  readonly addresses: readonly Local<"i32">[];
  /** The plan's `numbers`. */
  readonly numbers: readonly Local<"i32">[];
  /** The units of this part: `begin` ≤ unit < `end`. */
  readonly begin: Local<"i32">;
  readonly end: Local<"i32">;
  /** Address of `threadBytes` of memory of the running thread. */
  readonly scratch: Local<"i32">;
}

/** How one call runs: its pieces of work, and the code that does a range of them. */
export interface KernelPlan {
  /** Name of the method, for printed plans. */
  readonly algorithm: string;
  /** Smallest pieces of work, which do not depend on each other. */
  readonly units: number;
  /** Memory each thread needs while it works. Default 0. */
  readonly threadBytes?: number;
  /** Most parts it should be cut into. Default 32. */
  readonly maxParts?: number;
  /** Sizes that are arguments of the code, such as the batch. */
  readonly numbers?: readonly number[];
  /** Everything the code depends on. Kernels with the same key are the same code. */
  readonly key: string;
  write(f: FunctionBuilder, args: KernelArgs, module: ModuleBuilder): void;
}

/** Plans the kernel for a call from its shapes. */
export type KernelWriter<Params = never> = (call: CallShape<Params>) => KernelPlan;
