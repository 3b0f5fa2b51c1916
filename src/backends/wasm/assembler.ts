/**
 * Writes WebAssembly from TypeScript. Expressions are values that nest as formulas do; statements are calls on the
 * function being written, in the order they run:
 *
 *     const sum = f.local("v128");
 *     f.loop(i, 0, count, 4, () => sum.set(f32x4.add(sum, v128.load(f.add(x, i)))));
 *
 * Only what the compute kernels need is here. @see https://webassembly.github.io/spec/core/binary/
 */

export * from "./assembler/expressions.ts";
export { FunctionBuilder } from "./assembler/function-builder.ts";
export { ModuleBuilder } from "./assembler/module-builder.ts";
