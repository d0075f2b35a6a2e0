"""What a step of the engine costs by the tokens in it, measured while it runs."""

from __future__ import annotations

from collections import deque
from statistics import median

import numpy as np

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
        self._medians: dict[int, tuple[int, float]] = {}
        #: Classes that were observed since the curve was last asked for: most steps ask for nothing.
        self._changed: set[int] = set()
        #: Tokens and seconds of the measured classes, rising.
        self._tokens = np.zeros(0)
        self._seconds = np.zeros(0)

    def observe(self, tokens: int, seconds: float) -> None:
        """`seconds` = time of a step in which `tokens` tokens were computed and no prompt was read."""
        if tokens < 1 or not 0 < seconds < 60:
            return
        size = (tokens - 1).bit_length()
        self._classes.setdefault(size, deque(maxlen=WINDOW)).append((tokens, seconds))
        self._steps += 1
        self._ages[size] = self._steps
        self._changed.add(size)
        if self._steps % 16 == 0:
            self._forget()

    def _update(self) -> None:
        if not self._changed:
            return
        for size in self._changed:
            self._measure(size)
        self._changed.clear()
        points = sorted(self._medians.values())
        self._tokens = np.array([n for n, _ in points], dtype=np.float64)
        self._seconds = np.maximum.accumulate(np.array([s for _, s in points], dtype=np.float64))

    def _measure(self, size: int) -> None:
        seen = self._classes.get(size, ())
        if len(seen) < ENOUGH:
            self._medians.pop(size, None)
        else:
            self._medians[size] = (round(median(n for n, _ in seen)), median(s for _, s in seen))

    def _forget(self) -> None:
        for size, age in list(self._ages.items()):
            if self._steps - age < FORGET_AFTER:
                continue
            self._ages[size] = self._steps
            self._classes[size].popleft()
            if not self._classes[size]:
                del self._classes[size], self._ages[size]
            self._changed.add(size)

    def seconds(self, tokens: float | np.ndarray) -> np.ndarray:
        """Returns the expected time of steps over `tokens` tokens; a unit of its own before anything is measured."""
        self._update()
        tokens = np.asarray(tokens, dtype=np.float64)
        if len(self._tokens) == 0:
            return 1 + (tokens - 1) / self._free
        first, last = self._tokens[0], self._tokens[-1]
        at_first, at_last = self._seconds[0], self._seconds[-1]
        if len(self._tokens) > 1:
            rise = (at_last - self._seconds[-2]) / (last - self._tokens[-2])
        else:
            rise = at_last / (self._free + last - 1)
        between = np.interp(tokens, self._tokens, self._seconds)
        after = between + rise * np.maximum(0, tokens - last)
        return np.where(tokens < first, at_first * (self._free + tokens - 1) / (self._free + first - 1), after)

    def is_known(self, rows: int) -> bool:
        """Whether plain steps of at most so many requests were measured; drafts are compared with them."""
        self._update()
        return len(self._tokens) > 0 and self._tokens[0] <= rows

    def share(self, rows: int) -> float:
        """Returns the time of a plain step of `rows` requests, divided by them: what one token takes."""
        return float(self.seconds(rows)) / rows

    def row_costs(self, rows: int, others: int, most: int, drafting: float) -> np.ndarray:
        """Returns what 1, 2, ... 1 + `most` tokens of one request cost in a step, in plain steps of one request.

        `rows` = requests in the step, which share the time of a plain step; `others` = tokens of the other requests;
        `drafting` = seconds that a draft takes to find, which every pass costs whatever its length. In a large batch a
        further token costs as much as a plain one, so only sure tokens are worth sending.
        """
        times = self.seconds(others + np.arange(1, most + 2))
        return 1 + (drafting + np.maximum(0, times - times[0])) / self.share(rows)


def free_costs(most: int) -> np.ndarray:
    """A pass costs the same whatever its size: fewest passes."""
    return np.ones(most + 1)
