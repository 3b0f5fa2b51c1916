import type { TrainingView } from "./view.ts";

/** One object a line on stdout. */
export function createJsonView(): TrainingView {
  const print = (event: string, fields: object): void => {
    process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`);
  };
  let isFirst = true;
  return {
    start: (facts) => print("start", facts),
    progress() {
      if (isFirst) print("firstStep", { secondsSinceProcessStart: process.uptime() });
      isFirst = false;
    },
    epochEnd: ({ epoch, logs, ...rest }) => print("epoch", { epoch, ...logs, ...rest }),
    note() {},
    end: (result) => print("end", result),
    interrupted: (signal, steps, model) => print("interrupted", { signal, steps, model }),
    close() {},
  };
}
