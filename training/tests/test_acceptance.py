import base64
import json
import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from redraft_training.acceptance import (AcceptanceNetwork, Constants, base_hazards, encoded, encoded_array, fit_risk,
                                         fit_survival, read_examples, risk_loss, survival_loss, survival_targets)
from redraft_training.assets import read_asset

HERE = Path(__file__).resolve().parents[1]


def constants(thresholds=(1, 2, 4), inputs=2):
    features = {"survival": [f"f{i}" for i in range(inputs)], "risk": ["r0", "logHazard"]}
    return Constants(features, list(thresholds), 0.05, 1e-6, 3, 2)


def test_nothing_is_known_past_the_first_threshold_that_is_missed_or_the_end_of_the_text():
    accepted, censored = torch.tensor([0, 2, 2, 9]), torch.tensor([False, False, True, False])
    reached, known = survival_targets(accepted, censored, torch.tensor([1, 2, 4]))
    assert reached.tolist() == [[0, 0, 0], [1, 1, 0], [1, 1, 0], [1, 1, 1]]
    assert known.tolist() == [[True, False, False], [True, True, True], [True, True, False], [True, True, True]]


def test_the_survival_loss_is_the_log_loss_of_what_is_known():
    reached, known = survival_targets(torch.tensor([1]), torch.tensor([False]), torch.tensor([1, 2, 4]))
    outputs = torch.tensor([[2.0, -1.0, 5.0]])
    assert survival_loss(outputs, reached, known).item() == pytest.approx(math.log1p(math.exp(-2)) + math.log1p(math.exp(-1)))


def test_hazards_are_geometric_between_thresholds_and_past_the_last():
    # As survivalCurve of src/draft/acceptance-model.ts: .9, .72, then the square root of .5 a token.
    conditional = torch.tensor([[0.9, 0.8, 0.5]]).repeat(6, 1)
    hazards = base_hazards(conditional, torch.arange(6), constants())
    root = -math.log(0.5) / 2
    assert hazards.tolist() == pytest.approx([-math.log(0.9), -math.log(0.8), root, root, root, root], rel=1e-6)
    certain = base_hazards(torch.ones(1, 3), torch.tensor([0]), constants())
    assert certain.item() == pytest.approx(1e-6)


def test_the_risk_loss_is_that_of_proportional_hazards():
    hazards, outputs = torch.tensor([0.5, 0.5]), torch.tensor([math.log(2.0), 0.0])
    right, weight = torch.tensor([True, False]), torch.tensor([5.0, 1.0])
    assert risk_loss(outputs, hazards, right, weight).item() == pytest.approx((5 * 1.0 - math.log(1 - math.exp(-0.5))) / 2)


def test_arrays_are_encoded_to_16_bits():
    scale, text = encoded_array(np.array([1.0, -0.5, 0.25], dtype=np.float32))
    values = np.frombuffer(base64.b64decode(text), dtype="<i2") * scale
    assert values.tolist() == pytest.approx([1.0, -0.5, 0.25], abs=scale)
    assert encoded_array(np.zeros(2, dtype=np.float32))[0] == pytest.approx(1e-6 / 32767)


def test_the_layout_is_inputs_by_hidden_by_outputs():
    network = AcceptanceNetwork(2, 3, 1, 0.05, 1.5)
    with torch.no_grad():
        network.first.weight.copy_(torch.arange(6.0).reshape(3, 2))
    scale, text = encoded(network)["arrays"][0]
    values = np.frombuffer(base64.b64decode(text), dtype="<i2") * scale
    assert np.round(values).tolist() == [0, 2, 4, 1, 3, 5]  # per input its hidden units


CONFIG = {"hidden": 4, "risk_hidden": 4, "epochs": 30, "batch": 32, "learning_rate": 4e-3, "last_rate": 0.05, "weight_decay": 1e-5}


def test_the_networks_learn_what_tells(tmp_path):
    # Feature 0: holds for 8 tokens; feature 1: breaks at once. Risk feature 0: the token breaks.
    path = tmp_path / "drafts.jsonl"
    head = {**constants().__dict__}
    rows = [{"fold": i % 2, "indices": [i % 2], "values": [1], "accepted": 0 if i % 2 else 8, "censored": False} for i in range(400)]
    drafts = [{"fold": i % 2, "indices": [0], "values": [1], "tokens": [
        {"at": 0, "right": i % 4 != 0, "weight": 1, "indices": [0] if i % 4 == 0 else [], "values": [1] if i % 4 == 0 else []}]}
        for i in range(400)]
    path.write_text("".join(json.dumps(line) + "\n" for line in [head, *rows, *drafts]))
    found, examples = read_examples(path)
    assert found == constants()
    every, tokens = np.ones(400, dtype=bool), np.ones(400, dtype=bool)
    survival = fit_survival(examples, every, found, CONFIG, 1)
    holds, breaks = survival(torch.eye(2)).sigmoid()[:, 0].tolist()
    assert holds > 0.85 and breaks < 0.3
    risk = fit_risk(examples, tokens, survival, found, CONFIG, 1)
    risky, safe = risk(torch.tensor([[1.0, -1.0], [0.0, -1.0]]))[:, 0].tolist()
    assert risky > safe + 1


def test_the_whole_recipe_writes_both_assets(tmp_path):
    if not (HERE.parent / "node_modules").exists():
        pytest.skip("npm ci has not run")
    pieces = ["\n", *(f"w{i}" for i in range(1, 60))]
    source = [token for line in range(8) for token in (10, 20 + line, 30 + line % 3, 0)]
    output = [*source[:12], 10, 50, 51, 0, *source[16:]]
    recorded = tmp_path / "recorded.jsonl"
    one = {"prompt": [2, *source, 3], "source": source, "sketch": [10, 50, 51, 0], "expected": output, "output": output}
    lines = [{"pieces": pieces}, *({"task": f"repo/{i}", **one} for i in range(16))]
    recorded.write_text("".join(json.dumps(line) + "\n" for line in lines))
    config = (HERE / "configs" / "acceptance.toml").read_text()
    for key, value in (("traces", '""'), ("vocabularies", "[]"), ("recorded", f'["{recorded.as_posix()}"]'),
                       ("asset", f'"{(tmp_path / "acceptance.json").as_posix()}"'),
                       ("folds_asset", f'"{(tmp_path / "folds.json").as_posix()}"'), ("epochs", "1")):
        config = "\n".join(f"{key} = {value}" if line.startswith(f"{key} ") else line for line in config.splitlines())
    (tmp_path / "acceptance.toml").write_text(config)
    done = subprocess.run([sys.executable, str(HERE / "acceptance.py"), str(tmp_path / "acceptance.toml")],
                          env={**os.environ, "REDRAFT_WORK": str(tmp_path)}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    shipped = read_asset(HERE.parent / "models" / "acceptance.json")
    made = read_asset(tmp_path / "acceptance.json")
    assert made["features"] == shipped["features"]
    for network in ("survival", "risk"):
        assert made["payload"][network]["inputs"] == shipped["payload"][network]["inputs"] == len(made["features"][network])
    assert len(read_asset(tmp_path / "folds.json")["payload"]) == 8
