/**
 * The wasm backend: kernels written in TypeScript, emitted as WebAssembly SIMD for the program's shapes, on a pool of
 * threads with one memory. The calling thread only plans, feeds and collects.
 */

import type { CallPlan, Program } from "../../compiler/program.ts";
import type { CallShape } from "../../compiler/tables.ts";
import { UsageError } from "../../core/errors.ts";
import { Turns } from "../../core/turns.ts";
import type { State } from "../../graph/graph.ts";
import type { Backend, Executable, InputArray, ResidentData } from "../contract.ts";
import type { Region } from "./allocator.ts";
import { bytesOf, Engine, type EngineOptions, type PlannedKernel } from "./engine.ts";
import { type ProgramHost, WasmExecutable } from "./executable.ts";
import { ResidentRows } from "./resident-rows.ts";
import { planKernel, wasmTables } from "./tables.ts";

export class WasmBackend implements Backend, ProgramHost {
  readonly name = "wasm";
  readonly tables = wasmTables;
  private readonly engine: Engine;
  private readonly states = new Map<State, Region>();
  private readonly executables = new Set<WasmExecutable>();
  private lastProgram = 0;
  /** All programs overlay this region, and each thread has one of its own. */
  private scratch: Region = { address: 0, byteLength: 0 };
  private threadScratch: Region = { address: 0, byteLength: 0 };
  version = 0;

  constructor(options: EngineOptions) {
    this.engine = new Engine(options);
  }

  get threads(): number {
    return this.engine.threads;
  }

  start(): void {
    this.engine.start();
  }

  prepare(program: Program): Promise<Executable> {
    return this.engine.inOrder(async () => {
      const planned = program.calls.map(
        (call): PlannedKernel => ({
          plan: planKernel(shapeOf(call, program)),
          addressCount: call.inputs.length + call.outputs.length,
        }),
      );
      const functions = await this.engine.compile(planned);
      const turns = new Turns();
      for (const state of program.states) {
        await this.ensureState(state);
        await turns.pass();
      }
      this.growScratch(program);
      const executable = new WasmExecutable(
        this,
        this.engine,
        program,
        planned,
        functions,
        ++this.lastProgram,
      );
      this.executables.add(executable);
      await executable.bind();
      return executable;
    });
  }

  /** Makes both scratch regions large enough; if one moves, every program is bound again before it runs. */
  private growScratch({ scratchBytes, threadBytes }: Program): void {
    const { allocator } = this.engine;
    const grown = (region: Region, byteLength: number): Region => {
      if (byteLength <= region.byteLength) return region;
      if (region.byteLength > 0) allocator.free(region);
      for (const executable of this.executables) executable.isBound = false;
      return allocator.allocate(byteLength);
    };
    this.scratch = grown(this.scratch, scratchBytes);
    this.threadScratch = grown(this.threadScratch, alignUp(threadBytes) * this.threads);
  }

  get scratchAddress(): number {
    return this.scratch.address;
  }

  get threadAddresses(): number[] {
    const each = this.threadScratch.byteLength / this.threads;
    return Array.from({ length: this.threads }, (_, thread) => this.threadScratch.address + thread * each);
  }

  stateAddress(state: State): number {
    const region = this.states.get(state);
    if (!region) {
      throw new UsageError({
        where: state.path,
        expected: "weights in use",
        received: "weights that were released",
      });
    }
    return region.address;
  }

  private async ensureState(state: State): Promise<Region> {
    const known = this.states.get(state);
    if (known) return known;
    const numbers = state.initialize();
    const region = this.allocate(numbers.byteLength);
    this.states.set(state, region);
    await this.engine.write(region.address, bytesOf(numbers));
    this.version++;
    return region;
  }

  allocate(byteLength: number): Region {
    return this.engine.allocator.allocate(byteLength);
  }

  free(region: Region): void {
    this.engine.allocator.free(region);
  }

  upload(data: InputArray, rowLength: number): Promise<ResidentData> {
    return this.engine.inOrder(async () => {
      const region = this.allocate(data.byteLength);
      await this.engine.write(region.address, bytesOf(data));
      const rowBytes = rowLength * data.BYTES_PER_ELEMENT;
      return new ResidentRows(region, rowLength, rowBytes, () => this.free(region));
    });
  }

  readState(state: State): Promise<Float32Array> {
    return this.engine.inOrder(async () => {
      const { address, byteLength } = await this.ensureState(state);
      return new Float32Array((await this.engine.read(address, byteLength)).buffer);
    });
  }

  writeState(state: State, numbers: Float32Array): Promise<void> {
    return this.engine.inOrder(async () => {
      const region = this.states.get(state) ?? this.allocate(numbers.byteLength);
      this.states.set(state, region);
      this.version++;
      await this.engine.write(region.address, bytesOf(numbers));
    });
  }

  release(states: readonly State[]): void {
    for (const state of states) {
      const region = this.states.get(state);
      if (region) this.free(region);
      this.states.delete(state);
    }
  }

  /** Fills the scratch region with one byte, for tests that look for reads of old numbers. */
  fillScratch(byte: number): Promise<void> {
    const { address, byteLength } = this.scratch;
    return this.engine.inOrder(() => this.engine.write(address, new Uint8Array(byteLength).fill(byte)));
  }

  /** A copy of the scratch region, for tests that look for writes behind buffers. */
  readScratch(): Promise<Uint8Array> {
    const { address, byteLength } = this.scratch;
    return this.engine.inOrder(() => this.engine.read(address, byteLength));
  }

  forget(executable: WasmExecutable): boolean {
    return this.executables.delete(executable);
  }

  dispose(): Promise<void> {
    return this.engine.dispose();
  }
}

const alignUp = (byteLength: number): number => Math.ceil(byteLength / 64) * 64;

function shapeOf(call: CallPlan, program: Program): CallShape {
  const described = ({ buffer, shape }: { buffer: number; shape: readonly number[] }) => ({
    shape,
    dtype: program.buffers[buffer].dtype,
  });
  return { ...call, inputs: call.inputs.map(described), outputs: call.outputs.map(described) };
}
