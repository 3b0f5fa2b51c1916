/**
 * The article's network once more, written independently of the package: plain loops in float64 over one image at a
 * time. Forward, loss and all gradients.
 */
export interface NetworkWeights {
  /** Kernel and bias of the two convolutions and the two dense layers, row-major. */
  readonly arrays: readonly Float64Array[];
}

interface Map3 {
  readonly size: number;
  readonly channels: number;
  readonly data: Float64Array;
}

const filters = 64;

const at = (map: Map3, y: number, x: number, c: number): number => (y * map.size + x) * map.channels + c;

function zeros(size: number, channels: number): Map3 {
  return { size, channels, data: new Float64Array(size * size * channels) };
}

/** 3 × 3 convolution without padding, bias and ReLU. */
function convolve(input: Map3, kernel: Float64Array, bias: Float64Array): Map3 {
  const output = zeros(input.size - 2, filters);
  for (let y = 0; y < output.size; y++) {
    for (let x = 0; x < output.size; x++) {
      for (let o = 0; o < filters; o++) {
        let sum = bias[o];
        for (let i = 0; i < 3; i++) {
          for (let j = 0; j < 3; j++) {
            for (let c = 0; c < input.channels; c++) {
              sum +=
                input.data[at(input, y + i, x + j, c)] *
                kernel[((i * 3 + j) * input.channels + c) * filters + o];
            }
          }
        }
        output.data[at(output, y, x, o)] = Math.max(0, sum);
      }
    }
  }
  return output;
}

interface Pooled {
  readonly map: Map3;
  /** Index in the input that each number came from. */
  readonly from: Int32Array;
}

function pool(input: Map3): Pooled {
  const map = zeros(Math.floor(input.size / 2), filters);
  const from = new Int32Array(map.data.length);
  for (let y = 0; y < map.size; y++) {
    for (let x = 0; x < map.size; x++) {
      for (let c = 0; c < filters; c++) {
        let best = at(input, 2 * y, 2 * x, c);
        for (const [i, j] of [
          [0, 1],
          [1, 0],
          [1, 1],
        ]) {
          const candidate = at(input, 2 * y + i, 2 * x + j, c);
          if (input.data[candidate] > input.data[best]) best = candidate;
        }
        map.data[at(map, y, x, c)] = input.data[best];
        from[at(map, y, x, c)] = best;
      }
    }
  }
  return { map, from };
}

/** Gradient of the sums before ReLU, from the gradient of the pooled map. */
function unpool(convolved: Map3, { from }: Pooled, gradient: Float64Array): Map3 {
  const result = zeros(convolved.size, filters);
  for (const [i, index] of from.entries()) if (convolved.data[index] > 0) result.data[index] += gradient[i];
  return result;
}

/** Adds a convolution's kernel and bias gradients; returns the input's gradient. */
function convolveBack(
  input: Map3,
  kernel: Float64Array,
  gradient: Map3,
  kernelGradient: Float64Array,
  biasGradient: Float64Array,
): Float64Array {
  const inputGradient = new Float64Array(input.data.length);
  for (let y = 0; y < gradient.size; y++) {
    for (let x = 0; x < gradient.size; x++) {
      for (let o = 0; o < filters; o++) {
        const g = gradient.data[at(gradient, y, x, o)];
        if (g === 0) continue;
        biasGradient[o] += g;
        for (let i = 0; i < 3; i++) {
          for (let j = 0; j < 3; j++) {
            for (let c = 0; c < input.channels; c++) {
              const k = ((i * 3 + j) * input.channels + c) * filters + o;
              const index = at(input, y + i, x + j, c);
              kernelGradient[k] += g * input.data[index];
              inputGradient[index] += g * kernel[k];
            }
          }
        }
      }
    }
  }
  return inputGradient;
}

function dense(input: Float64Array, kernel: Float64Array, bias: Float64Array): Float64Array {
  return bias.map((b, o) => input.reduce((sum, x, i) => sum + x * kernel[i * bias.length + o], b));
}

function denseBack(
  input: Float64Array,
  kernel: Float64Array,
  gradient: Float64Array,
  kernelGradient: Float64Array,
  biasGradient: Float64Array,
): Float64Array {
  for (const [o, g] of gradient.entries()) biasGradient[o] += g;
  return input.map((x, i) => {
    let sum = 0;
    for (const [o, g] of gradient.entries()) {
      kernelGradient[i * gradient.length + o] += g * x;
      sum += g * kernel[i * gradient.length + o];
    }
    return sum;
  });
}

/** Mean loss over the images and its gradients with respect to the eight arrays. */
export function lossAndGradients(
  { arrays }: NetworkWeights,
  images: readonly Float64Array[],
  labels: readonly number[],
): { loss: number; gradients: Float64Array[] } {
  const [w1, b1, w2, b2, w3, b3, w4, b4] = arrays;
  const gradients = arrays.map((array) => new Float64Array(array.length));
  const [g1, h1, g2, h2, g3, h3, g4, h4] = gradients;
  let loss = 0;
  for (const [n, image] of images.entries()) {
    const input = { size: 28, channels: 1, data: image };
    const map1 = convolve(input, w1, b1);
    const pool1 = pool(map1);
    const map2 = convolve(pool1.map, w2, b2);
    const pool2 = pool(map2);
    const units = dense(pool2.map.data, w3, b3).map((x) => Math.max(0, x));
    const logits = dense(units, w4, b4);
    const most = Math.max(...logits);
    const powers = logits.map((x) => Math.exp(x - most));
    const sum = powers.reduce((a, b) => a + b);
    loss += Math.log(sum) - (logits[labels[n]] - most);
    const logitGradient = powers.map((power, k) => (power / sum - (k === labels[n] ? 1 : 0)) / images.length);
    const unitGradient = denseBack(units, w4, logitGradient, g4, h4).map((g, i) => (units[i] > 0 ? g : 0));
    const pool2Gradient = denseBack(pool2.map.data, w3, unitGradient, g3, h3);
    const pool1Gradient = convolveBack(pool1.map, w2, unpool(map2, pool2, pool2Gradient), g2, h2);
    convolveBack(input, w1, unpool(map1, pool1, pool1Gradient), g1, h1);
  }
  return { loss: loss / images.length, gradients };
}
