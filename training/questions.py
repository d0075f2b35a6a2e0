"""Stage 6, questions: held-out edits as JSONL, for `redraft bench evaluate`.

    python questions.py configs/questions.toml

Two kinds, both from repositories that no training example comes from:
`regions`  a region, its sketch, and the merged region: can the model write it?
`files`    a whole file, the sketch of the whole edit, and the file after it: does the merge settle it, and if it offers
           candidates, does the model rank the right one first?
With `group = "train"` the files of the training repositories are written instead: what the merge leaves open of them is
what the region task is trained on (`ambiguous.py`).
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path

from redraft_training.config import folder, load
from redraft_training.examples import Mix, draw
from redraft_training.gguf_io import vocabulary_of
from redraft_training.patch import FORMATS, make_patch
from redraft_training.rows import rows_of
from redraft_training.sketch import make_sketch
from sketches import read_edits


def whole_edit(edit: dict, style: str, random_source: random.Random) -> str | None:
    """The whole edit, written in a style; None when the style does not fit it."""
    rows = rows_of(edit["before"], edit["after"])
    if style in FORMATS:
        return make_patch(rows, edit["path"], style, random_source)
    if style.startswith("S4") and not any(row.deletion for row in rows):
        return None
    sketch = make_sketch(rows, edit["language"], style, random_source)
    return "\n".join(sketch.lines) + "\n" if any(line.strip() for line in sketch.lines) else None


def file_questions(edits: list[dict], styles: dict[str, float], seed: str, count: int) -> Iterator[dict]:
    """Up to `count` questions, going through the edits again and again: each time in another style."""
    for number in range(min(count, len(edits) * len(styles))):
        edit = edits[number % len(edits)]
        random_source = random.Random(f"{seed} {number}")
        style = random_source.choices(list(styles), list(styles.values()))[0]
        text = whole_edit(edit, style, random_source)
        if text is None:
            continue
        yield {"kind": "file", "id": f"{edit['repository']}@{edit['commit'][:10]}:{edit['path']}#{style}",
               "repository": edit["repository"], "path": edit["path"], "language": edit["language"], "style": style,
               "format": FORMATS.get(style, "lazy"), "original": edit["before"], "edit": text, "expected": edit["after"]}


def region_questions(edits: list[dict], config: dict, seed: str) -> list[dict]:
    """Equally many of each length (the longer side of the region, in tokens of the tokenizer)."""
    vocabulary = vocabulary_of(config["tokenizer"])
    limits = config["region_lengths"]
    wanted = {limit: config["regions_per_length"] for limit in limits}
    found: list[dict] = []
    random_source = random.Random(seed)
    for _ in range(40):
        for edit in edits:
            open_lengths = [limit for limit in limits if wanted[limit] > 0]
            if not open_lengths:
                return found
            limit = random_source.choice(open_lengths)
            mix = Mix(styles=config["styles"], min_tokens=limit, max_tokens=3 * limit)
            rows = rows_of(edit["before"], edit["after"])
            example = draw(rows, edit["language"], mix, random_source)
            if example is None:
                continue
            length = max(len(vocabulary.lines(example.original)), len(vocabulary.lines(example.merged)))
            bucket = next((each for each in limits if length <= each), None)
            sketch = len(vocabulary.lines(example.sketch.lines))
            if bucket is None or wanted[bucket] == 0 or 2 * length + sketch > config["longest"]:
                continue
            wanted[bucket] -= 1
            found.append({"kind": "region", "id": f"{edit['repository']}@{edit['commit'][:10]}:{edit['path']}#{len(found)}",
                          "repository": edit["repository"], "path": edit["path"], "language": edit["language"],
                          "style": example.sketch.style, "length": length, "original": example.original,
                          "sketch": example.sketch.lines, "expected": example.merged})
    return found


def main() -> None:
    config = load(sys.argv[1])["questions"]
    out = folder(config["out"])
    for group in ("held_out", "train"):
        edits = read_edits(sorted((Path(config["edits"]) / group).glob("*.jsonl")))
        random.Random(f"{config['seed']} {group}").shuffle(edits)
        count = config["files"] if group == "held_out" else config["training_files"]
        written = 0
        with (out / f"{group}-files.jsonl").open("w") as file:
            for question in file_questions(edits, config["file_styles"], f"{config['seed']} {group}", count):
                written += file.write(json.dumps(question) + "\n") > 0
        print(json.dumps({"group": group, "files": written}), flush=True)
        if group == "held_out":
            regions = region_questions(edits, config, f"{config['seed']} regions")
            (out / "held_out-regions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in regions))
            print(json.dumps({"group": group, "regions": len(regions)}), flush=True)


if __name__ == "__main__":
    main()
