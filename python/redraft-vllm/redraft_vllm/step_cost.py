"""What a step of the engine costs by the tokens in it, measured while it runs."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from itertools import pairwise
from statistics import median

#: Steps of like size share a class: 1, 2, 3-4, 5-8, ...; the median of the last ones counts.
WINDOW = 15
#: Observations of a class before it is believed.
ENOUGH = 3
#: A class not seen for so many steps loses its oldest observation: what was measured once under load is tried again.
FORGET_AFTER = 512


class StepCost:
    """Seconds of a step over n tokens: medians per size class, linear between them, never falling.

    Before a class is measured, its time follows from the nearest smaller one and `free_tokens`: that many further
    tokens cost as much as a plain step.
    """

    def __init__(self, free_tokens: int = 64) -> None:
        self._free = free_tokens
        self._classes: dict[int, deque[tuple[int, float]]] = {}
        self._ages: dict[int, int] = {}
        self._steps = 0
        self._points: list[tuple[int, float]] = []

    def observe(self, tokens: int, seconds: float) -> None:
        """`seconds` = time of a step in which `tokens` tokens were computed and no prompt was read."""
        if tokens < 1 or not 0 < seconds < 60:
            return
        size = (tokens - 1).bit_length()
        self._classes.setdefault(size, deque(maxlen=WINDOW)).append((tokens, seconds))
        self._steps += 1
        self._ages[size] = self._steps
        if self._steps % 16 == 0:
            self._forget()
        self._points = self._measured()

    def _forget(self) -> None:
        for size, age in list(self._ages.items()):
            if self._steps - age < FORGET_AFTER:
                continue
            self._ages[size] = self._steps
            self._classes[size].popleft()
            if not self._classes[size]:
                del self._classes[size], self._ages[size]

    def _measured(self) -> list[tuple[int, float]]:
        points: list[tuple[int, float]] = []
        for _, seen in sorted(self._classes.items()):
            if len(seen) < ENOUGH:
                continue
            tokens = round(median(n for n, _ in seen))
            seconds = median(s for _, s in seen)
            points.append((tokens, max(seconds, points[-1][1]) if points else seconds))
        return points

    def seconds(self, tokens: int) -> float:
        """Returns the expected time of a step over `tokens` tokens; a unit of its own before anything is measured."""
        points = self._points
        if not points:
            return 1 + (tokens - 1) / self._free
        first, at_first = points[0]
        if tokens <= first:
            return at_first * (self._free + tokens - 1) / (self._free + first - 1)
        for (n0, t0), (n1, t1) in pairwise(points):
            if tokens <= n1:
                return t0 + (t1 - t0) * (tokens - n0) / max(1, n1 - n0)
        last, at_last = points[-1]
        if len(points) > 1:
            before, at_before = points[-2]
            return at_last + (at_last - at_before) * (tokens - last) / (last - before)
        return at_last * (self._free + tokens - 1) / (self._free + last - 1)

    def is_known(self, rows: int) -> bool:
        """Whether plain steps of at most so many requests were measured; drafts are compared with them."""
        return bool(self._points) and self._points[0][0] <= rows

    def row_cost(self, rows: int, others: int) -> Callable[[int], float]:
        """Returns cost(n): what n tokens of one request cost in a step, in plain steps of one request.

        `rows` = requests in the step, which share the time of a plain step; `others` = tokens of the other requests. In
        a large batch a further token costs as much as a plain one, so only sure tokens are worth sending.
        """
        share = self.seconds(rows) / rows
        base = self.seconds(others + 1)
        return lambda n: 1 + max(0.0, self.seconds(others + n) - base) / share


def free_cost(_n: int) -> float:
    """A pass costs the same whatever its size: fewest passes."""
    return 1.0
