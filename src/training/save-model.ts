import { UsageError } from "../core/errors.ts";
import { writeFile } from "../core/files.ts";
import { checkOptions } from "../core/names.ts";
import type { OutputFile } from "../formats/format.ts";
import type { SavedModel } from "../formats/saved-model.ts";
import type { Meaning } from "../models/meaning.ts";
import type { Network } from "../models/network.ts";
import { specOf } from "../models/spec.ts";
import type { Compiled } from "./compile.ts";
import type { LearningRates } from "./learning-rates.ts";
import type { SaveOptions, SaveReport } from "./model-options.ts";
import { savedOptimizer, savedTraining } from "./saved-training.ts";
import type { Session } from "./session.ts";
import { readWeights } from "./weights.ts";

/** What a model consists of. */
export interface ModelParts {
  readonly name: string;
  readonly network: Network;
  readonly session: Session;
  readonly compiled: Compiled | undefined;
  readonly rates: LearningRates;
  readonly meaning: Meaning;
}

/** A model as files hold it. @param withOptimizer with what its optimizer has gathered */
export async function savedModel(
  { name, network, session, compiled, rates, meaning }: ModelParts,
  withOptimizer: boolean,
): Promise<SavedModel> {
  return {
    name,
    spec: specOf(network),
    seed: session.seed,
    meaning: Object.keys(meaning).length > 0 ? meaning : undefined,
    weights: await readWeights(network, session.backend),
    training: compiled && savedTraining(compiled),
    optimizer:
      compiled && withOptimizer ? await savedOptimizer(compiled, session, rates.at(session.step)) : undefined,
  };
}

async function filesOf(
  parts: ModelParts,
  path: string,
  options: SaveOptions,
): Promise<readonly OutputFile[]> {
  checkOptions("save", options, ["format"]);
  const { formatOfName } = await import("../formats/formats.ts");
  const { write, keepsOptimizer = false } = await formatOfName(path, options.format).load();
  if (write) return write(await savedModel(parts, keepsOptimizer), parts.network);
  throw new UsageError({
    where: path,
    expected: "a format that can be written",
    received: "one that can only be read",
  });
}

/** Writes a model to a file, and to files beside it where the format has several. */
export async function saveModel(parts: ModelParts, path: string, options: SaveOptions): Promise<SaveReport> {
  const folder = path.slice(0, Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
  const files = await filesOf(parts, path, options);
  for (const { name, bytes } of files) await writeFile(name === undefined ? path : `${folder}${name}`, bytes);
  return { dropped: files.flatMap(({ dropped = [] }) => dropped) };
}

/** The bytes of a file of a model. @throws UsageError for formats of several files. */
export async function serializeModel(parts: ModelParts, options: SaveOptions): Promise<Uint8Array> {
  const { nativeFormat } = await import("../formats/formats.ts");
  const { format = nativeFormat } = options;
  const files = await filesOf(parts, "serialize", { ...options, format });
  if (files.length === 1) return files[0].bytes;
  throw new UsageError({
    where: `serialize, format "${format}"`,
    expected: "a format of one file",
    received: `${files.length} files`,
    hint: "Use save(path).",
  });
}
