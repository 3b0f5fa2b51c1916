/** Damaged and hostile files: each either loads or is refused with an error of this package, and nothing else happens. */
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unzipSync, zipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { disposeBackends } from "../backends/choose-backend.ts";
import { ConvNetError } from "../core/errors.ts";
import { createRandom } from "../core/random.ts";
import * as layers from "../layers/index.ts";
import { input } from "../layers/input.ts";
import { model as functional } from "../training/functional.ts";
import type { Model } from "../training/model.ts";
import { sequential } from "../training/sequential.ts";
import { type FormatName, formatOfBytes, formats } from "./formats.ts";

afterAll(() => disposeBackends());

const chain = (): Model =>
  sequential([
    layers.conv2d({ filters: 2, kernelSize: 2, activation: "relu", inputShape: [3, 3, 1] }),
    layers.flatten(),
    layers.dense({ units: 2 }),
  ]);
const graph = (): Model => {
  const image = input({ shape: [3], name: "x" });
  const shared = layers.dense({ units: 3, name: "d" });
  return functional({
    inputs: image,
    outputs: layers.add().apply([shared.apply(image), shared.apply(shared.apply(image))]),
  });
};

/** What is read, without a backend. @param others files beside it */
async function read(
  bytes: Uint8Array,
  others: ReadonlyMap<string, Uint8Array> = new Map(),
): Promise<unknown> {
  const format = await formatOfBytes(bytes, "m").load();
  const beside = async (name: string): Promise<Uint8Array> => others.get(name) ?? new Uint8Array(0);
  return format.read({ bytes, where: "m", own: {}, beside });
}

type Random = ReturnType<typeof createRandom>;
const whole = (random: Random, below: number): number => Math.floor(random.uniform() * below);
const edges = [
  0n,
  1n,
  0x7fn,
  0xffn,
  0xffffn,
  0x7fffffffn,
  0xffffffffn,
  2n ** 53n,
  2n ** 63n - 1n,
  2n ** 64n - 1n,
];

/** Flips bits, sets bytes and numbers to edges, cuts, doubles and moves pieces. */
function mutate(original: Uint8Array, random: Random): Uint8Array {
  let bytes = original.slice();
  for (let changes = 1 + whole(random, 3); changes > 0; changes--) {
    const at = whole(random, bytes.length);
    switch (whole(random, 7)) {
      case 0:
      case 1:
        bytes[at] ^= 1 << whole(random, 8);
        break;
      case 2:
        bytes[at] = [0, 0xff, 0x7f, 0x80, 0x22, 0x5b, 0x7b][whole(random, 7)];
        break;
      case 3: {
        const size = [1, 2, 4, 8][whole(random, 4)];
        let edge = edges[whole(random, edges.length)];
        for (let i = 0; i < size && at + i < bytes.length; i++, edge >>= 8n)
          bytes[at + i] = Number(edge & 255n);
        break;
      }
      case 4:
        if (whole(random, 8) === 0) bytes = bytes.slice(0, Math.max(1, at));
        break;
      case 5: {
        const piece = bytes.slice(at, at + 1 + whole(random, 64));
        bytes.set(piece, whole(random, Math.max(1, bytes.length - piece.length)));
        break;
      }
      default:
        bytes.fill(whole(random, 256), at, at + whole(random, 16));
    }
  }
  return bytes;
}

const count = 5000;

/** Reads mutations with a fixed seed. @returns how many were loaded, and how many refused */
async function readMutations(
  name: string,
  make: (random: Random) => Uint8Array,
  others?: ReadonlyMap<string, Uint8Array>,
): Promise<{ loaded: number; refused: number }> {
  let [loaded, refused] = [0, 0];
  for (let i = 0; i < count; i++) {
    const bytes = make(createRandom(i, name));
    try {
      await read(bytes, others);
      loaded++;
    } catch (error) {
      if (!(error instanceof ConvNetError))
        throw new Error(`${name}, seed ${i}: ${String(error)}`, { cause: error });
      refused++;
    }
  }
  return { loaded, refused };
}

describe(`${count} damaged files of each format load or are refused`, () => {
  test.each(["keras", "h5", "safetensors", "spec"] as const)(
    "%s",
    async (format: FormatName) => {
      const good = [await chain().serialize({ format }), await graph().serialize({ format })];
      for (const bytes of good) await read(bytes);
      const { loaded, refused } = await readMutations(format, (random) =>
        mutate(good[whole(random, 2)], random),
      );
      expect(loaded + refused).toBe(count);
      expect(refused).toBeGreaterThan(count / 10);
    },
    120_000,
  );

  test("members of .keras files, in zip files that are sound", async () => {
    const good = await Promise.all([chain(), graph()].map((model) => model.serialize({ format: "keras" })));
    const members = good.map((bytes) => unzipSync(bytes));
    const names = ["config.json", "model.weights.h5", "metadata.json"];
    const { loaded, refused } = await readMutations("members", (random) => {
      const which = members[whole(random, 2)];
      const name = names[whole(random, 3)];
      return zipSync({ ...which, [name]: mutate(which[name], random) }, { level: 0 });
    });
    expect(loaded).toBeGreaterThan(count / 20);
    expect(refused).toBeGreaterThan(count / 10);
  }, 120_000);

  test("model.json of TensorFlow.js, and its shards", async () => {
    const { write } = await formats.tfjs.load();
    const { parts } = { parts: await chain().parts() };
    const { savedModel } = await import("../training/save-model.ts");
    const files = (await write?.(await savedModel(parts, false), parts.network)) ?? [];
    const json = files.at(-1)?.bytes ?? new Uint8Array();
    const others = new Map(files.slice(0, -1).map(({ name = "", bytes }) => [name, bytes]));
    await read(json, others);
    const { refused } = await readMutations("tfjs", (random) => mutate(json, random), others);
    expect(refused).toBeGreaterThan(count / 10);
  }, 120_000);
});

describe("zip files that lie", () => {
  let good: Record<string, Uint8Array>;
  beforeAll(async () => {
    good = unzipSync(await chain().serialize({ format: "keras" }));
  });

  const end = (bytes: Uint8Array): number => bytes.length - 22;
  /** Where the directory's entry of that number begins. */
  const entry = (bytes: Uint8Array, number: number): number => {
    const view = new DataView(bytes.buffer);
    let at = view.getUint32(end(bytes) + 16, true);
    for (; number > 0; number--)
      at += 46 + [28, 30, 32].reduce((sum, offset) => sum + view.getUint16(at + offset, true), 0);
    return at;
  };

  test.each([
    {
      name: "a bomb: 64 MB of zeros in 64 kB",
      make: () => zipSync({ ...good, "config.json": new Uint8Array(64_000_000) }, { level: 9 }),
      message: "expected at most 100 times its packed size",
    },
    {
      name: "a size that is not that of what it holds",
      make: () => {
        const bytes = zipSync(good, { level: 9 });
        const at = entry(bytes, 1) + 24;
        new DataView(bytes.buffer).setUint32(at, new DataView(bytes.buffer).getUint32(at, true) + 9, true);
        return bytes;
      },
      message: "config.json",
    },
    {
      name: "encryption",
      make: () => {
        const bytes = zipSync(good, { level: 0 });
        bytes[entry(bytes, 0) + 8] |= 1;
        return bytes;
      },
      message: "got an encrypted member",
    },
    {
      name: "an unknown method",
      make: () => {
        const bytes = zipSync(good, { level: 0 });
        bytes[entry(bytes, 0) + 10] = 12;
        return bytes;
      },
      message: "expected stored or deflated bytes, got method 12",
    },
    {
      name: "two members of one name",
      make: () => {
        const bytes = zipSync(
          { "config.json": good["config.json"], "confih.json": good["config.json"], ...good },
          { level: 0 },
        );
        const at = entry(bytes, 1) + 46;
        bytes["confi".length + at] = "g".charCodeAt(0);
        return bytes;
      },
      message: "got the same name twice",
    },
    {
      name: "members over each other",
      make: () => {
        const bytes = zipSync(good, { level: 0 });
        const view = new DataView(bytes.buffer);
        const [first, second] = [entry(bytes, 0), entry(bytes, 2)];
        for (const offset of [16, 20, 24, 42])
          view.setUint32(first + offset, view.getUint32(second + offset, true), true);
        return bytes;
      },
      message: "got overlapping ones",
    },
    {
      name: "a flipped bit in the weights",
      make: () => {
        const bytes = zipSync(good, { level: 0 });
        const at = new DataView(bytes.buffer).getUint32(entry(bytes, 2) + 42, true);
        bytes[at + 600] ^= 4;
        return bytes;
      },
      message: "expected the checksum of the directory",
    },
    {
      name: "the form for 4 GiB and more",
      make: () => {
        const bytes = zipSync(good, { level: 0 });
        new DataView(bytes.buffer).setUint32(entry(bytes, 0) + 24, 0xffffffff, true);
        return bytes;
      },
      message: "zip64",
    },
    {
      name: "no configuration",
      make: () => zipSync({ "metadata.json": good["metadata.json"] }),
      message: 'expected a member "config.json"',
    },
  ])("$name", async ({ make, message }) => {
    await expect(read(make())).rejects.toThrow(message);
  });

  test("names that lead elsewhere are only names", async () => {
    const outside = join(tmpdir(), "convnet-escaped");
    const members = { ...good, [`../../../../..${outside}`]: Uint8Array.of(1), [outside]: Uint8Array.of(1) };
    await read(zipSync(members, { level: 0 }));
    expect(existsSync(outside)).toBe(false);
  });

  test("JSON that is nested too deep, and keys of prototypes", async () => {
    const deep = new TextEncoder().encode("[".repeat(200_000));
    await expect(read(zipSync({ ...good, "config.json": deep }, { level: 0 }))).rejects.toThrow(
      "expected JSON nested at most 200 deep",
    );
    const text = new TextDecoder().decode(good["config.json"]);
    for (const key of ["__proto__", "constructor", "toString"]) {
      const polluted = text.replace('"units":2', `"units":2,"${key}":{"polluted":true}`);
      expect(polluted).not.toBe(text);
      await expect(
        read(zipSync({ ...good, "config.json": new TextEncoder().encode(polluted) }, { level: 0 })),
      ).rejects.toThrow("expected a known option");
    }
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});
