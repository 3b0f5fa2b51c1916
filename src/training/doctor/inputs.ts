import { flatten, type Numbers } from "../../data/dataset.ts";
import type { Network } from "../../models/network.ts";
import { byName, type NamedNumbers } from "../inputs.ts";
import { isRescaled } from "../predict-graph.ts";
import type { Finding } from "./finding.ts";

/** Least and largest number, and the first place of one that is not finite, or −1. */
function extent(numbers: ArrayLike<number>): { low: number; high: number; bad: number } {
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < numbers.length; i++) {
    if (!Number.isFinite(numbers[i])) return { low, high, bad: i };
    if (numbers[i] < low) low = numbers[i];
    if (numbers[i] > high) high = numbers[i];
  }
  return { low, high, bad: -1 };
}

const format = (x: number): string => String(Number(x.toPrecision(3)));

/** Looks at the numbers that come in: their range, and whether they are numbers. */
export function examineInputs(network: Network, x: NamedNumbers): Finding[] {
  const { inputNames } = network;
  return byName("doctor x", inputNames, x).flatMap((given, i) =>
    given === undefined ? [] : examineInput(network, i, given),
  );
}

function examineInput(network: Network, i: number, given: Numbers): Finding[] {
  const where = network.inputNames[i];
  const numbers = flatten(`doctor x, ${where}`, given);
  const { low, high, bad } = extent(numbers);
  if (bad >= 0) {
    return [
      {
        id: "inputsNotFinite",
        severity: "error",
        where,
        seen: `${numbers[bad]} as number ${bad} of the samples`,
        advice: "Leave such samples out, or fill in what is missing.",
      },
    ];
  }
  const range = `numbers from ${format(low)} to ${format(high)}`;
  if (low === high) {
    const advice = "Look at how the samples were read: a network cannot tell them apart.";
    return [{ id: "inputsConstant", severity: "error", where, seen: `nothing but ${format(low)}`, advice }];
  }
  const rescaled = isRescaled(network, network.inputs[i].node);
  const isBytes = numbers instanceof Uint8Array;
  const largest = Math.max(Math.abs(low), Math.abs(high));
  if (rescaled && !isBytes && largest <= 1.5) {
    return [
      {
        id: "inputsScaledTwice",
        severity: "warning",
        where,
        seen: `${range}, before a layer that rescales them again`,
        advice: "Leave the rescaling layer out, or give it pixels from 0 to 255.",
      },
    ];
  }
  if (rescaled || isBytes || largest <= 20 || isNormalized(network, i)) return [];
  return [
    {
      id: "inputsUnscaled",
      severity: "warning",
      where,
      seen: range,
      advice:
        "Give pixels as a Uint8Array, which enters as value / 255, divide by 255, or begin with layers.rescaling({ scale: 1 / 255 }).",
    },
  ];
}

/** Whether the first layer behind the input brings numbers of any size to a size of its own. */
function isNormalized(network: Network, i: number): boolean {
  const { node } = network.inputs[i];
  return network.nodes.some(
    ({ layer, inputs }) => inputs.some((place) => place.node === node) && /normalization/i.test(layer.type),
  );
}
