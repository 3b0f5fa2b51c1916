/**
 * One measurement of this package. Prints one JSON line like the peers' scripts.
 *
 * tsx --tsconfig bench/tsconfig.json bench/scripts/throughput.ts '{"network":"article","mode":"train",…}' (MeasureOptions)
 */
import { type MeasureOptions, measure } from "../measure.ts";
import { samplesFor } from "../samples.ts";

const options = JSON.parse(process.argv[2]) as MeasureOptions;
const measured = await measure(options, await samplesFor(options));
console.log(JSON.stringify({ peer: "convnet", ...measured }));
process.exit();
