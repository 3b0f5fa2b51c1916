/**
 * Benchmarks: `npm run bench -- <suite> [--rounds n] [--quick] [--slow] [--json] [--out file]`.
 *
 * Numbers are only comparable within one run: everything is measured in turns.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { describe, machine } from "./machine.ts";
import type { Suite } from "./suite.ts";

const suites: Record<string, () => Promise<Suite>> = {
  article: async () => (await import("./suites/article.ts")).article,
  memory: async () => (await import("./suites/memory.ts")).memory,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "3" },
    quick: { type: "boolean", default: false },
    slow: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    out: { type: "string" },
  },
});
const [name] = positionals;
if (name === undefined || !Object.hasOwn(suites, name)) {
  process.stderr.write(`Which suite? ${Object.keys(suites).join(", ")}\n`);
  process.exit(2);
}
const suite = await suites[name]();
const { title, json, markdown } = await suite({
  rounds: Number(values.rounds),
  quick: values.quick,
  slow: values.slow,
  progress: (what) => process.stderr.write(`${what} …\n`),
});
const where = machine();
const text = values.json
  ? JSON.stringify({ suite: name, machine: where, results: json })
  : `## ${title}\n\n${describe(where)}\n\n${markdown}\n`;
if (values.out) writeFileSync(values.out, text);
else console.log(text);
process.exit();
