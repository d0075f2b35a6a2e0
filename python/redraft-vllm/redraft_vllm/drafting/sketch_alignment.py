"""Where a lazy sketch says that the source does not go on."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from redraft_vllm.drafting.lines import next_line
from redraft_vllm.drafting.spelling import BLANKS, Spelling

_S = f"[{BLANKS}]"
_ELISION = re.compile(rf"^[^A-Za-z0-9_]{{1,4}}{_S}*(?:\.\.\.|…)|^(?:\.\.\.|…)|\.\.\.{_S}*existing")


@dataclass(frozen=True, slots=True)
class TokenLine:
    """A line in tokens: [start, end), the newline included."""

    start: int
    end: int
    #: Without the blanks around it.
    text: str
    #: Whether it is a marker such as `# ... existing code ...`.
    elision: bool


def token_lines(tokens: Sequence[int], spelling: Spelling) -> list[TokenLine]:
    lines = []
    start = 0
    while start < len(tokens):
        end = next_line(tokens, start, spelling.is_newline)
        text = "".join(spelling.text_of(token) for token in tokens[start:end]).strip(BLANKS)
        lines.append(TokenLine(start, end, text, _ELISION.search(text) is not None))
        start = end
    return lines


def changes_by_sketch(source: Sequence[TokenLine], sketch: Sequence[TokenLine]) -> list[int] | None:
    """Returns per source token the next one at which something is inserted, replaced or dropped.

    Its own index = right here, past the end = nothing known. None where no line of the sketch is the source's. Lines
    that occur once in both are aligned, in the longest run that is in order, and their equal neighbours with them.
    """
    length = source[-1].end if source else 0
    aligned = _align(source, sketch)
    if all(line < 0 for line in aligned):
        return None
    following = [length + 1] * (length + 1)

    def change(line: int) -> None:
        at = source[line].start if line < len(source) else length
        following[at] = at

    for i, line in enumerate(sketch[:-1]):
        if line.elision or sketch[i + 1].elision:
            continue
        if aligned[i] >= 0:
            if aligned[i + 1] != aligned[i] + 1:
                change(aligned[i] + 1)
        elif aligned[i + 1] >= 0 and (i == 0 or sketch[i - 1].elision):
            change(aligned[i + 1])
    for at in range(length - 1, -1, -1):
        if following[at] != at:
            following[at] = following[at + 1]
    return following


def _align(source: Sequence[TokenLine], sketch: Sequence[TokenLine]) -> list[int]:
    """Returns per sketch line the source line it repeats; -1 = none."""
    once = _only_once(source)
    once_in_sketch = _only_once(sketch)
    pairs = [
        (line, once[entry.text])
        for line, entry in enumerate(sketch)
        if not entry.elision and entry.text in once and entry.text in once_in_sketch
    ]
    aligned = [-1] * len(sketch)
    for index in longest_rising([to for _, to in pairs]):
        line, to = pairs[index]
        aligned[line] = to

    def same(line: int, to: int) -> bool:
        return aligned[line] == -1 and 0 <= to < len(source) and sketch[line].text == source[to].text

    for line in range(1, len(sketch)):
        to = aligned[line - 1]
        if to >= 0 and same(line, to + 1):
            aligned[line] = to + 1
    for line in range(len(sketch) - 2, -1, -1):
        to = aligned[line + 1]
        if to > 0 and same(line, to - 1):
            aligned[line] = to - 1
    return aligned


def _only_once(lines: Sequence[TokenLine]) -> dict[str, int]:
    places: dict[str, int] = {}
    repeated = {""}
    for i, line in enumerate(lines):
        if line.text in places:
            repeated.add(line.text)
        places[line.text] = i
    return {text: at for text, at in places.items() if text not in repeated}


def longest_rising(values: Sequence[int]) -> list[int]:
    """Returns the indices of a longest strictly rising subsequence (patience sorting, O(n log n))."""
    ends: list[int] = []
    tops: list[int] = []
    before = [-1] * len(values)
    for index, value in enumerate(values):
        low = bisect_left(tops, value)
        before[index] = ends[low - 1] if low > 0 else -1
        if low == len(tops):
            tops.append(value)
            ends.append(index)
        else:
            tops[low] = value
            ends[low] = index
    rising = []
    index = ends[-1] if ends else -1
    while index >= 0:
        rising.append(index)
        index = before[index]
    return rising[::-1]
