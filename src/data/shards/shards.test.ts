import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readDamaged } from "../../../test/mutations.ts";
import { readTar } from "./read-tar.ts";
import { webDataset } from "./web-dataset.ts";

/** One file of an archive as POSIX has it. */
function member(name: string, content: string | Uint8Array, type = "0"): Uint8Array {
  const data = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const bytes = new Uint8Array(512 + Math.ceil(data.length / 512) * 512);
  const put = (at: number, text: string) => bytes.set(new TextEncoder().encode(text), at);
  put(0, name);
  put(124, `${data.length.toString(8).padStart(11, "0")}\0`);
  put(148, "        ");
  put(156, type);
  put(257, "ustar\x0000");
  const sum = bytes.subarray(0, 512).reduce((a, b) => a + b, 0);
  put(148, `${sum.toString(8).padStart(6, "0")}\0 `);
  bytes.set(data, 512);
  return bytes;
}

function tar(...members: Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat([...members, new Uint8Array(1024)]));
}

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}

const shard = tar(
  member("a/1.jpg", "picture"),
  member("a/1.cls", "7"),
  member("a/", "", "5"),
  member("a/2.jpg", "p2"),
);
let folder: string;
let server: Server;
let address: string;
/** Items of the endless shard. */
let sent = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "convnet-shards-"));
  await writeFile(join(folder, "0.tar"), shard);
  server = createServer((request, response) => {
    if (request.url === "/whole.tar") response.end(shard);
    else if (request.url === "/endless.tar") {
      /* Items of 64 KiB without end, as fast as they are read. */
      const items = [0, 1].map((i) => member(`${i}.bin`, new Uint8Array(65536)));
      const send = () => {
        while (!response.destroyed && response.write(items[sent++ % 2]));
      };
      response.on("drain", send);
      send();
    } else if (request.url === "/cut.tar") {
      response.setHeader("Content-Length", shard.length);
      response.write(shard.subarray(0, 700), () => setTimeout(() => response.destroy(), 20));
    } else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

describe("readTar", () => {
  it.each([1, 7, 512, 5000])("gives the files, whatever pieces of %i bytes they come in", async (size) => {
    const members = await all(readTar(inPieces(shard, size), "a", 1000));
    expect(members.map(({ name, data }) => [name, new TextDecoder().decode(data)])).toEqual([
      ["a/1.jpg", "picture"],
      ["a/1.cls", "7"],
      ["a/2.jpg", "p2"],
    ]);
  });

  it("knows long names of both kinds, and follows no links", async () => {
    const long = "n".repeat(200);
    const pax = `${`210 path=${long}\n`}`;
    const bytes = tar(
      member("pax", pax, "x"),
      member("short", "1"),
      member("@LongLink", `${long}2\0`, "L"),
      member("short", "2"),
      member("link", "", "2"),
    );
    const names = (await all(readTar(inPieces(bytes, 512), "a", 1000))).map(({ name }) => name);
    expect(names).toEqual([long, `${long}2`]);
  });

  it.each([
    [
      "that ends in a header",
      shard.subarray(0, 300),
      "a, byte 0: expected a header of 512 bytes, got the end after 300",
    ],
    ["that ends in a file", shard.subarray(0, 515), "a file of 7 bytes, got the end after 3"],
    ["whose check sum is wrong", Uint8Array.from(shard).fill(1, 0, 3), "with its check sum"],
    ["with a file that is too large", tar(member("a", new Uint8Array(2000))), "at most 1000 bytes, got 2000"],
  ])("refuses an archive %s", async (_name, bytes, message) => {
    await expect(all(readTar(inPieces(bytes, 512), "a", 1000))).rejects.toThrow(message);
  });

  it("reads damaged archives or says so", async () => {
    const read = (bytes: Uint8Array) => all(readTar(inPieces(bytes, 512), "a", 4096));
    expect(await readDamaged([shard], read)).toBeGreaterThan(1000);
  });
});

describe("webDataset", () => {
  it("puts files of one name together, of shards on disk and elsewhere, pass after pass", async () => {
    const items = webDataset([join(folder, "0.tar"), `${address}/whole.tar`]);
    const keys = (await all(items)).map(({ key, files }) => `${key} ${[...files.keys()]}`);
    expect(keys).toEqual(["a/1 jpg,cls", "a/2 jpg", "a/1 jpg,cls", "a/2 jpg"]);
    expect((await all(items.repeat(2))).length).toBe(8);
    expect((await all(items.open(0, 3))).map(({ key }) => key)).toEqual(["a/2"]);
  });

  it("reads no more of a shard than is asked for", async () => {
    const items = await all(webDataset(`${address}/endless.tar`).take(20));
    expect(items.map(({ key }) => key)).toEqual(Array.from({ length: 20 }, (_, i) => String(i % 2)));
    /* What fits into the buffers between: some MB. */
    expect(sent).toBeLessThan(1000);
  });

  it.each([
    ["a connection that breaks", () => `${address}/cut.tar`, "the whole shard, got a broken connection"],
    ["a shard that is not there", () => `${address}/none.tar`, "got status 404"],
    ["a file that is not there", () => join(folder, "none.tar"), "no such file"],
  ])("names %s", async (_name, source, message) => {
    await expect(all(webDataset(source()))).rejects.toThrow(message);
  });
});
