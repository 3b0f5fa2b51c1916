/**
 * A photo under eight kernels, as one PNG: what a convolution highlights before anything is learned.
 *
 * npx tsx examples/kernels.ts [photo] [output.png]
 */
import { convolve, imageKernels, type NumberArray } from "convnet";
import sharp from "sharp";

const [photo = "examples/images/cat.jpg", output = "kernels.png"] = process.argv.slice(2);
const width = 320;

const { data, info } = await sharp(photo)
  .resize({ width })
  .removeAlpha()
  .toColourspace("srgb")
  .raw()
  .toBuffer({ resolveWithObject: true });
const image = { data: new Uint8Array(data), shape: [info.height, info.width, info.channels] };

/** Numbers as bytes: kernels without a mean, which find edges, are shown by their strength. */
function toBytes({ data: numbers }: NumberArray, findsEdges: boolean): Buffer {
  return Buffer.from(Uint8ClampedArray.from(numbers, (value) => (findsEdges ? Math.abs(value) : value)));
}

const labelHeight = 28;
const columns = 4;
const tiles = await Promise.all(
  Object.entries(imageKernels).map(async ([name, kernel], i) => {
    const findsEdges = Math.abs(kernel.flat().reduce((sum, weight) => sum + weight, 0)) < 1e-6;
    const filtered = await convolve(image, kernel, { padding: "same" });
    const [height] = filtered.shape;
    const picture = sharp(toBytes(filtered, findsEdges), { raw: { width, height, channels: 3 } });
    const label = `<svg width="${width}" height="${labelHeight}"><text x="8" y="20" font-family="sans-serif" font-size="16" fill="#222">${name} ${kernel.length} × ${kernel.length}</text></svg>`;
    const left = (i % columns) * width;
    const top = Math.floor(i / columns) * (height + labelHeight);
    return [
      { input: Buffer.from(label), left, top },
      { input: await picture.png().toBuffer(), left, top: top + labelHeight },
    ];
  }),
);
const rows = Math.ceil(tiles.length / columns);
await sharp({
  create: {
    width: columns * width,
    height: rows * (info.height + labelHeight),
    channels: 3,
    background: "#fff",
  },
})
  .composite(tiles.flat())
  .png()
  .toFile(output);
console.log(`${output}: ${Object.keys(imageKernels).join(", ")}`);
