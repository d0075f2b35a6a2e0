"""Fits the confidence of a model that settles open regions: how likely is the answer right, and from which confidence on is it taken?

    python confidence.py judged.jsonl --way rank --model NAME [--precision 0.99] [--test described.jsonl]

scripts/judge-questions.ts (ways rank and write) or scripts/judge-open.ts and describe-judged.ts (ways place and ask) write the answers of one model to the
questions of held-out repositories, each with its features and whether it is right.
A logistic model learns from them. The threshold is chosen on confidences that were predicted for repositories left out of the fit. Prints the calibration
for src/settle/model/calibrations.ts. `--test` says what it takes of other repositories; one that is in both files is an error.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import LeaveOneGroupOut, cross_val_predict

from redraft_training.precision import bound

RIDGE = 0.5


def logistic() -> LogisticRegression:
    """A logistic model with a ridge on every weight but the first, which belongs to the constant feature."""
    return LogisticRegression(C=1 / RIDGE, tol=1e-8, max_iter=1000)


def weights_of(features: np.ndarray, right: np.ndarray) -> np.ndarray:
    """One weight per feature; the first feature is 1 in every row."""
    model = logistic().fit(features[:, 1:], right)
    return np.concatenate([model.intercept_, model.coef_[0]])


def unseen_confidences(features: np.ndarray, right: np.ndarray, repositories: np.ndarray) -> np.ndarray:
    """The confidence of each row by a model fitted to the other repositories."""
    return cross_val_predict(logistic(), features[:, 1:], right, groups=repositories, cv=LeaveOneGroupOut(), method="predict_proba")[:, 1]


def threshold_for(confidences: np.ndarray, right: np.ndarray, precision: float) -> dict[str, Any] | None:
    """The lowest threshold above which at least `precision` of the answers are right; None = there is none."""
    found, wrong = None, 0
    order = np.argsort(-confidences, kind="stable")
    for taken, row in enumerate(order, 1):
        wrong += not right[row]
        # Equal confidences are taken or left together.
        tied = taken < len(order) and confidences[order[taken]] == confidences[row]
        if not tied and 1 - wrong / taken >= precision:
            found = {"threshold": float(confidences[row]), "taken": taken, "wrong": int(wrong), "bound": bound(taken - int(wrong), taken)}
    return found


def calibration(rows: list[dict], model: str, precision: float) -> dict[str, Any] | None:
    """What src/settle/model/confidence.ts calls a `Calibration`; None = no threshold has the precision."""
    features = np.array([row["features"] for row in rows])
    right = np.array([row["right"] for row in rows])
    repositories = np.array([row["repository"] for row in rows])
    confidences = unseen_confidences(features, right, repositories)
    report(rows, confidences, right)
    found = threshold_for(confidences, right, precision)
    if found is None:
        return None
    measured = {"model": model, "repositories": sorted(set(repositories.tolist())), "questions": len(rows),
                "taken": found["taken"], "wrong": found["wrong"], "bound": rounded(found["bound"])}
    return {"weights": [rounded(weight) for weight in weights_of(features, right)], "threshold": rounded(found["threshold"]), "measured": measured}


def report(rows: list[dict], confidences: np.ndarray, right: np.ndarray) -> None:
    present = [row for row in rows if row["present"] >= 0]
    print(f"{len(rows)} answers; right: {share(int(right.sum()), len(rows))}; where the right text is a candidate: "
          f"{share(sum(row['right'] for row in present), len(present))}; "
          f"the merge's first: {share(sum(row['present'] == 0 for row in present), len(present))}", file=sys.stderr)
    for precision in (0.9, 0.95, 0.97, 0.98, 0.99, 0.995, 1):
        at = threshold_for(confidences, right, precision)
        if at is not None:
            print(f"precision {precision}: takes {share(at['taken'], len(rows))}, {at['wrong']} wrong, bound {at['bound']:.4f}, "
                  f"threshold {at['threshold']:.4f}", file=sys.stderr)


def answers_of(path: Path, way: str, kind: str | None = None) -> list[dict]:
    """The answers of a way to the questions that were not too long."""
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    return [row for row in rows if row.get("way") == way and not row.get("long") and kind in (None, kind_of(row))]


def kind_of(row: dict) -> str:
    return "sketch" if row.get("extent") == "file" else "patch"


def apart(fitted: list[dict], test: list[dict]) -> None:
    """Ends the run where a repository is in both: its edits resemble each other."""
    both = {row["repository"] for row in fitted} & {row["repository"] for row in test}
    if both:
        raise SystemExit(f"in both files, and so no test: {', '.join(sorted(both))}")


def confidence_of(row: dict, calibration: dict) -> float:
    """As src/settle/model/settle-by-judge.ts, judgementConfidence."""
    return float(1 / (1 + np.exp(-np.dot(row["features"], calibration["weights"]))))


def share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({100 * part / max(1, whole):.1f} %)"


def rounded(value: float) -> float:
    return float(f"{value:.5g}")


def main() -> None:
    parser = argparse.ArgumentParser(description="fits the confidence of a model that settles open regions")
    parser.add_argument("judged", type=Path)
    parser.add_argument("--way", choices=("rank", "write", "place", "ask"), default="rank")
    parser.add_argument("--model", required=True, help="its name in its file")
    parser.add_argument("--precision", type=float, default=0.99)
    parser.add_argument("--kind", choices=("patch", "sketch"), help="only edits of this kind: sketches leave out the rest of the file")
    parser.add_argument("--test", type=Path, help="answers to questions of other repositories")
    options = parser.parse_args()
    rows = answers_of(options.judged, options.way, options.kind)
    if len({row["repository"] for row in rows}) < 2:
        raise SystemExit(f"{options.judged} needs answers of the way {options.way} from two repositories or more")
    fitted = calibration(rows, options.model, options.precision)
    if fitted is None:
        raise SystemExit(f"no threshold has the precision {options.precision}")
    print(json.dumps(fitted, indent=2))
    if options.test is not None:
        test = answers_of(options.test, options.way, options.kind)
        apart(rows, test)
        taken = [row for row in test if confidence_of(row, fitted) >= fitted["threshold"]]
        right = sum(row["right"] for row in taken)
        print(f"test: takes {share(len(taken), len(test))}, {len(taken) - right} wrong, bound {bound(right, len(taken)):.4f}", file=sys.stderr)


if __name__ == "__main__":
    main()
