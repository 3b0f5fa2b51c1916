/** What the library costs a page: bundles as Vite makes them, minified, and gzipped at level 9. */
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Rolldown } from "vite";
import { beforeAll, expect, test } from "vitest";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const programOf = (names: string, options: string): string => `
  import { ${names} } from "convnet";
  export async function main(train, test) {
    const model = sequential([
      layers.conv2d({ filters: 64, kernelSize: 3, activation: "relu", inputShape: [28, 28, 1] }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.conv2d({ filters: 64, kernelSize: 3, activation: "relu" }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.flatten(),
      layers.dense({ units: 128, activation: "relu" }),
      layers.dense({ units: 10, activation: "softmax" }),
    ]);
    model.compile(${options});
    console.log(model.summary());
    await model.fit(train, { epochs: 5 });
    console.log(await model.evaluate(test));
  }`;

const article = programOf(
  "sequential, layers",
  '{ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] }',
);
const objects = programOf(
  "sequential, layers, losses, metrics, optimizers",
  "{ optimizer: optimizers.adam(), loss: losses.sparseCategoricalCrossentropy(), metrics: [metrics.accuracy()] }",
);

/** Each table of names, with no more in it than the article's program names. */
const shortTables: Record<string, string> = {
  activations: `
    import { relu } from "../graph/ops/elementwise.ts";
    import { softmax } from "../graph/ops/softmax.ts";
    export const activationOf = (where, name) => ({ linear: (input) => input, relu, softmax })[name];`,
  initializers: `
    import { zeros } from "./zeros.ts";
    import { glorotUniform } from "./glorot-uniform.ts";
    export const initializerOf = (where, name) => ({ glorotUniform, zeros })[name]({});`,
  losses: "export const lossTable = { common: {}, further: [] }, lossOf = (where, loss) => loss;",
  metrics: "export const metricTable = { common: {}, further: [] }, metricOf = (where, metric) => metric;",
  optimizers:
    "export const optimizerTable = { common: {}, further: [] }, optimizerOf = (where, it) => it, learningRateOf = (where, it) => it.learningRate;",
};

interface Size {
  /** kB (1000 bytes) that load before the program starts, gzipped file by file. */
  readonly startKb: number;
  /** kB that load when they are needed: files of models, predictions, the reference backend. */
  readonly laterKb: number;
  /** Paths of the modules that load before the program starts. */
  readonly startModules: readonly string[];
  /** The heaviest modules, for whoever has to find out what grew. */
  readonly heaviest: string;
}

async function measure(source: string, tables: Record<string, string> = {}): Promise<Size> {
  const result = await build({
    configFile: false,
    logLevel: "error",
    root: here(".."),
    resolve: { alias: { "convnet/predict": here("../src/predict.ts"), convnet: here("../src/index.ts") } },
    plugins: [
      {
        name: "program",
        enforce: "pre",
        resolveId: (id) => (id.endsWith("size-program.ts") ? id : undefined),
        load(id) {
          if (id.endsWith("size-program.ts")) return source;
          return tables[/src\/(\w+)\/table\.ts$/.exec(id)?.[1] ?? ""];
        },
      },
    ],
    build: {
      write: false,
      lib: { entry: here("size-program.ts"), formats: ["es"], fileName: "program" },
      rolldownOptions: {
        /* Vite leaves white space in ES libraries; pages do not. */
        output: { minify: true },
        /* Nobody imports a page, so what it shares with parts that load later stays in it: one file, not ten. */
        preserveEntrySignatures: "allow-extension",
      },
    },
  });
  const { output } = (result as Rolldown.RolldownOutput[])[0];
  const chunks = output.filter((file) => file.type === "chunk");
  const atStart = chunksAtStart(chunks);
  const gzippedKb = (files: readonly Rolldown.OutputChunk[]): number =>
    files.reduce((sum, { code }) => sum + gzipSync(code, { level: 9 }).length / 1000, 0);
  return {
    startKb: gzippedKb(atStart),
    laterKb: gzippedKb(chunks.filter((chunk) => !atStart.includes(chunk))),
    startModules: atStart.flatMap((chunk) => chunk.moduleIds),
    heaviest: chunks
      .flatMap((chunk) => Object.entries(chunk.modules))
      .sort(([, a], [, b]) => b.renderedLength - a.renderedLength)
      .slice(0, 20)
      .map(([path, { renderedLength }]) => `${renderedLength} ${path.replace(here(".."), "")}`)
      .join("\n"),
  };
}

/** The entry and whatever it imports, but not what it only loads when needed. */
function chunksAtStart(chunks: readonly Rolldown.OutputChunk[]): Rolldown.OutputChunk[] {
  const found = chunks.filter(({ isEntry }) => isEntry);
  for (const { imports } of found) {
    for (const name of imports) {
      const imported = chunks.find(({ fileName }) => fileName === name);
      if (imported && !found.includes(imported)) found.push(imported);
    }
  }
  return found;
}

/** What is measured, and the ceiling for what loads at the start. Raise one with a reason beside it. */
const bundles = {
  /*
   * 60.0 kB are needed: graph and compiler, kernels and engine, layers, training. Winograd and pooled gradients are 6.5,
   * weights of samples, several outputs, models in models and metrics of totals 4.
   */
  "the article's program": { source: article, ceilingKb: 60 },
  /* Options of optimizers and losses are checked when one is made: 1.7 kB more than names alone. */
  "the article's program with objects for names": { source: objects, ceilingKb: 62 },
  /* What would remain if no string named anything: 59.1 kB. */
  "the same without the tables of names": { source: objects, tables: shortTables, ceilingKb: 59.8 },
  /* Nothing of compiler, backends and training: only layers, the ops they write, shapes, errors, initializers. All of
   * them: this grows with every layer, at 0.2 kB each. */
  "the layers alone": { source: 'export { layers } from "convnet";', ceilingKb: 30 },
  /* A saved model may hold any layer, so all are there, but no losses, optimizers and training: 54.0 kB. */
  "asking a saved model": {
    source: `
      import { loadModel } from "convnet/predict";
      export const main = async (url, x) => (await loadModel(url)).predict(x);`,
    ceilingKb: 55,
  },
};
type BundleName = keyof typeof bundles;
const sizes = new Map<BundleName, Size>();

function sizeOf(name: BundleName): Size {
  const size = sizes.get(name);
  if (size) return size;
  throw new Error(`${name} was not measured.`);
}

beforeAll(async () => {
  for (const [name, bundle] of Object.entries(bundles)) {
    const size = await measure(bundle.source, "tables" in bundle ? bundle.tables : {});
    sizes.set(name as BundleName, size);
    console.info(`${name}: ${size.startKb.toFixed(1)} kB gz, later ${size.laterKb.toFixed(1)}`);
  }
}, 60_000);

test.each(Object.entries(bundles))("%s stays below its ceiling", (name, { ceilingKb }) => {
  const { startKb, heaviest } = sizeOf(name as BundleName);
  expect(startKb, heaviest).toBeLessThan(ceilingKb);
});

test("the article's program is never larger than 60 kB, ceilings or not", () => {
  const { startKb, heaviest } = sizeOf("the article's program");
  expect(startKb, heaviest).toBeLessThan(60);
});

test("naming things by strings costs a page less than 2 kB: the lists of a hundred names, and what loads them", () => {
  const named = sizeOf("the article's program").startKb;
  const unnamed = sizeOf("the same without the tables of names").startKb;
  expect(named - unnamed).toBeLessThan(2);
});

test("what the article's program does not need at the start loads later", () => {
  const { startModules, laterKb } = sizeOf("the article's program");
  const needless =
    /src\/(backends\/reference|formats|data\/(mnist|idx)|training\/(predict|weights|class-weights|saved-training)\.ts|cli|node\.ts|graph\/ops\/cases)/;
  expect(startModules.filter((path) => needless.test(path))).toEqual([]);
  expect(laterKb).toBeLessThan(160);
});

test("what asks a saved model knows nothing of training", () => {
  const needless =
    /src\/(losses|metrics|optimizers|schedules|callbacks|backends\/reference|training\/(model|fit|session|step-runner|programs|samples|labels|compile)\.ts|models\/(summary|diagram|spec)\.ts|graph\/gradients)/;
  const { startModules } = sizeOf("asking a saved model");
  expect(startModules.filter((path) => needless.test(path))).toEqual([]);
});
