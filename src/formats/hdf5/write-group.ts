import type { FileBuilder } from "./file-builder.ts";

/** A name in a group and what it leads to. @field symbols of a group, which entries of groups repeat */
export interface Entry {
  readonly name: string;
  readonly address: number;
  readonly symbols?: { readonly tree: number; readonly heap: number };
}

/** Entries of a table of symbols and children of a node of the tree, as the superblock says. */
const tableEntries = 8;
const nodeChildren = 32;
const entryBytes = 40;
const nodeBytes = 24 + (nodeChildren + 1) * 8 + nodeChildren * 8;

interface Child {
  readonly address: number;
  /** Place of its last name in the heap. */
  readonly lastName: number;
}

/** Writes names, tables and tree of a group. @returns the addresses of tree and heap */
export function writeGroup(file: FileBuilder, entries: readonly Entry[]): { tree: number; heap: number } {
  const sorted = entries
    .map((entry) => ({ ...entry, bytes: new TextEncoder().encode(entry.name) }))
    .sort((a, b) => compareBytes(a.bytes, b.bytes));
  /* The empty name stands first: it is the key before all others. */
  let heapBytes = 8;
  const placed = sorted.map((entry) => {
    const nameAt = heapBytes;
    heapBytes += Math.ceil((entry.bytes.length + 1) / 8) * 8;
    return { ...entry, nameAt };
  });
  const names = new Uint8Array(heapBytes);
  for (const { bytes, nameAt } of placed) names.set(bytes, nameAt);
  let children: Child[] = groupsOf(placed, tableEntries).map((part) => ({
    address: file.add(symbolTable(part)),
    lastName: part[part.length - 1].nameAt,
  }));
  let level = 0;
  while (children.length > nodeChildren) {
    children = addNodes(file, groupsOf(children, nodeChildren), level);
    level++;
  }
  const [root] = addNodes(file, [children], level);
  return { tree: root.address, heap: addHeap(file, names) };
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length && i < b.length; i++) if (a[i] !== b[i]) return a[i] - b[i];
  return a.length - b.length;
}

function groupsOf<Item>(items: readonly Item[], most: number): Item[][] {
  const count = Math.ceil(items.length / most);
  return Array.from({ length: count }, (_, i) => items.slice(i * most, (i + 1) * most));
}

function symbolTable(entries: readonly (Entry & { readonly nameAt: number })[]): Uint8Array {
  const bytes = new Uint8Array(8 + tableEntries * entryBytes);
  const view = new DataView(bytes.buffer);
  bytes.set([0x53, 0x4e, 0x4f, 0x44, 1]);
  view.setUint16(6, entries.length, true);
  for (const [i, { nameAt, address, symbols }] of entries.entries()) {
    const at = 8 + i * entryBytes;
    view.setBigUint64(at, BigInt(nameAt), true);
    view.setBigUint64(at + 8, BigInt(address), true);
    if (!symbols) continue;
    view.setUint32(at + 16, 1, true);
    view.setBigUint64(at + 24, BigInt(symbols.tree), true);
    view.setBigUint64(at + 32, BigInt(symbols.heap), true);
  }
  return bytes;
}

/** Nodes of one level of the tree, side by side. */
function addNodes(file: FileBuilder, groups: readonly (readonly Child[])[], level: number): Child[] {
  const first = file.length;
  const noNeighbour = 0xffffffffffffffffn;
  let before = 0;
  return groups.map((children, i) => {
    const bytes = new Uint8Array(nodeBytes);
    const view = new DataView(bytes.buffer);
    bytes.set([0x54, 0x52, 0x45, 0x45, 0, level]);
    view.setUint16(6, children.length, true);
    view.setBigUint64(8, i === 0 ? noNeighbour : BigInt(first + (i - 1) * nodeBytes), true);
    view.setBigUint64(16, i === groups.length - 1 ? noNeighbour : BigInt(first + (i + 1) * nodeBytes), true);
    view.setBigUint64(24, BigInt(before), true);
    for (const [j, { address, lastName }] of children.entries()) {
      view.setBigUint64(32 + j * 16, BigInt(address), true);
      view.setBigUint64(40 + j * 16, BigInt(lastName), true);
      before = lastName;
    }
    return { address: file.add(bytes), lastName: before };
  });
}

function addHeap(file: FileBuilder, names: Uint8Array): number {
  const namesAt = file.add(names);
  const view = new DataView(new ArrayBuffer(32));
  for (const [i, letter] of [..."HEAP"].entries()) view.setUint8(i, letter.charCodeAt(0));
  view.setBigUint64(8, BigInt(names.length), true);
  /* No free space: the library's word for it is 1. */
  view.setBigUint64(16, 1n, true);
  view.setBigUint64(24, BigInt(namesAt), true);
  return file.add(new Uint8Array(view.buffer));
}
