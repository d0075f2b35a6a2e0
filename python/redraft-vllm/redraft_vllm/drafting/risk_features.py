"""The features of each token of a draft, besides where the draft begins.

Small models err where the same context continued in another way before: in the source, in the rest of the prompt (the
sketch, the instruction) or in the output.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from math import inf, log1p

import numpy as np

from redraft_vllm.drafting.candidates import Candidate
from redraft_vllm.drafting.copy_features import bucket_names
from redraft_vllm.drafting.indexed_text import Precedent
from redraft_vllm.drafting.spelling import TOKEN_CLASSES, Spelling
from redraft_vllm.drafting.texts import TEXT_KINDS, CopyTexts

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

#: Precedents in source and prompt by text and place: they do not change. For one request.
KnownPrecedents = dict[tuple[int, int], tuple[Precedent, Precedent]]


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
    context = [*tail, *draft]
    text, at = candidate.text, candidate.at
    length = len(text.index.tokens)
    source, own, prompt_length = texts.source, texts.own, texts.prompt_length
    ends = len(tail)
    cells: list[tuple[int, int, float]] = []
    put = cells.append
    for k, token in enumerate(draft):
        end = ends + k
        place = at + k
        key = (text.id, place)
        fixed = known.get(key) if k >= SETTLED_PART else None
        if fixed is None:
            fixed = (
                source.index.precedent(context, end, token, 0, None, place if text is source else -1),
                own.index.precedent(context, end, token, 0, prompt_length, place if text is own else -1),
            )
            if k >= SETTLED_PART and not text.grows and len(known) < MOST_PRECEDENTS:
                known[key] = fixed
        written = own.index.precedent(context, end, token, prompt_length, None, place if text is own else -1)
        offset = 0
        for same, sames, other, others in (*fixed, written):
            put((k, offset + bisect_left(OTHER_BUCKETS, other), 1))
            put((k, offset + _LEAD + bisect_left(LEAD_BUCKETS, same - other), 1))
            if others:
                put((k, offset + _COUNTS, log1p(others) / 4))
                put((k, offset + _COUNTS + 2, others / (others + sames)))
            if sames:
                put((k, offset + _COUNTS + 1, log1p(sames) / 4))
            offset += _BLOCK
        put((k, _TOKEN + spelling.class_of(token), 1))
        if end > 0:
            put((k, _LAST + spelling.class_of(context[end - 1]), 1))
        if text.changes_at is not None:
            changes_at = text.changes_at[place] if place < len(text.changes_at) else length + 1
            if changes_at < length:
                put((k, _CHANGE + bisect_left(CHANGE_BUCKETS, changes_at - place), 1))
        put((k, _SCALAR + 5, min(12, spelling.length_of(token)) / 12))
        if spelling.text_of(token).startswith("\n"):
            put((k, _SCALAR + 6, 1))
        barred = text.barred_at[place] if text.barred_at is not None and place < len(text.barred_at) else length
        put((k, _SCALAR + 7, min(64, barred - place) / 64))
    row_of, column_of, values = zip(*cells, strict=True) if cells else ((), (), ())
    rows[row_of, column_of] = values
    rows[:, _KIND_AT[candidate.kind]] = 1
    rows[:, _SCALAR] = text.changes_at is not None
    rows[:, _SCALAR + 4] = np.log1p(np.arange(len(draft))) / 5
    rows[:1, _SCALAR + 1] = 1
    rows[1:2, _SCALAR + 2] = 1
    rows[:4, _SCALAR + 3] = 1
    if texts.candidates:
        rows[:, _SCALAR + 8] = 1
    return rows
