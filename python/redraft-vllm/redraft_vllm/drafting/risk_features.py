"""The features of each token of a draft, besides where the draft begins.

Small models err where the same context continued in another way before: in the source, in the rest of the prompt (the
sketch, the instruction) or in the output.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, log1p

import numpy as np

from redraft_vllm.drafting.candidates import Candidate
from redraft_vllm.drafting.compiled import compiled
from redraft_vllm.drafting.copy_features import bucket_at, bucket_names
from redraft_vllm.drafting.indexed_text import precedent
from redraft_vllm.drafting.spelling import LONGEST, TOKEN_CLASSES, Spelling
from redraft_vllm.drafting.texts import TEXT_KINDS, CopyText, CopyTexts

#: Upper ends of buckets: how long a context predicted another token, and how much longer one the drafted token.
OTHER_BUCKETS = (0, 1, 2, 3, 4, 6, 8, 11, 15, inf)
LEAD_BUCKETS = (-9, -4, -2, -1, 0, 1, 3, 7, 15, inf)
CHANGE_BUCKETS = (0, 1, 2, 4, 8, inf)
PRECEDENT_SCALARS = ("others", "sames", "otherShare")
SCALARS = "knowsChanges first second early place length newlineStart textLeft hasCandidates".split()


def _precedent_names(text: str) -> list[str]:
    return [
        *bucket_names(f"{text}Other", OTHER_BUCKETS),
        *bucket_names(f"{text}Lead", LEAD_BUCKETS),
        *(f"{text}:{name}" for name in PRECEDENT_SCALARS),
    ]


#: The inputs of the risk network in order; the base hazard is one more, the last.
RISK_FEATURE_NAMES = [
    *_precedent_names("source"),
    *_precedent_names("prompt"),
    *_precedent_names("output"),
    *(f"kind={kind}" for kind in TEXT_KINDS),
    *(f"token={name}" for name in TOKEN_CLASSES),
    *(f"last={name}" for name in TOKEN_CLASSES),
    *bucket_names("untilChange", CHANGE_BUCKETS),
    *SCALARS,
]

_LEAD = len(OTHER_BUCKETS)
_COUNTS = _LEAD + len(LEAD_BUCKETS)
_BLOCK = len(OTHER_BUCKETS) + len(LEAD_BUCKETS) + len(PRECEDENT_SCALARS)
_KIND = 3 * _BLOCK
_TOKEN = _KIND + len(TEXT_KINDS)
_LAST = _TOKEN + len(TOKEN_CLASSES)
_CHANGE = _LAST + len(TOKEN_CLASSES)
_SCALAR = _CHANGE + len(CHANGE_BUCKETS)
_KIND_AT = {kind: _KIND + i for i, kind in enumerate(TEXT_KINDS)}

#: From this many tokens into a draft on, only the text before it counts as context.
SETTLED_PART = 16
#: Precedents that are kept per request; more are computed again.
MOST_PRECEDENTS = 16_384

_OTHERS = np.array(OTHER_BUCKETS)
_LEADS = np.array(LEAD_BUCKETS)
_CHANGES = np.array(CHANGE_BUCKETS)


class KnownPrecedents:
    """Precedents in source and prompt by text and place: they do not change. For one request."""

    def __init__(self) -> None:
        self._of: dict[int, np.ndarray] = {}
        self._count = 0

    def of(self, text: CopyText) -> np.ndarray:
        """Returns int8 of shape (places, 8): two precedents; -1 = not known."""
        known = self._of.get(text.id)
        if known is None:
            known = np.full((len(text.index.tokens), 8), -1, dtype=np.int8)
            self._of[text.id] = known
        return known

    @property
    def left(self) -> int:
        return MOST_PRECEDENTS - self._count

    def note(self, count: int) -> None:
        self._count += count


_NOTHING_KNOWN = np.zeros((0, 8), dtype=np.int8)


def risk_features(
    candidate: Candidate,
    draft: Sequence[int],
    tail: Sequence[int],
    texts: CopyTexts,
    spelling: Spelling,
    known: KnownPrecedents,
) -> np.ndarray:
    """Returns the features of the drafted tokens, float32 of shape (tokens, features), without the base hazard."""
    rows = np.zeros((len(draft), len(RISK_FEATURE_NAMES)), dtype=np.float32)
    context = np.array([*tail, *draft], dtype=np.int32)
    text = candidate.text
    noted = _fill(
        rows,
        context,
        len(tail),
        spelling.facts_of(context),
        texts.source.index.arrays,
        texts.own.index.arrays,
        texts.prompt_length,
        candidate.at,
        len(text.index.tokens),
        text is texts.source,
        text is texts.own,
        text.changes,
        text.barred,
        _NOTHING_KNOWN if text.grows else known.of(text),
        known.left,
    )
    known.note(noted)
    rows[:, _KIND_AT[candidate.kind]] = 1
    rows[:, _SCALAR] = text.changes_at is not None
    rows[:, _SCALAR + 4] = np.log1p(np.arange(len(draft))) / 5
    rows[:1, _SCALAR + 1] = 1
    rows[1:2, _SCALAR + 2] = 1
    rows[:4, _SCALAR + 3] = 1
    if texts.candidates:
        rows[:, _SCALAR + 8] = 1
    return rows


@compiled
def _put_precedent(row, offset, same, sames, other, others):  # type: ignore[no-untyped-def]
    row[offset + bucket_at(_OTHERS, other)] = 1
    row[offset + _LEAD + bucket_at(_LEADS, same - other)] = 1
    if others:
        row[offset + _COUNTS] = log1p(others) / 4
        row[offset + _COUNTS + 2] = others / (others + sames)
    if sames:
        row[offset + _COUNTS + 1] = log1p(sames) / 4


@compiled
def _fill(  # type: ignore[no-untyped-def]
    rows,
    context,
    ends,
    facts,
    source,
    own,
    prompt_length,
    at,
    length,
    is_source,
    is_own,
    changes,
    barred,
    known,
    left,
):
    """Fills in what depends on the token. Returns how many precedents became known."""
    noted = 0
    two = np.zeros(8, dtype=np.int64)
    for k in range(len(rows)):
        row = rows[k]
        end = ends + k
        place = at + k
        token = context[end]
        in_source = place if is_source else -1
        in_own = place if is_own else -1
        if k >= SETTLED_PART and place < len(known) and known[place, 0] >= 0:
            for i in range(8):
                two[i] = known[place, i]
        else:
            two[0], two[1], two[2], two[3] = precedent(source, context, end, token, 0, source[1], in_source)
            two[4], two[5], two[6], two[7] = precedent(own, context, end, token, 0, prompt_length, in_own)
            if k >= SETTLED_PART and place < len(known) and noted < left:
                for i in range(8):
                    known[place, i] = two[i]
                noted += 1
        _put_precedent(row, 0, two[0], two[1], two[2], two[3])
        _put_precedent(row, _BLOCK, two[4], two[5], two[6], two[7])
        same, sames, other, others = precedent(own, context, end, token, prompt_length, own[1], in_own)
        _put_precedent(row, 2 * _BLOCK, same, sames, other, others)
        row[_TOKEN + facts[0, end]] = 1
        if end > 0:
            row[_LAST + facts[0, end - 1]] = 1
        if len(changes) > 0:
            changes_at = changes[place] if place < len(changes) else length + 1
            if changes_at < length:
                row[_CHANGE + bucket_at(_CHANGES, changes_at - place)] = 1
        row[_SCALAR + 5] = facts[1, end] / LONGEST
        if facts[2, end]:
            row[_SCALAR + 6] = 1
        bar = barred[place] if place < len(barred) else length
        row[_SCALAR + 7] = min(64, bar - place) / 64
    return noted
