/**
 * The wasm backend: kernels written in TypeScript, emitted as WebAssembly SIMD for the program's shapes, on a pool of
 * threads with one memory. The calling thread only plans, feeds and collects.
 */
import type { CallPlan, Program } from "../../compiler/program.ts";
import type { CallShape } from "../../compiler/tables.ts";
import { UsageError } from "../../core/errors.ts";
import { bytesPerElement, sizeOf } from "../../core/shape.ts";
import type { State } from "../../graph/graph.ts";
import type {
  Backend,
  Executable,
  Feed,
  InputArray,
  ResidentData,
  RunRequest,
  RunResult,
} from "../contract.ts";
import { Engine, type EngineOptions, type PlannedKernel, pause } from "./engine.ts";
import { type Segment, segmentGap, type WorkerFeed, type WorkList } from "./engine-worker.ts";
import { planKernel, wasmTables } from "./tables.ts";

/** A range of the engine's memory. */
interface Region {
  readonly address: number;
  readonly byteLength: number;
}

const bytesOf = (array: InputArray | Float32Array): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

class WasmData implements ResidentData {
  readonly region: Region;
  readonly rowLength: number;
  readonly rowBytes: number;
  private readonly free: () => void;

  constructor(region: Region, rowLength: number, rowBytes: number, free: () => void) {
    this.region = region;
    this.rowLength = rowLength;
    this.rowBytes = rowBytes;
    this.free = free;
  }

  dispose(): void {
    this.free();
  }
}

export class WasmBackend implements Backend {
  readonly name = "wasm";
  readonly tables = wasmTables;
  private readonly engine: Engine;
  private readonly states = new Map<State, Region>();
  private readonly executables = new Set<WasmExecutable>();
  private lastProgram = 0;
  /** All programs overlay this region, and each thread has one of its own. */
  private scratch: Region = { address: 0, byteLength: 0 };
  private threadScratch: Region = { address: 0, byteLength: 0 };
  /** Counts changes of states, so that forms derived from them are known to be old. */
  version = 0;

  constructor(options: EngineOptions) {
    this.engine = new Engine(options);
  }

  get threads(): number {
    return this.engine.threads;
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
      for (const state of program.states) await this.ensureState(state);
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
      if (region.byteLength > 0) allocator.free(region.address, region.byteLength);
      for (const executable of this.executables) executable.isBound = false;
      return { address: allocator.allocate(byteLength), byteLength };
    };
    this.scratch = grown(this.scratch, scratchBytes);
    this.threadScratch = grown(this.threadScratch, alignUp(threadBytes) * this.threads);
  }

  get scratchAddress(): number {
    return this.scratch.address;
  }

  /** Where each thread's own memory begins. */
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
    await pause();
    return region;
  }

  allocate(byteLength: number): Region {
    return { address: this.engine.allocator.allocate(byteLength), byteLength };
  }

  free(region: Region): void {
    this.engine.allocator.free(region.address, region.byteLength);
  }

  upload(data: InputArray, rowLength: number): Promise<ResidentData> {
    return this.engine.inOrder(async () => {
      const region = this.allocate(data.byteLength);
      await this.engine.write(region.address, bytesOf(data));
      const rowBytes = rowLength * data.BYTES_PER_ELEMENT;
      return new WasmData(region, rowLength, rowBytes, () => this.free(region));
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

  /** Whether the executable was known until now. */
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

class WasmExecutable implements Executable {
  readonly program: Program;
  isBound = false;
  private readonly backend: WasmBackend;
  private readonly engine: Engine;
  private readonly planned: readonly PlannedKernel[];
  private readonly number: number;
  private readonly work: WorkList;
  private readonly segments: readonly Segment[];
  private readonly segmentEnds: readonly number[];
  private readonly argWords: Region;
  /** Regions of constants and of derived forms, by buffer. */
  private readonly own = new Map<number, Region>();
  private derivedVersion = -1;

  constructor(
    backend: WasmBackend,
    engine: Engine,
    program: Program,
    planned: readonly PlannedKernel[],
    functions: readonly number[],
    number: number,
  ) {
    this.backend = backend;
    this.engine = engine;
    this.program = program;
    this.planned = planned;
    this.number = number;
    const lengths = planned.map(({ plan, addressCount }) => addressCount + (plan.numbers?.length ?? 0));
    this.argWords = backend.allocate(lengths.reduce((a, b) => a + b, 0) * 4);
    let word = this.argWords.address;
    const args = lengths.map((length) => {
      const address = word;
      word += length * 4;
      return address;
    });
    this.segmentEnds = segmentEnds(program);
    const { segments, ...items } = listWork(program, this.segmentEnds);
    this.segments = segments;
    this.work = { kernels: Int32Array.from(functions), args: Int32Array.from(args), ...items };
  }

  /** Writes the addresses of all buffers into the kernels' arguments and tells the threads. */
  async bind(): Promise<void> {
    const { backend, engine, program } = this;
    for (const [i, { location, byteLength }] of program.buffers.entries()) {
      if ((location.kind !== "constant" && location.kind !== "derived") || this.own.has(i)) continue;
      const region = backend.allocate(byteLength);
      this.own.set(i, region);
      if (location.kind === "constant") await engine.write(region.address, bytesOf(location.data));
    }
    const words: number[] = [];
    for (const [i, { inputs, outputs }] of program.calls.entries()) {
      for (const { buffer } of [...inputs, ...outputs]) words.push(this.addressOf(buffer));
      words.push(...(this.planned[i].plan.numbers ?? []));
    }
    await engine.write(this.argWords.address, bytesOf(Int32Array.from(words)));
    await engine.load(this.number, this.work, backend.threadAddresses);
    this.derivedVersion = -1;
    this.isBound = true;
  }

  private addressOf(buffer: number): number {
    const { location } = this.program.buffers[buffer];
    switch (location.kind) {
      case "scratch":
        return this.backend.scratchAddress + location.offset;
      case "state":
        return this.backend.stateAddress(location.state);
      default:
        return (this.own.get(buffer) as Region).address;
    }
  }

  run(request: RunRequest): Promise<RunResult> {
    return this.engine.inOrder(async () => {
      if (!this.isBound) await this.bind();
      const { onHostPoint } = request;
      if (!onHostPoint || this.program.hostPoints.length === 0)
        return this.runSegments(request, 0, this.segments.length);
      return this.runWithHost(request, onHostPoint);
    });
  }

  private async runSegments(request: RunRequest, from: number, to: number): Promise<RunResult> {
    const { program, backend } = this;
    const { steps, guard } = request;
    const isFresh = this.derivedVersion === backend.version && this.keepsDerived;
    const first = from === 0 && isFresh && program.derivePhases > 0 ? 1 : from;
    const feeds =
      from === 0 ? Object.entries(request.inputs).flatMap(([name, feed]) => this.feed(name, feed)) : [];
    const outputs = Object.values(program.outputs).map(({ buffer, shape }) => ({
      address: this.addressOf(buffer),
      byteLength: sizeOf(shape) * bytesPerElement[program.buffers[buffer].dtype],
    }));
    const updates = program.updatePhase < program.phases.length;
    const guardSegment = this.segmentEnds.indexOf(program.updatePhase) + 1;
    const reply = await this.engine.run(
      {
        program: this.number,
        steps,
        segments: this.segments.slice(first, to),
        guard:
          guard !== undefined && updates && guardSegment >= first
            ? { segment: guardSegment - first, address: this.addressOf(program.outputs[guard].buffer) }
            : undefined,
        measures: request.measures ?? false,
        feeds,
        outputs,
      },
      this.usefulThreads,
    );
    if (updates) backend.version++;
    if (this.keepsDerived) this.derivedVersion = backend.version;
    const results = (reply.results ?? []).map((bytes) => new Float32Array(bytes.buffer as ArrayBuffer));
    const names = Object.keys(program.outputs);
    const callMs = [...(reply.callMs ?? [])];
    return {
      steps: reply.steps ?? 0,
      outputs: Object.fromEntries(names.map((name, i) => [name, results[i]])),
      ...(request.measures ? { callMs } : {}),
    };
  }

  /** One step and one segment at a time, with the caller in between. */
  private async runWithHost(
    request: RunRequest,
    onHostPoint: NonNullable<RunRequest["onHostPoint"]>,
  ): Promise<RunResult> {
    const names = Object.keys(this.program.outputs);
    const collected = new Map<string, Float32Array[]>(names.map((name) => [name, []]));
    const joined = (steps: number): RunResult => ({
      steps,
      outputs: Object.fromEntries([...collected].map(([name, parts]) => [name, concatenate(parts)])),
    });
    for (let step = 0; step < request.steps; step++) {
      const inputs = Object.fromEntries(
        Object.entries(request.inputs).map(([name, feed]) => [name, sliceFeed(feed, step, request.steps)]),
      );
      let from = 0;
      for (const { name, phase, buffer } of this.program.hostPoints) {
        const to = this.segmentEnds.indexOf(phase + 1) + 1;
        await this.runSegments({ ...request, steps: 1, inputs }, from, to);
        const address = this.addressOf(buffer);
        const byteLength = sizeOf(this.program.buffers[buffer].shape) * 4;
        const numbers = new Float32Array((await this.engine.read(address, byteLength)).buffer);
        await onHostPoint(name, numbers);
        await this.engine.write(address, bytesOf(numbers));
        from = to;
      }
      const { steps, outputs } = await this.runSegments(
        { ...request, steps: 1, inputs },
        from,
        this.segments.length,
      );
      for (const [name, parts] of collected) parts.push(outputs[name] as Float32Array);
      if (steps === 0) return joined(step);
    }
    return joined(request.steps);
  }

  private get keepsDerived(): boolean {
    return this.program.buffers.some(({ location }) => location.kind === "derived");
  }

  /** More threads than the widest phase has parts would only wait. */
  private get usefulThreads(): number {
    const widest = this.program.phases.map((calls) =>
      calls.reduce((sum, call) => sum + this.program.calls[call].split.parts, 0),
    );
    return Math.min(this.engine.threads, Math.max(1, ...widest));
  }

  private feed(name: string, feed: Feed): WorkerFeed[] {
    const operand = this.program.inputs[name];
    if (!operand) return [];
    const { dtype } = this.program.buffers[operand.buffer];
    const address = this.addressOf(operand.buffer);
    if ("rows" in feed) {
      const { region, rowBytes } = feed.data as WasmData;
      return [{ address, source: region.address, rowBytes, rows: feed.rows }];
    }
    return [{ address, bytes: bytesOf(feed), stepBytes: sizeOf(operand.shape) * bytesPerElement[dtype] }];
  }

  dispose(): void {
    if (!this.backend.forget(this)) return;
    this.engine.forget(this.number);
    for (const region of [...this.own.values(), this.argWords]) this.backend.free(region);
  }
}

/** The phases behind which the program may stop, in order; the last is its end. */
function segmentEnds({ phases, derivePhases, updatePhase, hostPoints, buffers }: Program): number[] {
  const keepsDerived = buffers.some(({ location }) => location.kind === "derived");
  const ends = [updatePhase, phases.length, ...hostPoints.map(({ phase }) => phase + 1)];
  if (keepsDerived) ends.push(derivePhases);
  return [...new Set(ends)].filter((end) => end > 0).sort((a, b) => a - b);
}

/** Numbers the work of a program: parts of calls in the order of the phases, and a gap behind each segment. */
function listWork({ phases, calls }: Program, ends: readonly number[]) {
  const items = {
    calls: [] as number[],
    begins: [] as number[],
    ends: [] as number[],
    waits: [] as number[],
  };
  const segments: Segment[] = [];
  let phase = 0;
  for (const end of ends) {
    const first = items.calls.length;
    for (; phase < end; phase++) {
      const before = items.calls.length - first;
      for (const call of phases[phase]) {
        const { units, parts } = calls[call].split;
        for (let part = 0; part < parts; part++) {
          items.calls.push(call);
          items.begins.push(Math.floor((part * units) / parts));
          items.ends.push(Math.floor(((part + 1) * units) / parts));
          items.waits.push(before);
        }
      }
    }
    segments.push({ first, count: items.calls.length - first });
    for (let i = 0; i < segmentGap; i++) {
      items.calls.push(-1);
      for (const list of [items.begins, items.ends, items.waits]) list.push(0);
    }
  }
  return {
    segments,
    calls: Int32Array.from(items.calls),
    begins: Int32Array.from(items.begins),
    ends: Int32Array.from(items.ends),
    waits: Int32Array.from(items.waits),
  };
}

function sliceFeed(feed: Feed, step: number, steps: number): Feed {
  const part = <T extends InputArray | Uint32Array>(array: T): T => {
    const length = array.length / steps;
    return array.slice(step * length, (step + 1) * length) as T;
  };
  return "rows" in feed ? { data: feed.data, rows: part(feed.rows) } : part(feed);
}

function concatenate(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
