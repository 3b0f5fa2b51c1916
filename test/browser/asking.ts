/** Asking a saved model, as Node and pages do alike. */
import { disposeBackends, loadModel } from "convnet/predict";

/** The bits of what a model says about samples of noise, together and one alone. */
export async function ask(
  bytes: readonly number[],
  samples: number,
): Promise<{ all: number[]; one: number[] }> {
  const model = await loadModel(Uint8Array.from(bytes));
  const size = model.inputShape.reduce((product, length) => product * length, 1);
  const x = Uint8Array.from({ length: samples * size }, (_, i) => (Math.imul(i, 2654435761) >>> 24) & 255);
  const bits = ({ data }: { data: Float32Array }) => [...new Int32Array(data.slice().buffer)];
  const all = bits(await model.predict(x));
  const one = bits(await model.predict(x.subarray(0, size)));
  await disposeBackends();
  return { all, one };
}
