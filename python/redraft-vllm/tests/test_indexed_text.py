"""The compiled index, compared with a search that looks everywhere."""

import random

import numpy as np
import pytest

from redraft_vllm.drafting.indexed_text import CHAIN_LIMIT, MATCH_LIMIT, SIZES, IndexedText, precedent


def suffix(tokens, at, context):
    length = 0
    while length < min(at, len(context), MATCH_LIMIT) and tokens[at - 1 - length] == context[-1 - length]:
        length += 1
    return length


def places(tokens, context, size, skip=(0, 0)):
    """Places after the n-gram that the context ends with, newest first, as far as chains are followed."""
    ends = range(len(tokens) - 1, size - 2, -1)
    gram = context[len(context) - size :]
    found = [e + 1 for e in ends if not skip[0] <= e < skip[1] and tokens[e + 1 - size : e + 1] == gram]
    return found[:CHAIN_LIMIT] if len(context) >= size else []


def texts(seed):
    draw = random.Random(seed)
    words = draw.choice((2, 4, 20))
    tokens = [draw.randrange(words) for _ in range(draw.randrange(1, 200))]
    at = draw.randrange(len(tokens))
    tail = tokens[max(0, at - 32) : at] if draw.random() < 0.5 else [draw.randrange(words) for _ in range(12)]
    return draw, words, tokens, tail


@pytest.mark.parametrize("seed", range(120))
def test_it_finds_what_a_search_finds(seed):
    draw, words, tokens, tail = texts(seed)
    skip = (3, 9) if draw.random() < 0.3 else (0, 0)
    index = IndexedText(tokens, skip)
    more = [draw.randrange(words) for _ in range(draw.randrange(80))]
    index.extend(more)
    tokens = tokens + more
    count = draw.randrange(1, 13)
    wanted = {}
    for size in reversed(SIZES):
        if len(wanted) < count:
            for place in places(tokens, tail, size, skip):
                if place < len(tokens):
                    wanted[place] = suffix(tokens, place, tail)
    wanted = sorted(wanted.items(), key=lambda found: (-found[1], -found[0]))[:count]
    assert index.find(np.array(tail, dtype=np.int32), count) == wanted
    for token in range(words):
        seen = sum(1 for at, known in enumerate(tokens) if known == token and not skip[0] <= at < skip[1])
        assert index.occurrences(token) == min(99, seen)


@pytest.mark.parametrize("seed", range(120))
def test_precedents_are_those_of_a_search(seed):
    draw, words, tokens, tail = texts(seed)
    if not tail:
        return
    following, first, without = draw.randrange(words), draw.choice((0, 5)), draw.choice((-1, 3))
    last = draw.choice((len(tokens), len(tokens) // 2))
    same, other = (0, 0), (0, 0)
    for size in reversed(SIZES):
        here = [at for at in places(tokens, tail, size) if first <= at < last and at != without]
        right = [suffix(tokens, at, tail) for at in here if tokens[at] == following]
        wrong = [suffix(tokens, at, tail) for at in here if tokens[at] != following]
        if not same[0]:
            same = (max(right, default=0), len(right))
        if not other[0]:
            other = (max(wrong, default=0), len(wrong))
        if same[0] and other[0]:
            break
    context = np.array(tail, dtype=np.int32)
    found = precedent(IndexedText(tokens).arrays, context, len(tail), following, first, last, without)
    assert tuple(found) == (*same, *other)


def test_growing_keeps_what_was_known():
    grown, whole = IndexedText([]), IndexedText(list(range(50)) * 20)
    for token in list(range(50)) * 20:
        grown.extend([token])
    tail = np.arange(10, 30, dtype=np.int32)
    assert grown.find(tail, 8) == whole.find(tail, 8) != []
