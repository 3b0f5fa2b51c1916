import type { Program } from "../../compiler/program.ts";
import { type Segment, segmentGap, type WorkList } from "./engine-worker.ts";

/** The phases behind which the program may stop, in order; the last is its end. */
export function segmentEnds({ phases, derivePhases, updatePhase, hostPoints, buffers }: Program): number[] {
  const keepsDerived = buffers.some(({ location }) => location.kind === "derived");
  const ends = [updatePhase, phases.length, ...hostPoints.map(({ phase }) => phase + 1)];
  if (keepsDerived) ends.push(derivePhases);
  return [...new Set(ends)].filter((end) => end > 0).sort((a, b) => a - b);
}

/** Numbers the work of a program: parts of calls in the order of the phases, and a gap behind each segment. */
export function listWork(
  { phases, calls }: Program,
  ends: readonly number[],
): { segments: Segment[]; items: Omit<WorkList, "kernels" | "args"> } {
  const items = {
    calls: [] as number[],
    begins: [] as number[],
    ends: [] as number[],
    waits: [] as number[],
  };
  const segments: Segment[] = [];
  let phase = 0;
  for (const end of ends) {
    const first = items.calls.length;
    for (; phase < end; phase++) {
      const before = items.calls.length - first;
      for (const call of phases[phase]) {
        const { units, parts } = calls[call].split;
        for (let part = 0; part < parts; part++) {
          items.calls.push(call);
          items.begins.push(Math.floor((part * units) / parts));
          items.ends.push(Math.floor(((part + 1) * units) / parts));
          items.waits.push(before);
        }
      }
    }
    segments.push({ first, count: items.calls.length - first });
    for (let i = 0; i < segmentGap; i++) {
      items.calls.push(-1);
      for (const list of [items.begins, items.ends, items.waits]) list.push(0);
    }
  }
  return {
    segments,
    items: {
      calls: Int32Array.from(items.calls),
      begins: Int32Array.from(items.begins),
      ends: Int32Array.from(items.ends),
      waits: Int32Array.from(items.waits),
    },
  };
}
