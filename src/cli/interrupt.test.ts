import { afterEach, describe, expect, it, vi } from "vitest";
import { Interruption } from "./exit-codes.ts";
import { listenForSignals } from "./interrupt.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

/** Listens without touching the signals of the process the tests run in. */
function listen() {
  const listeners: Record<string, () => void> = {};
  const told: string[] = [];
  let now = 1000;
  vi.spyOn(process, "on").mockImplementation((name, listener) => {
    listeners[String(name)] = listener as () => void;
    return process;
  });
  vi.spyOn(performance, "now").mockImplementation(() => now);
  const exit = vi.spyOn(process, "exit").mockImplementation(() => {
    throw new Error("the process has ended");
  });
  const interrupt = listenForSignals({
    onFirst: () => told.push("first"),
    onSecond: () => told.push("second"),
  });
  return {
    interrupt,
    told,
    exit,
    /** @param ms since the signal before */
    send(name: "SIGINT" | "SIGTERM", ms: number) {
      now += ms;
      listeners[name]();
    },
  };
}

describe("listenForSignals", () => {
  it("asks to stop at the first signal, and says which it was", () => {
    const { interrupt, told, exit, send } = listen();
    interrupt.check();
    send("SIGTERM", 0);
    expect(interrupt.signal.aborted).toBe(true);
    expect(() => interrupt.check()).toThrow(Interruption);
    expect(told).toEqual(["first"]);
    expect(exit).not.toHaveBeenCalled();
  });

  it("takes a second one that follows at once for the same press, as npm passes signals on", () => {
    const { told, exit, send } = listen();
    send("SIGINT", 0);
    send("SIGINT", 20);
    expect(told).toEqual(["first"]);
    expect(exit).not.toHaveBeenCalled();
  });

  it("ends the process at the second press", () => {
    const { told, exit, send } = listen();
    send("SIGINT", 0);
    expect(() => send("SIGINT", 800)).toThrow("the process has ended");
    expect(told).toEqual(["first", "second"]);
    expect(exit).toHaveBeenCalledWith(130);
  });
});
