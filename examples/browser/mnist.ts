import { type Dataset, dataset, idxDataset, readIdx } from "convnet";

export interface Digits {
  readonly train: Dataset;
  readonly test: Dataset;
}

/** Size of the four files together, for a progress bar. */
const totalBytes = 54_900_096;

/**
 * Fetches MNIST from beside the page.
 *
 * @param limit how many of the training images to use
 * @param onProgress told the share of the bytes that have arrived, in [0, 1]
 */
export async function loadMnist(limit: number, onProgress: (share: number) => void): Promise<Digits> {
  let arrived = 0;
  const load = async (part: string): Promise<Dataset> => {
    const [images, labels] = await Promise.all(
      [`${part}-images-idx3-ubyte`, `${part}-labels-idx1-ubyte`].map(async (name) => {
        const bytes = await fetchBytes(name, (count) => {
          arrived += count;
          onProgress(Math.min(1, arrived / totalBytes));
        });
        return readIdx(bytes, name);
      }),
    );
    return idxDataset(part, { images, labels });
  };
  const [train, test] = await Promise.all([load("train"), load("t10k")]);
  return { train: first(train, limit), test };
}

async function fetchBytes(name: string, onBytes: (count: number) => void): Promise<Uint8Array> {
  const response = await fetch(name);
  if (!response.ok || !response.body) throw new Error(`${name}: the server answered ${response.status}`);
  const parts: Uint8Array[] = [];
  const reader = response.body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    parts.push(part.value);
    onBytes(part.value.length);
  }
  return new Uint8Array(await new Blob(parts as Uint8Array<ArrayBuffer>[]).arrayBuffer());
}

function first({ x, y, sampleShape, length }: Dataset, limit: number): Dataset {
  const count = Math.min(limit, length);
  const perSample = x.length / length;
  return dataset({ x: x.subarray(0, count * perSample), y: y.subarray(0, count), sampleShape });
}
