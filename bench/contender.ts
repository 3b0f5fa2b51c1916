/** Somebody who does the work: a command that prints one JSON line with `images_per_second`. */
import { spawn } from "node:child_process";

export interface Contender {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Why it cannot run here; a contender that is absent is named in the table. */
  readonly absent?: string;
}

export interface Measurement {
  readonly images_per_second: number;
  readonly version?: string;
  readonly [other: string]: unknown;
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
      else
        resolve(
          signal
            ? `stopped after ${timeoutMs / 1000} s`
            : `exit ${code}: ${errors.trim().split("\n").at(-1) ?? ""}`,
        );
    });
  });
}

export interface Result {
  readonly name: string;
  readonly values: readonly number[];
  readonly version: string;
  /** Why there are no values. */
  readonly problem?: string;
}

/** Runs all contenders in turn, A B C A B C, so that a slow spell of the machine meets all of them. */
export async function interleave(contenders: readonly Contender[], rounds: number): Promise<Result[]> {
  const results = contenders.map(({ name, absent }) => ({
    name,
    values: [] as number[],
    version: "",
    problem: absent,
  }));
  for (let round = 0; round < rounds; round++) {
    for (const [i, contender] of contenders.entries()) {
      if (results[i].problem) continue;
      const measured = await run(contender);
      if (typeof measured === "string") results[i].problem = measured;
      else {
        results[i].values.push(measured.images_per_second);
        results[i].version = String(measured.version ?? "");
      }
    }
  }
  return results.map(({ problem, ...result }) => (problem ? { ...result, values: [], problem } : result));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Median of the ratios within each round. */
export function ratio(ours: readonly number[], theirs: readonly number[]): number {
  return median(ours.map((value, round) => value / theirs[round]));
}
