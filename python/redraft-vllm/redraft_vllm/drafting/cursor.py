"""The position of the output: what guesses depend on. Bounded, whatever the length of the output."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from redraft_vllm.drafting.indexed_text import MATCH_LIMIT


@dataclass(slots=True)
class Cursor:
    #: The last tokens of prompt and output.
    tail: list[int]
    #: Output tokens written.
    written: int = 0
    #: Next source position expected: the end of the last copy, a rejected token included.
    pointer: int = 0
    sketch_pointer: int = 0
    #: The same for whole candidates, by text id.
    candidate_pointers: dict[int, int] = field(default_factory=dict)
    #: The token that was drafted where the target wrote another one, and the pointer then; -1 = none since.
    rejected: int = -1
    rejected_at: int = -1
    #: Tokens since the last rejection.
    since_miss: int = 0
    #: Tokens of the line being written; long lines are cut.
    line: list[int] = field(default_factory=list)
    #: Similarity of the line written last to the source line at the pointer, and whether that one was interrupted.
    similarity: float = 0.5
    interrupted: bool = False
    #: Share of tokens drafted right: of the last few steps, of about the last fifty tokens; and the last step's number.
    rate: float = 0.8
    trust: float = 0.8
    last_accepted: int = 0


def start_cursor(prompt: Sequence[int]) -> Cursor:
    return Cursor(tail=list(prompt[-MATCH_LIMIT:]))


def note_outcome(cursor: Cursor, tokens: Sequence[int], drafted: Sequence[int]) -> None:
    """Remembers how the step went: `tokens` were written where `drafted` was the best draft, sent or not."""
    accepted = 0
    for drafted_token, token in zip(drafted, tokens, strict=False):
        if drafted_token != token:
            break
        accepted += 1
    if accepted < len(drafted) and accepted < len(tokens):
        cursor.rejected = drafted[accepted]
        cursor.rejected_at = cursor.pointer
        cursor.since_miss = 1
    else:
        cursor.since_miss += len(tokens)
        if accepted > 0:
            cursor.rejected = -1
            cursor.rejected_at = -1
    cursor.last_accepted = accepted
    if not tokens:
        return
    share = min(1.0, accepted / min(len(tokens), max(1, len(drafted))))
    cursor.rate = 0.85 * cursor.rate + 0.15 * share
    kept = 0.98 ** len(tokens)
    cursor.trust = kept * cursor.trust + (1 - kept) * share
