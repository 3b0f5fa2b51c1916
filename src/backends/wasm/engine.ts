import { BackendError } from "../../core/errors.ts";
import { Turns } from "../../core/turns.ts";
import { Allocator } from "./allocator.ts";
import { i32, ModuleBuilder } from "./assembler.ts";
import {
  controlWords,
  type Kernel,
  type KernelsCommand,
  noItem,
  type RunCommand,
  type Segment,
  type WorkerCommand,
  type WorkerReply,
  type WorkList,
} from "./engine-worker.ts";
import type { KernelPlan } from "./kernel.ts";
import { canShareMemory, type EngineThread, startThread } from "./workers.ts";

export interface EngineOptions {
  readonly threads: number;
  /** Address of the worker script, where a page's policy forbids blobs. */
  readonly workerUrl?: string | URL | undefined;
  /** Whether threads share one memory. Default: where the platform allows it. */
  readonly shareMemory?: boolean;
}

const firstPages = 16;
/** 4 GiB; less where an engine refuses to reserve that much. */
const mostPages = 65536;
/** Long pieces of work on the calling thread are cut so that it can do something else in between. */
const sliceBytes = 8 * 1024 * 1024;

/** A kernel and how many buffers it reads and writes. */
export interface PlannedKernel {
  readonly plan: KernelPlan;
  readonly addressCount: number;
}

type Reply = Extract<WorkerReply, { steps?: number }>;

interface Pending {
  left: number;
  /** The reply of thread 0. */
  reply: Reply | undefined;
  /** Of all threads together. */
  readonly callMs: number[];
  resolve(reply: Reply): void;
  reject(error: unknown): void;
}

/** One memory, its threads, and the kernels that have been compiled for it. */
export class Engine {
  readonly threads: number;
  readonly allocator: Allocator;
  /** Whether the calling thread sees the memory too. */
  readonly isShared: boolean;
  private readonly maximumPages: number;
  private readonly memory: WebAssembly.Memory | undefined;
  private readonly control: Int32Array | undefined;
  private readonly workerUrl: string | URL | undefined;
  private workers: EngineThread[] = [];
  private readonly pending = new Map<number, Pending>();
  private readonly kernelIndex = new Map<string, number>();
  private kernelCount = 0;
  /** All modules of kernels, and the functions of those that the calling thread has made instances of. */
  private readonly modules: KernelsCommand[] = [];
  /** What threads that start later have to know. */
  private readonly programs = new Map<number, { work: WorkList; scratch: readonly number[] }>();
  private readonly functions: Kernel[] = [];
  private instances = 0;
  private lastId = 0;
  private failure: BackendError | undefined;
  private queue: Promise<unknown> = Promise.resolve();

  constructor({ threads, workerUrl, shareMemory = canShareMemory() }: EngineOptions) {
    this.isShared = shareMemory;
    this.threads = this.isShared ? threads : 1;
    const { memory, maximumPages } = reserve(this.isShared);
    this.memory = memory;
    this.maximumPages = maximumPages;
    this.control = this.isShared ? new Int32Array(new SharedArrayBuffer(64)) : undefined;
    this.allocator = new Allocator(1024, firstPages, maximumPages, (pages) => this.grow(pages));
    this.workerUrl = workerUrl;
    if (!this.isShared) this.start();
  }

  /**
   * Starts the threads, if they are not running. Otherwise they start when a run first needs them; early, they start
   * while the program is still being planned.
   */
  start(): void {
    if (this.workers.length > 0 || this.failure) return;
    for (let thread = 0; thread < this.threads; thread++) {
      const worker = startThread(
        {
          onReply: (reply) => this.receive(reply, thread),
          onFailure: (reason) => this.fail(`thread ${thread} stopped: ${String(reason)}`),
        },
        this.workerUrl,
      );
      this.workers.push(worker);
      const memory = this.memory ?? { initial: firstPages, maximum: this.maximumPages };
      const control = this.control?.buffer as SharedArrayBuffer | undefined;
      worker.post({ kind: "start", memory, control, thread });
      for (const module of this.modules) worker.post(module);
      for (const [program, { work, scratch }] of this.programs)
        worker.post({ kind: "program", program, work, scratch: scratch[thread] });
    }
  }

  /** Runs `task` after everything that was asked for before. */
  inOrder<Result>(task: () => Promise<Result>): Promise<Result> {
    const result = this.queue.then(task);
    this.queue = result.catch(() => {});
    return result;
  }

  /** Sends a command to the given threads and waits for all replies. */
  private ask(
    command: WorkerCommand & { id: number },
    workers = this.workers,
    transfer?: ArrayBuffer[],
  ): Promise<Reply> {
    if (this.failure) return Promise.reject(this.failure);
    return new Promise((resolve, reject) => {
      if (this.pending.size === 0) for (const worker of this.workers) worker.setBusy(true);
      this.pending.set(command.id, { left: workers.length, reply: undefined, callMs: [], resolve, reject });
      for (const worker of workers) worker.post(command, transfer);
    });
  }

  private nextId(): number {
    this.lastId = (this.lastId % 0x3fffffff) + 1;
    return this.lastId;
  }

  private receive(reply: WorkerReply, thread: number): void {
    if ("error" in reply) {
      this.fail(`thread ${thread}: ${reply.error}`);
      return;
    }
    const waiting = this.pending.get(reply.id);
    if (!waiting) return;
    if (thread === 0) waiting.reply = reply;
    for (const [call, ms] of reply.callMs?.entries() ?? []) {
      waiting.callMs[call] = (waiting.callMs[call] ?? 0) + ms;
    }
    if (--waiting.left > 0) return;
    this.pending.delete(reply.id);
    if (this.pending.size === 0) for (const worker of this.workers) worker.setBusy(false);
    waiting.resolve({ ...(waiting.reply ?? reply), callMs: Float64Array.from(waiting.callMs) });
  }

  /** Nothing can be trusted after a thread failed: all waiting calls and all later ones fail with the same reason. */
  private fail(reason: string): void {
    if (this.failure) return;
    this.failure = new BackendError({
      where: "wasm backend",
      expected: "its threads to run",
      received: reason,
      hint: "The weights of the last completed step can be loaded from a file or checkpoint.",
    });
    for (const worker of this.workers) worker.terminate();
    for (const { reject } of this.pending.values()) reject(this.failure);
    this.pending.clear();
  }

  private grow(pages: number): void {
    if (this.memory) this.memory.grow(pages);
    else void this.ask({ kind: "grow", id: this.nextId(), pages }).catch(() => {});
  }

  async write(address: number, bytes: Uint8Array): Promise<void> {
    const turns = new Turns();
    for (let start = 0; start < bytes.length; start += sliceBytes) {
      const slice = bytes.subarray(start, start + sliceBytes);
      if (this.memory) {
        new Uint8Array(this.memory.buffer).set(slice, address + start);
        await turns.pass();
      } else {
        const copy = slice.slice();
        const id = this.nextId();
        await this.ask({ kind: "write", id, address: address + start, bytes: copy }, this.workers, [
          copy.buffer,
        ]);
      }
    }
  }

  async read(address: number, byteLength: number): Promise<Uint8Array> {
    if (this.memory) return new Uint8Array(this.memory.buffer).slice(address, address + byteLength);
    const { bytes } = await this.ask({ kind: "read", id: this.nextId(), address, byteLength });
    return bytes as Uint8Array;
  }

  /** Makes sure the code of all kernels is there, and returns the number of each one's function. */
  async compile(wanted: readonly PlannedKernel[]): Promise<number[]> {
    if (this.failure) throw this.failure;
    const missing = new Map<string, PlannedKernel>();
    for (const kernel of wanted)
      if (!this.kernelIndex.has(kernel.plan.key)) missing.set(kernel.plan.key, kernel);
    if (missing.size > 0) {
      const module = await writeModule([...missing.values()], {
        shared: this.isShared,
        maximumPages: this.maximumPages,
      });
      for (const key of missing.keys()) this.kernelIndex.set(key, this.kernelCount++);
      const command: KernelsCommand = { kind: "kernels", module, count: missing.size };
      this.modules.push(command);
      for (const worker of this.workers) worker.post(command);
    }
    return wanted.map(({ plan }) => this.kernelIndex.get(plan.key) as number);
  }

  /** @param scratch where each thread's own memory begins */
  load(program: number, work: WorkList, scratch: readonly number[]): void {
    this.programs.set(program, { work, scratch });
    for (const [thread, worker] of this.workers.entries())
      worker.post({ kind: "program", program, work, scratch: scratch[thread] });
  }

  /**
   * Runs segments on the calling thread: for work that takes less time than waking another.
   *
   * @param scratch address of the thread's own memory; no other thread may be running
   */
  async runHere(work: WorkList, segments: readonly Segment[], scratch: number): Promise<void> {
    if (this.failure) throw this.failure;
    const memory = this.memory as WebAssembly.Memory;
    for (; this.instances < this.modules.length; this.instances++) {
      const { module, count } = this.modules[this.instances];
      const { exports } = await WebAssembly.instantiate(module, { engine: { memory } });
      for (let i = 0; i < count; i++) this.functions.push(exports[String(i)] as Kernel);
    }
    const { kernels, args, calls, begins, ends } = work;
    for (const { first, count } of segments) {
      for (let item = first; item < first + count; item++) {
        const call = calls[item];
        this.functions[kernels[call]](args[call], begins[item], ends[item], scratch);
      }
    }
  }

  forget(program: number): void {
    this.programs.delete(program);
    if (this.failure) return;
    for (const worker of this.workers) worker.post({ kind: "forget", program });
  }

  /** @param threads how many threads take part */
  run(command: Omit<RunCommand, "kind" | "id">, threads: number): Promise<Reply> {
    this.start();
    const id = this.nextId();
    if (this.control) {
      Atomics.store(this.control, controlWords.next, noItem);
      Atomics.store(this.control, controlWords.run, id);
    }
    return this.ask({ kind: "run", id, ...command }, this.workers.slice(0, threads));
  }

  async dispose(): Promise<void> {
    this.fail("it was disposed");
  }
}

/** The largest memory that the engine lets us reserve; without sharing, thread 0 makes it. */
function reserve(isShared: boolean): { memory?: WebAssembly.Memory; maximumPages: number } {
  for (let maximum = mostPages; ; maximum /= 2) {
    try {
      if (!isShared) return { maximumPages: maximum };
      return {
        memory: new WebAssembly.Memory({ initial: firstPages, maximum, shared: true }),
        maximumPages: maximum,
      };
    } catch (cause) {
      if (maximum > 1024) continue;
      throw new BackendError(
        {
          where: "wasm backend",
          expected: "WebAssembly memory shared between threads",
          received: String(cause),
        },
        { cause },
      );
    }
  }
}

export const bytesOf = (array: ArrayBufferView): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

/** Writes kernels as one module, pausing now and then, and compiles it off the calling thread. */
async function writeModule(
  kernels: readonly PlannedKernel[],
  memory: { shared: boolean; maximumPages: number },
): Promise<WebAssembly.Module> {
  const module = new ModuleBuilder();
  const turns = new Turns();
  for (const [number, kernel] of kernels.entries()) {
    module.export(String(number), writeKernel(module, kernel));
    await turns.pass();
  }
  return WebAssembly.compile(module.bytes(memory));
}

/** A kernel as a function of (argument block, begin, end, scratch). The block holds addresses, then numbers. */
function writeKernel(module: ModuleBuilder, { plan, addressCount }: PlannedKernel) {
  return module.func(4, (f, block, begin, end, scratch) => {
    let words = 0;
    const word = () => f.local("i32", i32.load(block, 4 * words++));
    const addresses = Array.from({ length: addressCount }, word);
    const numbers = (plan.numbers ?? []).map(word);
    plan.write(f, { addresses, numbers, begin, end, scratch }, module);
  });
}
