"""How much of a draft to send: what writes the text at the least cost."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from redraft_vllm.drafting.compiled import compiled
from redraft_vllm.drafting.copy import CopyDrafter, Draft
from redraft_vllm.drafting.spelling import Spelling
from redraft_vllm.drafting.texts import DraftRequest

#: Further tokens count less for the choice between drafts: a later copy may bring them as well.
NEAR_TOKENS = 16
FAR_WEIGHT = 0.25


def best_line(drafts: Sequence[Draft], room: int, costs: np.ndarray) -> list[int]:
    """Returns the most promising draft at its best length, [] where plain decoding is cheaper.

    `room` = most tokens; `costs[n]` = cost of a pass over 1 + n tokens of this request, in plain steps, float64, for
    n = 0 .. room.
    """
    if room < 1 or not drafts:
        return []
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

    `costs[n]` = cost(1 + n), at least `room` + 1 of them. Lengths that are tried: all of the short ones, then eight to
    each doubling; 15, 31, 63, ... are among them. Of equal ones the longest.
    """
    length, cost = _best_length(np.asarray(survival, dtype=np.float64), room, costs)
    return int(length), float(cost)


@compiled
def _best_length(survival, room, costs):  # type: ignore[no-untyped-def]
    length = len(survival)
    least = np.full(length + 2, costs[0])
    first = 0
    for at in range(length, -1, -1):
        held = survival[at - 1] if at > 0 else 1.0
        most = min(room, length - at)
        best = np.inf
        n = 0
        while True:
            total = costs[n]
            if held > 0 and at + n < length:
                total += survival[at + n] / held * least[at + n + 1]
            if total <= best:
                best = total
                if at == 0:
                    first = n
            if n >= most:
                break
            n = min(most, n + 1 if n < 15 else n + _eighth(n + 1))
        least[at] = best
    return first, least[0]


@compiled
def _eighth(n):  # type: ignore[no-untyped-def]
    """Returns an eighth of the largest power of two up to n >= 16."""
    power = 16
    while 2 * power <= n:
        power *= 2
    return power // 8


def warm_up() -> None:
    """Compiles everything that a draft runs through, which takes seconds the first time on a machine."""
    text = [1, 2, 3, 4, 0] * 8
    request = DraftRequest(prompt=text, source=text, sketch=text[:10], candidates=[text], context=[text])
    drafter = CopyDrafter(request, Spelling(lambda token: "\n" if token == 0 else "a"))
    for _ in range(3):
        best_line(drafter.draft(32), 32, np.ones(33))
        drafter.accept([1, 2, 3, 4, 0])
