/** Damaged copies of good files, the same for the same seed. */
import { expect } from "vitest";
import { ConvNetError } from "../src/core/errors.ts";
import { createRandom, type Random } from "../src/core/random.ts";

/** Numbers that readers stumble over, as bytes. */
const extremes = [0, 1, 0x7f, 0x80, 0xff];

/** A damaged copy: bits turned, bytes replaced, cut off, doubled or taken out, four bytes made a huge length. */
function damaged(good: Uint8Array, random: Random): Uint8Array<ArrayBuffer> {
  let bytes = Uint8Array.from(good);
  const changes = 1 + random.below(3);
  for (let change = 0; change < changes; change++) {
    const { length } = bytes;
    if (length === 0) return bytes;
    /* What is wrong at the beginning goes furthest. */
    const at = random.below(2) === 0 ? random.below(Math.min(length, 128)) : random.below(length);
    const span = 1 + random.below(16);
    switch (random.below(7)) {
      case 0:
        bytes[at] ^= 1 << random.below(8);
        break;
      case 1:
        bytes[at] = random.below(256);
        break;
      case 2:
        bytes[at] = extremes[random.below(extremes.length)];
        break;
      case 3:
        bytes = bytes.slice(0, at);
        break;
      case 4:
        bytes = Uint8Array.of(...bytes.slice(0, at), ...bytes.slice(at, at + span), ...bytes.slice(at));
        break;
      case 5:
        bytes = Uint8Array.of(...bytes.slice(0, at), ...bytes.slice(at + span));
        break;
      default: {
        const huge = random.below(2) === 0 ? 0xff : extremes[random.below(extremes.length)];
        bytes.fill(huge, at, at + 4);
      }
    }
  }
  return bytes;
}

/**
 * Reads `count` damaged copies of good files: each must be read or refused by an error of this package, soon.
 *
 * @returns how many were refused
 */
export async function readDamaged(
  good: readonly Uint8Array[],
  read: (bytes: Uint8Array<ArrayBuffer>) => unknown,
  { count = 5000, seed = 1 } = {},
): Promise<number> {
  const random = createRandom(seed, "mutations");
  let refused = 0;
  for (let i = 0; i < count; i++) {
    const bytes = damaged(good[i % good.length], random);
    try {
      await read(bytes);
    } catch (error) {
      if (!(error instanceof ConvNetError)) {
        expect.fail(
          `copy ${i}: ${String((error as Error).stack)}\n${Buffer.from(bytes).toString("base64").slice(0, 2000)}`,
        );
      }
      refused++;
    }
  }
  return refused;
}
