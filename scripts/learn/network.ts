import { activate, leak, type Network, thresholds } from "../../src/draft/acceptance-model.ts";

/** A candidate and how many of its tokens were right. Features are kept sparse: most are 0. */
export interface Example {
  readonly indices: Uint8Array;
  readonly values: Float32Array;
  readonly accepted: number;
  /** Whether its text ended there (then nothing is known past it). */
  readonly censored: boolean;
}

export interface TrainingOptions {
  readonly inputs: number;
  readonly hidden: number;
  readonly epochs: number;
  readonly seed: number;
}

export function sparse(features: Float32Array): Pick<Example, "indices" | "values"> {
  const indices: number[] = [];
  features.forEach((value, i) => {
    if (value !== 0) indices.push(i);
  });
  return {
    indices: Uint8Array.from(indices),
    values: Float32Array.from(indices, (i) => features[i]!),
  };
}

/** Minimises the log loss of the conditional acceptance at each threshold, with Adam (Kingma and Ba 2015). */
export function trainNetwork(examples: readonly Example[], options: TrainingOptions): Network {
  const { inputs, hidden, epochs, seed } = options;
  const outputs = thresholds.length;
  const random = lcg(seed);
  const network: Network = {
    inputs,
    hidden,
    w1: Float32Array.from({ length: inputs * hidden }, () => (random() - 0.5) / 2),
    b1: new Float32Array(hidden),
    w2: Float32Array.from({ length: hidden * outputs }, () => (random() - 0.5) / 2),
    b2: new Float32Array(outputs).fill(1.5),
  };
  const arrays = [network.w1, network.b1, network.w2, network.b2];
  const gradients = arrays.map((array) => new Float32Array(array.length));
  const means = arrays.map((array) => new Float32Array(array.length));
  const squares = arrays.map((array) => new Float32Array(array.length));
  const units = new Float32Array(hidden);
  const unitGradients = new Float32Array(hidden);
  const order = Uint32Array.from(examples.keys());
  const batch = 256;
  const steps = epochs * Math.ceil(examples.length / batch);
  let step = 0;

  function backpropagate(example: Example): void {
    const { w1, b1, w2, b2 } = network;
    const [g1, gb1, g2, gb2] = gradients as [
      Float32Array,
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    units.set(b1);
    example.indices.forEach((input, n) => {
      const value = example.values[n]!;
      for (let j = 0, at = input * hidden; j < hidden; j++, at++) units[j]! += value * w1[at]!;
    });
    for (let j = 0; j < hidden; j++) if (units[j]! < 0) units[j]! *= leak;
    unitGradients.fill(0);
    for (let k = 0; k < outputs; k++) {
      const reached = example.accepted >= thresholds[k]!;
      if (!reached && example.censored) break;
      let z = b2[k]!;
      for (let j = 0; j < hidden; j++) z += units[j]! * w2[j * outputs + k]!;
      const error = 1 / (1 + Math.exp(-z)) - Number(reached);
      gb2[k]! += error;
      for (let j = 0; j < hidden; j++) {
        g2[j * outputs + k]! += error * units[j]!;
        unitGradients[j]! += error * w2[j * outputs + k]!;
      }
      if (!reached) break;
    }
    for (let j = 0; j < hidden; j++) {
      if (units[j]! < 0) unitGradients[j]! *= leak;
      gb1[j]! += unitGradients[j]!;
    }
    example.indices.forEach((input, n) => {
      const value = example.values[n]!;
      for (let j = 0, at = input * hidden; j < hidden; j++, at++)
        g1[at]! += value * unitGradients[j]!;
    });
  }

  for (let epoch = 0; epoch < epochs; epoch++) {
    shuffle(order, random);
    for (let from = 0; from < order.length; from += batch) {
      for (const gradient of gradients) gradient.fill(0);
      const to = Math.min(order.length, from + batch);
      for (let i = from; i < to; i++) backpropagate(examples[order[i]!]!);
      step++;
      const rate = 0.004 * (1 - (0.95 * step) / steps);
      const correction = Math.sqrt(1 - 0.999 ** step) / (1 - 0.9 ** step);
      arrays.forEach((array, a) => {
        const [gradient, mean, square] = [gradients[a]!, means[a]!, squares[a]!];
        for (let i = 0; i < array.length; i++) {
          const g = gradient[i]! / (to - from) + 1e-5 * array[i]!;
          mean[i] = 0.9 * mean[i]! + 0.1 * g;
          square[i] = 0.999 * square[i]! + 0.001 * g * g;
          array[i]! -= (rate * correction * mean[i]!) / (Math.sqrt(square[i]!) + 1e-8);
        }
      });
    }
  }
  return network;
}

/** Mean log loss of the first threshold: whether the first token is right. */
export function firstTokenLoss(network: Network, examples: readonly Example[]): number {
  const units = new Float32Array(network.hidden);
  const dense = new Float32Array(network.inputs);
  let loss = 0;
  for (const { indices, values, accepted } of examples) {
    dense.fill(0);
    indices.forEach((input, n) => {
      dense[input] = values[n]!;
    });
    activate(network, dense, units);
    let z = network.b2[0]!;
    for (let j = 0; j < network.hidden; j++) z += units[j]! * network.w2[j * thresholds.length]!;
    loss += Math.log1p(Math.exp(accepted >= 1 ? -z : z));
  }
  return loss / examples.length;
}

function shuffle(order: Uint32Array, random: () => number): void {
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    const other = order[j]!;
    order[j] = order[i]!;
    order[i] = other;
  }
}

/** Uniform in [0, 1). */
export function lcg(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 8) / 2 ** 24;
  };
}
