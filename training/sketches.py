"""Stage 3, sketches: examples in all styles, seeded and tokenized, as shards.

    python sketches.py configs/sketches.toml
"""

from __future__ import annotations

import json
import random
import sys
import time
from pathlib import Path

from redraft_training.config import folder, load
from redraft_training.edits import LANGUAGES
from redraft_training.examples import Mix, draw
from redraft_training.gguf_io import vocabulary_of
from redraft_training.rows import rows_of
from redraft_training.shards import ShardWriter
from redraft_training.sketch import STYLES
from redraft_training.vocabulary import END, Vocabulary

LANGUAGE_NAMES = sorted(set(LANGUAGES.values()))


def read_edits(files: list[Path]) -> list[dict]:
    return [json.loads(line) for file in files for line in file.open()]


def write_shard(edits: list[dict], repositories: list[str], vocabulary: Vocabulary, mix: Mix, seed: str,
                out: Path, per_edit: int, longest: int) -> dict:
    """Draws `per_edit` examples of every edit and writes them as one shard."""
    random_source = random.Random(seed)
    writer = ShardWriter(out)
    styles: dict[str, int] = {}
    for number, edit in enumerate(edits):
        rows = rows_of(edit["before"], edit["after"])
        for _ in range(per_edit):
            example = draw(rows, edit["language"], mix, random_source)
            if example is None:
                continue
            original = vocabulary.lines(example.original)
            prompt = vocabulary.prompt(example.original, example.sketch.lines)
            merged = [*vocabulary.lines(example.merged), END]
            if len(prompt) + len(merged) > longest:
                continue
            styles[example.sketch.style] = styles.get(example.sketch.style, 0) + 1
            writer.add(prompt, merged, len(original),
                       (LANGUAGE_NAMES.index(edit["language"]), STYLES.index(example.sketch.style),
                        repositories.index(edit["repository"]), number))
    writer.close()
    return {"shard": out.name, "examples": len(writer.rows), "tokens": writer.total, "styles": styles}


def main() -> None:
    config = load(sys.argv[1])["sketches"]
    edits_folder, out = Path(config["edits"]), folder(config["out"])
    vocabulary = vocabulary_of(config["tokenizer"])
    mix = Mix(**config["mix"])
    for group, passes in (("held_out", config["held_out_passes"]), ("train", config["passes"])):
        files = sorted((edits_folder / group).glob("*.jsonl"))
        if not files:
            continue
        repositories = [file.stem.replace("+", "/") for file in files]
        edits = read_edits(files)
        random.Random(f"{config['seed']} {group}").shuffle(edits)
        (out / f"{group}.json").write_text(json.dumps(
            {"repositories": repositories, "languages": LANGUAGE_NAMES, "styles": list(STYLES)}))
        chunk = config["edits_per_shard"]
        for number in range(passes):
            for first in range(0, len(edits), chunk):
                path = out / f"{group}-{number:02d}-{first // chunk:03d}"
                if path.with_suffix(".index.npy").exists():
                    continue
                started = time.monotonic()
                row = write_shard(edits[first:first + chunk], repositories, vocabulary, mix,
                                  f"{config['seed']} {path.name}", path, config["per_edit"], config["longest"])
                print(json.dumps({**row, "seconds": round(time.monotonic() - started, 1)}), flush=True)


if __name__ == "__main__":
    main()
