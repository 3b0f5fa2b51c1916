import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { invocation, quote } from "./invocation.ts";

describe("invocation", () => {
  const script = join(process.cwd(), "dist/cli/main.js");

  it.each([
    ["npx convnet", { npm_lifecycle_event: "npx", npm_package_name: "mine" }],
    ["npm run -s convnet --", { npm_lifecycle_event: "start", npm_package_name: "convnet" }],
    ["node dist/cli/main.js", {}],
  ])("is %s where that was typed", (expected, env) => {
    expect(invocation(script, env)).toBe(expected);
  });

  it("is the bare name of an installed command", () => {
    expect(invocation("/usr/local/bin/convnet", {})).toBe("convnet");
  });

  it("quotes what a shell would take apart", () => {
    expect(quote("runs/mnist-1/a.png")).toBe("runs/mnist-1/a.png");
    expect(quote("my runs/it's.png")).toBe(`'my runs/it'\\''s.png'`);
  });
});
