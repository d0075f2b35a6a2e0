"""Stage 3b, regions: shards of what the merge itself leaves open, as the product will ask about it.

    node --import tsx src/bench/evaluate/open-regions-main.ts QUESTIONS/train-files.jsonl > QUESTIONS/train-open.jsonl
    python regions.py configs/sketches.toml QUESTIONS/train-open.jsonl

Writes examples for writing (`train-open-000`) and, where the right region is among the candidates, for ranking (`rank-000`).
Examples that no line of the sketch belongs to, or whose right region is not known, are left out.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from redraft_training.config import load
from redraft_training.gguf_io import vocabulary_of
from redraft_training.shards import ShardWriter
from redraft_training.sketch import STYLES
from redraft_training.vocabulary import END
from sketches import LANGUAGE_NAMES


def main() -> None:
    config = load(sys.argv[1])["sketches"]
    vocabulary = vocabulary_of(config["tokenizer"])
    out = Path(config["out"])
    repositories = json.loads((out / "train.json").read_text())["repositories"]
    writer = ShardWriter(out / "train-open-000")
    left_out = 0
    groups: list[dict] = []
    for number, line in enumerate(Path(sys.argv[2]).open()):
        question = json.loads(line)
        expected = question.get("expected")
        if not expected or not any(text.strip() for text in question["sketch"]) or expected == question["original"]:
            left_out += 1
            continue
        original = vocabulary.lines(question["original"])
        prompt = vocabulary.prompt(question["original"], question["sketch"])
        merged = [*vocabulary.lines(expected), END]
        if len(prompt) + len(merged) > config["longest"]:
            left_out += 1
            continue
        if question["right"] >= 0:
            candidates = [[*vocabulary.lines(lines), END] for lines in question["candidates"]]
            if len(prompt) + max(map(len, candidates)) <= config["longest"]:
                groups.append({"prompt": prompt, "candidates": candidates, "right": question["right"]})
        writer.add(prompt, merged, len(original),
                   (LANGUAGE_NAMES.index(question["language"]), STYLES.index(question["style"]),
                    repositories.index(question["repository"]), number))
    writer.close()
    with (out / "rank-000.jsonl").open("w") as file:
        for group in groups:
            file.write(json.dumps(group) + "\n")
    print(json.dumps({"examples": len(writer.rows), "tokens": writer.total, "left_out": left_out, "ranked": len(groups)}))


if __name__ == "__main__":
    main()
