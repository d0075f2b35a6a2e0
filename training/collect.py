"""Stage 1, collect: edits from git repositories into one JSONL file per repository, with licence, commit and path.

    python collect.py configs/collect.toml
"""

from __future__ import annotations

import json
import random
import sys
import time
from pathlib import Path

from redraft_training.config import load, folder
from redraft_training.edits import (Blobs, Limits, capped, changes, fingerprint, head_commit, language_of, licence_of,
                                    usable)


def collect(name: str, git_dir: Path, out: Path, config: dict) -> dict:
    """Writes the edits of one repository and returns the record of what was taken."""
    random_source = random.Random(f"{config['seed']} {name}")
    limits = Limits(**config.get("limits", {}))
    found = changes(git_dir)
    order = list(range(len(found)))
    random_source.shuffle(order)
    seen: set[int] = set()
    by_language: dict[str, int] = {}
    cap = config["per_repository"]
    taken = looked_at = 0
    part = out.with_suffix(".part")
    with Blobs(git_dir) as blobs, part.open("w") as file:
        for change in capped(found, config["per_file_name"], iter(order)):
            if taken >= cap:
                break
            language = language_of(change.path)
            assert language is not None
            if language in config["minor_languages"] and by_language.get(language, 0) >= cap * config["minor_share"]:
                continue
            looked_at += 1
            before, after = blobs.text(change.before), blobs.text(change.after)
            if before is None or after is None or not usable(before, after, limits):
                continue
            if before.count("\n") < config["short_file_lines"] and random_source.random() > config["keep_short_files"]:
                continue
            key = fingerprint(before, after)
            if key in seen:
                continue
            seen.add(key)
            by_language[language] = by_language.get(language, 0) + 1
            taken += 1
            file.write(json.dumps({"repository": name, "commit": change.commit, "path": change.path,
                                   "language": language, "before": before, "after": after}) + "\n")
    part.rename(out)
    return {"repository": name, "head": head_commit(git_dir), "licence": licence_of(git_dir),
            "changes": len(found), "looked_at": looked_at, "edits": taken, "languages": by_language}


def main() -> None:
    config = load(sys.argv[1])["collect"]
    target = folder(config["out"])
    for group in ("train", "held_out"):
        for name in config[group]:
            out = target / group / (name.replace("/", "+") + ".jsonl")
            record = out.with_suffix(".record.json")
            if record.exists():
                continue
            out.parent.mkdir(parents=True, exist_ok=True)
            git_dir = Path(config["repositories"].format(name=name.replace("/", "+"))).expanduser()
            started = time.monotonic()
            row = collect(name, git_dir, out, {**config, "per_repository": config["per_repository"].get(
                name, config["per_repository"]["default"])})
            record.write_text(json.dumps({**row, "group": group}) + "\n")
            print(json.dumps({**row, "group": group, "seconds": round(time.monotonic() - started, 1)}), flush=True)


if __name__ == "__main__":
    main()
