"""A small git repository with invented code and edits, so that the whole recipe can run anywhere, without data."""

from __future__ import annotations

import os
import random
import subprocess
from pathlib import Path

NOUNS = ("order", "user", "cart", "token", "page", "event", "report", "price", "stock", "route", "queue", "label")
VERBS = ("load", "save", "parse", "check", "merge", "count", "send", "sort", "build", "close")


def function(random_source: random.Random) -> list[str]:
    """One Python function of a few lines."""
    noun, verb = random_source.choice(NOUNS), random_source.choice(VERBS)
    name = f"{verb}_{noun}_{random_source.randint(1, 99)}"
    lines = [f"def {name}({noun}, limit={random_source.randint(1, 50)}):"]
    for _ in range(random_source.randint(2, 6)):
        other = random_source.choice(NOUNS)
        lines.append(random_source.choice((
            f"    {other} = {verb}({noun}, {random_source.randint(0, 99)})",
            f"    if {other} is None:\n        return {random_source.randint(0, 9)}",
            f"    for item in {other}:\n        {noun}.append(item)",
            f"    log.debug(\"{verb} %s\", {other})",
        )))
    lines += [f"    return {noun}", "", ""]
    return "\n".join(lines).split("\n")


def edit(lines: list[str], random_source: random.Random) -> list[str]:
    """A small change: a line added, changed or taken away, or a function added."""
    bodies = [i for i, line in enumerate(lines) if line.startswith("    ") and not line.rstrip().endswith(":")]
    at = random_source.choice(bodies)
    kind = random_source.random()
    if kind < 0.3:
        noun = random_source.choice(NOUNS)
        return [*lines[:at], f"    {noun} = {random_source.choice(VERBS)}({random_source.randint(0, 999)})", *lines[at:]]
    if kind < 0.6:
        return [*lines[:at], lines[at] + f"  # {random_source.choice(VERBS)} first", *lines[at + 1:]]
    if kind < 0.8:
        return [*lines[:at], *lines[at + 1:]]
    heads = [i for i, line in enumerate(lines) if line.startswith("def ")]
    where = random_source.choice(heads)
    return [*lines[:where], *function(random_source), *lines[where:]]


def make_repository(folder: Path, files: int = 6, commits: int = 200, seed: int = 1) -> Path:
    """Makes the repository and returns its git folder. The same seed gives the same history."""
    random_source = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    for role in ("AUTHOR", "COMMITTER"):
        environment |= {f"GIT_{role}_NAME": "Smoke", f"GIT_{role}_EMAIL": "smoke@example.invalid",
                        f"GIT_{role}_DATE": "2026-01-01T00:00:00Z"}
    subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], check=True, env=environment)
    texts = {f"part_{number}.py": [line for _ in range(8) for line in function(random_source)] for number in range(files)}
    blocks: list[bytes] = []

    def commit(message: str, changed: dict[str, list[str]]) -> None:
        blocks.append(b"commit refs/heads/main\ncommitter Smoke <smoke@example.invalid> 1767225600 +0000\n")
        blocks.append(f"data {len(message)}\n{message}\n".encode())
        for name, lines in changed.items():
            body = ("\n".join(lines) + "\n").encode()
            blocks.append(f"M 100644 inline {name}\ndata {len(body)}\n".encode() + body + b"\n")

    commit("begin", texts | {"LICENSE": ["MIT License"]})
    for number in range(commits):
        name = random_source.choice(sorted(texts))
        for _ in range(random_source.choice((1, 1, 2))):
            texts[name] = edit(texts[name], random_source)
        commit(f"edit {number}", {name: texts[name]})
    subprocess.run(["git", f"--git-dir={folder / '.git'}", "fast-import", "--quiet"], input=b"".join(blocks), check=True,
                   env=environment)
    return folder / ".git"
