/** Training programs that Node and pages run alike: the same seed must give the same bits. */
import {
  type BackendOptions,
  type Dataset,
  dataset,
  disposeBackends,
  layers,
  type Model,
  optimizers,
  sequential,
} from "convnet";

export interface Trained {
  /** Of the weights after training. */
  readonly sha256: string;
  /** How many threads took part. */
  readonly threads: number;
}

export interface TrainingOptions {
  readonly steps: number;
  /** Default: as many as there are cores. */
  readonly threads?: number;
  readonly workerUrl?: string;
}

/** Noise with a bright band, whose place is the class: numbers that every engine computes alike. */
function bands(count: number, side: number): Dataset {
  const x = new Uint8Array(count * side * side);
  const y = Uint8Array.from({ length: count }, (_, i) => i % 10);
  let state = 1;
  for (let i = 0; i < x.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    const row = Math.floor(i / side) % side;
    const isBand = Math.floor((row * 10) / side) === y[Math.floor(i / side ** 2)];
    x[i] = (state >>> 25) + (isBand ? 128 : 0);
  }
  return dataset({ x, y, sampleShape: [side, side, 1] });
}

/** The network of the article. */
function article(options: BackendOptions): Model {
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
    { seed: 1, ...options },
  );
  model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
  return model;
}

/** What the article leaves out: chance in training, strides, groups, other activations, momentum, a last small batch. */
function mixed(options: BackendOptions): Model {
  const model = sequential(
    [
      layers.conv2d({
        filters: 6,
        kernelSize: 5,
        strides: 2,
        padding: "same",
        activation: "tanh",
        inputShape: [13, 13, 1],
      }),
      layers.dropout({ rate: 0.25 }),
      layers.conv2d({ filters: 12, kernelSize: 3, groups: 2, activation: "sigmoid" }),
      layers.averagePooling2d({ poolSize: 2 }),
      layers.flatten(),
      layers.dense({ units: 10, activation: "softmax", kernelInitializer: "heNormal" }),
    ],
    { seed: 2, ...options },
  );
  model.compile({
    optimizer: optimizers.sgd({ learningRate: 0.05, momentum: 0.9, nesterov: true }),
    loss: "sparseCategoricalCrossentropy",
  });
  return model;
}

const programs = {
  article: { make: article, side: 28, batchSize: 32, leftOver: 0 },
  mixed: { make: mixed, side: 13, batchSize: 16, leftOver: 5 },
};

export type ProgramName = keyof typeof programs;

/** Trains from the seed and says what the weights became. */
export async function train(name: ProgramName, { steps, ...options }: TrainingOptions): Promise<Trained> {
  const { make, side, batchSize, leftOver } = programs[name];
  const model = make(options);
  const samples = bands((leftOver > 0 ? steps - 1 : steps) * batchSize + leftOver, side);
  await model.fit(samples, { batchSize });
  const result = { sha256: await model.weightsSha256(), threads: (await model.backend()).threads };
  await disposeBackends();
  return result;
}
