import { formatShape } from "../core/shape.ts";
import type { CallPlan, Program } from "./program.ts";

const million = 1e6;

function formatNumber(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** Lines up columns: texts left, numbers (the last `numbers` columns) right. */
function columns(rows: readonly (readonly string[])[], numbers: number): string[] {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  return rows.map((row) =>
    row
      .map((cell, i) => (i >= row.length - numbers ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
      .join("  ")
      .trimEnd(),
  );
}

function shapesOf({ inputs, outputs }: CallPlan): string {
  const shapes = (operands: CallPlan["inputs"]) => operands.map(({ shape }) => formatShape(shape)).join(" ");
  return `${shapes(inputs)} → ${shapes(outputs)}`;
}

/** A program as text, phase after phase: what runs, how, on what shapes, and what it costs. */
export function explainProgram(program: Program, title: string): string {
  const { calls, phases, derivePhases, updatePhase, scratchBytes } = program;
  const flops = calls.reduce((sum, call) => sum + call.flops, 0);
  const header = ["phase", "layer", "call", "method", "parts", "shapes", "MFLOP", "kB"];
  const rows = phases.flatMap((numbers, phase) =>
    numbers.map((number, i) => {
      const call = calls[number];
      return [
        i === 0 ? String(phase) : "",
        call.scope,
        call.kernel,
        call.split.algorithm,
        String(call.split.parts),
        shapesOf(call),
        call.flops === 0 ? "" : formatNumber(call.flops / million),
        formatNumber(call.byteLength / 1000),
      ];
    }),
  );
  const notes = [
    `${title} · ${calls.length} calls in ${phases.length} phases · scratch ${formatNumber(scratchBytes / million)} MB · ${formatNumber(flops / million)} MFLOP`,
    derivePhases > 0 ? `phases below ${derivePhases} prepare forms of the weights` : "",
    updatePhase < phases.length ? `phases from ${updatePhase} on update states, if the loss is finite` : "",
  ];
  return [...notes.filter((note) => note !== ""), ...columns([header, ...rows], 2)].join("\n");
}
