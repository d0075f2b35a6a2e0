"""What kind of text a token is: enough to know where lines begin and what a copy runs into."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import numpy as np

TOKEN_CLASSES = ("newline", "space", "word", "open", "close", "quote", "mark")
NEWLINE = 0

#: What `String.prototype.trim` removes.
BLANKS = "\t\n\v\f\r \u00a0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000\ufeff"

#: What compiled loops know of a token: its class, its length in UTF-16 code units up to `LONGEST`, whether it begins
#: a line.
FACTS = ("class", "length", "begins_line")
LONGEST = 12
UNKNOWN = -1

#: Vocabularies have up to about 256,000 tokens; a table never holds more entries than this.
MOST_KNOWN = 300_000


def class_of_text(text: str) -> int:
    """Returns an index into `TOKEN_CLASSES`."""
    if "\n" in text:
        return NEWLINE
    bare = text.strip(BLANKS)
    if bare == "":
        return 1
    first = bare[0]
    if first == "_" or unicodedata.category(first)[0] in "LN":
        return 2
    if first in "([{<":
        return 3
    if first in ")]}>":
        return 4
    if first in "\"'`":
        return 5
    return 6


def utf16_length(text: str) -> int:
    """Returns the length in UTF-16 code units, which is what lengths were when the network was fitted."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


class Spelling:
    """Texts and classes of tokens, each asked for once. One per vocabulary: it holds nothing of any request."""

    def __init__(self, text_of: Callable[[int], str]) -> None:
        self._ask = text_of
        self._known: dict[int, tuple[int, int, str]] = {}
        self._facts = np.full((len(FACTS), 1024), UNKNOWN, dtype=np.int8)

    def _entry(self, token: int) -> tuple[int, int, str]:
        entry = self._known.get(token)
        if entry is None:
            text = self._ask(token) if token >= 0 else ""
            entry = (class_of_text(text) if token >= 0 else 6, utf16_length(text), text)
            if len(self._known) < MOST_KNOWN:
                self._known[token] = entry
        return entry

    def class_of(self, token: int) -> int:
        """Returns the token's class; -1, which stands for no token, is a mark."""
        return self._entry(token)[0]

    def is_newline(self, token: int) -> bool:
        return (self._known.get(token) or self._entry(token))[0] == NEWLINE

    def length_of(self, token: int) -> int:
        """Returns the length of the token's text in UTF-16 code units."""
        return self._entry(token)[1]

    def text_of(self, token: int) -> str:
        return self._entry(token)[2]

    def facts_of(self, tokens: np.ndarray) -> np.ndarray:
        """Returns int8 of shape (facts, tokens), in the order of `FACTS`; no token is negative."""
        top = int(tokens.max(initial=0))
        if top >= self._facts.shape[1]:
            room = 1 << top.bit_length()
            more = np.full((len(FACTS), room - self._facts.shape[1]), UNKNOWN, dtype=np.int8)
            self._facts = np.concatenate((self._facts, more), axis=1)
        facts = self._facts[:, tokens]
        unknown = tokens[facts[0] == UNKNOWN]
        if len(unknown) == 0:
            return facts
        for token in set(unknown.tolist()):
            kind, length, text = self._entry(token)
            self._facts[:, token] = (kind, min(LONGEST, length), text.startswith("\n"))
        return self._facts[:, tokens]
