"""Which judge settles what the merge leaves open: the ranker, models of code, both, either? Prints a Markdown table.

    python judges.py --model NAME=described.jsonl [--model NAME=described.jsonl ...] [--test REPOSITORY ...] [--way place] [--precision 0.99]

scripts/judge-open.ts and describe-judged.ts write the answers of one model. Without `--test` every answer is judged by a calibration and a threshold that
were made on the other repositories (leave one repository out); with it, the named repositories are judged by those made on all others.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np

from confidence import answers_of, confidence_of, kind_of, share, threshold_for, unseen_confidences, weights_of
from redraft_training.precision import bound

Taken = dict[str, tuple[int, bool]]
"""Per question that is taken: the candidate and whether it is right."""

LEAST = 10
"""A threshold above which there are fewer answers than this was found by chance."""


def calibrated(rows: list[dict], precision: float) -> dict | None:
    """Weights and threshold from these rows; None = no threshold holds the precision."""
    features = np.array([row["features"] for row in rows])
    right = np.array([row["right"] for row in rows])
    repositories = np.array([row["repository"] for row in rows])
    if len(set(repositories)) < 2 or right.all() or not right.any():
        return None
    found = threshold_for(unseen_confidences(features, right, repositories), right, precision)
    if found is None or found["taken"] < LEAST:
        return None
    return {"weights": weights_of(features, right), "threshold": found["threshold"]}


def taken_of(rows: list[dict], precision: float, test: set[str]) -> Taken:
    """What a model settles of repositories that its calibration has not seen; patches and sketches have each their own."""
    found: Taken = {}
    kinds = sorted({kind_of(row) for row in rows})
    if len(kinds) > 1:
        return {key: value for kind in kinds
                for key, value in taken_of([row for row in rows if kind_of(row) == kind], precision, test).items()}
    for repository in sorted(test or {row["repository"] for row in rows}):
        unseen = test or {repository}
        calibration = calibrated([row for row in rows if row["repository"] not in unseen], precision)
        if calibration is None:
            continue
        for row in rows:
            if row["repository"] == repository and confidence_of(row, calibration) >= calibration["threshold"]:
                found[row["id"]] = (row["best"], row["right"])
    return found


def both(left: Taken, right: Taken) -> Taken:
    return {key: value for key, value in left.items() if right.get(key, (None,))[0] == value[0]}


def either(left: Taken, right: Taken) -> Taken:
    """What at least one takes and the other does not contradict."""
    return {key: value for key, value in {**left, **right}.items()
            if left.get(key, value)[0] == value[0] and right.get(key, value)[0] == value[0]}


GROUPS: dict[str, Callable[[dict], bool]] = {
    "all": lambda _: True,
    "patch": lambda row: kind_of(row) == "patch",
    "sketch": lambda row: kind_of(row) == "sketch" and row["style"] != "S7p",
    "S7p": lambda row: row["style"] == "S7p",
}


def table(judges: dict[str, list[dict]], precision: float, test: set[str]) -> list[str]:
    """Only questions that every model was asked."""
    ids = set.intersection(*({row["id"] for row in rows} for rows in judges.values()))
    first = {row["id"]: row for row in next(iter(judges.values())) if row["id"] in ids}
    takers: dict[str, Taken] = {"ranker": {key: (-1, row["ranked"]["right"]) for key, row in first.items() if row["ranked"]["taken"]}}
    models = {name: taken_of(rows, precision, test) for name, rows in judges.items()}
    takers |= models
    if len(models) == 2:
        left, right = models.values()
        takers |= {"both agree": both(left, right), "either": either(left, right)}
    for name, model in models.items():
        takers[f"ranker, then {name}"] = {**model, **takers["ranker"]}
    lines = ["| questions | asked | judge | likeliest is right | taken | wrong | bound |", "|---|---:|---|---:|---:|---:|---:|"]
    for group, belongs in GROUPS.items():
        keys = [key for key, row in first.items() if belongs(row) and (not test or row["repository"] in test)]
        for name, taken in takers.items():
            own = [taken[key][1] for key in keys if key in taken]
            likeliest = {row["id"]: row["right"] for row in judges[name]} if name in judges else None
            correct = share(sum(likeliest[key] for key in keys), len(keys)) if likeliest else ""
            low = f"{bound(sum(own), len(own)):.3f}" if own else ""
            lines.append(f"| {group} | {len(keys)} | {name} | {correct} | {len(own)} | {len(own) - sum(own)} | {low} |")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description="compares judges of ambiguous merges")
    parser.add_argument("--model", action="append", required=True, help="NAME=file")
    parser.add_argument("--way", choices=("place", "ask"), default="place")
    parser.add_argument("--test", nargs="*", default=[])
    parser.add_argument("--precision", type=float, default=0.99)
    options = parser.parse_args()
    judges = {name: answers_of(Path(path), options.way) for name, _, path in (each.partition("=") for each in options.model)}
    print("\n".join(table(judges, options.precision, set(options.test))))


if __name__ == "__main__":
    main()
