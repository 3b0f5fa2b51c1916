import type { Dataset } from "convnet";
import { mnist } from "convnet/node";
import type { MeasureOptions } from "./measure.ts";
import { noise } from "./networks.ts";

/** MNIST for the article's network, noise for the others. */
export async function samplesFor({
  network,
  batch,
}: Pick<MeasureOptions, "network" | "batch">): Promise<Dataset> {
  if (network === "article") return (await mnist()).train;
  return noise(network, Math.max(batch, Math.ceil(512 / batch) * batch));
}
