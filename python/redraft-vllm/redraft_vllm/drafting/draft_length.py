"""How much of a draft to send: what writes the text at the least cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np

from redraft_vllm.drafting.copy import Draft

Cost = Callable[[int], float]

#: Further tokens count less for the choice between drafts: a later copy may bring them as well.
NEAR_TOKENS = 16
FAR_WEIGHT = 0.25


def best_line(drafts: Sequence[Draft], room: int, cost: Cost) -> list[int]:
    """Returns the most promising draft at its best length, [] where plain decoding is cheaper.

    `room` = most tokens; `cost(n)` = cost of a pass over n tokens of this request, in plain steps.
    """
    if room < 1 or not drafts:
        return []
    costs = np.array([cost(n) for n in range(1, room + 2)], dtype=np.float64)
    best: Draft | None = None
    best_value = 0.0
    for draft in drafts:
        count = min(room, len(draft.tokens))
        gains = np.array(draft.promise[:count])
        gains[NEAR_TOKENS:] *= FAR_WEIGHT
        value = float(np.max((1 + np.cumsum(gains)) / costs[1 : count + 1], initial=0))
        if value > best_value:
            best_value = value
            best = draft
    if best is None:
        return []
    return best.tokens[: best_length(best.survival, room, costs)[0]]


def best_length(survival: Sequence[float] | np.ndarray, room: int, costs: np.ndarray) -> tuple[int, float]:
    """Returns how many tokens of a draft to send now and the expected cost, if later passes send the rest.

    The tokens up to its first wrong one are the same for all lengths, so the lengths that cost least are best: with
    s(k) the probability that k tokens are accepted and W(j) the least expected cost of continuing after j accepted,

        W(j) = min over n of cost(1 + n) + s(j + n + 1) / s(j) W(j + n + 1)

    `costs[n]` = cost(1 + n), at least `room` + 1 of them.
    """
    length = len(survival)
    survival = np.asarray(survival, dtype=np.float64)
    least = np.full(length + 2, costs[0])
    held = np.concatenate(([1.0], survival))
    after = np.concatenate((survival, [0.0]))
    first = 0
    for at in range(length, -1, -1):
        lengths = _lengths(min(room, length - at))
        if held[at] > 0:
            following = at + lengths
            totals = costs[lengths] + after[following] / held[at] * least[following + 1]
        else:
            totals = costs[lengths]
        # Of equal ones the longest.
        best = len(totals) - 1 - int(np.argmin(totals[::-1]))
        least[at] = totals[best]
        if at == 0:
            first = int(lengths[best])
    return first, float(least[0])


@lru_cache(maxsize=2048)
def _lengths(most: int) -> np.ndarray:
    """Lengths that are tried: all of the short ones, then eight to each doubling; 15, 31, 63, ... are among them."""
    lengths = [0]
    while lengths[-1] < most:
        n = lengths[-1]
        lengths.append(min(most, n + 1 if n < 15 else n + 2 ** ((n + 1).bit_length() - 4)))
    return np.array(lengths)
