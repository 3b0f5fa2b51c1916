/**
 * The rows of an image that a band of output rows reads, with the padding around them written out, so that the loops
 * over taps need no tests. Without padding (and without spreading) the image itself serves.
 *
 * The input gradient of a convolution with strides reads the gradient with zeros between its pixels: `spread` > 1.
 */
import { extentOf, type WindowAxis } from "../../../core/window.ts";
import { type FunctionBuilder, type I32, i32, type Local, v128 } from "../assembler.ts";

/**
 * A window axis whose input may have `spread − 1` zeros between neighbouring pixels. A negative `before` leaves out the
 * first pixels.
 */
export interface SpreadAxis extends WindowAxis {
  readonly spread: number;
}

export type Axes = readonly [depth: SpreadAxis, height: SpreadAxis, width: SpreadAxis];

/** Target size of a band: what stays in a core's second-level cache beside the kernel. */
const targetBytes = 128 * 1024;

export class Band {
  readonly axes: Axes;
  readonly channels: number;
  /** Whether a copy is needed. */
  readonly copied: boolean;
  /** Bytes from pixel to pixel, row to row and plane to plane of what is read. */
  readonly pixelBytes: number;
  readonly rowBytes: number;
  readonly planeBytes: number;
  /** Most output rows a band has. */
  readonly outputRows: number;
  readonly threadBytes: number;

  /** @param rowsAtOnce output rows that belong together, such as the two of a pooling window or all of them */
  constructor(axes: Axes, channels: number, rowsAtOnce = 1) {
    const [depth, height, width] = axes;
    this.axes = axes;
    this.channels = channels;
    this.copied = axes.some((axis) => {
      const reaches = (axis.out - 1) * axis.stride + extentOf(axis);
      return axis.before !== 0 || axis.spread > 1 || reaches > axis.in;
    });
    this.pixelBytes = channels * 4;
    const rowPixels = this.copied ? (width.out - 1) * width.stride + extentOf(width) : width.in;
    this.rowBytes = rowPixels * this.pixelBytes;
    const fitting =
      Math.floor((targetBytes / (this.rowBytes * depth.size) - extentOf(height)) / height.stride) + 1;
    const whole = Math.floor(fitting / rowsAtOnce) * rowsAtOnce;
    this.outputRows = Math.min(height.out, Math.max(rowsAtOnce, whole));
    const bandRows = (this.outputRows - 1) * height.stride + extentOf(height);
    this.planeBytes = (this.copied ? bandRows : height.in) * this.rowBytes;
    this.threadBytes = this.copied ? depth.size * this.planeBytes : 0;
  }

  /** Bytes from one tap to the next plane, row and pixel of taps. */
  get tapBytes(): readonly [number, number, number] {
    const [depth, height, width] = this.axes;
    const plane = this.copied ? this.planeBytes : this.planeBytes * depth.dilation;
    return [plane, height.dilation * this.rowBytes, width.dilation * this.pixelBytes];
  }

  /**
   * Writes the band that begins with output row `row` of output plane `plane` and returns the address of its first tap.
   *
   * @param image address of the image
   * @param count output rows
   */
  fill(f: FunctionBuilder, image: I32, scratch: I32, plane: I32, row: I32, count: I32): Local<"i32"> {
    const [depth, height, width] = this.axes;
    const first = f.local("i32");
    if (!this.copied) {
      const planes = i32.mul(plane, depth.stride * this.planeBytes);
      first.set(i32.add(i32.add(image, planes), i32.mul(row, height.stride * this.rowBytes)));
      return first;
    }
    first.set(scratch);
    const rows = f.local("i32", i32.add(i32.mul(i32.sub(count, 1), height.stride), extentOf(height)));
    const inputRowBytes = width.in * this.pixelBytes;
    const z = f.local("i32");
    const y = f.local("i32");
    const target = f.local("i32");
    const source = f.local("i32");
    f.loop(z, 0, depth.size, 1, () => {
      const inZ = f.local(
        "i32",
        this.source(f, depth, i32.add(i32.mul(plane, depth.stride), i32.mul(z, depth.dilation))),
      );
      target.set(i32.add(scratch, i32.mul(z, this.planeBytes)));
      f.loop(y, 0, rows, 1, () => {
        const inY = f.local("i32", this.source(f, height, i32.add(i32.mul(row, height.stride), y)));
        const outside = i32.or(i32.geU(inZ, depth.in), i32.geU(inY, height.in));
        f.if(
          outside,
          () => f.memoryFill(target, 0, this.rowBytes),
          () => {
            source.set(i32.add(image, i32.mul(i32.add(i32.mul(inZ, height.in), inY), inputRowBytes)));
            this.copyRow(f, target, source);
          },
        );
        f.increase(target, this.rowBytes);
      });
    });
    return first;
  }

  /** The input index behind a padded position; not below `in` (unsigned) in the padding and between spread pixels. */
  private source(f: FunctionBuilder, { before, spread }: SpreadAxis, position: I32): I32 {
    const index = f.local("i32", i32.sub(position, before));
    if (spread === 1) return index;
    return i32.select(-1, i32.divS(index, spread), i32.ne(i32.remS(index, spread), 0));
  }

  private copyRow(f: FunctionBuilder, target: Local<"i32">, source: Local<"i32">): void {
    const { in: pixels, before, spread } = this.axes[2];
    const skipped = Math.max(0, Math.ceil(-before / spread));
    const first = before + skipped * spread;
    const room = this.rowBytes / this.pixelBytes - first;
    const count = Math.max(0, Math.min(pixels - skipped, Math.ceil(room / spread)));
    const from = f.local("i32", i32.add(source, skipped * this.pixelBytes));
    if (spread === 1) {
      const start = first * this.pixelBytes;
      const length = count * this.pixelBytes;
      if (start > 0) f.memoryFill(target, 0, start);
      f.memoryCopy(i32.add(target, start), from, length);
      const rest = this.rowBytes - start - length;
      if (rest > 0) f.memoryFill(i32.add(target, start + length), 0, rest);
      return;
    }
    f.memoryFill(target, 0, this.rowBytes);
    const to = f.local("i32", i32.add(target, first * this.pixelBytes));
    f.repeat(count, () => {
      if (this.channels > 32) f.memoryCopy(to, from, this.pixelBytes);
      else
        for (let c = 0; c < this.channels; c += 4)
          f.storeLanes(to, v128.load(from, c * 4), this.channels - c, c * 4);
      f.increase(to, spread * this.pixelBytes);
      f.increase(from, this.pixelBytes);
    });
  }
}
