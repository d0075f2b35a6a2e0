"""The whole recipe on the synthetic repository: collect, tokenizer, sketches, train, stop, resume, export."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from redraft_training import gguf_io

HERE = Path(__file__).resolve().parents[1]


def stage(work: Path, script: str, *arguments: str) -> str:
    environment = {**os.environ, "REDRAFT_WORK": str(work), "REDRAFT_REPOSITORIES": str(work / "repositories"),
                   "REDRAFT_TOKENIZER": str(work / "tokenizer.model")}
    done = subprocess.run([sys.executable, str(HERE / script), *arguments], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    from smoke import write_configs

    work = tmp_path_factory.mktemp("work")
    write_configs(work, commits=120, size=600)
    stage(work, "collect.py", str(work / "smoke.toml"))
    stage(work, "tokenizer.py", str(work / "smoke.toml"))
    stage(work, "sketches.py", str(work / "smoke.toml"))
    return work


def rows_of_log(work: Path) -> list[dict]:
    return [json.loads(line) for line in (work / "run" / "log.jsonl").open()]


def test_a_run_resumes_and_exports(work, tmp_path):
    config = str(work / "smoke.toml")
    stage(work, "train.py", config, "--set", "tokens=3000")
    before = rows_of_log(work)[-1]
    stage(work, "train.py", config, "--set", "tokens=6000")
    rows = rows_of_log(work)
    assert rows[-1]["step"] > before["step"] and rows[-1]["tokens"] >= 6000
    starts = [row for row in rows if row["kind"] == "start"]
    assert starts[1]["step"] == before["step"]  # went on, did not begin again
    out = tmp_path / "model.gguf"
    told = json.loads(stage(work, "export.py", config, "--out", str(out), "--kind", "f16"))
    shape, _, vocabulary = gguf_io.read(out)
    assert told["bytes"] == out.stat().st_size and shape.width == 64
    assert len(vocabulary) == shape.vocabulary


def test_another_run_starts_from_a_gguf(work, tmp_path):
    config, out = str(work / "smoke.toml"), tmp_path / "model.gguf"
    stage(work, "train.py", config, "--set", "tokens=2000", "--out", str(tmp_path / "a"))
    stage(work, "export.py", config, "--out", str(out), "--kind", "f16", "--checkpoint", str(tmp_path / "a" / "final.pt"))
    stage(work, "train.py", config, "--init-from", str(out), "--set", "tokens=500", "--out", str(tmp_path / "b"))
    end = [json.loads(line) for line in (tmp_path / "a" / "log.jsonl").open()][-2]
    begin = [json.loads(line) for line in (tmp_path / "b" / "log.jsonl").open()][1]
    assert begin["loss"] == pytest.approx(end["loss"], abs=0.02)


def test_questions_come_from_held_out_repositories(work):
    stage(work, "questions.py", str(work / "smoke.toml"))
    files = [json.loads(line) for line in (work / "questions" / "held_out-files.jsonl").open()]
    regions = [json.loads(line) for line in (work / "questions" / "held_out-regions.jsonl").open()]
    assert files and regions
    assert {row["repository"] for row in files + regions} == {"smoke/held-out"}


def test_fine_tuning_writes_a_gguf(work, tmp_path):
    config, start, out = str(work / "smoke.toml"), tmp_path / "start.gguf", tmp_path / "tuned.gguf"
    stage(work, "train.py", config, "--set", "tokens=500", "--out", str(tmp_path / "a"))
    stage(work, "export.py", config, "--out", str(start), "--kind", "f16", "--checkpoint", str(tmp_path / "a" / "final.pt"))
    stage(work, "finetune.py", config, "--weights", str(start), "--copied", "0.1", "--out", str(out), "--tokens", "1500")
    assert gguf_io.read(out)[0] == gguf_io.read(start)[0]
