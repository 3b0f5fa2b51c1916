/**
 * Checks the package against data that nobody here made: numbers of Keras 2 and 3, ONNX's tests, images. The data are not
 * part of the repository; `CONVNET_CASES` says where they lie.
 *
 * npm run conformance [-- --json]
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { disposeBackends } from "convnet";
import { jpeg } from "./jpeg.ts";
import { kerasGolden } from "./keras-golden.ts";
import { kerasJsLayers } from "./keras-js-layers.ts";
import { onnxLight, onnxNode } from "./onnx-node.ts";
import type { Outcome } from "./outcome.ts";
import { pngSuite } from "./pngsuite.ts";

const beside = fileURLToPath(new URL("../../../shared/cases", import.meta.url));
const folder = process.env.CONVNET_CASES ?? beside;
const asJson = process.argv.includes("--json");

if (!existsSync(folder)) {
  process.stderr.write(`No cases in ${folder}. Set CONVNET_CASES to the folder that has them.\n`);
  process.exit(1);
}

const outcomes: Outcome[] = [
  ...(await kerasGolden(join(folder, "keras-golden.json"))),
  ...(await kerasJsLayers(join(folder, "keras-js-layers"))),
  ...(await pngSuite(join(folder, "pngsuite"))),
  ...(await jpeg(join(folder, "jpeg"))),
  ...(await onnxNode(join(folder, "onnx-node"))),
  ...(await onnxLight(join(folder, "onnx-light"))),
];

interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

const families = new Map<string, Count>();
for (const { family, result } of outcomes) {
  const count = families.get(family) ?? { passed: 0, failed: 0, skipped: 0 };
  count[result]++;
  families.set(family, count);
}
const total = [...families.values()].reduce((a, b) => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  skipped: a.skipped + b.skipped,
}));

if (asJson) {
  console.log(JSON.stringify({ total, families: Object.fromEntries(families), outcomes }));
} else {
  const row = (name: string, { passed, failed, skipped }: Count) =>
    `${name.padEnd(44)}${String(passed).padStart(7)}${String(failed).padStart(7)}${String(skipped).padStart(8)}`;
  console.log(`${"family".padEnd(44)} passed failed skipped`);
  for (const [family, count] of families) console.log(row(family, count));
  console.log(row("all", total));
  for (const { family, name, detail } of outcomes.filter(({ result }) => result === "failed")) {
    console.log(`FAILED ${family}, ${name}: ${detail}`);
  }
  const reasons = new Map<string, number>();
  for (const { result, detail } of outcomes) {
    if (result === "skipped") reasons.set(detail, (reasons.get(detail) ?? 0) + 1);
  }
  const listed = [...reasons].sort((a, b) => b[1] - a[1]).map(([reason, count]) => `${reason} (${count})`);
  console.log(`Skipped because: ${listed.join(", ")}.`);
}
await disposeBackends();
process.exitCode = total.failed > 0 ? 1 : 0;
