import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("sklearn")

import ranker
from ranker import Answer, bound, compared, threshold_for
from redraft_training.assets import read_asset


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


def test_the_fitted_ranker_is_written_as_an_asset(tmp_path, monkeypatch):
    # Invented descriptions: the right candidate is the one whose first feature is larger.
    random = np.random.default_rng(5)
    for group, repositories in (("train", ["a", "b", "c", "d", "e"]), ("held_out", ["f"])):
        lines = [{"features": ["telling", "noise"]}]
        for number in range(40 * len(repositories)):
            rows = random.random((2, 2)).round(4).tolist()
            right = int(rows[1][0] > rows[0][0]) ^ (number % 25 == 0)
            lines.append({"id": f"{number}#0", "repository": repositories[number % len(repositories)], "language": "go", "style": "diff",
                          "right": right, "alike": [right == 0, right == 1], "rows": rows})
        (tmp_path / f"{group}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    text = (Path(ranker.__file__).parent / "configs" / "ranker.toml").read_text()
    text = text.replace("../../models/ranker.json", (tmp_path / "ranker.json").as_posix()).replace("trees = 250", "trees = 20")
    (tmp_path / "ranker.toml").write_text(text.replace("${REDRAFT_WORK}/ranking", tmp_path.as_posix()))
    monkeypatch.setenv("REDRAFT_WORK", str(tmp_path))
    monkeypatch.setattr("sys.argv", ["ranker.py", str(tmp_path / "ranker.toml"), "--reuse"])
    ranker.main()
    asset = read_asset(tmp_path / "ranker.json")
    assert asset["features"] == {"candidate": ["telling", "noise"]}
    assert len(asset["payload"]["trees"]) == 20
    assert asset["provenance"]["figures"]["heldOut"]["first_of_ranker"] > 0.8
    assert asset["payload"]["calibration"]["measured"]["questions"] == 40
