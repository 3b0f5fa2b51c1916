/** Somebody who does the work: a command that prints one JSON line with what was measured. */
import { spawn } from "node:child_process";

export interface Contender {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Variables to set, or to take away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Why it cannot run here; a contender that is absent is named in the table. */
  readonly absent?: string;
}

export interface Measurement {
  readonly version?: string;
  readonly [what: string]: unknown;
}

/** One run of a contender. @returns its last JSON line, or what went wrong */
export function run(contender: Contender, timeoutMs = 180_000): Promise<Measurement | string> {
  return new Promise((resolve) => {
    const { command, args, env } = contender;
    const child = spawn(command, args, {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: timeoutMs,
    });
    let output = "";
    let errors = "";
    child.stdout.on("data", (data) => {
      output += data;
    });
    child.stderr.on("data", (data) => {
      errors += data;
    });
    child.on("error", (error) => resolve(error.message));
    child.on("close", (code, signal) => {
      const line = output
        .split("\n")
        .filter((text) => text.startsWith("{"))
        .at(-1);
      if (line) resolve(JSON.parse(line) as Measurement);
      else resolve(signal ? `stopped after ${timeoutMs / 1000} s` : `exit ${code}: ${reasonOf(errors)}`);
    });
  });
}

/** The line that names the error, or the last one. */
function reasonOf(errors: string): string {
  const lines = errors.trim().split("\n");
  return lines.findLast((line) => /^\w*(Error|Exception)\b/.test(line)) ?? lines[lines.length - 1];
}

export interface Result {
  readonly name: string;
  /** One for each round. */
  readonly measurements: readonly Measurement[];
  /** The measured number of each round. */
  readonly values: readonly number[];
  readonly version: string;
  /** Why there are no values. */
  readonly problem?: string;
}

/**
 * Runs all contenders in turn, A B C A B C, so that a slow spell of the machine meets all of them.
 *
 * @param what name of the number that is compared
 */
export async function interleave(
  contenders: readonly Contender[],
  rounds: number,
  what = "images_per_second",
): Promise<Result[]> {
  const measurements = contenders.map((): Measurement[] => []);
  const problems = contenders.map(({ absent }) => absent);
  for (let round = 0; round < rounds; round++) {
    for (const [i, contender] of contenders.entries()) {
      if (problems[i]) continue;
      const measured = await run(contender);
      if (typeof measured === "string") problems[i] = measured;
      else if (typeof measured[what] !== "number") problems[i] = `no ${what} in its line`;
      else measurements[i].push(measured);
    }
  }
  return contenders.map(({ name }, i): Result => {
    const problem = problems[i];
    if (problem) return { name, measurements: [], values: [], version: "", problem };
    return {
      name,
      measurements: measurements[i],
      values: measurements[i].map((measured) => measured[what] as number),
      version: String(measurements[i].at(-1)?.version ?? ""),
    };
  });
}
