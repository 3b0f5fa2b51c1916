/** The first `count` samples of a data set, and those of some classes: what the recipes shorten their runs with. */
import { type Dataset, dataset } from "convnet";

export function few(set: Dataset, count: number): Dataset {
  const size = set.x.length / set.length;
  const length = Math.min(count, set.length);
  return dataset({ ...set, x: set.x.subarray(0, length * size), y: set.y.subarray(0, length) });
}

/** Samples whose class `keeps` likes, their labels as `label` says. */
export function ofClasses(
  set: Dataset,
  keeps: (label: number, i: number) => boolean,
  label = (y: number) => y,
): Dataset {
  const size = set.x.length / set.length;
  const kept = Array.from(set.y.keys()).filter((i) => keeps(set.y[i], i));
  const x = new Uint8Array(kept.length * size);
  for (const [to, from] of kept.entries()) x.set(set.x.subarray(from * size, (from + 1) * size), to * size);
  return dataset({ x, y: Uint8Array.from(kept, (i) => label(set.y[i])), sampleShape: set.sampleShape });
}
