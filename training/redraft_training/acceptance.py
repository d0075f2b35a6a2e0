"""The acceptance networks of src/draft/acceptance-model.ts: how long a copied draft holds, and which of its tokens break it."""

from __future__ import annotations

import base64
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F


@dataclass(frozen=True)
class Constants:
    """The first line of what scripts/describe-drafts.ts prints: what the TypeScript code and this one must agree on."""

    features: dict[str, list[str]]
    thresholds: list[int]
    leak: float
    leastHazard: float
    hazardScale: float
    folds: int


@dataclass
class Examples:
    """N candidates and M tokens of drafts; token rows point to the features of their draft."""

    candidates: np.ndarray  # (N, survival features), float32
    accepted: np.ndarray  # (N,), tokens of the candidate that were right
    censored: np.ndarray  # (N,), its text ended there
    candidate_fold: np.ndarray  # (N,)
    drafts: np.ndarray  # (D, survival features)
    tokens: np.ndarray  # (M, risk features without the base hazard)
    draft_of: np.ndarray  # (M,), row of `drafts`
    at: np.ndarray  # (M,), place in the draft, from 0
    right: np.ndarray  # (M,)
    weight: np.ndarray  # (M,), the number of tokens that this one represents
    token_fold: np.ndarray  # (M,)


def read_examples(path: Path) -> tuple[Constants, Examples]:
    """Reads what scripts/describe-drafts.ts printed."""
    with path.open() as file:
        constants = Constants(**json.loads(file.readline()))
        candidates, drafts, tokens = Rows(len(constants.features["survival"])), Rows(len(constants.features["survival"])), Rows(
            len(constants.features["risk"]) - 1)
        accepted, censored, candidate_fold = [], [], []
        draft_of, at, right, weight, token_fold = [], [], [], [], []
        for line in file:
            row = json.loads(line)
            if "tokens" not in row:
                candidates.add(row)
                accepted.append(row["accepted"])
                censored.append(row["censored"])
                candidate_fold.append(row["fold"])
                continue
            for token in row["tokens"]:
                tokens.add(token)
                draft_of.append(drafts.count)
                at.append(token["at"])
                right.append(token["right"])
                weight.append(token["weight"])
                token_fold.append(row["fold"])
            drafts.add(row)
    whole = [np.array(one, dtype=np.int64) for one in (accepted, candidate_fold, draft_of, at, token_fold)]
    return constants, Examples(candidates.dense(), whole[0], np.array(censored, dtype=bool), whole[1], drafts.dense(),
                               tokens.dense(), whole[2], whole[3], np.array(right, dtype=bool),
                               np.array(weight, dtype=np.float32), whole[4])


class Rows:
    """Sparse rows, gathered one by one and made dense at once."""

    def __init__(self, width: int) -> None:
        self.width, self.count = width, 0
        self.rows: list[np.ndarray] = []
        self.columns: list[np.ndarray] = []
        self.values: list[np.ndarray] = []

    def add(self, row: dict[str, Any]) -> None:
        columns = np.array(row["indices"], dtype=np.uint8)
        self.rows.append(np.full(len(columns), self.count, dtype=np.int32))
        self.columns.append(columns)
        self.values.append(np.array(row["values"], dtype=np.float32))
        self.count += 1

    def dense(self) -> np.ndarray:
        found = np.zeros((self.count, self.width), dtype=np.float32)
        if self.count > 0:
            found[np.concatenate(self.rows), np.concatenate(self.columns)] = np.concatenate(self.values)
        return found


class AcceptanceNetwork(nn.Module):
    """One hidden layer of leaky rectifiers.

    Args:
        inputs: Features.
        hidden: Hidden units.
        outputs: Thresholds, or 1 for the risk network.
        leak: Slope below zero.
        bias: Of every output, at the start.
    """

    def __init__(self, inputs: int, hidden: int, outputs: int, leak: float, bias: float) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(inputs, hidden), nn.Linear(hidden, outputs)
        self.leak = leak
        for layer, start in ((self.first, 0.0), (self.second, bias)):
            nn.init.uniform_(layer.weight, -0.25, 0.25)
            nn.init.constant_(layer.bias, start)

    def forward(self, features: Tensor) -> Tensor:
        """(rows, inputs) -> (rows, outputs), before the sigmoid."""
        return self.second(F.leaky_relu(self.first(features), self.leak))


def encoded(network: AcceptanceNetwork) -> dict[str, Any]:
    """As `EncodedNetwork`: inputs x hidden, hidden, hidden x outputs and outputs weights, 16-bit integers in base64, each with its scale."""
    arrays = [network.first.weight.T, network.first.bias, network.second.weight.T, network.second.bias]
    return {"inputs": network.first.in_features, "hidden": network.first.out_features,
            "arrays": [encoded_array(array.detach().numpy()) for array in arrays]}


def encoded_array(values: np.ndarray) -> list[Any]:
    scale = max(1e-6, float(np.abs(values).max())) / 32767
    integers = np.floor(values.astype(np.float64) / scale + 0.5).astype("<i2")
    return [scale, base64.b64encode(integers.tobytes()).decode()]


def survival_targets(accepted: Tensor, censored: Tensor, thresholds: Tensor) -> tuple[Tensor, Tensor]:
    """Per row and threshold k: whether k was reached, and whether that is known, given that the threshold before was."""
    reached = accepted[:, None] >= thresholds
    before = torch.cat([torch.ones_like(reached[:, :1]), reached[:, :-1]], 1)
    return reached.float(), before & (reached | ~censored[:, None])


def survival_loss(outputs: Tensor, reached: Tensor, known: Tensor) -> Tensor:
    """Log loss of the conditional acceptance at each threshold, summed over thresholds; mean over rows."""
    return (F.binary_cross_entropy_with_logits(outputs, reached, reduction="none") * known).sum(1).mean()


def base_hazards(conditional: Tensor, at: Tensor, constants: Constants) -> Tensor:
    """-ln P(token `at` right | all before right), (rows,), from P(accepted >= threshold | the one before), (rows, thresholds).

    Between two thresholds the curve is geometric, and past the last it goes on as before it (`survivalCurve`).
    """
    ends = torch.tensor(constants.thresholds, dtype=torch.float64)
    starts = torch.cat([torch.zeros(1, dtype=torch.float64), ends[:-1]])
    slopes = conditional.double().clamp_min(1e-300).log() / (ends - starts)
    last = slopes[:, -1]

    def log_survival(length: Tensor) -> Tensor:
        inside = (length[:, None] - starts).clamp_min(0).minimum(ends - starts)
        beyond = (length - ends[-1]).clamp_min(0)
        return ((inside * slopes).sum(1) + beyond * last).clamp_min(math.log(1e-9))

    return (log_survival(at.double()) - log_survival(at.double() + 1)).clamp_min(constants.leastHazard)


def risk_loss(outputs: Tensor, hazards: Tensor, right: Tensor, weight: Tensor) -> Tensor:
    """Log loss of each token's fate under proportional hazards, weighted; mean over rows. The bound of the log hazard lets gradients pass."""
    log = hazards.log() + outputs
    own = (log + (log.clamp(-14, 4) - log).detach()).exp()
    return (weight * torch.where(right, own, -torch.log(-torch.expm1(-own)))).mean()


def fit(network: AcceptanceNetwork, rows: int, loss_of: Any, config: dict[str, Any], seed: int) -> None:
    """Adam over mini-batches; the learning rate falls linearly. `loss_of(indices)` is the loss of a batch of rows."""
    optimizer = torch.optim.Adam(network.parameters(), lr=config["learning_rate"], weight_decay=config["weight_decay"])
    steps = config["epochs"] * math.ceil(rows / config["batch"])
    fall = (1 - config["last_rate"]) / max(1, steps)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1 - fall * (step + 1))
    generator = torch.Generator().manual_seed(seed)
    for _ in range(config["epochs"]):
        for batch in torch.randperm(rows, generator=generator).split(config["batch"]):
            optimizer.zero_grad()
            loss_of(batch).backward()
            optimizer.step()
            schedule.step()


def fit_survival(examples: Examples, chosen: np.ndarray, constants: Constants, config: dict[str, Any], seed: int) -> AcceptanceNetwork:
    """The network from a candidate's features to its survival curve, from the chosen candidates (a mask)."""
    torch.manual_seed(seed)
    features = torch.from_numpy(examples.candidates[chosen])
    thresholds = torch.tensor(constants.thresholds)
    reached, known = survival_targets(torch.from_numpy(examples.accepted[chosen]), torch.from_numpy(examples.censored[chosen]), thresholds)
    network = AcceptanceNetwork(features.shape[1], config["hidden"], len(thresholds), constants.leak, 1.5)
    fit(network, len(features), lambda batch: survival_loss(network(features[batch]), reached[batch], known[batch]), config, seed)
    return network


def fit_risk(examples: Examples, chosen: np.ndarray, survival: AcceptanceNetwork, constants: Constants, config: dict[str, Any],
             seed: int) -> AcceptanceNetwork:
    """The network from a drafted token's features and base hazard to the log of what multiplies that hazard."""
    torch.manual_seed(seed)
    with torch.no_grad():
        conditional = survival(torch.from_numpy(examples.drafts)).sigmoid()
    draft_of = torch.from_numpy(examples.draft_of[chosen])
    hazards = base_hazards(conditional[draft_of], torch.from_numpy(examples.at[chosen]), constants).float()
    own = (hazards.log() / constants.hazardScale)[:, None]
    features = torch.cat([torch.from_numpy(examples.tokens[chosen]), own], 1)
    right, weight = torch.from_numpy(examples.right[chosen]), torch.from_numpy(examples.weight[chosen])
    network = AcceptanceNetwork(features.shape[1], config["risk_hidden"], 1, constants.leak, 0.0)
    fit(network, len(features), lambda batch: risk_loss(network(features[batch])[:, 0], hazards[batch], right[batch], weight[batch]),
        config, seed)
    return network


def first_token_loss(network: AcceptanceNetwork, examples: Examples, chosen: np.ndarray) -> float:
    """Mean log loss of whether the first token of a candidate is right."""
    with torch.no_grad():
        outputs = network(torch.from_numpy(examples.candidates[chosen]))[:, 0]
    return float(F.binary_cross_entropy_with_logits(outputs, torch.from_numpy(examples.accepted[chosen] >= 1).float()))
