"""The texts a request may copy from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from redraft_vllm.drafting.indexed_text import IndexedText
from redraft_vllm.drafting.sketch_alignment import TokenLine, changes_by_sketch, token_lines
from redraft_vllm.drafting.spelling import Spelling

#: What kind of text a candidate copies from; the statistics differ.
TEXT_KINDS = ("source", "prompt", "output", "context", "sketch", "candidate")

Tokens = Sequence[int]

NONE = np.zeros(0, dtype=np.int32)


@dataclass(frozen=True, slots=True)
class DraftRequest:
    """What is known of an edit, in token ids of the target."""

    prompt: Tokens
    #: The text that is edited, or any other prediction of the output.
    source: Tokens = ()
    #: The edit as written, with elisions; None = there is none.
    sketch: Tokens | None = None
    #: Whole texts that the edit may result in, the likeliest first.
    candidates: Sequence[Tokens] = ()
    #: Further texts.
    context: Sequence[Tokens] = ()
    #: Earlier outputs, the newest last.
    history: Sequence[Tokens] = ()


@dataclass(slots=True, eq=False)
class CopyText:
    index: IndexedText
    kind: str
    id: int
    #: Per token, where the next elision marker begins (itself where it is in one): a copy may not run into it.
    barred_at: list[int] | None = None
    #: Of a source with a sketch: per token the next one at which the sketch says that something changes.
    changes_at: list[int] | None = None
    #: The text is prompt and output themselves.
    grows: bool = False
    #: `barred_at` and `changes_at` for compiled loops, int32; empty where there is none.
    barred: np.ndarray = field(default_factory=lambda: NONE)
    changes: np.ndarray = field(default_factory=lambda: NONE)

    def bar(self, barred_at: list[int]) -> None:
        self.barred_at = barred_at
        self.barred = np.array(barred_at, dtype=np.int32)

    def change(self, changes_at: list[int] | None) -> None:
        self.changes_at = changes_at
        self.changes = NONE if changes_at is None else np.array(changes_at, dtype=np.int32)


@dataclass(slots=True)
class CopyTexts:
    source: CopyText
    own: CopyText
    prompt_length: int
    sketch: CopyText | None
    candidates: list[CopyText] = field(default_factory=list)
    others: list[CopyText] = field(default_factory=list)


def read_texts(request: DraftRequest, spelling: Spelling) -> CopyTexts:
    next_id = 0

    def text(tokens: Tokens, kind: str, skip: tuple[int, int] | None = None) -> CopyText:
        nonlocal next_id
        next_id += 1
        return CopyText(IndexedText(tokens, skip), kind, next_id - 1)

    source = text(request.source, "source")
    own = text(request.prompt, "prompt", _source_in_prompt(request.source, request.prompt))
    own.grows = True
    sketch = None
    if request.sketch is not None:
        lines = token_lines(request.sketch, spelling)
        source.change(changes_by_sketch(token_lines(request.source, spelling), lines))
        sketch = text(request.sketch, "sketch")
        sketch.bar(_elisions(lines))
    candidates = [text(tokens, "candidate") for tokens in request.candidates]
    others = [text(tokens, "context") for tokens in (*request.context, *reversed(request.history))]
    return CopyTexts(source, own, len(request.prompt), sketch, candidates, others)


def _source_in_prompt(source: Tokens, prompt: Tokens) -> tuple[int, int] | None:
    """Returns where the prompt repeats the source: those places would only be found twice."""
    # The first token may be merged with what comes before it in the prompt.
    length = min(12, len(source) - 1)
    if length < 4:
        return None
    head = list(source[1 : 1 + length])
    for start in range(len(prompt) - length + 1):
        if prompt[start] != head[0] or list(prompt[start : start + length]) != head:
            continue
        same = length
        while start + same < len(prompt) and 1 + same < len(source) and prompt[start + same] == source[1 + same]:
            same += 1
        return start, start + same
    return None


def _elisions(lines: Sequence[TokenLine]) -> list[int]:
    length = lines[-1].end if lines else 0
    barred = [length] * length
    following = length
    for line in reversed(lines):
        for at in range(line.start, line.end):
            barred[at] = at if line.elision else following
        if line.elision:
            following = line.start
    return barred
