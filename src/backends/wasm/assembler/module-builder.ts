import { ByteList, type Code, typeCode, unsigned } from "./encoding.ts";
import type { Local } from "./expressions.ts";
import { FunctionBuilder } from "./function-builder.ts";

/** A module that imports one memory and exports some of its functions by name; all their parameters are i32. */
export class ModuleBuilder {
  private readonly functions: { readonly paramCount: number; code: Uint8Array<ArrayBuffer> }[] = [];
  private readonly exported: { name: string; index: number }[] = [];

  func(paramCount: number, write: (f: FunctionBuilder, ...params: Local<"i32">[]) => void): FunctionBuilder {
    const f = new FunctionBuilder(this.functions.length, paramCount);
    const entry = { paramCount, code: new Uint8Array(0) };
    this.functions.push(entry);
    write(f, ...f.params);
    entry.code = f.encode();
    return f;
  }

  export(name: string, f: FunctionBuilder): void {
    this.exported.push({ name, index: f.index });
  }

  /** @param shared whether the imported memory is shared between threads */
  bytes(memory: { shared: boolean; maximumPages: number }): Uint8Array<ArrayBuffer> {
    const arities = [...new Set(this.functions.map((f) => f.paramCount))];
    const text = (value: string): Code => [unsigned(value.length), [...new TextEncoder().encode(value)]];
    const list = (items: readonly Code[]): Code => [unsigned(items.length), items];
    const limits = memory.shared ? [0x03, 0, ...unsigned(memory.maximumPages)] : [0x00, 0];
    const out = new ByteList();
    out.append([0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
    const section = (id: number, content: Code): void => {
      const body = new ByteList();
      body.append(content);
      out.append([id, unsigned(body.length), [...body.bytes()]]);
    };
    section(1, list(arities.map((n) => [0x60, unsigned(n), new Array<number>(n).fill(typeCode.i32), 0])));
    section(2, list([[text("engine"), text("memory"), 0x02, limits]]));
    section(3, list(this.functions.map((f) => unsigned(arities.indexOf(f.paramCount)))));
    section(7, list(this.exported.map(({ name, index }) => [text(name), 0x00, unsigned(index)])));
    const codeSize = this.functions.reduce((sum, { code }) => sum + code.length, 0);
    const count = unsigned(this.functions.length);
    out.append([10, unsigned(codeSize + count.length), count]);
    const head = out.bytes();
    const all = new Uint8Array(head.length + codeSize);
    all.set(head);
    let at = head.length;
    for (const { code } of this.functions) {
      all.set(code, at);
      at += code.length;
    }
    return all;
  }
}
