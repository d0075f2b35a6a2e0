"""The inputs of the network that says how far a copy will hold; models/acceptance.json was fitted to them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, log1p

import numpy as np

from redraft_vllm.drafting.candidates import COPY_REASONS, Candidate
from redraft_vllm.drafting.cursor import Cursor
from redraft_vllm.drafting.spelling import NEWLINE, TOKEN_CLASSES, Spelling
from redraft_vllm.drafting.texts import TEXT_KINDS

#: Upper ends of buckets: a match's length, the distance to the pointer, tokens left in the line and until a change.
MATCH_BUCKETS = (0, 1, 2, 3, 4, 6, 9, 14, 23, inf)
DISTANCE_BUCKETS = (-41, -4, -1, 0, 3, 40, inf)
LEFT_BUCKETS = (0, 1, 3, 7, 15, inf)
CHANGE_BUCKETS = (0, 2, 6, 14, 30, 62, inf)

SCALARS = (
    "voteShare unanimous pairVoteShare longestMatch shorterThanLongest lastOnce lastTwice lastFewTimes lastOccurrences "
    "firstRank rank logMatch rate logSinceMiss oneSinceMiss twoSinceMiss rejectedToken rejectedPlace "
    "afterRejectedPlace lineStart lineSimilarity lineUnlike lineAlike sameLineSimilarity nextLineSimilarity "
    "interrupted distance lastAcceptedNone logLastAccepted outputStart hasSketch textLeft textEndsSoon knowsChanges "
    "logUntilChange hasCandidates sourceBesideCandidates charactersPerToken trust trusted lineLength"
).split()


def bucket_of(value: float, buckets: Sequence[float]) -> int:
    return bisect_left(buckets, value)


def bucket_names(name: str, buckets: Sequence[float]) -> list[str]:
    """One name per bucket: `match<=4`, and `match<=Infinity` for the last."""
    return [f"{name}<={'Infinity' if upper == inf else upper}" for upper in buckets]


COPY_FEATURE_NAMES = [
    *(f"kind={kind}" for kind in TEXT_KINDS),
    *bucket_names("match", MATCH_BUCKETS),
    *bucket_names("sourceDistance", DISTANCE_BUCKETS),
    *bucket_names("sketchDistance", DISTANCE_BUCKETS),
    *(f"reason={reason}" for reason in COPY_REASONS),
    *(f"token={name}" for name in TOKEN_CLASSES),
    *(f"last={name}" for name in TOKEN_CLASSES),
    *bucket_names("leftInLine", LEFT_BUCKETS),
    *bucket_names("untilChange", CHANGE_BUCKETS),
    *SCALARS,
]

_OFFSETS = np.cumsum(
    [
        0,
        len(TEXT_KINDS),
        len(MATCH_BUCKETS),
        len(DISTANCE_BUCKETS),
        len(DISTANCE_BUCKETS),
        len(COPY_REASONS),
        len(TOKEN_CLASSES),
        len(TOKEN_CLASSES),
        len(LEFT_BUCKETS),
        len(CHANGE_BUCKETS),
    ]
).tolist()
_KIND, _MATCH, _SOURCE, _SKETCH, _REASON, _TOKEN, _LAST, _LEFT, _CHANGE, _SCALAR = _OFFSETS
_KIND_AT = {kind: i for i, kind in enumerate(TEXT_KINDS)}
_REASON_AT = {reason: _REASON + i for i, reason in enumerate(COPY_REASONS)}


@dataclass(frozen=True, slots=True)
class Setting:
    """What does not change while one text is written."""

    has_sketch: bool
    has_candidates: bool
    #: Characters per token.
    fineness: float


def copy_features(candidates: Sequence[Candidate], cursor: Cursor, spelling: Spelling, setting: Setting) -> np.ndarray:
    """Returns the features of the candidates, float32 of shape (candidates, features), numbers of about unit size."""
    weights = [min(16, candidate.match) + 0.5 for candidate in candidates]
    votes: dict[int, float] = {}
    pair_votes: dict[tuple[int, int], float] = {}
    pairs = []
    longest = 0
    for candidate, weight in zip(candidates, weights, strict=True):
        tokens, at = candidate.text.index.tokens, candidate.at
        pair = (tokens[at], tokens[at + 1] if at + 1 < len(tokens) else -1)
        pairs.append(pair)
        votes[pair[0]] = votes.get(pair[0], 0) + weight
        pair_votes[pair] = pair_votes.get(pair, 0) + weight
        longest = max(longest, candidate.match)
    all_votes = sum(weights)
    last = cursor.tail[-1] if cursor.tail else -1
    last_class = spelling.class_of(last)
    at_line = cursor.written == 0 or last_class == NEWLINE
    similarity = cursor.similarity
    rows = np.zeros((len(candidates), len(COPY_FEATURE_NAMES)), dtype=np.float32)
    scalars = []
    ones: list[tuple[int, int]] = []
    for row, candidate in enumerate(candidates):
        kind, match, at, reason, text = candidate.kind, candidate.match, candidate.at, candidate.reason, candidate.text
        tokens = text.index.tokens
        is_source = kind == "source"
        # A whole candidate is the source with the edit in it, and has a pointer of its own.
        from_source = is_source or kind == "candidate"
        pointer = cursor.candidate_pointers.get(text.id, 0) if kind == "candidate" else cursor.pointer
        distance = at - pointer
        token = pairs[row][0]
        ones.append((row, _KIND + _KIND_AT[kind]))
        ones.append((row, _MATCH + bisect_left(MATCH_BUCKETS, match)))
        if from_source:
            ones.append((row, _SOURCE + bisect_left(DISTANCE_BUCKETS, distance)))
        if kind == "sketch":
            ones.append((row, _SKETCH + bisect_left(DISTANCE_BUCKETS, at - cursor.sketch_pointer)))
        ones.append((row, _REASON_AT[reason]))
        ones.append((row, _TOKEN + spelling.class_of(token)))
        ones.append((row, _LAST + last_class))
        ones.append((row, _LEFT + bisect_left(LEFT_BUCKETS, _left_in_line(tokens, at, spelling))))
        changes_at = text.changes_at[at] if text.changes_at is not None else len(tokens)
        changes = changes_at < len(tokens)
        if changes:
            ones.append((row, _CHANGE + bisect_left(CHANGE_BUCKETS, changes_at - at)))
        share = votes[token] / all_votes
        occurrences = text.index.occurrences(last)
        left = (text.barred_at[at] if text.barred_at is not None else len(tokens)) - at
        scalars.append(
            (
                share,
                share > 0.99,
                pair_votes[pairs[row]] / all_votes,
                match == longest,
                (longest - match) / 8,
                occurrences <= 1,
                occurrences == 2,
                2 < occurrences < 6,
                log1p(occurrences) / 4,
                candidate.rank == 0,
                candidate.rank / 6,
                log1p(match) / 3,
                cursor.rate,
                log1p(cursor.since_miss) / 3,
                cursor.since_miss == 1,
                cursor.since_miss == 2,
                token == cursor.rejected,
                is_source and at == cursor.rejected_at,
                is_source and at == cursor.rejected_at + 1,
                at_line,
                similarity if at_line else 0,
                at_line and similarity < 0.3,
                at_line and similarity > 0.6,
                similarity if reason == "same-line" else 0,
                similarity if reason == "next-line" else 0,
                cursor.interrupted,
                max(-1, min(1, distance / 40)) if from_source else 0,
                cursor.last_accepted == 0,
                log1p(cursor.last_accepted) / 4,
                cursor.written < 3,
                setting.has_sketch,
                min(1, left / 64),
                left < 8,
                text.changes_at is not None,
                log1p(changes_at - at) / 5 if changes else 0,
                setting.has_candidates,
                setting.has_candidates and is_source,
                setting.fineness / 4,
                cursor.trust,
                cursor.trust > 0.95,
                min(1, len(cursor.line) / 16),
            )
        )
    if candidates:
        where = np.array(ones)
        rows[where[:, 0], where[:, 1]] = 1
        rows[:, _SCALAR:] = scalars
    return rows


def _left_in_line(tokens: Sequence[int], at: int, spelling: Spelling) -> int:
    left = 0
    while left < 16 and at + left < len(tokens) and not spelling.is_newline(tokens[at + left]):
        left += 1
    return left
