"""Places in known texts that the output may go on from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from redraft_vllm.drafting.cursor import Cursor
from redraft_vllm.drafting.indexed_text import MATCH_LIMIT
from redraft_vllm.drafting.lines import dice_similarity, line_start, next_line
from redraft_vllm.drafting.texts import CopyText, CopyTexts

#: Why a place is a candidate: tokens before it match the output, or it follows from where the last copy ended.
COPY_REASONS = ("match", "same-line", "next-line", "line-after", "resume", "substitute")

SOURCE_MATCHES = 6
OTHER_MATCHES = 6


@dataclass(slots=True, eq=False)
class Candidate:
    kind: str
    text: CopyText
    #: Index of the token that would come next.
    at: int
    #: Tokens before `at` that match the end of the output.
    match: int
    reason: str
    #: 0 = the longest match of its text.
    rank: int


def find_candidates(texts: CopyTexts, cursor: Cursor, is_newline: Callable[[int], bool]) -> list[Candidate]:
    """Returns all places to copy from next. Bounded work for texts of any length."""
    tail = cursor.tail
    keys = np.array(tail, dtype=np.int32)
    pointer = cursor.pointer
    found: dict[tuple[int, int], Candidate] = {}

    def add(text: CopyText, at: int, match: int, reason: str, rank: int) -> None:
        if at < 0 or at >= len(text.index.tokens) or (text.barred_at is not None and text.barred_at[at] == at):
            return
        known = found.get((text.id, at))
        if known is None:
            kind = "output" if text is texts.own and at >= texts.prompt_length else text.kind
            found[text.id, at] = Candidate(kind, text, at, match, reason, rank)
        elif known.reason == "match":
            known.reason = reason

    source = texts.source
    index = source.index
    if index.tokens:
        matches = index.find(keys, 2 * SOURCE_MATCHES)
        matches.sort(key=lambda place: (-place[1], abs(place[0] - pointer)))
        for rank, (at, length) in enumerate(matches[:SOURCE_MATCHES]):
            add(source, at, length, "match", rank)
        for at in range(max(1, pointer), min(pointer + 5, len(index.tokens) + 1)):
            match = index.match_before(at, tail)
            if match > 0:
                add(source, at, match, "match", SOURCE_MATCHES)

        def hypothesis(at: int, reason: str) -> None:
            if at <= len(index.tokens):
                add(source, at, index.match_before(at, tail), reason, SOURCE_MATCHES + 1)

        if cursor.written == 0 or (tail and is_newline(tail[-1])):
            start = line_start(index.tokens, pointer, is_newline)
            following = next_line(index.tokens, pointer, is_newline)
            if start < pointer:
                hypothesis(start, "same-line")
            hypothesis(following, "next-line")
            hypothesis(next_line(index.tokens, following, is_newline), "line-after")
        hypothesis(pointer, "resume")
        hypothesis(pointer + 1, "substitute")
    for text in texts.candidates:
        own = cursor.candidate_pointers.get(text.id, 0)
        for rank, (at, length) in enumerate(text.index.find(keys, 3)):
            add(text, at, length, "match", rank)
        for at, reason in ((own, "resume"), (own + 1, "substitute")):
            if at < len(text.index.tokens):
                add(text, at, text.index.match_before(at, tail), reason, SOURCE_MATCHES + 1)
    sketch = texts.sketch
    if sketch is not None:
        for rank, (at, length) in enumerate(sketch.index.find(keys, 4)):
            add(sketch, at, length, "match", rank)
        if cursor.sketch_pointer < len(sketch.index.tokens):
            match = sketch.index.match_before(cursor.sketch_pointer, tail)
            add(sketch, cursor.sketch_pointer, match, "resume", 5)
    for text in (texts.own, *texts.others):
        for rank, (at, length) in enumerate(text.index.find(keys, OTHER_MATCHES if text is texts.own else 4)):
            add(text, at, length, "match", rank)
    return list(found.values())


def candidate_tokens(candidate: Candidate, limit: int) -> list[int]:
    """Returns the tokens that the candidate copies, up to `limit`; an elision marker ends the copy.

    A copy from the growing output that reaches its end continues with what it has just copied if the output already
    repeats itself (the match is as long as the period). Otherwise a loop would be drafted one period at a time.
    """
    text, at = candidate.text, candidate.at
    tokens = text.index.tokens
    end = at + limit if text.barred_at is None else min(text.barred_at[at], at + limit)
    copied = tokens[at:end]
    period = len(tokens) - at
    if text.grows and len(copied) == period and candidate.match >= period:
        while len(copied) < limit:
            copied.append(copied[-period])
    return copied


def agreement(candidate: Candidate, tokens: Sequence[int]) -> int:
    """Returns how many of these tokens the candidate would have got right."""
    return shared_length(candidate_tokens(candidate, len(tokens)), tokens)


def shared_length(left: Sequence[int], right: Sequence[int]) -> int:
    count = 0
    for a, b in zip(left, right, strict=False):
        if a != b:
            break
        count += 1
    return count


def advance(
    cursor: Cursor,
    texts: CopyTexts,
    candidates: Sequence[Candidate],
    rights: Sequence[int],
    committed: Sequence[int],
    is_newline: Callable[[int], bool],
) -> None:
    """Moves the cursor past written tokens, of which each candidate has as many right as `rights` says.

    The pointer moves to the end of the copy that explains them best: one that is long (including the match before it)
    or begins near the pointer.
    """
    best = 0.0
    best_sketch = 0
    pointer = cursor.pointer
    pointers = dict(cursor.candidate_pointers)
    reached: dict[int, int] = {}
    for candidate, agreed in zip(candidates, rights, strict=True):
        if agreed == 0:
            continue
        score = candidate.match + agreed
        distance = candidate.at - pointer
        kind = candidate.kind
        if kind == "source" and (score >= 4 or 0 <= distance <= 3):
            value = score - min(50, abs(distance)) / 100
            if value > best:
                best = value
                cursor.pointer = candidate.at + agreed
        elif kind == "candidate":
            text_id = candidate.text.id
            if score > reached.get(text_id, 0) and (score >= 4 or candidate.at == pointers.get(text_id, 0)):
                reached[text_id] = score
                cursor.candidate_pointers[text_id] = candidate.at + agreed
        elif kind == "sketch" and score >= 4 and score > best_sketch:
            best_sketch = score
            cursor.sketch_pointer = candidate.at + agreed
    tokens = texts.source.index.tokens
    for token in committed:
        cursor.written += 1
        cursor.tail.append(token)
        if not is_newline(token):
            cursor.line.append(token)
            continue
        start = line_start(tokens, cursor.pointer, is_newline)
        end = next_line(tokens, cursor.pointer, is_newline)
        cursor.similarity = dice_similarity(cursor.line, tokens[start : max(start, end - 1)])
        cursor.interrupted = cursor.pointer != start
        cursor.line = []
    del cursor.tail[: max(0, len(cursor.tail) - MATCH_LIMIT)]
