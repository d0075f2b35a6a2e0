"""The whole recipe in two minutes, without data: makes a small repository, trains a tiny model on it, writes a GGUF.

    python smoke.py [--work FOLDER] [--minutes 1.5]

What it proves is that every stage runs and that the result loads; the model itself is a toy.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from redraft_training.synthetic import make_repository

CONFIG = """
[collect]
out = "{work}/edits"
repositories = "{work}/repositories/{{name}}/.git"
seed = 1
per_file_name = 1000
short_file_lines = 0
keep_short_files = 1.0
minor_languages = []
minor_share = 1.0
train = ["smoke/train"]
held_out = ["smoke/held-out"]
[collect.per_repository]
default = 2000
[collect.limits]
max_characters = 12000

[tokenizer]
edits = "{work}/edits"
out = "{work}/tokenizer.model"
seed = 1
size = {size}
lines_per_repository = 20000

[sketches]
edits = "{work}/edits"
out = "{work}/examples"
tokenizer = "{work}/tokenizer.model"
seed = 1
passes = {passes}
held_out_passes = 1
per_edit = 4
edits_per_shard = 1000
longest = 400
[sketches.mix]
styles = {{ S1 = 0.4, S2 = 0.2, S3 = 0.2, S4a = 0.1, S4b = 0.1 }}
min_tokens = 64
max_tokens = 400
characters_per_token = 2.6
tight = 0.5

[questions]
edits = "{work}/edits"
out = "{work}/questions"
tokenizer = "{work}/tokenizer.model"
seed = 1
files = 100
training_files = 0
region_lengths = [256]
regions_per_length = 40
longest = 1024
file_styles = {{ S1 = 0.5, S3 = 0.5 }}
styles = {{ S1 = 0.5, S3 = 0.5 }}

[model]
width = 64
layers = 2
heads = 2
hidden = 160

[train]
examples = "{work}/examples"
tokenizer = "{work}/tokenizer.model"
out = "{work}/run"
seed = 1
threads = 1
nice = 0
tokens = 200_000
batch_tokens = 2048
optimizer = "muon"
learning_rate = 6.0e-3
weight_decay = 0.0
warmup = 20
anneal = 0.4
curriculum = [[0, 200], [300_000, 400]]
disguised = 0.2
evaluation_examples = 40
evaluate_seconds = 60
save_seconds = 60
log_steps = 50

[finetune]
examples = "{work}/examples"
seed = 1
threads = 1
nice = 0
tokens = 20_000
batch_tokens = 1024
longest = 400
optimizer = "adamw"
learning_rate = 3.0e-4
evaluation_examples = 20
log_steps = 10
"""


def write_configs(work: Path, commits: int, size: int = 800, passes: int = 1) -> Path:
    """Two synthetic repositories, one of them held out, and the configuration of every stage."""
    for seed, name in enumerate(("train", "held-out")):
        make_repository(work / "repositories" / f"smoke+{name}", commits=commits, seed=seed)
    config = work / "smoke.toml"
    config.write_text(CONFIG.format(work=work.as_posix(), size=size, passes=passes))
    return config


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", help="folder for everything that is made (default: a new one)")
    parser.add_argument("--minutes", type=float, default=1.4, help="time for training")
    options = parser.parse_args()
    work = Path(options.work or tempfile.mkdtemp(prefix="redraft-smoke-"))
    work.mkdir(parents=True, exist_ok=True)
    config = write_configs(work, commits=500, passes=2)
    out = work / "smoke.gguf"
    here = Path(__file__).resolve().parent
    for script, *arguments in (["collect.py"], ["tokenizer.py"], ["sketches.py"], ["questions.py"],
                               ["train.py", "--until", f"{options.minutes}m"],
                               ["export.py", "--out", str(out), "--kind", "q8_0", "--name", "Redraft smoke"]):
        subprocess.run([sys.executable, str(here / script), str(config), *arguments], check=True, env=os.environ)
    print(json.dumps({"gguf": str(out), "questions": str(work / "questions" / "held_out-regions.jsonl")}))


if __name__ == "__main__":
    main()
