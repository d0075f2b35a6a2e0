"""Examples out of edits: a window (the region), its sketch in some style, and the merged region."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from redraft_training.rows import Row, after_of, before_of, window
from redraft_training.sketch import Sketch, make_sketch


@dataclass(frozen=True)
class Example:
    original: list[str]
    sketch: Sketch
    merged: list[str]


@dataclass(frozen=True)
class Mix:
    """How examples are drawn."""

    styles: dict[str, float]
    min_tokens: int = 96
    max_tokens: int = 1792
    characters_per_token: float = 3.1
    tight: float = 0.25  # share of regions cut close around what the sketch shows


def draw(rows: list[Row], language: str, mix: Mix, random_source: random.Random) -> Example | None:
    """One example of the edit, or None when it does not fit or shows nothing."""
    hunks = [index for index, row in enumerate(rows) if row.changed]
    if not hunks:
        return None
    style = random_source.choices(list(mix.styles), list(mix.styles.values()))[0]
    if style.startswith("S4"):
        if not deletions_of(rows) and random_source.random() < 0.7:
            rows = [Row(row.after, row.before) for row in rows]  # an insertion, taken back, is a deletion
        hunks = deletions_of(rows) or hunks
        if not rows[hunks[0]].deletion:
            style = random_source.choice(("S1", "S2", "S3"))
    hunk = random_source.choice(hunks)
    tokens = math.exp(random_source.uniform(math.log(mix.min_tokens), math.log(mix.max_tokens)))
    # original + merged take most of the sequence, the sketch the rest
    budget = int(tokens * mix.characters_per_token * random_source.uniform(0.55, 0.85))
    found = window(rows, hunk, budget, random_source)
    if found is None:
        return None
    start, end = found
    if random_source.random() < mix.tight:
        start, end = tighten(rows, start, end, random_source)
    region = rows[start:end]
    original, merged = before_of(region), after_of(region)
    if not original or original == merged:
        return None
    sketch = make_sketch(region, language, style, random_source)
    if not any(line.strip() for line in sketch.lines):
        return None
    return Example(original, sketch, merged)


def deletions_of(rows: list[Row]) -> list[int]:
    """The rows at which lines with text leave and none come."""
    return [index for index, row in enumerate(rows) if row.deletion and any(line.strip() for line in row.before)]


def tighten(rows: list[Row], start: int, end: int, random_source: random.Random) -> tuple[int, int]:
    """Cuts the window close around its hunks: the region that a merge leaves open often ends at the first sure lines."""
    hunks = [index for index in range(start, end) if rows[index].changed]
    above, below = random_source.randint(1, 6), random_source.randint(1, 6)
    return max(start, hunks[0] - above), min(end, hunks[-1] + 1 + below)
