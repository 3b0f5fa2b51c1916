import { OptionError } from "./errors.ts";
import { cos, log } from "./math.ts";

/** Two 32-bit words that name a sequence of random numbers. */
export type RandomKey = readonly [number, number];

const keyParity = 0x1bd11bda;
/** 2⁻²⁴ */
const unit = 1 / 16777216;

/**
 * Threefry-2×32 with 20 rounds: a counter-based generator, so that any element can be drawn without the ones before it.
 *
 * @see Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"
 */
export function threefry(key: RandomKey, counter0: number, counter1: number): [number, number] {
  const words = new Uint32Array(2);
  threefryInto(words, 0, key, counter0, counter1);
  return [words[0], words[1]];
}

/** Writes the two words of a counter to `words[at]` and behind it; makes nothing else. */
function threefryInto(
  words: Uint32Array,
  at: number,
  key: RandomKey,
  counter0: number,
  counter1: number,
): void {
  const key0 = key[0] | 0;
  const key1 = key[1] | 0;
  const key2 = key0 ^ key1 ^ keyParity;
  let x0 = (counter0 + key0) | 0;
  let x1 = (counter1 + key1) | 0;
  for (let group = 0; group < 5; group++) {
    /* Four rounds, with one or the other set of rotations, then a word of the key. */
    const even = group % 2 === 0;
    const r0 = even ? 13 : 17;
    const r1 = even ? 15 : 29;
    const r2 = even ? 26 : 16;
    const r3 = even ? 6 : 24;
    x0 = (x0 + x1) | 0;
    x1 = ((x1 << r0) | (x1 >>> (32 - r0))) ^ x0;
    x0 = (x0 + x1) | 0;
    x1 = ((x1 << r1) | (x1 >>> (32 - r1))) ^ x0;
    x0 = (x0 + x1) | 0;
    x1 = ((x1 << r2) | (x1 >>> (32 - r2))) ^ x0;
    x0 = (x0 + x1) | 0;
    x1 = ((x1 << r3) | (x1 >>> (32 - r3))) ^ x0;
    const next = group % 3;
    x0 = (x0 + (next === 0 ? key1 : next === 1 ? key2 : key0)) | 0;
    x1 = (x1 + (next === 0 ? key2 : next === 1 ? key0 : key1) + group + 1) | 0;
  }
  words[at] = x0;
  words[at + 1] = x1;
}

/** The top 24 bits as a number in [0, 1): exact in float32, so that every backend draws the same. */
export function unitInterval(word: number): number {
  return (word >>> 8) * unit;
}

/** 32-bit FNV-1a over UTF-16 code units. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}

/** The key of a named use of chance, such as a layer's path: different names draw independent numbers. */
export function randomKey(seed: number, path: string): RandomKey {
  return threefry([seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0], hash(path), path.length);
}

/** Draws numbers one after another from one key. The same key gives the same numbers everywhere. */
export interface Random {
  /** In [0, 1), a multiple of 2⁻²⁴. */
  uniform(): number;
  /** Mean 0, standard deviation 1. */
  normal(): number;
  /** A whole number in [0, limit). */
  below(limit: number): number;
}

const bufferedWords = 64;

/** @param path what the numbers are for; see {@link randomKey} */
export function createRandom(seed: number, path: string): Random {
  const key = randomKey(seed, path);
  const words = new Uint32Array(bufferedWords);
  let position = bufferedWords;
  let counter = 0;
  const nextWord = (): number => {
    if (position === bufferedWords) {
      for (let at = 0; at < bufferedWords; at += 2) {
        threefryInto(words, at, key, counter >>> 0, Math.floor(counter / 2 ** 32));
        counter++;
      }
      position = 0;
    }
    return words[position++];
  };
  let spareNormal: number | undefined;
  return {
    uniform: () => unitInterval(nextWord()),
    below: (limit) => Math.floor((nextWord() / 2 ** 32) * limit),
    /** Box and Muller's method: two uniform numbers make two normal ones. */
    normal() {
      if (spareNormal !== undefined) {
        const value = spareNormal;
        spareNormal = undefined;
        return value;
      }
      const radius = Math.sqrt(-2 * log(((nextWord() >>> 8) + 0.5) * unit));
      const turn = unitInterval(nextWord());
      spareNormal = radius * cos(2 * Math.PI * (turn + 0.75));
      return radius * cos(2 * Math.PI * turn);
    },
  };
}

/** The numbers 0 … length − 1 in random order (Fisher and Yates). */
export function permutation(length: number, random: Random): Uint32Array {
  const order = Uint32Array.from({ length }, (_, i) => i);
  for (let last = length - 1; last > 0; last--) {
    const pick = random.below(last + 1);
    const kept = order[last];
    order[last] = order[pick];
    order[pick] = kept;
  }
  return order;
}

/** @throws OptionError unless the seed is a whole number ≥ 0. */
export function checkSeed(where: string, seed = 0): void {
  if (Number.isSafeInteger(seed) && seed >= 0) return;
  throw new OptionError({ where, expected: "seed to be a whole number ≥ 0", received: String(seed) });
}
