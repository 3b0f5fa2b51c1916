import { type FileSource, matchWeights, openSource } from "./read-saved.ts";
import type { ModelParts } from "./save-model.ts";
import { writeWeights } from "./weights.ts";

/** Gives a model the weights of a file of any format; nothing is changed if they do not fit. */
export async function loadWeights({ network, session }: ModelParts, from: FileSource): Promise<void> {
  const [source, { formatOfBytes }] = await Promise.all([openSource(from), import("../formats/formats.ts")]);
  const format = await formatOfBytes(source.bytes, source.where).load();
  const weights = format.readWeights
    ? await format.readWeights(source, network)
    : ((await format.read(source)).weights ?? []);
  const expected = network.weights.map(({ path, state }) => ({ name: path, shape: state.shape }));
  await writeWeights(network, session.backend, matchWeights(source.where, expected, weights));
}
