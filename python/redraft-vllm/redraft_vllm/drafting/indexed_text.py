"""A text that can be searched for the longest suffixes of another text, and that may grow.

Every n-gram of a few sizes has a chain of the positions where it ends, newest first. Growing costs a constant per
token; a lookup looks at a bounded number of positions, however long the text is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

#: n-gram sizes that are indexed; longer matches are found by comparing backwards.
SIZES = (1, 2, 4, 8)
#: How far back a match is measured, in tokens, and positions looked at per size.
MATCH_LIMIT = 32
CHAIN_LIMIT = 24

_DESCENDING = tuple(reversed(list(enumerate(SIZES))))

#: Longest context that another token and the given token have followed, and how often: same, sames, other, others.
Precedent = tuple[int, int, int, int]


class IndexedText:
    def __init__(self, tokens: Iterable[int], skip: tuple[int, int] | None = None) -> None:
        """Indexes `tokens`; the stretch `skip` = (start, end) is kept but not found."""
        self.tokens: list[int] = []
        self._heads: tuple[dict, ...] = tuple({} for _ in SIZES)
        self._chains: tuple[list[int], ...] = tuple([] for _ in SIZES)
        self._counts: dict[int, int] = {}
        start, end = skip or (0, 0)
        for at, token in enumerate(tokens):
            self.push(token, skipped=start <= at < end)

    def push(self, token: int, skipped: bool = False) -> None:
        tokens = self.tokens
        end = len(tokens)
        tokens.append(token)
        for size, head, chain in zip(SIZES, self._heads, self._chains, strict=True):
            if skipped or end + 1 < size:
                chain.append(-1)
                continue
            key = token if size == 1 else tuple(tokens[end + 1 - size :])
            chain.append(head.get(key, -1))
            head[key] = end
        if not skipped:
            self._counts[token] = min(99, self._counts.get(token, 0) + 1)

    def occurrences(self, token: int) -> int:
        """Returns how often the token occurs, at most 99."""
        return self._counts.get(token, 0)

    def match_before(self, at: int, context: Sequence[int], end: int | None = None, known: int = 0) -> int:
        """Returns how many tokens before `at` equal those of `context` before `end`, at most `MATCH_LIMIT`.

        `known` = how many are known to be equal.
        """
        end = len(context) if end is None else end
        tokens = self.tokens
        limit = at if at < end else end
        if limit > MATCH_LIMIT:
            limit = MATCH_LIMIT
        length = known
        while length < limit and tokens[at - 1 - length] == context[end - 1 - length]:
            length += 1
        return length

    def find(self, tail: Sequence[int], count: int) -> list[tuple[int, int]]:
        """Returns places to go on copying after `tail` as (next index, length), longest first, then newest."""
        found: dict[int, int] = {}
        size_of_text = len(self.tokens)
        for s, size in _DESCENDING:
            if len(found) >= count:
                break
            if len(tail) < size:
                continue
            key = tail[-1] if size == 1 else tuple(tail[-size:])
            at = self._heads[s].get(key, -1)
            chain = self._chains[s]
            step = 0
            while at >= 0 and step < CHAIN_LIMIT:
                following = at + 1
                # The end of a growing text is the output's own end: nothing follows it yet.
                if following < size_of_text and following not in found:
                    length = self.match_before(following, tail, None, size)
                    if length > 0:
                        found[following] = length
                at = chain[at]
                step += 1
        return sorted(found.items(), key=lambda place: (-place[1], -place[0]))[:count]

    def precedent(
        self, context: Sequence[int], end: int, following: int, first: int, last: int | None, without: int
    ) -> Precedent:
        """Returns how the text continued after earlier occurrences of `context[:end]`, compared with `following`.

        Counts occurrences whose next token lies in [first, last), except the place `without`; `last` None = to the end.
        """
        tokens = self.tokens
        size_of_text = len(tokens)
        last = size_of_text if last is None else min(last, size_of_text)
        found_same = found_sames = found_other = found_others = 0
        for s, size in _DESCENDING:
            if end < size:
                continue
            key = context[end - 1] if size == 1 else tuple(context[end - size : end])
            at = self._heads[s].get(key, -1)
            if at < 0:
                continue
            same = sames = other = others = 0
            chain = self._chains[s]
            step = 0
            while at >= 0 and at + 1 >= first and step < CHAIN_LIMIT:
                place = at + 1
                at = chain[at]
                step += 1
                if place >= last or place == without:
                    continue
                if tokens[place] == following:
                    sames += 1
                    if same < MATCH_LIMIT:
                        same = max(same, self.match_before(place, context, end, size))
                else:
                    others += 1
                    if other < MATCH_LIMIT:
                        other = max(other, self.match_before(place, context, end, size))
            # Shorter contexts say nothing new of what a longer one has predicted.
            if found_same == 0:
                found_same, found_sames = same, sames
            if found_other == 0:
                found_other, found_others = other, others
            if found_same > 0 and found_other > 0:
                break
        return found_same, found_sames, found_other, found_others
