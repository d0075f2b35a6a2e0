"""The fields of `vllm_xargs` that the proposer reads, and their check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Text = str | Sequence[int]

FIELDS = ("prediction", "sketch", "candidates", "context", "draft", "history")
#: What `draft` may say: "off" = no drafts; "prompt" = also where nothing is predicted; "auto" = as the server is set.
DRAFT_MODES = ("auto", "off", "prompt")
LONGEST_NAME = 128


class FieldError(ValueError):
    """A field of `vllm_xargs` has a value that the proposer cannot use."""


@dataclass(frozen=True, slots=True)
class Fields:
    """Texts of one request, each a string or token ids of the target."""

    #: What the output is expected to repeat; the first one is the source of an edit.
    predictions: tuple[Text, ...] = ()
    sketch: Text | None = None
    #: Whole texts that the edit may result in, the likeliest first.
    candidates: tuple[Text, ...] = ()
    context: tuple[Text, ...] = ()
    draft: str = "auto"
    #: Name of the scope whose earlier outputs may be drafted from, and which this output joins.
    history: str | None = None

    @property
    def has_texts(self) -> bool:
        return bool(self.predictions or self.sketch or self.candidates or self.context or self.history)


def read_fields(xargs: Mapping[str, Any] | None) -> Fields:
    """Reads the fields out of `vllm_xargs`; others are left to other plug-ins. Raises `FieldError`."""
    if not xargs or not any(name in xargs for name in FIELDS):
        return Fields()
    draft = xargs.get("draft", "auto")
    if draft not in DRAFT_MODES:
        raise FieldError(f"vllm_xargs.draft is {draft!r}; it can be one of {', '.join(DRAFT_MODES)}")
    history = xargs.get("history")
    if history is not None and not (isinstance(history, str) and 0 < len(history) <= LONGEST_NAME):
        raise FieldError(f"vllm_xargs.history must be a name of 1 to {LONGEST_NAME} characters")
    sketch = _texts("sketch", xargs.get("sketch"))
    if len(sketch) > 1:
        raise FieldError("vllm_xargs.sketch must be one text")
    return Fields(
        predictions=_texts("prediction", xargs.get("prediction")),
        sketch=sketch[0] if sketch else None,
        candidates=_texts("candidates", xargs.get("candidates")),
        context=_texts("context", xargs.get("context")),
        draft=draft,
        history=history,
    )


def _texts(name: str, value: Any) -> tuple[Text, ...]:
    """A string, a list of strings, or one text as a list of token ids."""
    if value is None or value == "" or value == []:
        return ()
    if isinstance(value, str):
        return (value,)
    if isinstance(value, (list, tuple)):
        if all(isinstance(item, str) for item in value):
            return tuple(item for item in value if item)
        if all(type(item) is int and item >= 0 for item in value):
            return (tuple(value),)
    raise FieldError(f"vllm_xargs.{name} must be a text, a list of texts, or a list of token ids")
