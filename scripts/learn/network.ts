import {
  activate,
  addInput,
  createAcceptanceModel,
  hazardInput,
  leak,
  leastHazard,
  type Network,
  survivalCurve,
  thresholds,
} from "../../src/draft/acceptance-model.ts";

/** A candidate and how many of its tokens were right. Features are kept sparse: most are 0. */
export interface Example {
  readonly indices: Uint8Array;
  readonly values: Float32Array;
  readonly accepted: number;
  /** Whether its text ended there (then nothing is known past it). */
  readonly censored: boolean;
}

/** A token of a draft whose fate is known. */
export interface TokenExample {
  readonly at: number;
  readonly right: boolean;
  /** For how many tokens it stands. */
  readonly weight: number;
  readonly indices: Uint8Array;
  readonly values: Float32Array;
}

/** A draft and some of its tokens, the wrong one among them. */
export interface DraftExample extends Pick<Example, "indices" | "values"> {
  readonly tokens: readonly TokenExample[];
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

/** Forward and backward through the network that is learnt. */
interface Learner {
  /** The outputs for these features. */
  forward(indices: ArrayLike<number>, values: ArrayLike<number>): Float32Array;
  /** Adds the gradients for d loss / d output of the last `forward`. */
  backward(errors: Float32Array): void;
}

/** Adam (Kingma and Ba 2015) over mini-batches; `visit` shows the learner one example. */
function train(
  {
    inputs,
    hidden,
    epochs,
    seed,
    outputs,
    bias,
  }: TrainingOptions & Readonly<Record<"outputs" | "bias", number>>,
  count: number,
  visit: (example: number, learner: Learner) => void,
): Network {
  const random = lcg(seed);
  const network: Network = {
    inputs,
    hidden,
    w1: Float32Array.from({ length: inputs * hidden }, () => (random() - 0.5) / 2),
    b1: new Float32Array(hidden),
    w2: Float32Array.from({ length: hidden * outputs }, () => (random() - 0.5) / 2),
    b2: new Float32Array(outputs).fill(bias),
  };
  const { w1, b1, w2, b2 } = network;
  const arrays = [w1, b1, w2, b2];
  const [g1, gb1, g2, gb2] = arrays.map((array) => new Float32Array(array.length)) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const gradients = [g1, gb1, g2, gb2];
  const means = arrays.map((array) => new Float32Array(array.length));
  const squares = arrays.map((array) => new Float32Array(array.length));
  const units = new Float32Array(hidden);
  const unitGradients = new Float32Array(hidden);
  const result = new Float32Array(outputs);
  let shown: { indices: ArrayLike<number>; values: ArrayLike<number> };

  const learner: Learner = {
    forward(indices, values) {
      shown = { indices, values };
      units.set(b1);
      for (let n = 0; n < indices.length; n++) addInput(network, units, indices[n]!, values[n]!);
      for (let j = 0; j < hidden; j++) if (units[j]! < 0) units[j]! *= leak;
      result.set(b2);
      for (let j = 0, at = 0; j < hidden; j++) {
        for (let k = 0; k < outputs; k++) result[k]! += units[j]! * w2[at++]!;
      }
      return result;
    },
    backward(errors) {
      for (let k = 0; k < outputs; k++) gb2[k]! += errors[k]!;
      for (let j = 0, at = 0; j < hidden; j++) {
        let gradient = 0;
        for (let k = 0; k < outputs; k++, at++) {
          g2[at]! += errors[k]! * units[j]!;
          gradient += errors[k]! * w2[at]!;
        }
        unitGradients[j] = units[j]! < 0 ? gradient * leak : gradient;
        gb1[j]! += unitGradients[j]!;
      }
      const { indices, values } = shown;
      for (let n = 0; n < indices.length; n++) {
        const value = values[n]!;
        for (let j = 0, at = indices[n]! * hidden; j < hidden; j++, at++)
          g1[at]! += value * unitGradients[j]!;
      }
    },
  };

  const order = Uint32Array.from({ length: count }, (_, i) => i);
  const batch = 256;
  const steps = epochs * Math.ceil(count / batch);
  let step = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    shuffle(order, random);
    for (let from = 0; from < count; from += batch) {
      for (const gradient of gradients) gradient.fill(0);
      const to = Math.min(count, from + batch);
      for (let i = from; i < to; i++) visit(order[i]!, learner);
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

/** Minimises the log loss of the conditional acceptance at each threshold. */
export function trainNetwork(examples: readonly Example[], options: TrainingOptions): Network {
  const outputs = thresholds.length;
  const errors = new Float32Array(outputs);
  return train({ ...options, outputs, bias: 1.5 }, examples.length, (i, learner) => {
    const { indices, values, accepted, censored } = examples[i]!;
    const z = learner.forward(indices, values);
    errors.fill(0);
    for (let k = 0; k < outputs; k++) {
      const reached = accepted >= thresholds[k]!;
      if (!reached && censored) break;
      errors[k] = 1 / (1 + Math.exp(-z[k]!)) - Number(reached);
      if (!reached) break;
    }
    learner.backward(errors);
  });
}

/**
 * The risk network over tokens of these examples' drafts: minimises the log loss of each token's fate, its base
 * hazard being what the survival network says. Example i is token `at[i]` of draft `of[i]`.
 */
export function trainRisk(
  drafts: readonly DraftExample[],
  survival: Network,
  options: TrainingOptions,
): Network {
  const model = createAcceptanceModel(survival, false);
  const dense = new Float32Array(survival.inputs);
  const samples: { readonly token: TokenExample; readonly hazard: number }[] = [];
  for (const { indices, values, tokens } of drafts) {
    dense.fill(0);
    indices.forEach((input, n) => {
      dense[input] = values[n]!;
    });
    const curve = survivalCurve(model.predict(dense), (tokens.at(-1)?.at ?? -1) + 1);
    for (const token of tokens) {
      const before = token.at === 0 ? 1 : Math.max(1e-9, curve[token.at - 1]!);
      const hazard = Math.max(leastHazard, Math.log(before / Math.max(1e-9, curve[token.at]!)));
      samples.push({ token, hazard });
    }
  }
  const inputs: number[] = [];
  const values: number[] = [];
  const error = new Float32Array(1);
  return train({ ...options, outputs: 1, bias: 0 }, samples.length, (i, learner) => {
    const { token, hazard } = samples[i]!;
    inputs.length = 0;
    values.length = 0;
    inputs.push(...token.indices, options.inputs - 1);
    values.push(...token.values, hazardInput(hazard));
    const log = Math.log(hazard) + learner.forward(inputs, values)[0]!;
    const own = Math.exp(Math.min(4, Math.max(-14, log)));
    error[0] = token.weight * (token.right ? own : -own / Math.expm1(own));
    learner.backward(error);
  });
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
