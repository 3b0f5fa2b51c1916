import { readRecords } from "./b-tree.ts";
import { bytesFor, type FileBytes, floorLog2, nowhere } from "./reader.ts";

/**
 * Objects of varying size in blocks that double, in which groups and objects keep many links and attributes.
 *
 * @see HDF5 File Format Specification 3.0, III.G
 */
export class FractalHeap {
  private readonly file: FileBytes;
  private readonly idBytes: number;
  private readonly offsetBytes: number;
  private readonly lengthBytes: number;
  private readonly hugeTree: number;
  private readonly width: number;
  private readonly startSize: number;
  private readonly directRows: number;
  private readonly root: number;
  private readonly rootRows: number;

  constructor(file: FileBytes, at: number) {
    this.file = file;
    file.signature(at, "FRHP");
    file.version(at + 4, 0);
    this.idBytes = file.u16(at + 5);
    if (file.u16(at + 7) > 0) throw file.problem(at + 7, "a heap without filters", "one with filters");
    const largest = file.u32(at + 10);
    const { offsetSize, lengthSize } = file;
    this.hugeTree = file.address(at + 14 + lengthSize);
    const table = at + 14 + 2 * offsetSize + 10 * lengthSize;
    this.width = file.u16(table);
    this.startSize = file.length(table + 2);
    const largestBlock = file.length(table + 2 + lengthSize);
    const bits = file.u16(table + 2 + 2 * lengthSize);
    this.root = file.address(table + 6 + 2 * lengthSize);
    this.rootRows = file.u16(table + 6 + 2 * lengthSize + offsetSize);
    const isPower = (size: number): boolean => 2 ** floorLog2(size) === size;
    if (this.width < 1 || !isPower(this.startSize) || !isPower(largestBlock) || bits > 64) {
      throw file.problem(table, "blocks whose sizes are powers of two", "others");
    }
    this.directRows = floorLog2(largestBlock) - floorLog2(this.startSize) + 2;
    this.offsetBytes = Math.ceil(bits / 8);
    this.lengthBytes = Math.min(bytesFor(largestBlock), bytesFor(largest));
  }

  /** Where the object with the identifier at `at` lies, and how long it is. */
  find(at: number): { readonly at: number; readonly size: number } {
    const { file } = this;
    const kind = (file.u8(at) >> 4) & 3;
    if (kind === 2) return { at: at + 1, size: (file.u8(at) & 15) + 1 };
    if (kind === 1) return this.huge(at);
    const offset = file.uint(at + 1, this.offsetBytes);
    const size = file.uint(at + 1 + this.offsetBytes, this.lengthBytes);
    const place =
      this.rootRows === 0 ? this.root + offset : this.inBlock(this.root, this.rootRows, offset, 0);
    file.require(place, size);
    return { at: place, size };
  }

  private rowSize(row: number): number {
    return this.startSize * 2 ** Math.max(0, row - 1);
  }

  /** The address of a byte of the heap, below an indirect block of so many rows. */
  private inBlock(block: number, rows: number, offset: number, depth: number): number {
    const { file } = this;
    file.visit(block);
    file.signature(block, "FHIB");
    if (depth > 32) throw file.problem(block, "blocks at most 32 deep", "deeper ones");
    let rest = offset;
    let entry = block + 5 + file.offsetSize + this.offsetBytes;
    for (let row = 0; row < rows; row++) {
      const size = this.rowSize(row);
      const column = Math.floor(rest / size);
      if (column < this.width) {
        const child = file.address(entry + column * file.offsetSize);
        if (child === nowhere) break;
        const within = rest - column * size;
        if (row < this.directRows) return child + within;
        return this.inBlock(child, floorLog2(size / this.startSize / this.width) + 1, within, depth + 1);
      }
      rest -= this.width * size;
      entry += this.width * file.offsetSize;
    }
    throw file.problem(block, `byte ${offset} of the heap`, "no block that has it");
  }

  private huge(at: number): { at: number; size: number } {
    const { file } = this;
    const id = file.uint(at + 1, Math.min(this.idBytes - 1, file.lengthSize));
    if (this.hugeTree !== nowhere) {
      for (const record of readRecords(file, this.hugeTree)) {
        const size = file.length(record + file.offsetSize);
        if (file.length(record + file.offsetSize + file.lengthSize) !== id) continue;
        return { at: file.address(record), size };
      }
    }
    throw file.problem(at, `the object ${id} of the heap`, "none");
  }
}
