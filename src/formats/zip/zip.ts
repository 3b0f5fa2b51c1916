/**
 * Zip files, in memory only. Sizes are those of the central directory, checked before anything is unpacked; names are only
 * names, nothing is written anywhere.
 *
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
import { inflateSync, zipSync } from "fflate";
import { FileError } from "../../core/errors.ts";

/** Everything unpacked may take this much. */
const mostBytes = 2 ** 31;
/** A member larger than `freeBytes` may not be more than `mostGrowth` times its packed size. */
const freeBytes = 2 ** 24;
const mostGrowth = 100;
const mostMembers = 10_000;

interface Member {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly at: number;
}

const endSignature = 0x06054b50;
const endBytes = 22;

/** Members of a zip file by name. @throws FileError naming the member and what is wrong with it. */
export function readZip(where: string, bytes: Uint8Array): Map<string, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const problem = (place: string, expected: string, received: string) =>
    new FileError({ where: `${where}, ${place}`, expected, received });
  const members = directory(bytes, view, problem);
  const total = members.reduce((sum, { size }) => sum + size, 0);
  if (total > mostBytes) throw problem("directory", "at most 2 GiB unpacked", `${total} bytes`);
  const found = new Map<string, Uint8Array>();
  const ranges: { from: number; to: number }[] = [];
  for (const member of members) {
    const { name } = member;
    const place = `member ${JSON.stringify(name)}`;
    if (found.has(name)) throw problem(place, "names that differ", "the same name twice");
    const start = dataStart(view, member.at, place, problem);
    const end = start + member.packed;
    if (end > bytes.length) throw problem(place, `${member.packed} bytes`, "the end of the file");
    ranges.push({ from: member.at, to: end });
    const data = unpack(bytes.subarray(start, end), member, place, problem);
    if (crc32(data) !== member.crc) throw problem(place, "the checksum of the directory", "another one");
    found.set(name, data);
  }
  ranges.sort((a, b) => a.from - b.from);
  if (ranges.some(({ to }, i) => to > (ranges[i + 1]?.from ?? Infinity)))
    throw problem("directory", "members one after the other", "overlapping ones");
  return found;
}

type ZipProblem = (place: string, expected: string, received: string) => FileError;

function directory(bytes: Uint8Array, view: DataView, problem: ZipProblem): Member[] {
  let end = bytes.length - endBytes;
  const first = Math.max(0, end - 65535);
  while (end >= first && view.getUint32(end, true) !== endSignature) end--;
  if (end < first || bytes.length < endBytes)
    throw problem("its end", "a directory", "none: it may be cut off");
  const count = view.getUint16(end + 10, true);
  const at = view.getUint32(end + 16, true);
  if (at === 0xffffffff || count === 0xffff)
    throw problem("directory", "a file below 4 GiB", "the form for larger ones (zip64)");
  if (count > mostMembers) throw problem("directory", `at most ${mostMembers} members`, String(count));
  const members: Member[] = [];
  let next = at;
  for (let i = 0; i < count; i++) {
    if (next + 46 > end || view.getUint32(next, true) !== 0x02014b50)
      throw problem(`directory, entry ${i}`, "an entry", "something else");
    const [nameBytes, extra, comment] = [28, 30, 32].map((offset) => view.getUint16(next + offset, true));
    if (next + 46 + nameBytes > end) throw problem(`directory, entry ${i}`, "a name", "the end of the file");
    const name = new TextDecoder().decode(bytes.subarray(next + 46, next + 46 + nameBytes));
    const place = `member ${JSON.stringify(name)}`;
    if (view.getUint16(next + 8, true) & 1) throw problem(place, "no encryption", "an encrypted member");
    const [packed, size] = [view.getUint32(next + 20, true), view.getUint32(next + 24, true)];
    const offset = view.getUint32(next + 42, true);
    if ([packed, size, offset].includes(0xffffffff))
      throw problem(place, "sizes below 4 GiB", "the form for larger ones (zip64)");
    const method = view.getUint16(next + 10, true);
    if (method !== 0 && method !== 8) throw problem(place, "stored or deflated bytes", `method ${method}`);
    if (method === 0 && packed !== size)
      throw problem(place, "one size for stored bytes", `${packed} and ${size}`);
    if (size > freeBytes && size > mostGrowth * packed)
      throw problem(place, `at most ${mostGrowth} times its packed size`, `${size} bytes of ${packed}`);
    members.push({ name, method, crc: view.getUint32(next + 16, true), packed, size, at: offset });
    next += 46 + nameBytes + extra + comment;
  }
  return members;
}

/** Where a member's bytes begin: its own header may differ in length from that of the directory. */
function dataStart(view: DataView, at: number, place: string, problem: ZipProblem): number {
  if (at + 30 > view.byteLength || view.getUint32(at, true) !== 0x04034b50)
    throw problem(place, "its header", "something else");
  return at + 30 + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
}

function unpack(
  packed: Uint8Array,
  { method, size }: Member,
  place: string,
  problem: ZipProblem,
): Uint8Array {
  if (method === 0) return packed;
  let data: Uint8Array;
  try {
    data = inflateSync(packed, { out: new Uint8Array(size) });
  } catch (error) {
    throw problem(place, "deflated bytes", (error as Error).message);
  }
  if (data.length === size) return data;
  throw problem(place, `${size} bytes unpacked`, `${data.length}`);
}

/** CRC-32 of each byte followed by 0 to 3 zeros: four bytes are taken at once. */
let crcTables: Uint32Array[] | undefined;

function makeCrcTables(): Uint32Array[] {
  const first = Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    return value;
  });
  const tables = [first];
  for (let i = 1; i < 4; i++) tables.push(tables[i - 1].map((value) => (value >>> 8) ^ first[value & 255]));
  return tables;
}

/** @see https://www.w3.org/TR/png-3/#D-CRCAppendix */
function crc32(bytes: Uint8Array): number {
  crcTables ??= makeCrcTables();
  const [one, two, three, four] = crcTables;
  let crc = 0xffffffff;
  const whole = bytes.length - (bytes.length % 4);
  for (let i = 0; i < whole; i += 4) {
    crc ^= bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24);
    crc = four[crc & 255] ^ three[(crc >>> 8) & 255] ^ two[(crc >>> 16) & 255] ^ one[crc >>> 24];
  }
  for (let i = whole; i < bytes.length; i++) crc = (crc >>> 8) ^ one[(crc ^ bytes[i]) & 255];
  return (crc ^ 0xffffffff) >>> 0;
}

/** A zip file of stored members, which says of all that they are from 1 January 1980: the same content, the same bytes. */
export function writeZip(members: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const files = Object.fromEntries(members);
  return zipSync(files, { level: 0, mtime: new Date(1980, 0, 1), os: 3 });
}
