/** The rooms of ARCHITECTURE.md: what each folder of src/ may import. Arrows point down. */
const items = [
  "initializers",
  "activations",
  "losses",
  "metrics",
  "optimizers",
  "schedules",
  "regularizers",
  "constraints",
];
const mayImport = {
  core: [],
  graph: ["core"],
  compiler: ["core", "graph"],
  backends: ["core", "graph", "compiler"],
  arrays: ["core", "graph", "compiler", "backends"],
  initializers: ["core", "graph"],
  activations: ["core", "graph"],
  losses: ["core", "graph"],
  metrics: ["core", "graph", "losses"],
  schedules: ["core"],
  optimizers: ["core", "graph", "schedules"],
  regularizers: ["core", "graph"],
  constraints: ["core", "graph"],
  layers: ["core", "graph", ...items],
  models: ["core", "graph", ...items, "layers"],
  data: ["core"],
  formats: ["core", "graph", "initializers", "layers", "models"],
  training: ["core", "graph", "compiler", "backends", ...items, "layers", "models", "data", "formats"],
  callbacks: ["core", "training"],
  applications: ["core", ...items, "layers", "training"],
  explain: [
    "core",
    "graph",
    "compiler",
    "backends",
    "arrays",
    ...items,
    "layers",
    "models",
    "data",
    "training",
  ],
};
/** Rooms that the training room loads only when they are used. */
const onlyLoaded = ["formats"];

export default {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    ...Object.entries(mayImport).map(([folder, allowed]) => ({
      name: `${folder}-imports-only-${allowed.join("-") || "itself"}`,
      severity: "error",
      from: { path: `^src/${folder}/`, pathNot: "\\.(test|bench)\\.ts$" },
      to: {
        path: "^src/",
        pathNot: `^src/(${[folder, ...allowed].join("|")})/`,
        dependencyTypesNot: ["dynamic-import"],
      },
    })),
    {
      name: "formats-are-loaded-when-used",
      severity: "error",
      from: { path: "^src/training/", pathNot: "\\.test\\.ts$" },
      to: { path: `^src/(${onlyLoaded.join("|")})/`, dependencyTypesNot: ["dynamic-import", "type-only"] },
    },
    {
      name: "command-line-uses-the-public-entries",
      severity: "error",
      from: { path: "^src/cli/", pathNot: "\\.test\\.ts$" },
      to: { path: "^src/", pathNot: "^src/(cli/|core/|index\\.ts|node\\.ts|explain\\.ts)" },
    },
    {
      name: "benchmarks-use-the-public-entries",
      severity: "error",
      from: { path: "^bench/", pathNot: "^bench/kernels/" },
      to: { path: "^src/", pathNot: "^src/(index|node)\\.ts$" },
    },
    {
      name: "no-development-packages-in-the-library",
      severity: "error",
      from: { path: "^src/", pathNot: "\\.(test|bench)\\.ts$" },
      to: { dependencyTypes: ["npm-dev"] },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^dist/" },
  },
};
