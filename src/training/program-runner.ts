import type { Backend, Executable, RunRequest, RunResult } from "../backends/contract.ts";
import { lower } from "../compiler/lower.ts";
import type { BackendTables } from "../compiler/tables.ts";
import type { Samples } from "./inputs.ts";
import type { BatchShape, ProgramGraph } from "./predict-graph.ts";
import { typeOf } from "./sample-array.ts";

export interface Prepared<Written extends ProgramGraph = ProgramGraph> {
  readonly graph: Written;
  readonly executable: Executable;
}

/** Programs on a backend, planned once each. */
export class ProgramRunner {
  readonly backend: Backend;
  private readonly prepared = new Map<string, Promise<Prepared>>();

  constructor(backend: Backend) {
    this.backend = backend;
  }

  /**
   * @param key names the program
   * @param make writes its graph
   * @param tables how it is planned, where not as the backend would
   */
  prepare<Written extends ProgramGraph>(
    key: string,
    make: () => Written,
    keepDerived = false,
    tables: BackendTables = this.backend.tables,
  ): Promise<Prepared<Written>> {
    const known = this.prepared.get(key);
    if (known) return known as Promise<Prepared<Written>>;
    const prepare = async (): Promise<Prepared<Written>> => {
      const graph = make();
      const program = await lower(graph.graph, tables, { keepDerived });
      return { graph, executable: await this.backend.prepare(program) };
    };
    const result = prepare();
    this.prepared.set(key, result);
    result.catch(() => this.prepared.delete(key));
    return result;
  }

  batchShape({ arrays }: Samples, batch: number): BatchShape {
    const types = Object.entries(arrays).map(([name, { data, shape }]) => [
      name,
      { shape, dtype: typeOf(data) },
    ]);
    return { batch, arrays: Object.fromEntries(types) };
  }

  /** Runs a program on the arrays that it reads. */
  run(executable: Executable, request: RunRequest): Promise<RunResult> {
    const read = Object.entries(request.inputs).filter(([name]) => name in executable.program.inputs);
    return executable.run({ ...request, inputs: Object.fromEntries(read) });
  }

  /** Forgets all programs: what they were made for has changed. */
  async clear(): Promise<void> {
    const all = [...this.prepared.values()];
    this.prepared.clear();
    for (const prepared of all) (await prepared).executable.dispose();
  }
}
