import json
import sys

import numpy as np
import pytest

pytest.importorskip("sklearn")

import confidence
from confidence import RIDGE, calibration, threshold_for, unseen_confidences, weights_of
from redraft_training.precision import bound


def judged(count=400):
    """Answers that are right more often, the larger their second feature is; two repositories in turn."""
    return [{"way": "rank", "repository": "ab"[number % 2], "right": number * 7919 % count < number, "present": number % 3 - 1,
             "features": [1, number / count, 0.5]} for number in range(count)]


def arrays(rows):
    return (np.array([row["features"] for row in rows]), np.array([row["right"] for row in rows]), np.array([row["repository"] for row in rows]))


def test_the_weights_are_the_minimum_of_the_ridge_loss():
    features, right, _ = arrays(judged())
    weights = weights_of(features, right)
    assert weights[1] > 1
    # The gradient of the loss, with the ridge on all but the constant, is zero there.
    sure = 1 / (1 + np.exp(-features @ weights))
    gradient = features.T @ (sure - right) + RIDGE * np.array([0, *weights[1:]])
    assert np.abs(gradient).max() < 1e-3


def test_a_confidence_comes_from_the_other_repositories():
    rows = judged()
    features, right, repositories = arrays(rows)
    before = unseen_confidences(features, right, repositories)
    # Other outcomes in a repository change the confidences of the other one, and not its own.
    own = repositories == "a"
    changed = unseen_confidences(features, np.where(own, ~right, right), repositories)
    assert np.allclose(before[own], changed[own])
    assert not np.allclose(before[~own], changed[~own])


def test_the_threshold_is_the_lowest_with_the_precision():
    right = np.array([True, True, False, True, False])
    confidences = np.array([0.9, 0.8, 0.7, 0.6, 0.5])
    assert threshold_for(confidences, right, 1) == {"threshold": 0.8, "taken": 2, "wrong": 0, "bound": bound(2, 2)}
    assert threshold_for(confidences, right, 0.75)["threshold"] == 0.6
    assert threshold_for(np.array([0.9]), np.array([False]), 0.5) is None


def test_equal_confidences_are_taken_together():
    assert threshold_for(np.array([0.9, 0.8, 0.8]), np.array([True, True, False]), 1)["threshold"] == 0.9


def test_the_bound_is_that_of_clopper_and_pearson():
    assert bound(100, 100) == pytest.approx(0.9638, abs=1e-4)
    assert bound(99, 100) == pytest.approx(0.9455, abs=1e-4)
    assert bound(0, 10) == 0


def test_the_calibration_says_how_it_was_measured():
    fitted = calibration(judged(), "tiny", 0.8)
    assert len(fitted["weights"]) == 3
    assert 0 < fitted["threshold"] < 1
    measured = fitted["measured"]
    assert (measured["model"], measured["repositories"], measured["questions"]) == ("tiny", ["a", "b"], 400)
    assert measured["wrong"] / measured["taken"] <= 0.2


def test_the_program_reads_one_way_of_answering(tmp_path, monkeypatch, capsys):
    path = tmp_path / "judged.jsonl"
    other = {"way": "write", "repository": "z", "right": False, "present": 0, "features": [1, 0, 0]}
    path.write_text("".join(json.dumps(row) + "\n" for row in [*judged(), other, {"long": True, "repository": "z"}]))
    monkeypatch.setattr(sys, "argv", ["confidence.py", str(path), "--model", "tiny", "--precision", "0.8"])
    confidence.main()
    assert json.loads(capsys.readouterr().out)["measured"]["questions"] == 400
    monkeypatch.setattr(sys, "argv", ["confidence.py", str(path), "--model", "tiny", "--way", "write"])
    with pytest.raises(SystemExit, match="two repositories"):
        confidence.main()
