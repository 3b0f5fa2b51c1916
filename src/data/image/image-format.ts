/** How the formats that are read begin. */
const signatures = [
  { format: "png", at: 0, bytes: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] },
  { format: "jpeg", at: 0, bytes: [0xff, 0xd8, 0xff] },
  { format: "gif", at: 0, bytes: [0x47, 0x49, 0x46, 0x38] },
  { format: "bmp", at: 0, bytes: [0x42, 0x4d] },
  { format: "tiff", at: 0, bytes: [0x49, 0x49, 0x2a, 0x00] },
  { format: "tiff", at: 0, bytes: [0x4d, 0x4d, 0x00, 0x2a] },
  /* RIFF, a length, then WEBP. */
  { format: "webp", at: 8, bytes: [0x57, 0x45, 0x42, 0x50] },
  /* A box of type ftyp and brand avif, or avis for moving pictures. */
  { format: "avif", at: 4, bytes: [0x66, 0x74, 0x79, 0x70, 0x61, 0x76, 0x69] },
] as const;

export type ImageFormat = (typeof signatures)[number]["format"];

/** What kind of image the bytes are, by how they begin; nothing else is handed to a decoder. */
export function imageFormat(bytes: Uint8Array): ImageFormat | undefined {
  return signatures.find(({ at, bytes: first }) => first.every((byte, i) => bytes[at + i] === byte))?.format;
}
