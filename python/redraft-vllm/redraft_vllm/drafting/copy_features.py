"""The inputs of the network that says how far a copy will hold; models/acceptance.json was fitted to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, log1p

import numpy as np

from redraft_vllm.drafting.candidates import COPY_REASONS, Candidate
from redraft_vllm.drafting.compiled import compiled
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


@dataclass(frozen=True, slots=True)
class Setting:
    """What does not change while one text is written."""

    has_sketch: bool
    has_candidates: bool
    #: Characters per token.
    fineness: float


_MATCHES = np.array(MATCH_BUCKETS)
_DISTANCES = np.array(DISTANCE_BUCKETS)
_LEFTS = np.array(LEFT_BUCKETS)
_CHANGES = np.array(CHANGE_BUCKETS)
_SOURCE_KIND, _SKETCH_KIND, _CANDIDATE_KIND = (TEXT_KINDS.index(kind) for kind in ("source", "sketch", "candidate"))
_REASONS = {reason: i for i, reason in enumerate(COPY_REASONS)}
_SAME_LINE, _NEXT_LINE = _REASONS["same-line"], _REASONS["next-line"]


def copy_features(candidates: Sequence[Candidate], cursor: Cursor, spelling: Spelling, setting: Setting) -> np.ndarray:
    """Returns the features of the candidates, float32 of shape (candidates, features), numbers of about unit size."""
    rows = np.zeros((len(candidates), len(COPY_FEATURE_NAMES)), dtype=np.float32)
    if not candidates:
        return rows
    last = cursor.tail[-1] if cursor.tail else -1
    facts = []
    for candidate in candidates:
        at, text, kind = candidate.at, candidate.text, candidate.kind
        tokens = text.index.tokens
        length = len(tokens)
        token = tokens[at]
        facts.append(
            (
                _KIND_AT[kind],
                candidate.match,
                at,
                _REASONS[candidate.reason],
                candidate.rank,
                token,
                tokens[at + 1] if at + 1 < length else -1,
                # A whole candidate is the source with the edit in it, and has a pointer of its own.
                cursor.candidate_pointers.get(text.id, 0) if kind == "candidate" else cursor.pointer,
                length,
                (text.barred_at[at] if text.barred_at is not None else length) - at,
                text.changes_at[at] if text.changes_at is not None else -1,
                text.index.occurrences(last),
                _left_in_line(tokens, at, spelling),
                spelling.class_of(token),
            )
        )
    last_class = spelling.class_of(last)
    state = (
        cursor.sketch_pointer,
        cursor.rejected,
        cursor.rejected_at,
        cursor.since_miss,
        cursor.written,
        cursor.last_accepted,
        len(cursor.line),
        last_class,
        cursor.written == 0 or last_class == NEWLINE,
        cursor.interrupted,
        setting.has_sketch,
        setting.has_candidates,
    )
    shares = (cursor.rate, cursor.trust, cursor.similarity, setting.fineness)
    _fill(rows, np.array(facts, dtype=np.int64), np.array(state, dtype=np.int64), np.array(shares))
    return rows


@compiled
def _fill(rows, facts, state, shares):  # type: ignore[no-untyped-def]
    sketch_pointer, rejected, rejected_at, since_miss = state[0], state[1], state[2], state[3]
    written, last_accepted, line_length, last_class = state[4], state[5], state[6], state[7]
    at_line, interrupted, has_sketch, has_candidates = state[8] > 0, state[9] > 0, state[10] > 0, state[11] > 0
    rate, trust, similarity, fineness = shares[0], shares[1], shares[2], shares[3]
    longest = 0
    all_votes = 0.0
    for i in range(len(facts)):
        longest = max(longest, facts[i, 1])
        all_votes += min(16, facts[i, 1]) + 0.5
    for i in range(len(facts)):
        row = rows[i]
        kind, match, at, reason, rank = facts[i, 0], facts[i, 1], facts[i, 2], facts[i, 3], facts[i, 4]
        token, following, pointer, length = facts[i, 5], facts[i, 6], facts[i, 7], facts[i, 8]
        left, changes_at, occurrences, left_in_line = facts[i, 9], facts[i, 10], facts[i, 11], facts[i, 12]
        votes = 0.0
        pair_votes = 0.0
        for other in range(len(facts)):
            if facts[other, 5] == token:
                vote = min(16, facts[other, 1]) + 0.5
                votes += vote
                if facts[other, 6] == following:
                    pair_votes += vote
        is_source = kind == _SOURCE_KIND
        from_source = is_source or kind == _CANDIDATE_KIND
        distance = at - pointer
        row[_KIND + kind] = 1
        row[_MATCH + bucket_at(_MATCHES, match)] = 1
        if from_source:
            row[_SOURCE + bucket_at(_DISTANCES, distance)] = 1
        if kind == _SKETCH_KIND:
            row[_SKETCH + bucket_at(_DISTANCES, at - sketch_pointer)] = 1
        row[_REASON + reason] = 1
        row[_TOKEN + facts[i, 13]] = 1
        row[_LAST + last_class] = 1
        row[_LEFT + bucket_at(_LEFTS, left_in_line)] = 1
        knows_changes = changes_at >= 0
        changes = knows_changes and changes_at < length
        if changes:
            row[_CHANGE + bucket_at(_CHANGES, changes_at - at)] = 1
        share = votes / all_votes
        # In the order of SCALARS.
        scalars = row[_SCALAR:]
        scalars[0] = share
        scalars[1] = share > 0.99
        scalars[2] = pair_votes / all_votes
        scalars[3] = match == longest
        scalars[4] = (longest - match) / 8
        scalars[5] = occurrences <= 1
        scalars[6] = occurrences == 2
        scalars[7] = 2 < occurrences < 6
        scalars[8] = log1p(occurrences) / 4
        scalars[9] = rank == 0
        scalars[10] = rank / 6
        scalars[11] = log1p(match) / 3
        scalars[12] = rate
        scalars[13] = log1p(since_miss) / 3
        scalars[14] = since_miss == 1
        scalars[15] = since_miss == 2
        scalars[16] = token == rejected
        scalars[17] = is_source and at == rejected_at
        scalars[18] = is_source and at == rejected_at + 1
        scalars[19] = at_line
        scalars[20] = similarity if at_line else 0.0
        scalars[21] = at_line and similarity < 0.3
        scalars[22] = at_line and similarity > 0.6
        scalars[23] = similarity if reason == _SAME_LINE else 0.0
        scalars[24] = similarity if reason == _NEXT_LINE else 0.0
        scalars[25] = interrupted
        scalars[26] = max(-1.0, min(1.0, distance / 40)) if from_source else 0.0
        scalars[27] = last_accepted == 0
        scalars[28] = log1p(last_accepted) / 4
        scalars[29] = written < 3
        scalars[30] = has_sketch
        scalars[31] = min(1.0, left / 64)
        scalars[32] = left < 8
        scalars[33] = knows_changes
        scalars[34] = log1p(changes_at - at) / 5 if changes else 0.0
        scalars[35] = has_candidates
        scalars[36] = has_candidates and is_source
        scalars[37] = fineness / 4
        scalars[38] = trust
        scalars[39] = trust > 0.95
        scalars[40] = min(1.0, line_length / 16)


@compiled
def bucket_at(buckets, value):  # type: ignore[no-untyped-def]
    """Returns the index of the first upper end that is not below the value; the last is infinite."""
    at = 0
    while buckets[at] < value:
        at += 1
    return at


def _left_in_line(tokens: Sequence[int], at: int, spelling: Spelling) -> int:
    left = 0
    while left < 16 and at + left < len(tokens) and not spelling.is_newline(tokens[at + left]):
        left += 1
    return left
