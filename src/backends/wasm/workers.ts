import { BackendError } from "../../core/errors.ts";
import { engineWorkerSource, type WorkerCommand, type WorkerReply } from "./engine-worker.ts";

/** A worker of either platform. */
export interface EngineThread {
  post(command: WorkerCommand, transfer?: ArrayBuffer[]): void;
  /** While a thread is busy it keeps a Node process alive; idle ones do not. */
  setBusy(isBusy: boolean): void;
  terminate(): void;
}

export interface ThreadListener {
  onReply(reply: WorkerReply): void;
  onFailure(reason: unknown): void;
}

type NodeWorkers = typeof import("node:worker_threads");

/** Node's own module where there is one; asked for in a way that bundlers for browsers do not follow. */
function nodeModule<Module>(name: string): Module | undefined {
  const runtime = (globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }).process;
  return runtime?.getBuiltinModule?.(name) as Module | undefined;
}

/** Whether threads may share memory here: always in Node, in pages only if they are cross-origin isolated. */
export function canShareMemory(): boolean {
  if (nodeModule("node:worker_threads")) return true;
  return (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated === true;
}

/** Number of cores. */
export function availableCores(): number {
  const os = nodeModule<typeof import("node:os")>("node:os");
  return os ? os.availableParallelism() : (globalThis.navigator?.hardwareConcurrency ?? 1);
}

/**
 * Starts a thread of the engine.
 *
 * @param url script that calls `engineWorker(self)`, for pages whose content security policy forbids blobs
 * @throws BackendError if the page's policy forbids the worker.
 */
export function startThread(listener: ThreadListener, url?: string | URL): EngineThread {
  const node = nodeModule<NodeWorkers>("node:worker_threads");
  return node ? startNodeThread(node, listener) : startWebThread(listener, url);
}

function startNodeThread({ Worker }: NodeWorkers, listener: ThreadListener): EngineThread {
  const source = engineWorkerSource('process.getBuiltinModule("node:worker_threads").parentPort');
  const worker = new Worker(source, { eval: true, stdout: false, stderr: false });
  worker.on("message", (reply: WorkerReply) => listener.onReply(reply));
  worker.on("error", (error) => listener.onFailure(error));
  worker.on("exit", (code) => listener.onFailure(`exit code ${code}`));
  worker.unref();
  return {
    post: (command, transfer) => worker.postMessage(command, transfer),
    setBusy: (isBusy) => (isBusy ? worker.ref() : worker.unref()),
    terminate: () => void worker.terminate(),
  };
}

const policyHint =
  "If the content security policy forbids blob: workers, give the worker script's workerUrl.";

function startWebThread(listener: ThreadListener, url?: string | URL): EngineThread {
  const address =
    url ?? URL.createObjectURL(new Blob([engineWorkerSource("self")], { type: "text/javascript" }));
  let worker: Worker;
  try {
    worker = new Worker(address, url ? { type: "module" } : {});
  } catch (cause) {
    throw new BackendError(
      {
        where: "wasm backend",
        expected: "to be allowed to start a worker",
        received: String(cause),
        hint: policyHint,
      },
      { cause },
    );
  }
  worker.onmessage = ({ data }: MessageEvent<WorkerReply>) => listener.onReply(data);
  worker.onerror = (event) => listener.onFailure(event.message ?? `its script did not load. ${policyHint}`);
  return {
    post: (command, transfer = []) => worker.postMessage(command, transfer),
    setBusy: () => {},
    terminate: () => {
      worker.terminate();
      if (!url) URL.revokeObjectURL(String(address));
    },
  };
}
