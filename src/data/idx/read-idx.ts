/**
 * The IDX format of the MNIST files: two zero bytes, a type code, the number of axes, the length of each axis as a
 * big-endian 32-bit number, then the numbers.
 *
 * @see https://web.archive.org/web/20211125025603/http://yann.lecun.com/exdb/mnist/
 */
import { FileError } from "../../core/errors.ts";
import { formatShape, type Shape } from "../../core/shape.ts";

/** An array of bytes. */
export interface IdxArray {
  readonly shape: Shape;
  readonly data: Uint8Array;
}

const unsignedByte = 0x08;
const mostAxes = 4;

/**
 * Reads an IDX file of bytes. Nothing is copied.
 *
 * @param where name of the file, for errors
 * @throws FileError naming the offset and what is wrong there, before anything is allocated.
 * @example
 * const { shape } = readIdx(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 7, 9), "two numbers"); // [2]
 */
export function readIdx(bytes: Uint8Array, where: string): IdxArray {
  const problem = (offset: number, expected: string, received: string) =>
    new FileError({ where: `${where}, byte ${offset}`, expected, received });
  if (bytes.length < 4)
    throw problem(bytes.length, "the four bytes of an IDX magic number", "the end of the file");
  const [zero0, zero1, type, axes] = bytes;
  if (zero0 !== 0 || zero1 !== 0)
    throw problem(0, "two zero bytes, as IDX files begin", `${zero0}, ${zero1}`);
  if (type !== unsignedByte) throw problem(2, "type code 8 (unsigned bytes)", String(type));
  if (axes < 1 || axes > mostAxes) throw problem(3, `1 to ${mostAxes} axes`, String(axes));
  const start = 4 + 4 * axes;
  if (bytes.length < start) throw problem(bytes.length, `the lengths of ${axes} axes`, "the end of the file");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis));
  const size = shape.reduce((product, length) => product * length, 1);
  const available = bytes.length - start;
  if (size > available)
    throw problem(bytes.length, `${size} numbers ${formatShape(shape)}`, `the end after ${available}`);
  if (size < available)
    throw problem(start + size, `the end after ${formatShape(shape)}`, `${available - size} more bytes`);
  return { shape, data: bytes.subarray(start) };
}

/**
 * Undoes gzip.
 *
 * @throws FileError if the data end early, or their check sum is wrong.
 * @example
 * const packed = new Blob(["digits"]).stream().pipeThrough(new CompressionStream("gzip"));
 * const bytes = await gunzip(new Uint8Array(await new Response(packed).arrayBuffer()), "digits.gz");
 */
export async function gunzip(
  bytes: Uint8Array<ArrayBuffer>,
  where: string,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch (cause) {
    throw new FileError(
      {
        where,
        expected: `a whole gzip file`,
        received: `one that is damaged or ends early, at byte ${bytes.length} (${String((cause as Error).message)})`,
      },
      { cause },
    );
  }
}
