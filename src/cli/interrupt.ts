import { exitCodeOf, Interruption } from "./exit-codes.ts";

/** One press of Ctrl-C can arrive twice: from the terminal, and passed on by npm. */
const samePressMs = 500;

/** Signals while something is worth keeping: the first one asks to stop, a second one ends the process at once. */
export interface Interrupt {
  readonly signal: AbortSignal;
  /** @throws Interruption if there was a signal. */
  check(): void;
  dispose(): void;
}

/** @param onSecond cleans up before the process ends; it cannot wait for anything */
export function listenForSignals({
  onFirst,
  onSecond,
}: {
  onFirst: () => void;
  onSecond: () => void;
}): Interrupt {
  const controller = new AbortController();
  let interruption: Interruption | undefined;
  let firstAt = 0;
  const receive = (name: "SIGINT" | "SIGTERM") => (): void => {
    if (interruption) {
      if (performance.now() - firstAt < samePressMs) return;
      onSecond();
      process.exit(exitCodeOf(new Interruption(name)));
    }
    interruption = new Interruption(name);
    firstAt = performance.now();
    controller.abort(interruption);
    onFirst();
  };
  const listeners = { SIGINT: receive("SIGINT"), SIGTERM: receive("SIGTERM") };
  for (const [name, listener] of Object.entries(listeners)) process.on(name, listener);
  return {
    signal: controller.signal,
    check() {
      if (interruption) throw interruption;
    },
    dispose() {
      for (const [name, listener] of Object.entries(listeners)) process.off(name, listener);
    },
  };
}
