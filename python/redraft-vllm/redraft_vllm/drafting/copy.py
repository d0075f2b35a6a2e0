"""Drafts copies of everything known of one request."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np

from redraft_vllm.drafting.acceptance import (
    AcceptanceModel,
    AcceptanceWeights,
    Frailty,
    load_weights,
    near_values,
    refine_survival,
    survival_curve,
)
from redraft_vllm.drafting.candidates import (
    Candidate,
    advance,
    agreement,
    candidate_tokens,
    find_candidates,
    shared_length,
)
from redraft_vllm.drafting.copy_features import Setting, copy_features
from redraft_vllm.drafting.cursor import note_outcome, start_cursor
from redraft_vllm.drafting.risk_features import KnownPrecedents, risk_features
from redraft_vllm.drafting.spelling import Spelling
from redraft_vllm.drafting.texts import DraftRequest, read_texts

#: Drafts that are looked at token by token; the others are hardly ever sent.
REFINED = 2
#: Longest draft but the first.
ALTERNATIVE_LENGTH = 48


@dataclass(eq=False)
class Draft:
    tokens: list[int]
    #: promise[k] = estimated P(at least k + 1 tokens are accepted), float64, without each token's own risk: what drafts
    #: are compared by.
    promise: np.ndarray
    _judge: Callable[[], np.ndarray]

    @cached_property
    def survival(self) -> np.ndarray:
        """The same with each token's own risk: what a draft is cut by. Computed when asked for, before `accept`."""
        return self._judge()


class CopyDrafter:
    """Drafts for one request.

    It re-anchors by the longest suffixes of the output that occur in the known texts, by a pointer to where the last
    copy ended, and at line starts by what may have happened to the interrupted line; a network learnt from recorded
    edits says how far each will hold.
    """

    def __init__(
        self,
        request: DraftRequest,
        spelling: Spelling,
        weights: AcceptanceWeights | None = None,
        most_drafts: int | None = None,
    ) -> None:
        """`most_drafts` = how many drafts are made per step, None = one per different continuation."""
        weights = weights or load_weights()
        self._spelling = spelling
        self._model = AcceptanceModel(weights.survival)
        self._risk = weights.risk
        self._most = most_drafts
        self._texts = read_texts(request, spelling)
        self._cursor = start_cursor(request.prompt)
        text = request.source if len(request.source) > 0 else request.prompt
        self._setting = Setting(
            has_sketch=self._texts.sketch is not None,
            has_candidates=len(self._texts.candidates) > 0,
            fineness=_mean_length(text, spelling),
        )
        self._precedents = KnownPrecedents()
        self._frailty = Frailty()
        self._candidates: list[Candidate] | None = None
        self._predictions: np.ndarray | None = None
        self._best: Draft | None = None

    @property
    def written(self) -> int:
        """Output tokens seen."""
        return self._cursor.written

    def draft(self, budget: int) -> list[Draft]:
        """Returns drafts of at most `budget` tokens, the surest first; the position does not change."""
        if budget < 1:
            return []
        candidates = self._here()
        features = copy_features(candidates, self._cursor, self._spelling, self._setting)
        predictions = self._model.predict(features)
        self._predictions = predictions
        drafts: list[Draft] = []
        values = near_values(predictions)
        for i in np.argsort(-values, kind="stable").tolist():
            if self._most is not None and len(drafts) >= self._most:
                break
            limit = budget if not drafts else min(budget, ALTERNATIVE_LENGTH)
            tokens = candidate_tokens(candidates[i], limit)
            if not tokens or any(draft.tokens[: len(tokens)] == tokens for draft in drafts):
                continue
            drafts.append(self._draft(candidates[i], tokens, predictions[i], refine=len(drafts) < REFINED))
        self._best = drafts[0] if drafts else None
        return drafts

    def accept(self, committed: Sequence[int]) -> None:
        """Tells what was written: the accepted tokens of a draft and the target's own after them."""
        candidates = self._here()
        rights = [agreement(candidate, committed) for candidate in candidates]
        if self._predictions is not None:
            self._model.learn(self._predictions, rights, len(committed))
        best = self._best
        if best is not None:
            right = shared_length(best.tokens, committed)
            self._frailty.observe(best.survival, right, right < min(len(committed), len(best.tokens)))
        advance(self._cursor, self._texts, candidates, rights, committed, self._spelling.is_newline)
        self._texts.own.index.extend(committed)
        if self._predictions is None:
            # Nothing was drafted here, so nothing is known of how well it would have gone.
            self._cursor.since_miss += len(committed)
        else:
            note_outcome(self._cursor, committed, best.tokens if best else ())
        self._candidates = None
        self._predictions = None
        self._best = None

    def _here(self) -> list[Candidate]:
        if self._candidates is None:
            self._candidates = find_candidates(self._texts, self._cursor, self._spelling.is_newline)
        return self._candidates

    def _draft(self, candidate: Candidate, tokens: list[int], prediction: np.ndarray, refine: bool) -> Draft:
        promise = survival_curve(prediction, len(tokens))
        return Draft(tokens, promise, partial(self._survival, candidate, tokens, promise, refine))

    def _survival(self, candidate: Candidate, tokens: list[int], promise: np.ndarray, refine: bool) -> np.ndarray:
        factor = self._frailty.factor
        if not refine:
            return promise**factor
        tail = self._cursor.tail
        features = risk_features(candidate, tokens, tail, self._texts, self._spelling, self._precedents)
        return refine_survival(promise, self._risk, features, factor)


def _mean_length(text: Sequence[int], spelling: Spelling) -> float:
    """Characters per token: vocabularies differ, and what a match of so many tokens is worth with them."""
    sample = text[:256]
    return sum(spelling.length_of(token) for token in sample) / max(1, len(sample))
