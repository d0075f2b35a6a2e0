import type { RiskFeatures } from "./risk-features.ts";

/**
 * How many tokens of a copied candidate the target will accept, as a survival curve: a small network from the
 * candidate's features to P(accepted >= k | accepted >= the threshold before), learned from recorded edits by
 * training/acceptance.py. Its output biases go on learning while it is used.
 */

/** The k's. Between them the curve is geometric; past the last it continues at the same rate. */
export const thresholds = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 256] as const;

export interface Network {
  readonly inputs: number;
  readonly hidden: number;
  /** inputs x hidden, hidden, hidden x thresholds, thresholds. */
  readonly w1: Float32Array;
  readonly b1: Float32Array;
  readonly w2: Float32Array;
  readonly b2: Float32Array;
}

/** What is learnt: how long candidates hold by where they begin, and which of their tokens break them. */
export interface AcceptanceWeights {
  readonly survival: EncodedNetwork;
  readonly risk: EncodedNetwork;
}

/** A network as text: 16-bit integers in base64, each array with its scale. */
export interface EncodedNetwork {
  readonly inputs: number;
  readonly hidden: number;
  readonly arrays: readonly (readonly [scale: number, base64: string])[];
}

/** Decoded networks, by their text: the shipped one is used again and again. */
const decodedNetworks = new WeakMap<EncodedNetwork, Network>();

export function decodeNetwork(encoded: EncodedNetwork): Network {
  const known = decodedNetworks.get(encoded) ?? decodeArrays(encoded);
  decodedNetworks.set(encoded, known);
  return known;
}

function decodeArrays({ inputs, hidden, arrays }: EncodedNetwork): Network {
  const [w1, b1, w2, b2] = arrays.map(([scale, base64]) => {
    const bytes = Buffer.from(base64, "base64");
    return Float32Array.from(
      { length: bytes.length / 2 },
      (_, i) => bytes.readInt16LE(2 * i) * scale,
    );
  });
  return { inputs, hidden, w1: w1!, b1: b1!, w2: w2!, b2: b2! };
}

/** Slope of the hidden units below zero. */
export const leak = 0.05;

/** Adds the weights of one input to the hidden units. */
function addInput({ w1 }: Network, hidden: Float32Array, input: number, value: number): void {
  const size = hidden.length;
  for (let j = 0, at = input * size; j < size; j++, at++) hidden[j]! += value * w1[at]!;
}

/** Hidden units for these features, into `hidden`. */
function activate(network: Network, features: Float32Array, hidden: Float32Array): void {
  hidden.set(network.b1);
  for (let i = 0; i < features.length; i++) {
    if (features[i] !== 0) addInput(network, hidden, i, features[i]!);
  }
  for (let j = 0; j < hidden.length; j++) if (hidden[j]! < 0) hidden[j]! *= leak;
}

export interface AcceptanceModel {
  /** P(accepted >= thresholds[i] | accepted >= thresholds[i - 1]), per threshold. */
  predict(features: Float32Array): Float32Array;
  /**
   * Learns from a candidate whose fate is known: `accepted` tokens of it were right; `failed` false = they were
   * all that could be seen, so nothing is known past them.
   */
  learn(prediction: Float32Array, accepted: number, failed: boolean): void;
}

/** How fast the output biases follow what is observed, and how fast they fall back to what was learnt before. */
const learningRate = 0.02;
const shiftDecay = 0.999;

export function createAcceptanceModel(network: Network, online = true): AcceptanceModel {
  const hidden = new Float32Array(network.hidden);
  const shift = new Float32Array(thresholds.length);
  const { w2, b2 } = network;
  const outputs = thresholds.length;
  return {
    predict(features) {
      activate(network, features, hidden);
      const prediction = new Float32Array(outputs);
      for (let j = 0, at = 0; j < hidden.length; j++) {
        const unit = hidden[j]!;
        for (let k = 0; k < outputs; k++) prediction[k]! += unit * w2[at++]!;
      }
      for (let k = 0; k < outputs; k++) {
        prediction[k] = 1 / (1 + Math.exp(-prediction[k]! - b2[k]! - shift[k]!));
      }
      return prediction;
    },
    learn(prediction, accepted, failed) {
      if (!online) return;
      for (const [k, threshold] of thresholds.entries()) {
        const reached = accepted >= threshold;
        if (!reached && !failed) return;
        shift[k] = shift[k]! * shiftDecay + learningRate * (Number(reached) - prediction[k]!);
        if (!reached) return;
      }
    },
  };
}

/** P(accepted >= k) for k = 1 .. length, from the conditional probabilities at the thresholds. */
export function survivalCurve(prediction: Float32Array, length: number): number[] {
  const survival = new Array<number>(length);
  let reached = 0;
  let p = 1;
  let ratio = 1;
  for (let k = 0; k < thresholds.length && reached < length; k++) {
    const span = thresholds[k]! - reached;
    ratio = prediction[k]! ** (1 / span);
    for (let i = 0; i < span && reached < length; i++) {
      p *= ratio;
      survival[reached++] = p;
    }
  }
  while (reached < length) {
    p *= ratio;
    survival[reached++] = p;
  }
  return survival;
}

/** Bounds of a token's base hazard -ln P(right | all before right), and of the log of what multiplies it. */
export const leastHazard = 1e-6;
const riskBounds = [-6, 4] as const;

/** The base hazard as an input of the risk network, the last one: its log over `hazardScale`. */
export const hazardScale = 3;
const hazardInput = (hazard: number): number => Math.log(hazard) / hazardScale;

/**
 * The survival curve with each token's own risk: proportional hazards, so where the curve says s(k) / s(k - 1) = e^-h, the
 * token holds with e^(-h e^z f), z the risk network's output and f the frailty of what is being written.
 */
export function refineSurvival(
  survival: readonly number[],
  network: Network,
  { starts, indices, values }: RiskFeatures,
  frailty = 1,
): number[] {
  const hidden = new Float32Array(network.hidden);
  const { b1, w2, b2, inputs } = network;
  const refined = new Array<number>(survival.length);
  let before = 1;
  let p = 1;
  for (let k = 0; k < survival.length; k++) {
    const hazard = Math.max(leastHazard, Math.log(before / Math.max(1e-9, survival[k]!)));
    before = Math.max(1e-9, survival[k]!);
    hidden.set(b1);
    for (let i = starts[k]!; i < starts[k + 1]!; i++) {
      addInput(network, hidden, indices[i]!, values[i]!);
    }
    addInput(network, hidden, inputs - 1, hazardInput(hazard));
    let z = b2[0]!;
    for (let j = 0; j < hidden.length; j++) {
      const unit = hidden[j]!;
      z += (unit < 0 ? leak * unit : unit) * w2[j]!;
    }
    const own = hazard * Math.exp(Math.min(riskBounds[1], Math.max(riskBounds[0], z)));
    p *= Math.exp(-frailty * own);
    refined[k] = p;
  }
  return refined;
}

/** How much more often than foretold the drafts of one text break. */
export interface Frailty {
  readonly factor: number;
  /** A draft's survival curve at `factor`, how many of its tokens were right, and whether the next one was wrong. */
  observe(survival: readonly number[], accepted: number, failed: boolean): void;
}

/** Weight of the expectation that all is as foretold, in breaks, and of what was seen before each draft. */
const frailtyPrior = 1;
const frailtyDecay = 0.97;

/** The mean of the gamma distribution that is left of (prior, prior) after the breaks seen and the hazards lived through. */
export function createFrailty(): Frailty {
  let breaks = 0;
  let expected = 0;
  const factor = (): number => (frailtyPrior + breaks) / (frailtyPrior + expected);
  return {
    get factor() {
      return factor();
    },
    observe(survival, accepted, failed) {
      const lived = survival[Math.min(survival.length, accepted + Number(failed)) - 1];
      if (lived === undefined) return;
      expected = expected * frailtyDecay - Math.log(Math.max(1e-4, lived)) / factor();
      breaks = breaks * frailtyDecay + Number(failed);
    },
  };
}
