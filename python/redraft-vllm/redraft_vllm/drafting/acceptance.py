"""How many tokens of a copy the target will accept, as a survival curve.

A small network maps a candidate's features to P(accepted >= k | accepted >= the threshold before); a second one gives
each token's own risk as proportional hazards. Both are fitted to recorded edits (`training/acceptance.py`).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from math import log

import numpy as np

from redraft_vllm.drafting.compiled import compiled
from redraft_vllm.drafting.copy_features import COPY_FEATURE_NAMES
from redraft_vllm.drafting.risk_features import RISK_FEATURE_NAMES

#: The k's. Between them the curve is geometric; past the last it continues at the same rate.
THRESHOLDS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 256)
_THRESHOLDS = np.array(THRESHOLDS)
_SPANS = np.diff(np.array((0, *THRESHOLDS)))

#: Slope of the hidden units below zero.
LEAK = 0.05
#: Least base hazard -ln P(right | all before right), bounds of the log of its factor, and its scale as an input.
LEAST_HAZARD = 1e-6
RISK_BOUNDS = (-6, 4)
HAZARD_SCALE = 3
#: How fast the output biases follow what is observed, and how fast they fall back to what was learnt before.
LEARNING_RATE = 0.02
SHIFT_DECAY = 0.999


@dataclass(frozen=True, slots=True)
class Network:
    """float32: w1 (inputs, hidden), b1 (hidden), w2 (hidden, outputs), b2 (outputs)."""

    w1: np.ndarray
    b1: np.ndarray
    w2: np.ndarray
    b2: np.ndarray

    def __call__(self, features: np.ndarray) -> np.ndarray:
        """Returns the outputs, (rows, outputs), of features of shape (rows, inputs)."""
        hidden = features @ self.w1 + self.b1
        return np.where(hidden < 0, hidden * np.float32(LEAK), hidden) @ self.w2 + self.b2


@dataclass(frozen=True, slots=True)
class AcceptanceWeights:
    survival: Network
    risk: Network


class UnusableWeights(ValueError):
    """The file of weights is damaged or was fitted to other features."""


@cache
def load_weights() -> AcceptanceWeights:
    """Returns the shipped weights. Raises `UnusableWeights` where they do not fit this code."""
    return read_weights((resources.files("redraft_vllm") / "data/acceptance.json").read_text("utf-8"))


def read_weights(text: str) -> AcceptanceWeights:
    asset = json.loads(text)
    wanted = {"survival": COPY_FEATURE_NAMES, "risk": [*RISK_FEATURE_NAMES, "logHazard"]}
    if asset.get("name") != "acceptance" or asset.get("version") != 1:
        raise UnusableWeights(f"the weights are {asset.get('name')} {asset.get('version')}, not acceptance 1")
    for model, names in wanted.items():
        if asset["features"].get(model) != names:
            raise UnusableWeights(f"the network {model} was fitted to other features; install the package again")
    return AcceptanceWeights(*(_decode(asset["payload"][model]) for model in ("survival", "risk")))


def _decode(encoded: dict) -> Network:
    arrays = [
        np.frombuffer(base64.b64decode(text), dtype="<i2").astype(np.float64) * scale
        for scale, text in encoded["arrays"]
    ]
    w1, b1, w2, b2 = (array.astype(np.float32) for array in arrays)
    inputs, hidden = encoded["inputs"], encoded["hidden"]
    if w1.size != inputs * hidden or w2.size % hidden:
        raise UnusableWeights("the arrays of the weights have the wrong sizes; install the package again")
    return Network(w1.reshape(inputs, hidden), b1, w2.reshape(hidden, -1), b2)


class AcceptanceModel:
    """The first network, whose output biases follow what is observed. One per request: nothing crosses over."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._shift = np.zeros(len(THRESHOLDS), dtype=np.float32)

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Returns P(accepted >= THRESHOLDS[i] | accepted >= THRESHOLDS[i - 1]), float32 (rows, thresholds)."""
        return 1 / (1 + np.exp(-self._network(features) - self._shift))

    def learn(self, predictions: np.ndarray, accepted: Sequence[int], written: int) -> None:
        """Learns from candidates of which `accepted[i]` of the `written` tokens were right.

        Where all were, nothing is known past them.
        """
        _learn(self._shift, predictions, np.array(accepted, dtype=np.int32), written)


@compiled
def _learn(shift, predictions, accepted, written):  # type: ignore[no-untyped-def]
    for i in range(len(accepted)):
        for k in range(len(shift)):
            reached = accepted[i] >= _THRESHOLDS[k]
            if not reached and accepted[i] == written:
                break
            seen = 1.0 if reached else 0.0
            shift[k] = shift[k] * SHIFT_DECAY + LEARNING_RATE * (seen - predictions[i, k])
            if not reached:
                break


def survival_curve(prediction: np.ndarray, length: int) -> np.ndarray:
    """Returns P(accepted >= k) for k = 1 .. length, float64, from the conditional probabilities at the thresholds."""
    ratios = np.repeat(prediction.astype(np.float64) ** (1 / _SPANS), _SPANS)[:length]
    if length > len(ratios):
        ratios = np.concatenate((ratios, np.full(length - len(ratios), ratios[-1])))
    return np.cumprod(ratios)


def refine_survival(survival: np.ndarray, network: Network, features: np.ndarray, frailty: float) -> np.ndarray:
    """Returns the survival curve with each token's own risk.

    Where the curve says s(k) / s(k - 1) = e^-h, the token holds with e^(-h e^z f), z the risk network's output and f
    the frailty of what is being written (proportional hazards).
    """
    held = np.maximum(1e-9, survival)
    before = np.concatenate(([1.0], held[:-1]))
    hazard = np.maximum(LEAST_HAZARD, np.log(before / held))
    inputs = np.concatenate((features, (np.log(hazard) / HAZARD_SCALE)[:, None].astype(np.float32)), axis=1)
    z = network(inputs)[:, 0].astype(np.float64)
    return np.cumprod(np.exp(-frailty * hazard * np.exp(np.clip(z, *RISK_BOUNDS))))


class Frailty:
    """How much more often than predicted the drafts of one text break.

    The mean of the gamma posterior of (prior, prior) after the breaks seen and the hazards survived.
    """

    PRIOR = 1.0
    DECAY = 0.97

    def __init__(self) -> None:
        self._breaks = 0.0
        self._expected = 0.0

    @property
    def factor(self) -> float:
        return (self.PRIOR + self._breaks) / (self.PRIOR + self._expected)

    def observe(self, survival: np.ndarray, accepted: int, failed: bool) -> None:
        """`survival` is a draft's curve at `factor`; `failed` = the token after the accepted ones was wrong."""
        last = min(len(survival), accepted + int(failed)) - 1
        if last < 0:
            return
        self._expected = self._expected * self.DECAY - log(max(1e-4, float(survival[last]))) / self.factor
        self._breaks = self._breaks * self.DECAY + int(failed)


def near_values(predictions: np.ndarray) -> np.ndarray:
    """Returns the expected numbers of right tokens up to the 64th, (rows,); those past the 16th count a quarter."""
    count = THRESHOLDS.index(64) + 1
    held = np.cumprod(predictions[:, :count].astype(np.float64), axis=1)
    before = np.concatenate((np.ones((len(held), 1)), held[:, :-1]), axis=1)
    spans = _SPANS[:count]
    mean = np.where(spans == 1, held, (before + held) / 2)
    weights = spans * np.where(np.array(THRESHOLDS[:count]) <= 16, 1, 0.25)
    return mean @ weights
