"""Ranking: regions with the candidates of the merge, trained so that the right one is the likeliest."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from redraft_training.model import ApplyModel, Span


class Rankings:
    """Groups of one prompt and its candidates (tokens), drawn at random; from `rank*.jsonl` of the examples folder."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.groups = [json.loads(line) for file in sorted(folder.glob("rank*.jsonl")) for line in file.open()]
        self.random = np.random.default_rng(seed)

    def draw(self, tokens: int) -> list[dict]:
        """Groups of at least so many tokens together."""
        chosen: list[dict] = []
        total = 0
        while total < tokens:
            chosen.append(self.groups[int(self.random.integers(len(self.groups)))])
            total += len(chosen[-1]["prompt"]) + sum(map(len, chosen[-1]["candidates"]))
        return chosen


def packed_groups(groups: list[dict]) -> tuple[Tensor, list[Span], Tensor, Tensor, list[list[int]]]:
    """tokens, spans, rows that predict the candidates' tokens, these tokens, and per group the candidates' lengths.

    The last token of the prompt opens every candidate, so that its first token is predicted inside its own span.
    """
    tokens: list[int] = []
    spans: list[Span] = []
    rows: list[int] = []
    targets: list[int] = []
    sizes: list[list[int]] = []
    for group in groups:
        *shared, last = group["prompt"]
        tokens += shared
        spans.append((len(shared), *(len(candidate) for candidate in group["candidates"])))
        for candidate in group["candidates"]:
            rows += range(len(tokens), len(tokens) + len(candidate))
            tokens += [last, *candidate[:-1]]
            targets += candidate
        sizes.append([len(candidate) for candidate in group["candidates"]])
    return torch.tensor(tokens), spans, torch.tensor(rows), torch.tensor(targets), sizes


def candidate_scores(model: ApplyModel, groups: list[dict], device: str) -> list[Tensor]:
    """Log-likelihood of every candidate, per group."""
    tokens, spans, rows, targets, sizes = packed_groups(groups)
    logits = model(tokens.to(device), spans, rows.to(device)).float()
    losses = F.cross_entropy(logits, targets.to(device), reduction="none")
    found, at = [], 0
    for group in sizes:
        scores = []
        for size in group:
            scores.append(-losses[at:at + size].sum())
            at += size
        found.append(torch.stack(scores))
    return found


def ranking_loss(model: ApplyModel, groups: list[dict], device: str, weight: float = 1.0) -> tuple[Tensor, float]:
    """`weight` times the cross-entropy of the right candidate among its rivals, plus that of writing it; and the share ranked
    right. The first is of whole sums of log-likelihoods: with full weight it drowns what writing needs."""
    scores = candidate_scores(model, groups, device)
    choice = torch.stack([F.cross_entropy(score[None], torch.tensor([group["right"]], device=device))
                          for score, group in zip(scores, groups, strict=True)]).mean()
    right = [score[group["right"]] for score, group in zip(scores, groups, strict=True)]
    written = -torch.stack(right).sum() / sum(len(group["candidates"][group["right"]]) for group in groups)
    hits = sum(int(score.argmax()) == group["right"] for score, group in zip(scores, groups, strict=True))
    return weight * choice + written, hits / len(groups)
