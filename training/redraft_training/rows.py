"""An edit as rows: lines that stay, and hunks of lines that change. Windows and sketches are cut from rows."""

from __future__ import annotations

import random
from dataclasses import dataclass
from difflib import SequenceMatcher


@dataclass(frozen=True)
class Row:
    """Either one kept line (`before == after`, one line each) or a hunk: lines that leave, lines that come."""

    before: tuple[str, ...]
    after: tuple[str, ...]

    @property
    def changed(self) -> bool:
        return self.before != self.after

    @property
    def deletion(self) -> bool:
        return bool(self.before) and not self.after


def rows_of(before: str, after: str) -> list[Row]:
    """Aligns two texts by lines (difflib, after the common head and tail are set aside)."""
    old, new = before.split("\n"), after.split("\n")
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    middle_old, middle_new = old[head:len(old) - tail], new[head:len(new) - tail]
    rows = [Row((line,), (line,)) for line in old[:head]]
    matcher = SequenceMatcher(None, middle_old, middle_new, autojunk=len(middle_old) > 400)
    for tag, i0, i1, j0, j1 in matcher.get_opcodes():
        if tag == "equal":
            rows += [Row((line,), (line,)) for line in middle_old[i0:i1]]
        else:
            rows.append(Row(tuple(middle_old[i0:i1]), tuple(middle_new[j0:j1])))
    rows += [Row((line,), (line,)) for line in old[len(old) - tail:]]
    if rows and rows[-1] == Row(("",), ("",)):
        rows.pop()  # the piece after the last line end is no line
    return rows


def size(row: Row) -> int:
    """Characters that the row costs on both sides together."""
    return sum(len(line) + 1 for line in row.before) + sum(len(line) + 1 for line in row.after)


def window(rows: list[Row], hunk: int, budget: int, random_source: random.Random) -> tuple[int, int] | None:
    """A range of rows around the row `hunk` that costs at most `budget` characters on both sides together.

    Grown line by line at a random lean; None when the hunk alone is too large.
    """
    start, end = hunk, hunk + 1
    cost = size(rows[hunk])
    if cost > budget:
        return None
    lean = random_source.random()
    while True:
        up = start > 0 and (random_source.random() < lean or end == len(rows))
        row = rows[start - 1] if up else rows[end] if end < len(rows) else None
        if row is None and start > 0:
            up, row = True, rows[start - 1]
        if row is None or cost + size(row) > budget:
            return start, end
        cost += size(row)
        start, end = (start - 1, end) if up else (start, end + 1)


def before_of(rows: list[Row]) -> list[str]:
    return [line for row in rows for line in row.before]


def after_of(rows: list[Row]) -> list[str]:
    return [line for row in rows for line in row.after]
