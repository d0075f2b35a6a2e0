"""Texts to token ids of the target and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from redraft_vllm.drafting import Spelling
from redraft_vllm.fields import FieldError, Text


class Vocabulary:
    """A tokenizer as vLLM holds it; nothing of a request is kept."""

    def __init__(self, tokenizer: Any, size: int) -> None:
        """`size` = token ids of the model; larger ones in a request are refused."""
        self._tokenizer = tokenizer
        self._size = size
        self._anchor = self._encode("a") if tokenizer is not None else []
        self._anchor_text = self._decode(self._anchor) if self._anchor else ""
        self.spelling = Spelling(self.text_of)

    def encode(self, text: Text, most: int) -> list[int]:
        """Returns the tokens of a text inside an output, at most `most`. Raises `FieldError`."""
        if not isinstance(text, str):
            if any(token >= self._size for token in text):
                raise FieldError(f"a token id in vllm_xargs is not below the size of the vocabulary, {self._size}")
            return list(text[:most])
        if self._tokenizer is None:
            raise FieldError("the engine runs without a tokenizer: vllm_xargs must hold token ids")
        # A token has at least one character in nearly all code, so further text cannot count.
        return self._encode(text[: 16 * most])[:most]

    def text_of(self, token: int) -> str:
        """Returns what the token adds to a text, a leading blank included."""
        if self._tokenizer is None or token >= self._size:
            return ""
        return self._decode([*self._anchor, token])[len(self._anchor_text) :]

    def _encode(self, text: str) -> list[int]:
        tokens = self._tokenizer.encode(text, add_special_tokens=False)
        # Some vocabularies put a blank before every text: not where the output only goes on.
        if not text.startswith(" ") and self._decode(tokens[:1]).startswith(" "):
            anchored = self._tokenizer.encode(f"\n{text}", add_special_tokens=False)
            newline = self._tokenizer.encode("\n", add_special_tokens=False)
            if anchored[: len(newline)] == newline:
                return anchored[len(newline) :]
        return tokens

    def _decode(self, tokens: Sequence[int]) -> str:
        return self._tokenizer.decode(list(tokens), skip_special_tokens=False)
