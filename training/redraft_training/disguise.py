"""Disguise: an example with its words exchanged for others, the same way in source, sketch and result.

A small model that half knows what comes next copies badly what it would not have guessed: rare names, accents, regular
expressions. In a disguised example guessing is no use; what stays is the task itself. Blanks, line ends, role tokens and the
words of markers keep their meaning, so the shape of the edit can still be read.
"""

from __future__ import annotations

import numpy as np

from redraft_training.sketch import LOOSE_MARKERS, PLAIN_MARKERS, REMOVED_WORDS
from redraft_training.vocabulary import BYTE, NORMAL, Vocabulary

COMMENT_SIGNS = ("// ", "# ", "/* ", " */", "<!-- ", " -->", "{/* ", " */}", "...", " ...", "…")


class Disguise:
    """Exchanges pieces within classes: bytes, words, words after a blank, punctuation, digits apart."""

    def __init__(self, vocabulary: Vocabulary, seed: int) -> None:
        kept = {token for text in (*PLAIN_MARKERS, *LOOSE_MARKERS, *REMOVED_WORDS, *COMMENT_SIGNS)
                for lead in ("", " ") for token in vocabulary.encode(lead + text)}
        classes: dict[tuple, list[int]] = {}
        for token, (text, _, kind) in enumerate(vocabulary.pieces()):
            body = text.lstrip("▁")
            if token in kept or kind not in (NORMAL, BYTE) or not body:
                continue
            word = any(character.isalnum() for character in body)
            classes.setdefault((kind, len(text) - len(body), word, body.isdigit()), []).append(token)
        self.classes = [np.array(tokens) for tokens in classes.values() if len(tokens) > 1]
        self.identity = np.arange(len(vocabulary))
        self.random = np.random.default_rng(seed)

    def apply(self, tokens: np.ndarray) -> np.ndarray:
        table = self.identity.copy()
        for tokens_of_class in self.classes:
            table[tokens_of_class] = self.random.permutation(tokens_of_class)
        return table[tokens]
