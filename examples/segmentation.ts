/**
 * Finds the pixels of digits on cluttered backgrounds with a small U-Net, and measures by mean intersection over union.
 * `EPOCHS` and `LIMIT` shorten it.
 */
import { applications, type Dataset } from "convnet";
import { mnist } from "convnet/node";

const epochs = Number(process.env.EPOCHS ?? 4);
const limit = Number(process.env.LIMIT ?? 6000);

/** Small numbers that look random and are the same every time. */
function* chance(seed: number): Generator<number> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state / 2 ** 32;
  }
}

/** Each digit in the middle of 32 × 32 pixels, over bars of random gray and noise; the label of a pixel: digit or not. */
function cluttered(set: Dataset, count: number, seed: number) {
  const random = chance(seed);
  const next = (below: number): number => Math.floor((random.next().value as number) * below);
  const x = new Uint8Array(count * 1024);
  const y = new Uint8Array(count * 1024);
  for (let n = 0; n < count; n++) {
    const image = x.subarray(n * 1024, (n + 1) * 1024);
    image.forEach((_, i) => {
      image[i] = next(50);
    });
    for (let bar = 0; bar < 6; bar++) {
      const [top, left, height, width, gray] = [
        next(28),
        next(28),
        1 + next(12),
        1 + next(12),
        60 + next(120),
      ];
      for (let row = top; row < Math.min(32, top + height); row++)
        image.fill(gray, row * 32 + left, row * 32 + Math.min(32, left + width));
    }
    for (let i = 0; i < 784; i++) {
      const ink = set.x[n * 784 + i];
      const place = (Math.floor(i / 28) + 2) * 32 + (i % 28) + 2;
      if (ink <= 100) continue;
      image[place] = ink;
      y[n * 1024 + place] = 1;
    }
  }
  return { x, y };
}

const { train, test } = await mnist();
const samples = cluttered(train, limit, 1);
const held = cluttered(test, Math.min(1000, limit), 2);
const model = applications.unet({
  inputShape: [32, 32, 1],
  filters: 8,
  depth: 3,
  classes: 2,
  batchNorm: true,
});
model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
model.learningRate = 0.003;
const history = await model.fit(samples, { epochs, batchSize: 32 });
console.log(
  `accuracy of pixels, epoch by epoch: ${history.accuracy.map((value) => value.toFixed(3)).join(" ")}`,
);

const { data } = await model.predict(held.x, { batchSize: 100 });
const ious = [0, 1].map((label) => {
  let both = 0;
  let either = 0;
  for (const [i, truth] of held.y.entries()) {
    const said = Number(data[2 * i + 1] > data[2 * i]);
    if (said === label && truth === label) both++;
    if (said === label || truth === label) either++;
  }
  return both / either;
});
console.log(`intersection over union: background ${ious[0].toFixed(3)}, digit ${ious[1].toFixed(3)}`);
console.log(`mean ${((ious[0] + ious[1]) / 2).toFixed(3)}`);
