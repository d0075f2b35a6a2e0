"""Lines of a text in tokens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

#: Lines are followed this far and no further, so that a minified file of one line costs no more than others.
LONGEST_LINE = 512


def line_start(tokens: Sequence[int], at: int, is_newline: Callable[[int], bool]) -> int:
    """Returns where the line that holds `at` begins: after the newline token before it."""
    start = min(at, len(tokens))
    least = max(0, start - LONGEST_LINE)
    while start > least and not is_newline(tokens[start - 1]):
        start -= 1
    return start


def next_line(tokens: Sequence[int], at: int, is_newline: Callable[[int], bool]) -> int:
    """Returns where the line after the one that holds `at` begins."""
    end = at
    most = min(len(tokens), at + LONGEST_LINE)
    while end < most and not is_newline(tokens[end]):
        end += 1
    return min(end + 1, len(tokens))


def dice_similarity(left: Sequence[int], right: Sequence[int]) -> float:
    """Dice coefficient of two lines as bags of tokens: 1 = the same tokens, 0 = none in common."""
    if not left and not right:
        return 1.0
    return 2 * (Counter(left) & Counter(right)).total() / (len(left) + len(right))
