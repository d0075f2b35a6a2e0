import pytest

pytest.importorskip("sklearn")

from confidence import apart
from judges import both, calibrated, either, table, taken_of


def rows(repositories="abc", count=60, right=lambda number: number >= 20):
    """Answers that are right from a feature on, alike in every repository."""
    return [{"id": f"{name}{number}", "way": "place", "repository": name, "extent": "parts", "style": "UDx", "best": 0, "present": 0,
             "right": right(number), "features": [1, number / 10], "ranked": {"taken": number == 59, "right": True}}
            for name in repositories for number in range(count)]


def test_a_model_takes_what_calibrations_of_other_repositories_are_sure_of():
    found = taken_of(rows(), 0.99, set())
    assert set(found) == {f"{name}{number}" for name in "abc" for number in range(20, 60)}
    assert set(taken_of(rows(), 0.99, {"c"})) == {f"c{number}" for number in range(20, 60)}


def test_nothing_is_taken_where_no_threshold_holds():
    assert taken_of(rows(right=lambda number: number % 2 == 1), 0.99, set()) == {}
    assert calibrated(rows("a"), 0.99) is None


def test_contradicting_answers_are_left_out():
    left, right = {"x": (0, True), "y": (1, False), "z": (0, True)}, {"x": (0, True), "y": (0, True)}
    assert both(left, right) == {"x": (0, True)}
    assert either(left, right) == {"x": (0, True), "z": (0, True)}


def test_the_table_counts_the_questions_that_every_model_was_asked():
    lines = table({"small": rows(), "large": rows("abd")}, 0.99, set())
    assert "| all | 120 | small | 80 of 120 (66.7 %) | 80 | 0 | 0.955 |" in lines
    assert "| all | 120 | ranker |  | 2 | 0 | 0.158 |" in lines


def test_a_repository_on_both_sides_is_no_test():
    with pytest.raises(SystemExit, match="in both files.*: b"):
        apart(rows("ab"), rows("bc"))
