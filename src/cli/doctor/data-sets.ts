import { FileError } from "../../core/errors.ts";
import { fashionMnist, mnist, type TrainAndTest } from "../../node.ts";

export interface FoundDataset {
  readonly name: string;
  readonly folder: string | null;
  readonly samples: number;
  /** Why it cannot be used, and where to put it. */
  readonly problem: string | null;
}

/** Looks for the known data sets, and reads them. */
export async function findDatasets(): Promise<FoundDataset[]> {
  return [await find("MNIST", mnist), await find("Fashion-MNIST", fashionMnist)];
}

async function find(name: string, read: () => Promise<TrainAndTest>): Promise<FoundDataset> {
  try {
    const { folder, train, test } = await read();
    return { name, folder, samples: train.length + test.length, problem: null };
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return { name, folder: null, samples: 0, problem: error.message };
  }
}
