/**
 * Benchmarks: `npm run bench -- <suite>|all [--rounds n] [--quick] [--slow] [--no-peers] [--json] [--out file]
 * [--svg file] [--docs]`.
 *
 * Numbers are only comparable within one run: everything is measured in turns.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { fillSection, imagePath } from "./documents.ts";
import { describe, machine } from "./machine.ts";
import type { Suite, SuiteResult } from "./suite.ts";

const suites: Record<string, () => Promise<Suite>> = {
  article: async () => (await import("./suites/article.ts")).article,
  nets: async () => (await import("./suites/nets.ts")).nets,
  kernels: async () => (await import("./suites/kernels.ts")).kernels,
  start: async () => (await import("./suites/start.ts")).start,
  latency: async () => (await import("./suites/latency.ts")).latency,
  scaling: async () => (await import("./suites/scaling.ts")).scaling,
  memory: async () => (await import("./suites/memory.ts")).memory,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  allowNegative: true,
  options: {
    rounds: { type: "string", default: "3" },
    quick: { type: "boolean", default: false },
    slow: { type: "boolean", default: false },
    peers: { type: "boolean", default: true },
    json: { type: "boolean", default: false },
    out: { type: "string" },
    /** Where the suite's plot goes. */
    svg: { type: "string" },
    /** Puts tables into docs/benchmarks.md and plots into docs/images. */
    docs: { type: "boolean", default: false },
  },
});

function refuse(reason: string): never {
  process.stderr.write(`${reason}\n`);
  process.exit(2);
}

const [name] = positionals;
const known = `${Object.keys(suites).join(", ")}, or all`;
if (name === undefined || (name !== "all" && !Object.hasOwn(suites, name))) refuse(`Which suite? ${known}`);
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1)
  refuse(`--rounds takes a whole number ≥ 1, not ${values.rounds}`);
if (values.svg !== undefined && name === "all") refuse("--svg is for one suite; --docs writes all plots");
if (values.docs && values.quick) refuse("--docs is for whole runs, not for --quick ones");

const where = machine();
const results: Record<string, SuiteResult> = {};
const sectionOf = ({ markdown }: SuiteResult): string =>
  `${describe(where)} · ${values.quick ? "quick" : `rounds ${rounds}`}\n\n${markdown}`;

for (const suite of name === "all" ? Object.keys(suites) : [name]) {
  const run = await suites[suite]();
  const result = await run({
    rounds,
    quick: values.quick,
    slow: values.slow,
    peers: values.peers,
    progress: (what) => process.stderr.write(`${what} …\n`),
  });
  results[suite] = result;
  if (values.docs) {
    fillSection(suite, sectionOf(result));
    if (result.plot) writeFileSync(imagePath(result.plot.file), result.plot.svg);
  }
  if (values.svg !== undefined) {
    if (result.plot) writeFileSync(values.svg, result.plot.svg);
    else process.stderr.write(`${suite} has no plot.\n`);
  }
}

const text = values.json
  ? `${JSON.stringify({ machine: where, suites: Object.fromEntries(Object.entries(results).map(([suite, { json }]) => [suite, json])) })}\n`
  : Object.values(results)
      .map((result) => `## ${result.title}\n\n${sectionOf(result)}\n`)
      .join("\n");
if (values.out) writeFileSync(values.out, text);
else process.stdout.write(text, () => process.exit());
if (values.out) process.exit();
