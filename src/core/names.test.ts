import { describe, expect, expectTypeOf, test } from "vitest";
import { camelCase, checkOptions, didYouMean, lookUp, type Spelling } from "./names.ts";

describe("names", () => {
  test("Keras's spelling finds the same entry", () => {
    const table = { sparseCategoricalCrossentropy: 1, relu: 2 };
    expect(lookUp("loss", table, "sparse_categorical_crossentropy")).toBe(1);
    expect(lookUp("loss", table, "relu")).toBe(2);
    expect(camelCase("max_pooling2d")).toBe("maxPooling2d");
  });

  test("a typo is answered with the nearest name, nonsense with all of them", () => {
    const table = { adam: 1, sgd: 2 };
    expect(() => lookUp("optimizer", table, "adma")).toThrow(
      'optimizer: expected a known name, got "adma". Did you mean "adam"?',
    );
    expect(didYouMean("banana", ["adam", "sgd"])).toBe("Known: adam, sgd.");
  });

  test("names of every object's own parts are no entries", () => {
    for (const name of ["__proto__", "constructor", "toString"])
      expect(() => lookUp("layer", { dense: 1 }, name)).toThrow(/known name/);
  });

  test("unknown options are refused", () => {
    expect(() => checkOptions("layers.conv2d", { kernelSise: 3 }, ["kernelSize", "filters"])).toThrow(
      'layers.conv2d: expected a known option, got "kernelSise". Did you mean "kernelSize"?',
    );
  });

  test("both spellings are types", () => {
    expectTypeOf<Spelling<"glorotUniform">>().toEqualTypeOf<"glorotUniform" | "glorot_uniform">();
    expectTypeOf<"glorot_unifrom">().not.toExtend<Spelling<"glorotUniform">>();
  });
});
