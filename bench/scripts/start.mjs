/**
 * How long the first answer takes in a fresh process, from the first import on: the article's network trained for one
 * step, or loaded from a file and asked. Plain JavaScript, as a loader of TypeScript would be measured too.
 *
 * node bench/scripts/start.mjs train|predict|save <entry> <model file>
 */
const [mode, entry = "convnet", file = ""] = process.argv.slice(2);
const digit = new Uint8Array(784).map((_, i) => (i * 7) % 256);

function articleModel({ layers, sequential }) {
  const model = sequential(
    [
      layers.conv2d({ filters: 64, kernelSize: 3, activation: "relu", inputShape: [28, 28, 1] }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.conv2d({ filters: 64, kernelSize: 3, activation: "relu" }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.flatten(),
      layers.dense({ units: 128, activation: "relu" }),
      layers.dense({ units: 10, activation: "softmax" }),
    ],
    { seed: 1 },
  );
  model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
  return model;
}

async function train() {
  const begin = performance.now();
  const convnet = await import(entry);
  const imported = performance.now();
  const model = articleModel(convnet);
  const made = performance.now();
  const x = new Uint8Array(32 * 784);
  for (let i = 0; i < 32; i++) x.set(digit, i * 784);
  const y = Uint8Array.from({ length: 32 }, (_, i) => i % 10);
  await model.trainOnBatch(x, y);
  return times(begin, imported, made);
}

/** Milliseconds of each part; `process_ms` is from the start of the process on. */
function times(begin, imported, made) {
  const done = performance.now();
  return {
    import_ms: imported - begin,
    make_ms: made - imported,
    first_ms: done - made,
    after_import_ms: done - imported,
    total_ms: done - begin,
    process_ms: done,
  };
}

async function predict() {
  const begin = performance.now();
  const { loadModel } = await import(entry);
  const imported = performance.now();
  const model = await loadModel(file);
  const made = performance.now();
  await model.predict(digit);
  return times(begin, imported, made);
}

async function save() {
  await articleModel(await import(entry)).save(file);
  return { file };
}

const modes = { train, predict, save };
console.log(JSON.stringify(await modes[mode]()));
process.exit();
