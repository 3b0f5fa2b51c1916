import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { DataError } from "../../core/errors.ts";
import { fitPicture } from "./fit-picture.ts";

const grey = (width: number, height: number, ...values: number[]) => ({
  width,
  height,
  channels: 1,
  data: Uint8Array.from(values),
});

describe("fitPicture", () => {
  it("leaves what has the size already", () => {
    const picture = grey(3, 2, 1, 2, 3, 4, 5, 6);
    expect(fitPicture(picture, [2, 3, 1])).toEqual(picture.data);
  });

  it("puts pixels between those there are, at the places of their middles", () => {
    expect([...fitPicture(grey(2, 1, 0, 100), [1, 4, 1])]).toEqual([0, 25, 75, 100]);
    expect([...fitPicture(grey(2, 1, 0, 100), [1, 4, 1], { interpolation: "nearest" })]).toEqual([
      0, 0, 100, 100,
    ]);
    /* Keys's cubic with a = -1/2 at 3/4 between 0 and 100, the outer pixels repeated by renormalizing over those there. */
    const [first] = fitPicture(grey(4, 1, 100, 100, 100, 100), [1, 8, 1], { interpolation: "bicubic" });
    expect(first).toBe(100);
  });

  it("takes all pixels into account when it shrinks", () => {
    /* A triangle 4 wide over 4 pixels, at 0.5, 1.5, 2.5, 3.5 from 1 and 3: weights 3/4, 3/4, 1/4 and 1/4, 3/4, 3/4. */
    expect([...fitPicture(grey(4, 1, 0, 0, 140, 140), [1, 2, 1])]).toEqual([20, 120]);
  });

  it.each(["bilinear", "bicubic", "lanczos3"] as const)(
    "shrinks with %s as sharp does",
    async (interpolation) => {
      const [width, height] = [96, 64];
      const data = Uint8Array.from({ length: width * height }, (_, i) => {
        const [x, y] = [i % width, Math.floor(i / width)];
        return 128 + 60 * Math.sin(x / 9) + 60 * Math.cos(y / 7);
      });
      const kernel = { bilinear: "linear", bicubic: "cubic", lanczos3: "lanczos3" } as const;
      const expected = await sharp(data, { raw: { width, height, channels: 1 } })
        .resize(32, 16, { fit: "fill", kernel: kernel[interpolation] })
        .raw()
        .toBuffer();
      const fitted = fitPicture({ width, height, channels: 1, data }, [16, 32, 1], { interpolation });
      const differences = fitted.map((value, i) => Math.abs(value - expected[i * (expected.length / 512)]));
      expect(Math.max(...differences)).toBeLessThanOrEqual(4);
    },
  );

  it("puts transparent pixels on white paper, and weighs colors", () => {
    const data = Uint8Array.of(255, 0, 0, 255, 0, 0, 0, 0, 0, 0, 255, 51);
    const picture = { width: 3, height: 1, channels: 4, data };
    /* 255 · 51 / 255 + 255 − 51 = 255; 0 + 204 = 204. */
    expect([...fitPicture(picture, [1, 3, 3])]).toEqual([255, 0, 0, 255, 255, 255, 204, 204, 255]);
    /* 0.299 · 255 = 76; 0.299 · 204 + 0.587 · 204 + 0.114 · 255 = 210. */
    expect([...fitPicture(picture, [1, 3, 1])]).toEqual([76, 255, 210]);
    expect([...fitPicture(picture, [1, 3, 4])]).toEqual([...data]);
    expect([...fitPicture(grey(1, 1, 9), [1, 1, 3])]).toEqual([9, 9, 9]);
  });

  it("cuts the middle out", () => {
    const options = { cropToAspectRatio: true };
    expect([...fitPicture(grey(4, 1, 1, 2, 3, 4), [1, 1, 1], options)]).toEqual([2]);
    expect([...fitPicture(grey(1, 5, 1, 2, 3, 4, 5), [1, 1, 1], options)]).toEqual([3]);
  });

  it("refuses pixels that are not as many as the sides say", () => {
    expect(() => fitPicture(grey(2, 2, 1), [1, 1, 1])).toThrow(DataError);
    expect(() => fitPicture({ ...grey(1, 1, 1), channels: 5 }, [1, 1, 1])).toThrow("channels (1 to 4)");
  });
});
