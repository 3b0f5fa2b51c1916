import { describe, expect, it } from "vitest";
import { readDamaged } from "../../../test/mutations.ts";
import { pixelTable } from "./pixel-table.ts";
import { readTable } from "./read-table.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("readTable", () => {
  it.each([
    ["commas", "1,2\n3,4"],
    ["semicolons", "1;2\n3;4\n"],
    ["tabs", "1\t2\n3\t4\n"],
    ["line ends of Windows, and a mark at the beginning", "\ufeff1,2\r\n3,4\r\n"],
    ["empty lines", "\n1,2\n\n3,4\n\n"],
    ["quotes and spaces", ' 1 ,"2"\n3, 4\n'],
    ["numbers of any form", "1.0,2e0\n+3,0.4e1\n"],
  ])("reads %s", (_name, text) => {
    const { header, rows, columns, numbers } = readTable(bytes(text), "a");
    expect([header, rows, columns, [...numbers]]).toEqual([undefined, 2, 2, [1, 2, 3, 4]]);
  });

  it("takes a first line of words over numbers as a heading", () => {
    const table = readTable(bytes('pixel,"the ""label"""\n1,cat\n2,dog\n'), "a");
    expect(table.header).toEqual(["pixel", 'the "label"']);
    expect([...table.texts.values()]).toEqual(["cat", "dog"]);
    expect(table.lineOf(1)).toBe(3);
    expect(readTable(bytes("1,cat\n2,dog\n"), "a").header).toBeUndefined();
  });

  it.each([
    ["1,2\n3\n", "a, line 2: expected 2 cells, as line 1 has, got 1."],
    ["1,2\n3,4,\n", "a, line 2: expected 2 cells, as line 1 has, got 3."],
    ['1,"2', "a, line 1: expected the end of a quoted cell"],
    ['1,"2"3\n', "a, line 1: expected a separator behind a quoted cell"],
    ["", "a: expected rows of numbers, got an empty file."],
  ])("refuses %j", (text, message) => {
    expect(() => readTable(bytes(text), "a")).toThrow(message);
  });
});

describe("pixelTable", () => {
  it("keeps whole pixels as bytes, and scales others by the value of white", () => {
    const data = pixelTable(bytes("0,255,128,1,7\n1,2,3,4,0\n"), "a");
    expect(data).toMatchObject({ sampleShape: [2, 2, 1], length: 2 });
    expect(data.x).toEqual(Uint8Array.of(0, 255, 128, 1, 1, 2, 3, 4));
    expect([...data.y]).toEqual([7, 0]);
    const scaled = pixelTable(bytes("3,0,16,8\n"), "a", {
      maxValue: 16,
      labelColumn: "first",
      imageSize: [1, 3],
    });
    expect(scaled.x).toEqual(Float32Array.of(0, 1, 0.5));
    expect([...scaled.y]).toEqual([3]);
  });

  it("finds labels by name or number of the column, and makes numbers of names", () => {
    const text = bytes("kind,a,b,c,d\nzebra,1,2,3,4\nape,5,6,7,8\n");
    for (const labelColumn of ["kind", 0]) {
      const data = pixelTable(text, "a", { labelColumn });
      expect(data.classNames).toEqual(["ape", "zebra"]);
      expect([...data.y]).toEqual([1, 0]);
    }
    const test = pixelTable(bytes("ape,1,2,3,4\n"), "b", { labelColumn: 0, classNames: ["ape", "zebra"] });
    expect([...test.y]).toEqual([0]);
  });

  it.each([
    [
      "1,2,3,17,0\n",
      { maxValue: 16 },
      "a, line 1, cell 4: expected a number from 0 to 16, got 17. Say what white is",
    ],
    ["1,2,3,-1,0\n", {}, "got -1"],
    ["1,2,3,4,0\n1,2,x,4,0\n", {}, 'a, line 2, cell 3: expected a number from 0 to 255, got "x".'],
    ["1,2,3,NaN,0\n", {}, "cell 4"],
    ["1,2,3,0\n", {}, "imageSize: [height, width]"],
    ["1,2,3,4,0\n", { imageSize: [3, 3] }, "9 columns of pixels for 3 × 3 × 1, and one label, got 5 columns"],
    ["1,2,3,4,\n", {}, "a label, got an empty cell"],
    ["a,b,c,d,label\n1,2,3,4,0\n", { labelColumn: "labell" }, 'Did you mean "label"?'],
    ["1,2,3,4,0\n", { labelColumn: 5 }, "first, last, or a number below 5"],
    ["bear,1,2,3,4\n", { labelColumn: 0, classNames: ["ape"] }, 'a label among ape, got "bear"'],
    ["1,2,3,4,0\n", { maxvalue: 3 }, 'Did you mean "maxValue"?'],
    ["1,2,3,4,0\n", { maxValue: 0 }, "a positive number"],
  ])("refuses %j with %o", (text, options, message) => {
    expect(() => pixelTable(bytes(text), "a", options as object)).toThrow(message);
  });

  it("reads damaged tables or says so", async () => {
    const good = [bytes("a,b,c,d,label\n1,2,3,4,0\n5,6,7,8,1\n"), bytes('1,2,3,4,"x"\n5,6,7,8,"y"\n')];
    expect(await readDamaged(good, (text) => pixelTable(text, "a"), { count: 6000 })).toBeGreaterThan(1000);
  });
});
