"""Whether sampled outputs keep their distribution when they are drafted for.

The sampler is vLLM's rule for drafts without probabilities (Leviathan et al., 2023, with a one-hot draft): a drafted
token x is accepted with probability p(x); after a rejection the token is drawn from p without x.
"""

import random
from collections import Counter

import pytest
from engine_double import Engine, Request

LETTERS = "abcd"


def chances(text: str) -> dict[str, float]:
    """A model of its own: how likely each letter is after this text."""
    weights = [1 + (7 * ord(letter) + 13 * len(text) + 3 * sum(map(ord, text[-2:]))) % 9 for letter in LETTERS]
    return {letter: weight / sum(weights) for letter, weight in zip(LETTERS, weights, strict=True)}


def draw(dice: random.Random, odds: dict[str, float]) -> str:
    return dice.choices(list(odds), list(odds.values()))[0]


class Sampled(Engine):
    """The double, with sampling instead of a given answer; `accept` = the rule for a drafted letter."""

    def __init__(self, dice: random.Random, length: int, skips_rejected: bool = True) -> None:
        super().__init__(max_model_len=64)
        self.dice, self.length, self.skips_rejected = dice, length, skips_rejected

    def write(self, draft: list[int]) -> str:
        text = ""
        for token in map(chr, draft[: self.length - 1]):
            odds = chances(self.before + text)
            if self.dice.random() < odds.get(token, 0):
                text += token
                continue
            if self.skips_rejected:
                odds.pop(token, None)
            return text + draw(self.dice, odds)
        return text + draw(self.dice, chances(self.before + text))

    def sample(self, prediction: str | None) -> str:
        request = Request(f"{self.steps}", "#", " " * self.length, prediction and {"prediction": prediction})
        self.before = ""
        self.add(request)
        while len(self.before) < self.length:
            draft = self.pending.get(request.id, [])
            left = self.length - len(self.before)
            written = self.write(draft[: left - 1])[:left]
            # The double writes what the request says: the text so far and what was just drawn.
            request.answer = self.before + written + " " * (self.length - len(self.before) - len(written))
            self.force(request, written)
        return self.before

    def force(self, request: Request, written: str) -> None:
        used = {request.id: self.pending.pop(request.id, [])}
        new = [request] if request.computed == 0 else []
        scheduled = {request.id: 1 + len(used[request.id]) if not new else len(request.prompt)}
        request.computed = len(request.prompt)
        tokens = list(map(ord, written))
        request.output.extend(tokens)
        self.before += written
        self.steps += 1
        self._propose([tokens], scheduled, used, new)
        if len(self.before) >= self.length:
            self.abort(request)


def frequencies(prediction: str | None, seed: int, **settings) -> Counter:
    engine = Sampled(random.Random(seed), 4, **settings)
    return Counter(engine.sample(prediction) for _ in range(1000))


def expected() -> dict[str, float]:
    texts = {"": 1.0}
    for _ in range(4):
        texts = {text + c: p * q for text, p in texts.items() for c, q in chances(text).items()}
    return texts


def deviations(counts: Counter) -> float:
    """Chi-square against the exact distribution, in standard deviations (Wilson and Hilferty, 1931)."""
    total = sum(counts.values())
    cells: dict[str, list[float]] = {}
    for text, chance in expected().items():
        cell = cells.setdefault(text if total * chance >= 5 else "rare", [0, 0])
        cell[0] += counts[text]
        cell[1] += total * chance
    statistic = sum((seen - wanted) ** 2 / wanted for seen, wanted in cells.values())
    freedom = len(cells) - 1
    return ((statistic / freedom) ** (1 / 3) - (1 - 2 / (9 * freedom))) / (2 / (9 * freedom)) ** 0.5


LIKELIEST = max(expected(), key=expected().get)


@pytest.mark.parametrize("prediction", [None, LIKELIEST * 2, "zzzz"])
def test_the_distribution_is_that_of_the_model(prediction):
    assert abs(deviations(frequencies(prediction, 11))) < 4


def test_a_wrong_rule_is_seen():
    # Drawing from p itself after a rejection favours what is drafted.
    assert deviations(frequencies(LIKELIEST * 2, 11, skips_rejected=False)) > 4
