/**
 * The engine's worker as a script of its own, for pages whose content security policy forbids blobs: give its address as
 * `workerUrl`.
 *
 * @module convnet/worker
 */
import { engineWorker, type WorkerPort } from "./backends/wasm/engine-worker.ts";

engineWorker(self as unknown as WorkerPort);
