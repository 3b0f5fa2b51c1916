import type { Network } from "../models/network.ts";
import type { LayerFactories } from "../models/spec.ts";
import type { SavedArray, SavedModel } from "./saved-model.ts";

/** A file to be read. */
export interface ModelSource {
  readonly bytes: Uint8Array;
  /** What errors call it. */
  readonly where: string;
  /** Layers that are not part of this package, by type. */
  readonly own: LayerFactories;
  /**
   * Reads a file of the same folder, for formats of several files.
   *
   * @throws FileError for names that lead elsewhere, and UsageError where there is no folder.
   */
  beside(name: string): Promise<Uint8Array>;
}

/** A file to be written beside others, or, without a name, as the one that was asked for. */
export interface OutputFile {
  readonly name?: string;
  readonly bytes: Uint8Array;
  /** Paths of layers that the file does not have, because they do nothing in prediction. */
  readonly dropped?: readonly string[];
}

/** What reads and writes the files of a format. */
export interface FormatModule {
  /** @throws FileError naming the place in the file and what is wrong there. Nothing in a file is evaluated. */
  read(source: ModelSource): SavedModel | Promise<SavedModel>;
  /** The weights alone, for a network that is there. @throws FileError if they are not those of such a network. */
  readWeights?(source: ModelSource, network: Network): readonly SavedArray[] | Promise<readonly SavedArray[]>;
  /** Files hold what the optimizer has gathered. Default false. */
  readonly keepsOptimizer?: boolean;
  /** The file asked for comes last, so that it is only there when all others are. */
  write?(model: SavedModel, network: Network): readonly OutputFile[] | Promise<readonly OutputFile[]>;
}

/** A kind of model files: how it is told from others, and what is loaded to read and write it. */
export interface Format {
  /** Whether a file is one, by its first bytes. */
  recognizes(bytes: Uint8Array): boolean;
  /** Whether a file of that name is to be one. */
  isNamed(name: string): boolean;
  load(): Promise<FormatModule>;
}
