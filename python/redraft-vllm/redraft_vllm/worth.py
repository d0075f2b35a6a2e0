"""Whether drafting for a request pays, by what its last drafts brought and took."""

from __future__ import annotations

#: Weight of the newest draft in the balance, and most that a single one counts.
NEWEST = 0.2
MOST = 16.0
#: Steps without a draft after drafts that did not pay; doubled each time that the next one does not pay either.
SHORTEST_PAUSE = 4
LONGEST_PAUSE = 64


class Worth:
    """One per request. The unit is the time of a plain step divided by its requests: what one token takes."""

    def __init__(self) -> None:
        self._balance = 1.0
        self._pause = SHORTEST_PAUSE
        self._left = 0

    @property
    def is_paused(self) -> bool:
        return self._left > 0

    def skip(self) -> None:
        """A step passed without a draft."""
        self._left = max(0, self._left - 1)

    def note(self, accepted: int, cost: float) -> None:
        """`accepted` = drafted tokens that were right; `cost` = what drafting and verifying them took."""
        gain = max(-MOST, min(MOST, accepted - cost))
        if self._balance >= 0:
            self._balance += NEWEST * (gain - self._balance)
            if self._balance >= 0:
                return
            self._pause = SHORTEST_PAUSE
        elif gain > 0:
            self._balance = NEWEST * gain
            return
        else:
            self._pause = min(LONGEST_PAUSE, 2 * self._pause)
        self._left = self._pause
