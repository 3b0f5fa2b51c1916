/**
 * What a thread of the engine does. The function is sent to the worker as text, so it must not refer to anything
 * outside itself.
 *
 * Work is cut into items: ranges of units of one call. They are numbered in the order of the phases, and each thread
 * takes the next number until none is left; an item waits until all items of the phases before it are done. Which
 * thread takes an item changes nothing about what it computes.
 */

/** Items of a program: `calls[i]` is −1 where a segment ends. */
export interface WorkList {
  /** Index of the kernel function of each call, and address of its arguments. */
  readonly kernels: Int32Array;
  readonly args: Int32Array;
  /** For each item: its call, its range of units, and how many items of its segment must be done before it. */
  readonly calls: Int32Array;
  readonly begins: Int32Array;
  readonly ends: Int32Array;
  readonly waits: Int32Array;
}

/** The code of a call for a range of its units. */
export type Kernel = (args: number, begin: number, end: number, scratch: number) => void;

/** Consecutive phases that run without the caller: items from `first`, `count` of them. */
export interface Segment {
  readonly first: number;
  readonly count: number;
}

/** Rows of resident samples, or elements step after step, on their way to a buffer. */
export type WorkerFeed =
  | { readonly address: number; readonly bytes: Uint8Array; readonly stepBytes: number }
  | {
      readonly address: number;
      readonly source: number;
      readonly rowBytes: number;
      readonly rows: Uint32Array;
    };

export interface RunCommand {
  readonly kind: "run";
  readonly id: number;
  readonly program: number;
  readonly steps: number;
  readonly segments: readonly Segment[];
  /** Numbers of the segment before which the guarded output must be finite, and its address. */
  readonly guard: { readonly segment: number; readonly address: number } | undefined;
  /** Whether to measure how long each call takes. */
  readonly measures: boolean;
  readonly feeds: readonly WorkerFeed[];
  readonly outputs: readonly { readonly address: number; readonly byteLength: number }[];
}

/** The functions that a module adds to those of the modules before it. */
export interface KernelsCommand {
  readonly kind: "kernels";
  readonly module: WebAssembly.Module;
  readonly count: number;
}

export type WorkerCommand =
  | {
      readonly kind: "start";
      readonly memory: WebAssembly.Memory | { initial: number; maximum: number };
      readonly control: SharedArrayBuffer | undefined;
      readonly thread: number;
    }
  | KernelsCommand
  | {
      readonly kind: "program";
      readonly program: number;
      readonly work: WorkList;
      readonly scratch: number;
    }
  | { readonly kind: "forget"; readonly program: number }
  | { readonly kind: "write"; readonly id: number; readonly address: number; readonly bytes: Uint8Array }
  | { readonly kind: "read"; readonly id: number; readonly address: number; readonly byteLength: number }
  | { readonly kind: "grow"; readonly id: number; readonly pages: number }
  | RunCommand;

export type WorkerReply =
  | { readonly error: string }
  | {
      readonly id: number;
      readonly steps?: number;
      readonly results?: Uint8Array[];
      /** Milliseconds this thread spent in each call. */
      readonly callMs?: Float64Array | undefined;
      readonly bytes?: Uint8Array;
    };

/** The side of a message channel that a worker sees, in Node and in browsers. */
export interface WorkerPort {
  onmessage: ((event: { data: WorkerCommand }) => void) | null;
  postMessage(reply: WorkerReply, transfer?: ArrayBuffer[]): void;
}

/**
 * Words of the control block: the next item, how many are done, a count of opened segments, sleeping threads, and the
 * id of the run. Before a run the next item is `noItem`.
 */
export const controlWords = { next: 0, done: 1, epoch: 2, sleepers: 3, run: 4 } as const;
export const noItem = 1 << 30;
/** Unused numbers behind each segment: every thread takes one number too many. */
export const segmentGap = 256;

export function engineWorker(port: WorkerPort): void {
  const [NEXT, DONE, EPOCH, SLEEPERS, RUN] = [0, 1, 2, 3, 4];
  const spins = 20_000;
  const kernels: Kernel[] = [];
  const programs = new Map<number, { work: WorkList; scratch: number }>();
  let memory: WebAssembly.Memory;
  let control: Int32Array;
  let isShared = false;
  let thread = 0;
  /** Milliseconds spent in each call of the run, if that is measured. */
  let callMs: Float64Array | undefined;

  /** Spins a while, then sleeps, until the word is something else than `value`. */
  const waitWhile = (word: number, value: number): void => {
    for (let i = 0; i < spins; i++) if (Atomics.load(control, word) !== value) return;
    Atomics.add(control, SLEEPERS, 1);
    Atomics.wait(control, word, value, 100);
    Atomics.sub(control, SLEEPERS, 1);
  };
  const wake = (word: number): void => {
    if (isShared && Atomics.load(control, SLEEPERS) > 0) Atomics.notify(control, word);
  };

  /** Takes items until the segment has none left. */
  const work = ({
    work: { kernels: functions, args, calls, begins, ends, waits },
    scratch,
  }: {
    work: WorkList;
    scratch: number;
  }): void => {
    for (;;) {
      const item = Atomics.add(control, NEXT, 1);
      const call = calls[item];
      if (!(call >= 0)) return;
      const before = waits[item];
      for (let done = Atomics.load(control, DONE); done < before; done = Atomics.load(control, DONE)) {
        waitWhile(DONE, done);
      }
      const begin = callMs && performance.now();
      kernels[functions[call]](args[call], begins[item], ends[item], scratch);
      if (callMs && begin) callMs[call] += performance.now() - begin;
      Atomics.add(control, DONE, 1);
      wake(DONE);
    }
  };

  const feed = (feeds: readonly WorkerFeed[], step: number, steps: number): void => {
    const bytes = new Uint8Array(memory.buffer);
    for (const input of feeds) {
      if ("bytes" in input) {
        const start = step * input.stepBytes;
        bytes.set(input.bytes.subarray(start, start + input.stepBytes), input.address);
        continue;
      }
      const { address, source, rowBytes, rows } = input;
      const count = rows.length / steps;
      for (let i = 0; i < count; i++) {
        const from = source + rows[step * count + i] * rowBytes;
        bytes.copyWithin(address + i * rowBytes, from, from + rowBytes);
      }
    }
  };

  /** Thread 0 feeds the steps, opens the segments and collects the outputs. */
  const lead = (command: RunCommand): { steps: number; results: Uint8Array[] } => {
    const { steps, segments, guard, feeds, outputs } = command;
    const program = programs.get(command.program);
    if (!program) throw new Error("unknown program");
    const results = outputs.map(({ byteLength }) => new Uint8Array(steps * byteLength));
    const collect = (step: number): void => {
      const bytes = new Uint8Array(memory.buffer);
      for (const [i, { address, byteLength }] of outputs.entries()) {
        results[i].set(bytes.subarray(address, address + byteLength), step * byteLength);
      }
    };
    let completed = 0;
    for (let step = 0; step < steps; step++) {
      feed(feeds, step, steps);
      for (const [s, { first, count }] of segments.entries()) {
        if (
          guard &&
          guard.segment === s &&
          !Number.isFinite(new Float32Array(memory.buffer, guard.address, 1)[0])
        ) {
          collect(step);
          return { steps: completed, results };
        }
        Atomics.store(control, DONE, 0);
        Atomics.store(control, NEXT, first);
        Atomics.add(control, EPOCH, 1);
        wake(EPOCH);
        work(program);
        for (let done = Atomics.load(control, DONE); done < count; done = Atomics.load(control, DONE)) {
          waitWhile(DONE, done);
        }
      }
      collect(step);
      completed++;
    }
    return { steps: completed, results };
  };

  /** The other threads work whenever a segment is open, until the run is over. */
  const follow = (command: RunCommand): void => {
    const program = programs.get(command.program);
    if (!program) throw new Error("unknown program");
    const isRunning = (): boolean => Atomics.load(control, RUN) === command.id;
    while (isRunning()) {
      const epoch = Atomics.load(control, EPOCH);
      work(program);
      while (isRunning() && Atomics.load(control, EPOCH) === epoch) waitWhile(EPOCH, epoch);
    }
  };

  const handle = (command: WorkerCommand): void => {
    switch (command.kind) {
      case "start": {
        thread = command.thread;
        isShared = command.control !== undefined;
        control = new Int32Array(command.control ?? new ArrayBuffer(32));
        memory =
          command.memory instanceof WebAssembly.Memory
            ? command.memory
            : new WebAssembly.Memory(command.memory);
        return;
      }
      case "kernels": {
        const { exports } = new WebAssembly.Instance(command.module, { engine: { memory } });
        for (let i = 0; i < command.count; i++) kernels.push(exports[String(i)] as Kernel);
        return;
      }
      case "program":
        programs.set(command.program, { work: command.work, scratch: command.scratch });
        return;
      case "forget":
        programs.delete(command.program);
        return;
      case "write":
        new Uint8Array(memory.buffer).set(command.bytes, command.address);
        port.postMessage({ id: command.id });
        return;
      case "read": {
        const bytes = new Uint8Array(memory.buffer).slice(
          command.address,
          command.address + command.byteLength,
        );
        port.postMessage({ id: command.id, bytes }, [bytes.buffer]);
        return;
      }
      case "grow":
        memory.grow(command.pages);
        port.postMessage({ id: command.id });
        return;
      case "run": {
        callMs = command.measures
          ? new Float64Array(programs.get(command.program)?.work.kernels.length ?? 0)
          : undefined;
        if (thread > 0) {
          follow(command);
          port.postMessage({ id: command.id, callMs });
          return;
        }
        let result: ReturnType<typeof lead>;
        try {
          result = lead(command);
        } finally {
          Atomics.store(control, RUN, 0);
          Atomics.add(control, EPOCH, 1);
          wake(EPOCH);
        }
        const { steps, results } = result;
        port.postMessage(
          { id: command.id, steps, results, callMs },
          results.map(({ buffer }) => buffer as ArrayBuffer),
        );
      }
    }
  };

  port.onmessage = ({ data }) => {
    try {
      handle(data);
    } catch (error) {
      port.postMessage({ error: String((error as Error)?.stack ?? error) });
    }
  };
}

/** Bundlers that keep function names wrap functions in a helper, under a name of theirs that can be read here. */
const wrapped = () => {
  const named = () => {};
  return named;
};

/**
 * A script that runs the worker on `port`, an expression. It declares the bundler's helper, which does not exist in the
 * worker; that is why it must stand in one file with the worker.
 */
export function engineWorkerSource(port: string): string {
  const helper = /([\w$]+)\(\(\) ?=>/.exec(String(wrapped))?.[1];
  const prelude = helper ? `const ${helper} = (f) => f;` : "";
  return `${prelude}(${engineWorker})(${port})`;
}
