"""Fits the ranker of ambiguous merges: which of the merge's candidates does an edit that names its lines mean?

    python ranker.py configs/ranker.toml [--reuse]

Questions of the training repositories are merged by Redraft itself (scripts/describe-candidates.ts); boosted trees learn from what it
leaves open. The threshold is the higher of two: the lowest that holds the wanted precision on the training repositories, judged by
trees of folds that have not seen them, and the lowest that does so on the held-out ones. Everything is written to
models/ranker.json. `--reuse` takes the descriptions of the last run.
"""

from __future__ import annotations

import datetime
import json
import math
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from redraft_training.assets import write_asset
from redraft_training.config import folder, load
from redraft_training.precision import bound

ROOT = Path(__file__).resolve().parent.parent


@dataclass
class Data:
    """Candidates as rows, questions as ranges of rows."""

    questions: list[dict]
    names: list[str]
    rows: np.ndarray
    right: np.ndarray
    question_of: np.ndarray

    @property
    def repositories(self) -> np.ndarray:
        return np.array([self.questions[number]["repository"] for number in self.question_of])


def compared(rows: np.ndarray) -> np.ndarray:
    """What the trees see: src/settle/rank/rank-candidates.ts, comparedFeatures."""
    found = []
    for index, own in enumerate(rows):
        others = np.delete(rows, index, 0)
        found.append(np.concatenate([own, own - others.mean(0), own - others.min(0), own - others.max(0),
                                     [len(rows)]]))
    return np.array(found)


def read(path: Path) -> Data:
    with path.open() as file:
        names = json.loads(file.readline())["features"]
        questions = [json.loads(line) for line in file]
    blocks = [compared(np.array(question["rows"])) for question in questions]
    right = [index == question["right"] for question in questions for index in range(len(question["rows"]))]
    numbers = [number for number, question in enumerate(questions) for _ in question["rows"]]
    return Data(questions, names, np.concatenate(blocks), np.array(right), np.array(numbers))


def trees(config: dict) -> HistGradientBoostingClassifier:
    return HistGradientBoostingClassifier(
        max_iter=config["trees"], max_leaf_nodes=config["leaves"], learning_rate=config["learning_rate"],
        l2_regularization=config["ridge"], min_samples_leaf=config["smallest_leaf"], random_state=config["seed"])


def unseen_scores(data: Data, config: dict) -> np.ndarray:
    """Scores of every candidate by trees that have seen no question of its repository."""
    scores = np.zeros(len(data.rows))
    for seen, unseen in GroupKFold(config["folds"]).split(data.rows, data.right, data.repositories):
        fold = trees(config).fit(data.rows[seen], data.right[seen])
        scores[unseen] = fold.decision_function(data.rows[unseen])
    return scores


@dataclass
class Answer:
    """The best candidate of one question."""

    score: float
    right: bool
    alike: bool  # right but for white space
    question: dict


def answers_of(data: Data, scores: np.ndarray) -> list[Answer]:
    starts = np.searchsorted(data.question_of, np.arange(len(data.questions) + 1))
    found = []
    for number, question in enumerate(data.questions):
        own = scores[starts[number]:starts[number + 1]]
        best = int(own.argmax())
        found.append(Answer(float(own[best]), best == question["right"], question["alike"][best], question))
    return found


def threshold_for(answers: list[Answer], precision: float) -> float:
    """The lowest score above which at least `precision` of the answers are right; infinity = there is none."""
    wrong, found = 0, math.inf
    for taken, answer in enumerate(sorted(answers, key=lambda answer: -answer.score), 1):
        wrong += not answer.right
        if wrong <= (1 - precision) * taken:
            found = answer.score
    return found


def figures(name: str, answers: list[Answer], threshold: float) -> dict:
    present = [answer for answer in answers if answer.question["right"] >= 0]
    taken = [answer for answer in answers if answer.score >= threshold]
    right = sum(answer.right for answer in taken)
    return {"group": name, "questions": len(answers), "right_present": len(present),
            "first_of_ranker": share(sum(answer.right for answer in present), len(present)),
            "first_of_merge": share(sum(answer.question["right"] == 0 for answer in present), len(present)),
            "taken": len(taken), "edits": len({answer.question["id"].split("#")[0] for answer in taken}), "wrong": len(taken) - right, "wrong_beyond_space": sum(not answer.alike for answer in taken),
            "bound": round(bound(right, len(taken)), 4)}


def share(part: int, whole: int) -> float | None:
    return round(part / whole, 3) if whole else None


def encoded(model: HistGradientBoostingClassifier) -> list[list[float]]:
    found = []
    for (predictor,) in model._predictors:  # noqa: SLF001 - the library has no public form of its trees
        nodes: list[float] = []
        for node in predictor.nodes:
            leaf = bool(node["is_leaf"])
            nodes += [-1, round(float(node["value"]), 4), 0, 0] if leaf else [
                int(node["feature_idx"]), shortest(float(node["num_threshold"])), int(node["left"]), int(node["right"])]
        found.append(nodes)
    return found


def shortest(value: float) -> float:
    return float(f"{value:.6g}")


def groups_of(answers: list[Answer]) -> dict[str, Callable[[Answer], bool]]:
    found: dict[str, Callable[[Answer], bool]] = {"all": lambda _: True}
    for field in ("style", "repository"):
        for value in sorted({answer.question[field] for answer in answers}):
            found[f"{field} {value}"] = lambda answer, field=field, value=value: answer.question[field] == value
    return found


def describe(config: dict, group: str, out: Path) -> None:
    with out.open("w") as file:
        subprocess.run(["node", "--import", "tsx", "scripts/describe-candidates.ts", f"{config['questions']}/{group}-files.jsonl"],
                       cwd=ROOT, stdout=file, check=True)


def main() -> None:
    path = Path(sys.argv[1])
    config = load(path)["ranker"]
    out = folder(config["out"])
    paths = {group: out / f"{group}.jsonl" for group in ("train", "held_out")}
    for group, path in paths.items():
        if "--reuse" not in sys.argv or not path.exists():
            describe(config, group, path)
    data = read(paths["train"])
    answers = answers_of(data, unseen_scores(data, config))
    line = LogisticRegression(C=1e6).fit([[answer.score] for answer in answers], [answer.right for answer in answers])
    slope, intercept = float(line.coef_[0][0]), float(line.intercept_[0])
    model = trees(config).fit(data.rows, data.right)
    held_out = read(paths["held_out"])
    judged = answers_of(held_out, model.decision_function(held_out.rows))
    lowest = max(threshold_for(unseen, config["precision"]) for unseen in (answers, judged))
    # Above 1: there is no threshold that holds the precision.
    confidence = 1 / (1 + math.exp(-(slope * lowest + intercept))) if math.isfinite(lowest) else 2.0
    report("training repositories, cross-validated", answers, lowest)
    report("held-out repositories", judged, lowest)
    seen, measured = (figures("all", some, lowest) for some in (answers, judged))
    calibration = {"slope": shortest(slope), "intercept": shortest(intercept), "threshold": shortest(confidence),
                   "measured": {key: measured[key] for key in ("questions", "taken", "edits", "wrong", "bound")}}
    bias = shortest(float(model._baseline_prediction[0][0]))  # noqa: SLF001
    repositories = {group: sorted({question["repository"] for question in some.questions})
                    for group, some in (("train", data), ("held_out", held_out))}
    provenance = {"script": "training/ranker.py", "date": datetime.date.today().isoformat(), "data": repositories,
                  "figures": {"heldOut": measured, "crossValidated": seen}}
    write_asset(path.parent / config["asset"], name="ranker", version=1, features={"candidate": data.names},
                provenance=provenance, payload={"bias": bias, "calibration": calibration, "trees": encoded(model)})


def report(unseen: str, answers: list[Answer], threshold: float) -> None:
    print(json.dumps({"unseen": unseen}))
    for name, belongs in groups_of(answers).items():
        print(json.dumps(figures(name, [answer for answer in answers if belongs(answer)], threshold)))


if __name__ == "__main__":
    main()
