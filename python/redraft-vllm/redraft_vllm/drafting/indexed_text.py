"""A text that can be searched for the longest suffixes of another text, and that may grow.

Every n-gram of a few sizes has a chain of the positions where it ends, newest first. Growing costs a constant per
token; a lookup looks at a bounded number of positions, however long the text is. The newest positions are in hash
tables with open addressing, whose entries are compared token by token: a collision cannot give a wrong match.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from redraft_vllm.drafting.compiled import compiled

#: n-gram sizes that are indexed, powers of two; longer matches are found by comparing backwards.
SIZES = (1, 2, 4, 8)
#: How far back a match is measured, in tokens, and positions looked at per size.
MATCH_LIMIT = 32
CHAIN_LIMIT = 24

_KINDS = len(SIZES)
_OFFSET = np.uint64(14695981039346656037)
_PRIME = np.uint64(1099511628211)
_HALF = np.uint64(32)


class IndexedText:
    def __init__(self, tokens: Iterable[int], skip: tuple[int, int] | None = None) -> None:
        """Indexes `tokens`; the stretch `skip` = (start, end) is kept but not found."""
        self.tokens: list[int] = list(tokens)
        self._skip = skip or (0, 0)
        self._indexed = 0
        self._allocate()
        self._index()

    @property
    def arrays(self) -> tuple[np.ndarray, int, np.ndarray, np.ndarray]:
        """What compiled loops read: tokens, their number, newest positions by n-gram, earlier positions by position."""
        return self._array, self._indexed, self._newest, self._earlier

    def extend(self, tokens: Sequence[int]) -> None:
        self.tokens.extend(tokens)
        if len(self.tokens) > len(self._array):
            self._allocate()
        self._index()

    def _allocate(self) -> None:
        room = max(64, 1 << (len(self.tokens) - 1).bit_length()) if self.tokens else 64
        self._array = np.empty(room, dtype=np.int32)
        self._newest = np.full((_KINDS, 2 * room), -1, dtype=np.int32)
        self._earlier = np.empty((_KINDS, room), dtype=np.int32)
        self._count = np.zeros(room, dtype=np.int8)
        self._indexed = 0

    def _index(self) -> None:
        start, end = self._indexed, len(self.tokens)
        self._array[start:end] = self.tokens[start:]
        _index(self._array, start, end, *self._skip, self._newest, self._earlier, self._count)
        self._indexed = end

    def occurrences(self, token: int) -> int:
        """Returns how often the token occurs, at most 99."""
        return int(_occurrences(self._array, self._newest, self._count, token))

    def match_before(self, at: int, context: Sequence[int]) -> int:
        """Returns how many tokens before `at` equal the last ones of `context`, at most `MATCH_LIMIT`."""
        tokens = self.tokens
        end = len(context)
        limit = min(at, end, MATCH_LIMIT)
        length = 0
        while length < limit and tokens[at - 1 - length] == context[end - 1 - length]:
            length += 1
        return length

    def find(self, tail: np.ndarray, count: int) -> list[tuple[int, int]]:
        """Returns places to go on copying after `tail` (int32) as (next index, length), longest first, then newest."""
        if self._indexed == 0:
            return []
        places, lengths = _find(self._array, self._indexed, self._newest, self._earlier, tail, count)
        found = list(zip(places.tolist(), lengths.tolist(), strict=True))
        found.sort(key=lambda place: (-place[1], -place[0]))
        return found[:count]


@compiled
def _slot(newest, kind, tokens, keys, end):  # type: ignore[no-untyped-def]
    """Returns where the table has, or would have, the n-gram of the kind that ends before `keys[end]`."""
    size = 1 << kind
    mixed = _OFFSET
    for i in range(end - size, end):
        mixed = (mixed ^ np.uint64(keys[i])) * _PRIME
    mixed ^= mixed >> _HALF
    mask = newest.shape[1] - 1
    slot = np.int64(mixed & np.uint64(mask))
    while True:
        at = newest[kind, slot]
        if at < 0:
            return slot
        same = True
        for i in range(size):
            if tokens[at - i] != keys[end - 1 - i]:
                same = False
                break
        if same:
            return slot
        slot = (slot + 1) & mask


@compiled
def _index(tokens, start, end, skip_start, skip_end, newest, earlier, count):  # type: ignore[no-untyped-def]
    for at in range(start, end):
        skipped = skip_start <= at < skip_end
        for kind in range(_KINDS):
            if skipped or at + 1 < 1 << kind:
                earlier[kind, at] = -1
                continue
            slot = _slot(newest, kind, tokens, tokens, at + 1)
            before = newest[kind, slot]
            earlier[kind, at] = before
            newest[kind, slot] = at
            if kind == 0:
                seen = count[before] if before >= 0 else 0
                count[at] = min(99, seen + 1)


@compiled
def _occurrences(tokens, newest, count, token):  # type: ignore[no-untyped-def]
    keys = np.array([token], dtype=np.int32)
    at = newest[0, _slot(newest, 0, tokens, keys, 1)]
    return count[at] if at >= 0 else 0


@compiled
def _match_before(tokens, at, context, end, known):  # type: ignore[no-untyped-def]
    """`known` = how many tokens are known to be equal."""
    limit = min(at, end, MATCH_LIMIT)
    length = known
    while length < limit and tokens[at - 1 - length] == context[end - 1 - length]:
        length += 1
    return length


@compiled
def _find(tokens, length, newest, earlier, tail, count):  # type: ignore[no-untyped-def]
    places = np.empty(_KINDS * CHAIN_LIMIT, dtype=np.int32)
    lengths = np.empty(_KINDS * CHAIN_LIMIT, dtype=np.int32)
    found = 0
    end = len(tail)
    for kind in range(_KINDS - 1, -1, -1):
        if found >= count:
            break
        size = 1 << kind
        if end < size:
            continue
        at = newest[kind, _slot(newest, kind, tokens, tail, end)]
        step = 0
        while at >= 0 and step < CHAIN_LIMIT:
            following = at + 1
            # The end of a growing text is the output's own end: nothing follows it yet.
            if following < length:
                is_known = False
                for i in range(found):
                    if places[i] == following:
                        is_known = True
                        break
                if not is_known:
                    places[found] = following
                    lengths[found] = _match_before(tokens, following, tail, end, size)
                    found += 1
            at = earlier[kind, at]
            step += 1
    return places[:found], lengths[:found]


@compiled
def precedent(text, context, end, following, first, last, without):  # type: ignore[no-untyped-def]
    """Returns how a text continued after earlier occurrences of `context[:end]`, compared with `following`.

    (same, sames, other, others): the longest context that `following`, and that another token, has followed, and how
    often. Counts occurrences whose next token lies in [first, last), except the place `without`. `text` = `arrays`.
    """
    tokens, length, newest, earlier = text
    last = min(last, length)
    found_same = 0
    found_sames = 0
    found_other = 0
    found_others = 0
    if length == 0:
        return found_same, found_sames, found_other, found_others
    for kind in range(_KINDS - 1, -1, -1):
        size = 1 << kind
        if end < size:
            continue
        at = newest[kind, _slot(newest, kind, tokens, context, end)]
        same = 0
        sames = 0
        other = 0
        others = 0
        step = 0
        while at >= 0 and at + 1 >= first and step < CHAIN_LIMIT:
            place = at + 1
            at = earlier[kind, at]
            step += 1
            if place >= last or place == without:
                continue
            if tokens[place] == following:
                sames += 1
                if same < MATCH_LIMIT:
                    same = max(same, _match_before(tokens, place, context, end, size))
            else:
                others += 1
                if other < MATCH_LIMIT:
                    other = max(other, _match_before(tokens, place, context, end, size))
        # Shorter contexts say nothing new of what a longer one has predicted.
        if found_same == 0:
            found_same, found_sames = same, sames
        if found_other == 0:
            found_other, found_others = other, others
        if found_same > 0 and found_other > 0:
            break
    return found_same, found_sames, found_other, found_others
