/** Pixels row by row, the channels of a pixel side by side: grey, grey + alpha, RGB or RGBA, 0 to 255. */
export interface Picture<Data = Uint8Array | Uint8ClampedArray> {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Data;
}
