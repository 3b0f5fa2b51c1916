/**
 * Writes HDF5 files as h5py does by default: the first version of the superblock, of groups and of object headers, which
 * every reader knows. Nothing in them depends on the time, so the same content gives the same bytes.
 *
 * @see https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html
 */
import type { Shape } from "../../core/shape.ts";
import { FileBuilder } from "./file-builder.ts";
import { type AttributeContent, writeAttribute } from "./write-attribute.ts";
import { arrayMessages } from "./write-dataset.ts";
import { type Entry, writeGroup } from "./write-group.ts";
import { objectHeader } from "./write-object-header.ts";

/** An array to be written: numbers in single precision, or one whole number of 64 bits. */
export interface ArrayContent {
  readonly kind: "array";
  readonly shape: Shape;
  readonly data: Float32Array | BigInt64Array;
}

/** A group to be written. */
export interface GroupContent {
  readonly kind: "group";
  readonly attributes: ReadonlyMap<string, AttributeContent>;
  readonly children: ReadonlyMap<string, GroupContent | ArrayContent>;
}

/** A group that is filled step by step. */
export class GroupBuilder implements GroupContent {
  readonly kind = "group";
  readonly attributes = new Map<string, AttributeContent>();
  readonly children = new Map<string, GroupBuilder | ArrayContent>();

  /** The group at a path below this one, made if it is not there. */
  group(path: string): GroupBuilder {
    let found: GroupBuilder = this;
    for (const name of path.split("/").filter((part) => part !== "")) {
      const known = found.children.get(name);
      const next = known instanceof GroupBuilder ? known : new GroupBuilder();
      found.children.set(name, next);
      found = next;
    }
    return found;
  }

  /** Puts an array at a path, and its groups where they are not there. */
  array(path: string, shape: Shape, data: Float32Array | BigInt64Array): void {
    const at = path.lastIndexOf("/");
    const group = at < 0 ? this : this.group(path.slice(0, at));
    group.children.set(path.slice(at + 1), { kind: "array", shape, data });
  }
}

const superblockBytes = 96;
const undefinedAddress = 0xffffffffffffffffn;

/** The bytes of a file with that root group. */
export function writeHdf5(root: GroupContent): Uint8Array<ArrayBuffer> {
  const file = new FileBuilder(superblockBytes);
  const { address, symbols } = addGroup(file, root);
  const view = new DataView(new ArrayBuffer(superblockBytes));
  for (const [i, byte] of [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a].entries()) view.setUint8(i, byte);
  view.setUint8(13, 8);
  view.setUint8(14, 8);
  view.setUint16(16, 4, true);
  view.setUint16(18, 16, true);
  view.setBigUint64(24, 0n, true);
  view.setBigUint64(32, undefinedAddress, true);
  view.setBigUint64(40, BigInt(file.length), true);
  view.setBigUint64(48, undefinedAddress, true);
  view.setBigUint64(64, BigInt(address), true);
  view.setUint32(72, 1, true);
  view.setBigUint64(80, BigInt(symbols.tree), true);
  view.setBigUint64(88, BigInt(symbols.heap), true);
  return file.bytes(new Uint8Array(view.buffer));
}

function addGroup(
  file: FileBuilder,
  { attributes, children }: GroupContent,
): { address: number; symbols: { tree: number; heap: number } } {
  const entries = [...children].map(([name, child]): Entry => {
    if (child.kind === "array") return { name, address: addArray(file, child) };
    const { address, symbols } = addGroup(file, child);
    return { name, address, symbols };
  });
  const symbols = writeGroup(file, entries);
  const table = new DataView(new ArrayBuffer(16));
  table.setBigUint64(0, BigInt(symbols.tree), true);
  table.setBigUint64(8, BigInt(symbols.heap), true);
  const address = file.add(
    objectHeader([
      { type: 0x11, data: new Uint8Array(table.buffer) },
      ...[...attributes].map(([name, content]) => writeAttribute(file, name, content)),
    ]),
  );
  return { address, symbols };
}

function addArray(file: FileBuilder, { shape, data }: ArrayContent): number {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const address = bytes.length > 0 ? BigInt(file.add(bytes)) : undefinedAddress;
  return file.add(objectHeader(arrayMessages(shape, data instanceof BigInt64Array, address, bytes.length)));
}
