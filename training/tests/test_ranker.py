import numpy as np
import pytest

pytest.importorskip("sklearn")

from ranker import Answer, bound, compared, threshold_for


def test_a_candidate_is_seen_beside_the_others():
    # The same numbers as in src/settle/rank/rank-candidates.test.ts.
    rows = np.array([[1.0, 5.0], [2.0, 3.0], [4.0, 4.0]])
    assert compared(rows)[1].tolist() == [2, 3, -0.5, -1.5, 1, -1, -2, -2, 3]
    assert compared(rows)[0].tolist() == [1, 5, -2, 1.5, -1, 2, -3, 1, 3]


def answers(*right):
    return [Answer(float(-place), is_right, is_right, {}) for place, is_right in enumerate(right)]


def test_the_threshold_takes_all_that_keeps_the_precision():
    assert threshold_for(answers(True, True, False, True, True), 0.75) == -4
    assert threshold_for(answers(True, True, False, True), 0.99) == -1
    assert threshold_for(answers(False, True), 0.99) == float("inf")


def test_the_bound_is_that_of_clopper_and_pearson():
    assert bound(100, 100) == pytest.approx(0.9638, abs=1e-4)
    assert bound(0, 3) == 0
