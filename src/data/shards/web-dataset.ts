import { FileError, OptionError } from "../../core/errors.ts";
import { fileProblem, fileSystem } from "../../core/files.ts";
import { checkOptions } from "../../core/names.ts";
import { type Stream, stream } from "../stream/stream.ts";
import { readTar } from "./read-tar.ts";

/** Files of a shard that belong together: those with the same name up to the first dot. */
export interface ShardItem {
  /** Their common name: `train/0001` of `train/0001.jpg` and `train/0001.cls`. */
  readonly key: string;
  /** By what follows the first dot: `jpg`, `cls`. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

export interface WebDatasetOptions {
  /** Larger files in a shard are refused before they are read. Default 256 MiB. */
  maxFileBytes?: number;
}

const isAddress = (source: string): boolean => /^https?:/.test(source);

async function* fetched(address: string): AsyncGenerator<Uint8Array> {
  let response: Response;
  try {
    response = await fetch(address);
  } catch (cause) {
    const received = String((cause as Error).message);
    throw new FileError({ where: address, expected: "a server that answers", received }, { cause });
  }
  if (!response.ok || !response.body) {
    throw new FileError({ where: address, expected: "a shard", received: `status ${response.status}` });
  }
  const reader = response.body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch (cause) {
    const received = `a broken connection (${String((cause as Error).message)})`;
    throw new FileError({ where: address, expected: "the whole shard", received }, { cause });
  } finally {
    await reader.cancel().catch(() => {});
  }
}

async function* readPieces(path: string): AsyncGenerator<Uint8Array> {
  const open = async () => {
    try {
      return await fileSystem(path).open(path, "r");
    } catch (cause) {
      throw fileProblem(path, "read", cause);
    }
  };
  const file = await open();
  try {
    for (;;) {
      const bytes = new Uint8Array(256 * 1024);
      const { bytesRead } = await file.read(bytes, 0, bytes.length);
      if (bytesRead === 0) return;
      yield bytes.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

async function* itemsOf(source: string, maxFileBytes: number): AsyncGenerator<ShardItem> {
  const chunks = isAddress(source) ? fetched(source) : readPieces(source);
  let key: string | undefined;
  let files = new Map<string, Uint8Array>();
  for await (const { name, data } of readTar(chunks, source, maxFileBytes)) {
    const slash = name.lastIndexOf("/") + 1;
    const dot = name.indexOf(".", slash);
    const own = dot < 0 ? name : name.slice(0, dot);
    if (key !== undefined && own !== key) {
      yield { key, files };
      files = new Map();
    }
    key = own;
    files.set(dot < 0 ? "" : name.slice(dot + 1), data);
  }
  if (key !== undefined) yield { key, files };
}

/**
 * Reads shards as WebDataset has them: tar archives of files, of which those with the same name but for the extension belong
 * together. Of a shard no more than the files of one item is in memory; nothing is written to disk.
 *
 * @param shards paths (Node) or addresses of tar archives, read one after another
 * @throws FileError (when it is read) naming the shard, the place in it, and what is wrong there.
 * @see https://github.com/webdataset/webdataset
 * @example
 * const samples = webDataset(["train-0000.tar", "https://example.org/train-0001.tar"]).map(async ({ key, files }) => ({
 *   x: (await decodeImage(files.get("jpg"), key, { width: 64, height: 64, channels: 3 })).data,
 *   y: Number(new TextDecoder().decode(files.get("cls"))),
 * }));
 */
export function webDataset(
  shards: string | readonly string[],
  options: WebDatasetOptions = {},
): Stream<ShardItem> {
  checkOptions("webDataset", options, ["maxFileBytes"]);
  const { maxFileBytes = 256 * 1024 * 1024 } = options;
  if (!(maxFileBytes > 0)) {
    throw new OptionError({
      where: "webDataset",
      expected: "maxFileBytes above 0",
      received: String(maxFileBytes),
    });
  }
  const sources = typeof shards === "string" ? [shards] : [...shards];
  return stream(sources).interleave((source) => stream(() => itemsOf(source, maxFileBytes)), { cycle: 1 });
}
