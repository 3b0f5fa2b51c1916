import { cos, log } from "./math.ts";

/** Two 32-bit words that name a sequence of random numbers. */
export type RandomKey = readonly [number, number];

const rotations = [13, 15, 26, 6, 17, 29, 16, 24];
const keyParity = 0x1bd11bda;
/** 2⁻²⁴ */
const unit = 1 / 16777216;

/**
 * Threefry-2×32 with 20 rounds: a counter-based generator, so that any element can be drawn without the ones before it.
 *
 * @see Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"
 */
export function threefry(key: RandomKey, counter0: number, counter1: number): [number, number] {
  const schedule = [key[0], key[1], key[0] ^ key[1] ^ keyParity];
  let x0 = (counter0 + schedule[0]) | 0;
  let x1 = (counter1 + schedule[1]) | 0;
  for (let round = 0; round < 20; round++) {
    const rotation = rotations[round % 8];
    x0 = (x0 + x1) | 0;
    x1 = ((x1 << rotation) | (x1 >>> (32 - rotation))) ^ x0;
    if (round % 4 === 3) {
      const injection = (round + 1) / 4;
      x0 = (x0 + schedule[injection % 3]) | 0;
      x1 = (x1 + schedule[(injection + 1) % 3] + injection) | 0;
    }
  }
  return [x0 >>> 0, x1 >>> 0];
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

/** @param path what the numbers are for; see {@link randomKey} */
export function createRandom(seed: number, path: string): Random {
  const key = randomKey(seed, path);
  let counter = 0;
  let spare: number | undefined;
  const nextWord = (): number => {
    if (spare !== undefined) {
      const word = spare;
      spare = undefined;
      return word;
    }
    const [word, second] = threefry(key, counter >>> 0, Math.floor(counter / 2 ** 32));
    counter++;
    spare = second;
    return word;
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
