/**
 * One measurement of this package in a page of a headless Chromium. Prints one JSON line.
 *
 * tsx --tsconfig bench/tsconfig.json bench/scripts/throughput-in-page.ts '{"network":"article","mode":"train",…}' (MeasureOptions)
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { launchChromium, servePage } from "../../test/browser/bundled-page.ts";
import type { measureInPage, SampleAddress } from "../in-page.ts";
import type { MeasureOptions } from "../measure.ts";
import { samplesFor } from "../samples.ts";

const options = JSON.parse(process.argv[2]) as MeasureOptions;
const { x, y, sampleShape } = await samplesFor(options);
const files = new Map([
  ["/x", x],
  ["/y", y],
]);
const samples = createServer(({ url = "/" }, response) => {
  const file = files.get(url);
  response.writeHead(file ? 200 : 404, { "Access-Control-Allow-Origin": "*" }).end(file);
});
await new Promise<void>((resolve) => samples.listen(0, "127.0.0.1", resolve));
const origin = `http://127.0.0.1:${(samples.address() as AddressInfo).port}`;
const address: SampleAddress = { x: `${origin}/x`, y: `${origin}/y`, sampleShape };

const server = await servePage(fileURLToPath(new URL("../in-page.ts", import.meta.url)));
const browser = await launchChromium();
try {
  const page = await server.open(browser, "/isolated");
  const measured = await page.evaluate(
    ([choice, where]) =>
      (globalThis as unknown as { bundled: { measureInPage: typeof measureInPage } }).bundled.measureInPage(
        choice,
        where,
      ),
    [options, address] as const,
  );
  console.log(JSON.stringify({ peer: "convnet in a page", version: browser.version(), ...measured }));
} finally {
  await browser.close();
}
process.exit();
