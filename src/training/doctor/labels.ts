import { sizeOf } from "../../core/shape.ts";
import { flatten, type Numbers } from "../../data/dataset.ts";
import type { Network } from "../../models/network.ts";
import type { CompiledOutput } from "../compile.ts";
import { byName, type NamedNumbers } from "../inputs.ts";
import type { Finding } from "./finding.ts";

/** So many times more samples of one class than of another are worth a word. */
const unequal = 5;

/** Looks at labels: whether they are what the loss wants, and how the classes are spread. */
export function examineLabels(
  network: Network,
  outputs: readonly CompiledOutput[],
  y: NamedNumbers | undefined,
  length: number,
): Finding[] {
  const measured = outputs.filter(({ loss }) => loss);
  const given = byName(
    "doctor y",
    measured.map(({ name }) => name),
    y,
  );
  return measured.flatMap((output, i) => {
    const labels = given[i];
    return labels === undefined ? [] : examineOutput(network, output, labels, length);
  });
}

function examineOutput(
  network: Network,
  { name: where, loss }: CompiledOutput,
  given: Numbers,
  length: number,
): Finding[] {
  const labels = flatten(`doctor y, ${where}`, given);
  const shape = network.outputShapes[network.outputNames.indexOf(where)];
  const classes = shape[shape.length - 1];
  const perSample = labels.length / length;
  const wantsClasses = loss?.labels === "classes";
  const wanted = wantsClasses ? sizeOf(shape) / classes : sizeOf(shape);
  if (perSample !== wanted) return [misfit(where, wantsClasses, perSample, wanted, classes)];
  if (wantsClasses) return examineClasses(where, labels, classes, loss?.ignoreClass);
  const isOneHot = classes > 1 && perSample === classes && /crossentropy/i.test(loss?.name ?? "");
  return isOneHot ? spread(where, countVectors(labels, classes)) : [];
}

function misfit(
  where: string,
  wantsClasses: boolean,
  perSample: number,
  wanted: number,
  classes: number,
): Finding {
  const seen = `${perSample} numbers a sample where the loss wants ${wanted}`;
  if (wantsClasses && perSample === wanted * classes) {
    const advice = 'These labels are one-hot: compile with the loss "categoricalCrossentropy".';
    return { id: "labelsOneHot", severity: "error", where, seen, advice };
  }
  if (!wantsClasses && perSample * classes === wanted) {
    const advice = 'These labels are class numbers: compile with the loss "sparseCategoricalCrossentropy".';
    return { id: "labelsInteger", severity: "error", where, seen, advice };
  }
  const advice = "Check how many samples and labels there are, and the shape of the last layer.";
  return { id: "labelsShape", severity: "error", where, seen, advice };
}

function examineClasses(
  where: string,
  labels: ArrayLike<number>,
  classes: number,
  ignored: number | undefined,
): Finding[] {
  const counts = new Array<number>(classes).fill(0);
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i];
    if (label === ignored) continue;
    if (!(Number.isInteger(label) && label >= 0 && label < classes)) {
      const fromOne = label === classes ? " Labels that count from 1 need 1 subtracted." : "";
      return [
        {
          id: "labelsOutOfRange",
          severity: "error",
          where,
          seen: `label ${label} at ${i}, where classes go from 0 to ${classes - 1}`,
          advice: `Give the last layer a unit for each class, or correct the label.${fromOne}`,
        },
      ];
    }
    counts[label]++;
  }
  return spread(where, counts);
}

function countVectors(labels: ArrayLike<number>, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (let i = 0; i < labels.length; i++) counts[i % classes] += labels[i];
  return counts;
}

/** What the numbers of samples of each class say. */
function spread(where: string, counts: readonly number[]): Finding[] {
  const present = counts.filter((count) => count > 0);
  if (present.length <= 1) {
    return [
      {
        id: "oneClassOnly",
        severity: "error",
        where,
        seen: `all labels are ${counts.findIndex((count) => count > 0)}`,
        advice: "Look at how labels were read, and whether a sorted data set was cut.",
      },
    ];
  }
  const missing = counts.flatMap((count, label) => (count === 0 ? [label] : []));
  const findings: Finding[] = [];
  if (missing.length > 0) {
    findings.push({
      id: "classMissing",
      severity: "warning",
      where,
      seen: `no sample of class ${missing.slice(0, 10).join(", ")}${missing.length > 10 ? ", …" : ""}`,
      advice: "Shuffle before cutting a data set, or give the last layer fewer units.",
    });
  }
  const [fewest, most] = [Math.min(...present), Math.max(...present)];
  if (most >= unequal * fewest) {
    findings.push({
      id: "classImbalance",
      severity: "warning",
      where,
      seen: `${Math.round(most)} samples of class ${counts.indexOf(most)}, ${Math.round(fewest)} of class ${counts.indexOf(fewest)}`,
      advice:
        'Train with classWeight: "balanced", and judge by the confusion matrix or recall instead of accuracy.',
    });
  }
  return findings;
}
