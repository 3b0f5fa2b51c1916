/**
 * HDF5 files as h5py writes them, read within bounds.
 *
 * Our own reader, and not the HDF5 library compiled to WebAssembly: a damaged or hostile file can leave that one in a
 * state in which later files are read wrongly, or never return, and it weighs four megabytes. Whatever leads out of the
 * file (soft and external links, external storage, virtual data sets) is refused by name.
 *
 * @see https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html
 */
import { FileError } from "../../core/errors.ts";
import { type AttributeValue, readAttributes, readShape } from "./attributes.ts";
import { readData } from "./dataset.ts";
import { type Datatype, readDatatype, toFloat32 } from "./datatype.ts";
import { type Link, readLinks } from "./links.ts";
import { type Message, messageTypes, readMessages } from "./object-header.ts";
import { FileBytes } from "./reader.ts";

const signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

/** Whether bytes begin as an HDF5 file does. */
export function isHdf5(bytes: Uint8Array): boolean {
  return signature.every((byte, i) => bytes[i] === byte);
}

/** An object of a file: a group of others, or an array. */
class Hdf5Object {
  readonly path: string;
  protected readonly file: FileBytes;
  protected readonly messages: readonly Message[];
  private attributesRead: Map<string, AttributeValue> | undefined;

  constructor(file: FileBytes, path: string, messages: readonly Message[]) {
    this.file = file;
    this.path = path;
    this.messages = messages;
  }

  attribute(name: string): AttributeValue | undefined {
    this.attributesRead ??= readAttributes(this.file, this.messages);
    return this.attributesRead.get(name);
  }
}

/** An array of numbers. */
export class Hdf5Dataset extends Hdf5Object {
  readonly shape: readonly number[];
  private readonly type: Datatype;

  constructor(file: FileBytes, path: string, messages: readonly Message[]) {
    super(file, path, messages);
    const find = (type: number, what: string): Message => {
      const found = messages.find((message) => message.type === type);
      if (found && (found.flags & 2) === 0) return found;
      throw new FileError({
        where: `${file.where}, "${path}"`,
        expected: `an array with ${what} of its own`,
        received: found ? "one that shares it" : "none",
      });
    };
    this.shape = readShape(file, find(messageTypes.dataspace, "a shape").at);
    this.type = readDatatype(file, find(messageTypes.datatype, "a type").at);
  }

  /** All numbers, row-major, in single precision. @throws FileError if they are none, or not in the file. */
  read(): Float32Array {
    const bytes = readData(this.file, this.messages, this.type, this.shape, this.path);
    const isBfloat16 = this.attribute("dtype") === "bfloat16";
    const { kind } = this.type;
    if (kind === "float" || kind === "integer" || (kind === "opaque" && isBfloat16))
      return toFloat32(this.type, bytes, isBfloat16);
    throw new FileError({
      where: `${this.file.where}, "${this.path}"`,
      expected: "numbers",
      received: kind === "opaque" ? "opaque bytes" : "text",
    });
  }
}

/** Objects by name. */
export class Hdf5Group extends Hdf5Object {
  private linksRead: Map<string, Link> | undefined;

  private get links(): Map<string, Link> {
    this.linksRead ??= readLinks(this.file, this.messages);
    return this.linksRead;
  }

  get names(): string[] {
    return [...this.links.keys()];
  }

  /** What lies at a path such as `layers/conv2d`; undefined if nothing does. */
  find(path: string): Hdf5Object | undefined {
    let found: Hdf5Object = this;
    for (const name of path.split("/").filter((part) => part !== "")) {
      const link = found instanceof Hdf5Group ? found.links.get(name) : undefined;
      if (!link) return undefined;
      found = this.follow(link, `${found.path === "/" ? "" : found.path}/${name}`);
    }
    return found;
  }

  private follow(link: Link, path: string): Hdf5Object {
    const { file } = this;
    if ("refused" in link) {
      throw new FileError({
        where: `${file.where}, "${path}"`,
        expected: "an object of the file",
        received: link.refused,
      });
    }
    return openObject(file, path, link.address);
  }

  group(path: string): Hdf5Group | undefined {
    const found = this.find(path);
    return found instanceof Hdf5Group ? found : undefined;
  }

  dataset(path: string): Hdf5Dataset | undefined {
    const found = this.find(path);
    return found instanceof Hdf5Dataset ? found : undefined;
  }
}

function openObject(file: FileBytes, path: string, address: number): Hdf5Object {
  const messages = readMessages(file, address);
  const isArray = messages.some(({ type }) => type === messageTypes.layout);
  return isArray ? new Hdf5Dataset(file, path, messages) : new Hdf5Group(file, path, messages);
}

/** The root group of a file. @throws FileError if it is no HDF5 file, or one that ends early. */
export function openHdf5(where: string, bytes: Uint8Array): Hdf5Group {
  const file = new FileBytes(where, bytes);
  if (!isHdf5(bytes)) throw file.problem(0, "an HDF5 file", "something else");
  const version = file.version(8, 0, 1, 2, 3);
  const sizesAt = version < 2 ? 13 : 9;
  const [offsetSize, lengthSize] = [file.u8(sizesAt), file.u8(sizesAt + 1)];
  if (![4, 8].includes(offsetSize) || ![4, 8].includes(lengthSize)) {
    throw file.problem(sizesAt, "addresses of 4 or 8 bytes", `${offsetSize} and ${lengthSize}`);
  }
  file.offsetSize = offsetSize;
  file.lengthSize = lengthSize;
  const addresses = version < 2 ? (version === 0 ? 24 : 28) : 12;
  const base = file.address(addresses);
  const end = file.address(addresses + 2 * offsetSize);
  if (base !== 0) throw file.problem(addresses, "a base address of 0", String(base));
  if (end > bytes.length) throw file.problem(addresses, `${end} bytes`, `a file of ${bytes.length}`);
  const rootAt = addresses + (version < 2 ? 5 : 3) * offsetSize;
  const root = openObject(file, "/", file.address(rootAt));
  if (root instanceof Hdf5Group) return root;
  throw file.problem(rootAt, "a group as root", "an array");
}
