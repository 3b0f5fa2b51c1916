import { bytesFor, type FileBytes, nowhere } from "./reader.ts";

/** A child of a node of a tree of the first version, and where the key before it stands. */
export interface Leaf {
  readonly key: number;
  readonly child: number;
}

/**
 * What the leaves of a tree of the first version point to, from left to right.
 *
 * @param keyBytes of a key
 * @see HDF5 File Format Specification 3.0, III.A.1
 */
export function readLeaves(file: FileBytes, root: number, type: number, keyBytes: number): Leaf[] {
  const found: Leaf[] = [];
  const visit = (node: number, depth: number, above: number): void => {
    file.visit(node);
    file.signature(node, "TREE");
    file.version(node + 4, type);
    const level = file.u8(node + 5);
    if (depth > 16 || level >= above) throw file.problem(node, "a tree that ends", "a circle");
    let key = node + 8 + 2 * file.offsetSize;
    for (let count = file.u16(node + 6); count > 0; count--) {
      const child = file.address(key + keyBytes);
      if (level > 0) visit(child, depth + 1, level);
      else found.push({ key, child });
      key += keyBytes + file.offsetSize;
    }
  };
  visit(root, 0, 256);
  return found;
}

/**
 * Where the records of a tree of the second version stand.
 *
 * @see HDF5 File Format Specification 3.0, III.A.2
 */
export function readRecords(file: FileBytes, at: number): number[] {
  file.signature(at, "BTHD");
  file.version(at + 4, 0);
  const nodeSize = file.u32(at + 6);
  const recordSize = file.u16(at + 10);
  const depth = file.u16(at + 12);
  const root = file.address(at + 16);
  const rootCount = file.u16(at + 16 + file.offsetSize);
  if (recordSize === 0 || nodeSize < 10 + recordSize || depth > 16) {
    throw file.problem(at, "nodes that hold records", `${nodeSize} bytes for records of ${recordSize}`);
  }
  if (root === nowhere || rootCount === 0) return [];
  /* How many bytes counts of records take, by the height of what they count. */
  const mostInLeaf = Math.floor((nodeSize - 10) / recordSize);
  const countBytes = bytesFor(mostInLeaf);
  const totalBytes = [0];
  let mostBelow = mostInLeaf;
  for (let height = 1; height <= depth; height++) {
    const pointer = file.offsetSize + countBytes + totalBytes[height - 1];
    const most = Math.floor((nodeSize - 10 - pointer) / (recordSize + pointer));
    mostBelow = (most + 1) * mostBelow + most;
    totalBytes.push(bytesFor(mostBelow));
  }
  const records: number[] = [];
  const visit = (node: number, count: number, height: number): void => {
    file.visit(node);
    file.signature(node, height > 0 ? "BTIN" : "BTLF");
    file.require(node + 6, count * recordSize);
    for (let i = 0; i < count; i++) {
      file.visit(node);
      records.push(node + 6 + i * recordSize);
    }
    if (height === 0) return;
    let pointer = node + 6 + count * recordSize;
    for (let i = 0; i <= count; i++) {
      visit(file.address(pointer), file.uint(pointer + file.offsetSize, countBytes), height - 1);
      pointer += file.offsetSize + countBytes + (height > 1 ? totalBytes[height - 1] : 0);
    }
  };
  visit(root, rootCount, depth);
  return records;
}
