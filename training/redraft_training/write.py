"""Greedy writing in Python: for labels and for checks, not for the product."""

from __future__ import annotations

import torch

from redraft_training.model import ApplyModel
from redraft_training.vocabulary import END


@torch.no_grad()
def write_greedily(model: ApplyModel, prompt: list[int], most: int, chunk: int = 64) -> list[int]:
    """What the model writes after the prompt, the end token included; cut at `most` tokens.

    Without a KV cache: each round drafts the next tokens by copying what followed the last two tokens earlier in the
    sequence, and keeps what the model agrees with, so a region costs tens of passes instead of hundreds.
    """
    sequence = list(prompt)
    while len(sequence) - len(prompt) < most:
        draft = copied_continuation(sequence, chunk)
        tokens = torch.tensor(sequence + draft)
        rows = torch.arange(len(sequence) - 1, len(tokens))
        answer = model(tokens, [len(tokens)], rows).argmax(-1).tolist()
        kept = 0
        while kept < len(draft) and draft[kept] == answer[kept]:
            kept += 1
        new = answer[:kept + 1]
        if END in new:
            return sequence[len(prompt):] + new[:new.index(END) + 1]
        sequence += new
    return sequence[len(prompt):len(prompt) + most]


def copied_continuation(sequence: list[int], most: int) -> list[int]:
    """What followed the latest earlier place with the same last two tokens."""
    if len(sequence) < 3:
        return []
    last = sequence[-2:]
    for at in range(len(sequence) - 3, 0, -1):
        if sequence[at - 1:at + 1] == last:
            return sequence[at + 1:at + 1 + most]
    return []
