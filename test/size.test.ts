/** What the library costs a page: bundles as Vite makes them, minified, and gzipped at level 9. */
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Rolldown } from "vite";
import { beforeAll, describe, expect, test } from "vitest";

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
    import { zeros } from "./constant.ts";
    import { glorotUniform } from "./variance-scaling.ts";
    export const initializerOf = (where, name) => ({ glorotUniform, zeros })[name]({});`,
  losses: "export const lossTable = {}, lossOf = (where, loss) => loss;",
  metrics: "export const metricOf = (where, metric) => metric;",
  optimizers: "export const optimizerTable = {}, optimizerOf = (where, optimizer) => optimizer;",
};

interface Size {
  /** kB (1000 bytes) that load before the program starts, gzipped file by file. */
  readonly startKb: number;
  /** kB that load when they are needed: files of models, the reference backend. */
  readonly laterKb: number;
  /** The heaviest modules, for whoever has to find out what grew. */
  readonly heaviest: string;
}

async function measure(source: string, tables: Record<string, string> = {}): Promise<Size> {
  const result = await build({
    configFile: false,
    logLevel: "error",
    root: here(".."),
    resolve: { alias: { convnet: here("../src/index.ts") } },
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
      /* Vite leaves white space in ES libraries; pages do not. */
      rolldownOptions: { output: { minify: true } },
    },
  });
  const { output } = (result as Rolldown.RolldownOutput[])[0];
  const chunks = new Map(
    output.flatMap((file) => (file.type === "chunk" ? [[file.fileName, file] as const] : [])),
  );
  const atStart = new Set<string>();
  const visit = (fileName: string): void => {
    if (atStart.has(fileName)) return;
    atStart.add(fileName);
    for (const imported of chunks.get(fileName)?.imports ?? []) visit(imported);
  };
  visit(output[0].fileName);
  const kb = (isWanted: (fileName: string) => boolean): number =>
    [...chunks.values()]
      .filter(({ fileName }) => isWanted(fileName))
      .reduce((sum, { code }) => sum + gzipSync(code, { level: 9 }).length / 1000, 0);
  const modules = [...chunks.values()].flatMap((chunk) => Object.entries(chunk.modules));
  return {
    startKb: kb((fileName) => atStart.has(fileName)),
    laterKb: kb((fileName) => !atStart.has(fileName)),
    heaviest: modules
      .sort(([, a], [, b]) => b.renderedLength - a.renderedLength)
      .slice(0, 20)
      .map(([path, { renderedLength }]) => `${renderedLength} ${path.replace(here(".."), "")}`)
      .join("\n"),
  };
}

const bundles = {
  "the article's program": { source: article },
  "the article's program without names in strings": { source: objects },
  "the same without the tables of names": { source: objects, tables: shortTables },
  "the layers alone": { source: 'export { layers } from "convnet";' },
};
type BundleName = keyof typeof bundles;
const sizes = new Map<BundleName, Size>();

const sizeOf = (name: BundleName): Size => {
  const size = sizes.get(name);
  if (size) return size;
  throw new Error(`${name} was not measured`);
};

beforeAll(async () => {
  for (const [name, bundle] of Object.entries(bundles)) {
    const tables = "tables" in bundle ? bundle.tables : {};
    sizes.set(name as BundleName, await measure(bundle.source, tables));
  }
  for (const [name, { startKb, laterKb }] of sizes)
    console.info(`${startKb.toFixed(2)} kB gz, later ${laterKb.toFixed(2)}: ${name}\n`);
});

describe("a page pays no more than", () => {
  test("60 kB for the article's program, whatever else happens", () => {
    const { startKb, heaviest } = sizeOf("the article's program");
    expect(startKb, heaviest).toBeLessThan(60);
  });
});
