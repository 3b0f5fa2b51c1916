import type { ResidentData } from "../contract.ts";
import type { Region } from "./allocator.ts";

/** Samples in the engine's memory. */
export class ResidentRows implements ResidentData {
  readonly region: Region;
  readonly rowLength: number;
  readonly rowBytes: number;
  private readonly free: () => void;

  constructor(region: Region, rowLength: number, rowBytes: number, free: () => void) {
    this.region = region;
    this.rowLength = rowLength;
    this.rowBytes = rowBytes;
    this.free = free;
  }

  dispose(): void {
    this.free();
  }
}
