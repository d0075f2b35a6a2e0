"""Tokenized examples on disk: `NAME.tokens.npy` (uint16) and `NAME.index.npy` (one row per example)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

# start: first token; prompt: tokens up to and with <|apply|>; length: prompt + merged + end; original, merged: tokens
# of the two regions; language, style, repository: numbers into the lists of examples.json
COLUMNS = np.dtype([("start", "<i8"), ("prompt", "<i4"), ("length", "<i4"), ("original", "<i4"), ("language", "<i2"),
                    ("style", "<i2"), ("repository", "<i2"), ("edit", "<i4")])


class ShardWriter:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.tokens: list[np.ndarray] = []
        self.rows: list[tuple] = []
        self.total = 0

    def add(self, prompt: list[int], merged: list[int], original: int, labels: tuple[int, int, int, int]) -> None:
        tokens = np.array(prompt + merged, dtype=np.uint16)
        self.rows.append((self.total, len(prompt), len(tokens), original, *labels))
        self.tokens.append(tokens)
        self.total += len(tokens)

    def close(self) -> None:
        """Writes both files; the index last, so that a shard with an index is whole."""
        np.save(self.path.with_suffix(".tokens.npy"), np.concatenate(self.tokens))
        np.save(self.path.with_suffix(".index.npy"), np.array(self.rows, dtype=COLUMNS))


class Shards:
    """All shards of a folder as one list of examples (memory-mapped).

    `repeat` names kinds of shards (`train-KIND-000`) whose examples stand in the list more than once.
    """

    def __init__(self, folder: Path, prefix: str, repeat: dict[str, int] | None = None) -> None:
        names = sorted(folder.glob(f"{prefix}*.index.npy"))
        if not names:
            raise SystemExit(f"no examples `{prefix}*` in {folder}: run the sketches stage first")
        self.tokens = [np.load(str(name).replace(".index.npy", ".tokens.npy"), mmap_mode="r") for name in names]
        self.indexes = [np.load(name) for name in names]
        times = [(repeat or {}).get(name.name.split("-")[1], 1) for name in names]
        self.where = [(shard, row) for shard, index in enumerate(self.indexes)
                      for _ in range(times[shard]) for row in range(len(index))]

    def __len__(self) -> int:
        return len(self.where)

    def row(self, example: int) -> np.void:
        shard, row = self.where[example]
        return self.indexes[shard][row]

    def length(self, example: int) -> int:
        return int(self.row(example)["length"])

    def get(self, example: int) -> tuple[np.ndarray, int]:
        """(tokens of the whole sequence, number of prompt tokens)."""
        shard, at = self.where[example]
        row = self.indexes[shard][at]
        start, length = int(row["start"]), int(row["length"])
        return self.tokens[shard][start:start + length].astype(np.int64), int(row["prompt"])
