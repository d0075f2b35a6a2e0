"""Fits the acceptance statistics of copied drafts: how many tokens of one a target accepts, and which of its tokens break it.

    python acceptance.py configs/acceptance.toml [--reuse]

Redraft itself describes the drafts of recorded edits (scripts/describe-drafts.ts). Round by round: the networks of the round before choose what is
copied, which the next round learns from; the first round goes by a rule of thumb. Writes models/acceptance.json, fitted to everything, and
bench-data/acceptance-folds.json, where fold i is fitted to the tasks of the other folds: the bench judges known tasks by it. `--reuse` takes the
descriptions of the last run.
"""

from __future__ import annotations

import datetime
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch

from redraft_training.acceptance import (Constants, Examples, encoded, first_token_loss, fit_risk, fit_survival,
                                         read_examples)
from redraft_training.assets import write_asset
from redraft_training.config import folder, load

ROOT = Path(__file__).resolve().parent.parent


def describe(config: dict[str, Any], round_: int, folds: Path | None, out: Path) -> None:
    """Has Redraft describe the drafts of all recordings."""
    arguments = ["--data", config["traces"], "--share", str(config["share"]), "--seed", str(config["seed"] + round_)]
    for option in ("vocabularies", "recorded"):
        for path in config[option]:
            arguments += ["--vocab" if option == "vocabularies" else "--recorded", str(Path(path).expanduser())]
    if folds is not None:
        arguments += ["--folds", str(folds.resolve())]
    with out.open("w") as file:
        subprocess.run(["node", "--import", "tsx", "scripts/describe-drafts.ts", *arguments], cwd=ROOT, stdout=file, check=True)


def networks(examples: Examples, constants: Constants, config: dict[str, Any], without: int | None) -> tuple[dict[str, Any], float | None]:
    """Both networks, fitted to all folds but one, and their first-token loss on that one."""
    candidates = examples.candidate_fold != without if without is not None else np.ones(len(examples.accepted), dtype=bool)
    tokens = examples.token_fold != without if without is not None else np.ones(len(examples.at), dtype=bool)
    seed = 99 if without is None else without + 1
    survival = fit_survival(examples, candidates, constants, config, seed)
    risk = fit_risk(examples, tokens, survival, constants, config, seed)
    unseen = ~candidates
    loss = first_token_loss(survival, examples, unseen) if unseen.any() else None
    return {"survival": encoded(survival), "risk": encoded(risk)}, loss


def main() -> None:
    config_path = Path(sys.argv[1])
    config = load(config_path)["acceptance"]
    out = folder(config["out"])
    torch.set_num_threads(1)
    folds: Path | None = None
    for round_ in range(config["rounds"]):
        described = out / f"drafts-{round_}.jsonl"
        if "--reuse" not in sys.argv or not described.exists():
            describe(config, round_, folds, described)
        constants, examples = read_examples(described)
        count = {"candidates": len(examples.accepted), "drafts": len(examples.drafts), "tokens": len(examples.at)}
        print(json.dumps({"round": round_, **count}), flush=True)
        fitted = [networks(examples, constants, config, fold) for fold in range(constants.folds)]
        losses = [None if loss is None else round(loss, 4) for _, loss in fitted]
        print(json.dumps({"round": round_, "first_token_loss": losses}), flush=True)
        sources = [Path(path) for path in (config["traces"], *config["vocabularies"], *config["recorded"]) if path]
        provenance = {"script": "training/acceptance.py", "date": datetime.date.today().isoformat(),
                      "data": [source.name for source in sources],
                      "figures": {**count, "share": config["share"], "unseenFirstTokenLoss": losses}}
        last = round_ == config["rounds"] - 1
        folds = (config_path.parent / config["folds_asset"]) if last else out / f"folds-{round_}.json"
        write_asset(folds, name="acceptance-folds", version=1, features=constants.features, provenance=provenance,
                    payload=[weights for weights, _ in fitted])
    everything, _ = networks(examples, constants, config, None)
    write_asset(config_path.parent / config["asset"], name="acceptance", version=1, features=constants.features, provenance=provenance,
                payload=everything)


if __name__ == "__main__":
    main()
