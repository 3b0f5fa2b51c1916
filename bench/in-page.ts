/** What a page runs. It is bundled and served by `scripts/throughput-in-page.ts`. */
import { dataset } from "convnet";
import { type Measured, type MeasureOptions, measure } from "./measure.ts";

/** Where a page finds its samples. */
export interface SampleAddress {
  readonly x: string;
  readonly y: string;
  readonly sampleShape: readonly number[];
}

export async function measureInPage(
  options: MeasureOptions,
  { x, y, sampleShape }: SampleAddress,
): Promise<Measured> {
  if (!crossOriginIsolated) throw new Error("The page is not cross-origin isolated.");
  const bytes = async (address: string) => new Uint8Array(await (await fetch(address)).arrayBuffer());
  return measure(options, dataset({ x: await bytes(x), y: await bytes(y), sampleShape }));
}
