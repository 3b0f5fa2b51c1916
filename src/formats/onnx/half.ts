/** Numbers of 16 bits. */

const view = new DataView(new ArrayBuffer(4));

/** IEEE 754 half precision: 1 sign, 5 exponent and 10 fraction bits. */
export function readFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  /* 2^−24 is the smallest number above 0; every other is a whole multiple of it. */
  const steps = exponent === 0 ? fraction : (fraction + 1024) * (1 << (exponent - 1));
  return (sign * steps) / (1 << 24);
}

/** The upper half of a float32. */
export function readBfloat16(bits: number): number {
  view.setUint32(0, (bits & 0xffff) << 16);
  return view.getFloat32(0);
}
