"""Stage 2, tokenizer: SentencePiece on lines of the collected files, equally from every repository.

    python tokenizer.py configs/tokenizer.toml
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

from redraft_training.config import folder, load
from redraft_training.vocabulary import Vocabulary, train


def sample_lines(files: list[Path], per_repository: int, seed: int) -> list[str]:
    """Lines of the files after each edit; every repository gives equally many where it has them."""
    random_source = random.Random(seed)
    lines: list[str] = []
    for file in files:
        texts = [json.loads(line)["after"] for line in file.open()]
        random_source.shuffle(texts)
        mine: list[str] = []
        for text in texts:
            mine += [line for line in text.split("\n") if line.strip()]
            if len(mine) >= per_repository:
                break
        lines += mine[:per_repository]
    random_source.shuffle(lines)
    return lines


def main() -> None:
    config = load(sys.argv[1])["tokenizer"]
    out = Path(config["out"])
    folder(str(out.parent))
    if out.exists():
        print(json.dumps({"tokenizer": out.name, "already": True}))
        return
    files = sorted((Path(config["edits"]) / "train").glob("*.jsonl"))
    lines = sample_lines(files, config["lines_per_repository"], config["seed"])
    train(lines, config["size"], str(out.with_suffix("")))
    vocabulary = Vocabulary.from_model(out)
    characters = sum(len(line) + 1 for line in lines[:5000])
    tokens = len(vocabulary.lines(lines[:5000]))
    print(json.dumps({"tokenizer": out.name, "pieces": len(vocabulary), "lines": len(lines),
                      "characters_per_token": round(characters / tokens, 2)}))


if __name__ == "__main__":
    main()
