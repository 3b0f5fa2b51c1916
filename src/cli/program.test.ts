import { readFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createProgram, runCommandLine } from "./program.ts";

const written = { stdout: "", stderr: "" };

beforeEach(() => {
  for (const name of ["stdout", "stderr"] as const) {
    written[name] = "";
    vi.spyOn(process[name], "write").mockImplementation((text) => {
      written[name] += String(text);
      return true;
    });
  }
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe("the command line", () => {
  it.each([
    ["an unknown command", ["trian"], /unknown command 'trian'.*train/],
    ["an unknown option", ["train", "--epoch", "3"], /unknown option '--epoch'.*--epochs/],
    ["a number that is none", ["train", "--epochs", "many"], /--epochs.*'many'.*whole number ≥ 1/],
    ["a number that is too small", ["train", "--batch-size", "0"], /'0'.*whole number ≥ 1/],
    ["too many threads", ["train", "--threads", "65"], /'65'.*from 1 to 64/],
    ["a learning rate of 0", ["train", "--learning-rate", "0"], /'0'.*positive number/],
    ["a share of 1", ["train", "--validation-split", "1"], /'1'.*at least 0 and below 1/],
    ["an unknown optimizer", ["train", "--optimizer", "adm"], /'adm'.*Did you mean "adam"/],
    ["an unknown backend", ["evaluate", "m", "--backend", "wasn"], /'wasn'.*Did you mean "wasm"/],
    ["a missing argument", ["predict"], /missing required argument 'image'/],
    ["an argument too many", ["summary", "extra"], /too many arguments/],
  ])("answers %s with one line on stderr and exit code 2", async (_what, argv, message) => {
    expect(await runCommandLine(argv)).toBe(2);
    expect(written.stderr).toMatch(message);
    expect(written.stderr).toMatch(/^convnet: [^\n]+\n$/);
    expect(written.stdout).toBe("");
  });

  it("prints its help and exit code 2 if it is told nothing", async () => {
    expect(await runCommandLine([])).toBe(2);
    expect(written.stderr).toContain("Usage: convnet");
  });

  it("knows its version", async () => {
    expect(await runCommandLine(["--version"])).toBe(0);
    expect(written.stdout).toMatch(/^\d+\.\d+\.\d+\S*\n$/);
  });

  it("explains every command, with examples", async () => {
    for (const command of createProgram().commands) {
      written.stdout = "";
      expect(await runCommandLine([command.name(), "--help"])).toBe(0);
      expect(written.stdout).toContain(`Usage: convnet ${command.name()}`);
      expect(written.stdout).toContain(`$ convnet ${command.name()}`);
    }
  });

  it("is explained in docs/command-line.md as it explains itself", async () => {
    const page = await readFile(new URL("../../docs/command-line.md", import.meta.url), "utf8");
    for (const argv of [[], ...createProgram().commands.map((command) => [command.name()])]) {
      written.stdout = "";
      await runCommandLine([...argv, "--help"]);
      expect(page).toContain(written.stdout.trimEnd());
    }
  });

  it("shows where an error comes from only if asked", async () => {
    expect(await runCommandLine(["summary", "--model", "no-such.json"])).toBe(1);
    expect(written.stderr).toBe("convnet: no-such.json: expected a readable file, got no such file.\n");
    written.stderr = "";
    expect(await runCommandLine(["summary", "--model", "no-such.json", "--debug"])).toBe(1);
    expect(written.stderr).toMatch(/\n\s+at /);
  });

  it("prints the summary of the article's network", async () => {
    expect(await runCommandLine(["summary"])).toBe(0);
    expect(written.stdout).toContain("243,786");
  });
});
