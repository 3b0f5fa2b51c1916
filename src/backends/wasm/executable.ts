import type { Program } from "../../compiler/program.ts";
import { bytesPerElement, sizeOf } from "../../core/shape.ts";
import type { State } from "../../graph/graph.ts";
import type { Executable, Feed, InputArray, RunRequest, RunResult } from "../contract.ts";
import type { Region } from "./allocator.ts";
import { bytesOf, type Engine, type PlannedKernel } from "./engine.ts";
import type { Segment, WorkerFeed, WorkList } from "./engine-worker.ts";
import type { ResidentRows } from "./resident-rows.ts";
import { listWork, segmentEnds } from "./work-items.ts";

/** What a program needs of the backend it runs on. */
export interface ProgramHost {
  /** Counts changes of states, so that forms derived from them are known to be old. */
  version: number;
  readonly scratchAddress: number;
  /** Where each thread's own memory begins. */
  readonly threadAddresses: number[];
  /** @throws UsageError if the state was released. */
  stateAddress(state: State): number;
  allocate(byteLength: number): Region;
  free(region: Region): void;
  /** Whether the executable was known until now. */
  forget(executable: Executable): boolean;
}

/** Work of a step that may be done before anybody misses the calling thread, and the time it may turn out to take. */
const mostFlopsHere = 2 ** 25;
/** Waking other threads and hearing from them takes half of it. */
const mostMsHere = 0.3;
/** Runs after which the fastest tells how long a step takes. */
const trialRuns = 3;

export class WasmExecutable implements Executable {
  readonly program: Program;
  isBound = false;
  private readonly backend: ProgramHost;
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
  private runsHere = 0;
  private fastestHere = Infinity;

  constructor(
    backend: ProgramHost,
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
    const { segments, items } = listWork(program, this.segmentEnds);
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
    engine.load(this.number, this.work, backend.threadAddresses);
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
    if (!updates && steps === 1 && !request.measures && this.isSmall) {
      const segments = this.segments.slice(first, to);
      return { steps, outputs: await this.runHere(feeds, segments, outputs) };
    }
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

  /** Whether a step is done about as soon as another thread is awake. Where it runs changes nothing about its bits. */
  private get isSmall(): boolean {
    if (this.runsHere >= trialRuns && this.fastestHere > mostMsHere) return false;
    const flops = this.program.calls.reduce((sum, call) => sum + call.flops, 0);
    return this.engine.isShared && flops <= mostFlopsHere;
  }

  /** One step on the calling thread. */
  private async runHere(
    feeds: readonly WorkerFeed[],
    segments: readonly Segment[],
    outputs: readonly { address: number; byteLength: number }[],
  ): Promise<Record<string, Float32Array>> {
    const { backend, engine, program, work } = this;
    for (const feed of feeds) {
      if ("bytes" in feed) await engine.write(feed.address, feed.bytes);
      else
        for (const [i, row] of feed.rows.entries()) {
          const sample = await engine.read(feed.source + row * feed.rowBytes, feed.rowBytes);
          await engine.write(feed.address + i * feed.rowBytes, sample);
        }
    }
    const begin = performance.now();
    await engine.runHere(work, segments, backend.threadAddresses[0]);
    this.fastestHere = Math.min(this.fastestHere, performance.now() - begin);
    this.runsHere++;
    if (this.keepsDerived) this.derivedVersion = backend.version;
    const results: Record<string, Float32Array> = {};
    for (const [i, name] of Object.keys(program.outputs).entries()) {
      const { address, byteLength } = outputs[i];
      results[name] = new Float32Array((await engine.read(address, byteLength)).buffer);
    }
    return results;
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
      const { region, rowBytes } = feed.data as ResidentRows;
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
