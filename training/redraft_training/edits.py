"""Edits out of git histories: pairs of (file before, file after) with where they came from."""

from __future__ import annotations

import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LANGUAGES: dict[str, str] = {
    ".ts": "typescript", ".mts": "typescript", ".cts": "typescript", ".tsx": "tsx",
    ".js": "javascript", ".mjs": "javascript", ".cjs": "javascript", ".jsx": "javascript",
    ".vue": "vue", ".svelte": "svelte", ".py": "python", ".pyi": "python", ".rs": "rust", ".go": "go",
    ".java": "java", ".kt": "kotlin", ".kts": "kotlin", ".c": "c", ".h": "c", ".css": "css", ".scss": "css",
    ".html": "html", ".json": "json", ".yml": "yaml", ".yaml": "yaml", ".toml": "toml", ".md": "markdown",
}

# Written by tools, not by people: what an edit of them teaches is the tool's format.
GENERATED = ("package-lock", "pnpm-lock", "yarn.lock", "cargo.lock", ".min.", ".snap", ".lock", "/dist/", "/vendor/",
             "node_modules/", "generated", ".pb.go", "third_party/", "changelog", "/assets/")


@dataclass(frozen=True)
class Change:
    """One modified path of one commit, before its two blobs are read."""

    commit: str
    path: str
    before: str
    after: str


def language_of(path: str) -> str | None:
    """The language by the file's suffix; None for files that the recipe does not take."""
    return LANGUAGES.get(Path(path).suffix.lower())


def changes(git_dir: Path) -> list[Change]:
    """Every in-place modification in the history of HEAD, newest first (merges and renames left out)."""
    command = ["git", f"--git-dir={git_dir}", "log", "--raw", "--no-renames", "--diff-filter=M", "--no-merges",
               "--abbrev=40", "--format=commit %H"]
    found: list[Change] = []
    commit = ""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, errors="replace") as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("commit "):
                commit = line[7:].strip()
            elif line.startswith(":"):
                fields, _, path = line.rstrip("\n").partition("\t")
                old_mode, new_mode, before, after, _status = fields.split(" ")
                if old_mode[1:3] == "10" and new_mode[:2] == "10" and wanted_path(path):
                    found.append(Change(commit, path, before, after))
    if process.returncode != 0:
        raise SystemExit(f"git log failed in {git_dir} (exit {process.returncode}); is this a git directory?")
    return found


def wanted_path(path: str) -> bool:
    lowered = "/" + path.lower()
    return language_of(path) is not None and not any(part in lowered for part in GENERATED)


class Blobs:
    """Reads blobs through one `git cat-file --batch` process."""

    def __init__(self, git_dir: Path) -> None:
        self.process = subprocess.Popen(["git", f"--git-dir={git_dir}", "cat-file", "--batch"],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __enter__(self) -> Blobs:
        return self

    def __exit__(self, *_: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()

    def text(self, blob: str) -> str | None:
        """The blob as text; None when it is missing or not UTF-8."""
        stdin, stdout = self.process.stdin, self.process.stdout
        assert stdin is not None and stdout is not None
        stdin.write(blob.encode() + b"\n")
        stdin.flush()
        header = stdout.readline().split()
        if len(header) < 3:
            return None
        data = stdout.read(int(header[2]) + 1)[:-1]
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            return None


@dataclass(frozen=True)
class Limits:
    """What makes a pair of blobs a usable edit."""

    min_characters: int = 200
    max_characters: int = 24_000
    max_line: int = 300
    min_reuse: float = 0.4
    max_reuse: float = 0.9999


def usable(before: str, after: str, limits: Limits) -> bool:
    """Whether the pair is an edit to learn from: text of a fair size that reuses its source and changes more than blanks."""
    for text in (before, after):
        if not limits.min_characters <= len(text) <= limits.max_characters or "\r" in text or "\0" in text:
            return False
        if any(len(line) > limits.max_line for line in text.split("\n")):
            return False
    if before.split() == after.split():
        return False
    return limits.min_reuse <= line_reuse(before, after) <= limits.max_reuse


def line_reuse(before: str, after: str) -> float:
    """Share of the result's lines that stand in the source, counted as a multiset."""
    old, new = Counter(before.splitlines()), Counter(after.splitlines())
    return sum((old & new).values()) / max(1, sum(new.values()))


def fingerprint(before: str, after: str) -> int:
    """The same for edits that remove and add the same lines, wherever: ports of one change to many files or branches."""
    old, new = Counter(map(str.strip, before.split("\n"))), Counter(map(str.strip, after.split("\n")))
    removed, added = old - new, new - old
    return hash((frozenset(removed.items()), frozenset(added.items())))


def licence_of(git_dir: Path) -> str:
    """The licence at HEAD by its SPDX name, for the record; "unknown" where the text is none of those the recipe takes."""
    names = subprocess.run(["git", f"--git-dir={git_dir}", "ls-tree", "--name-only", "HEAD"],
                           capture_output=True, text=True, check=True).stdout.split("\n")
    found: list[str] = []
    for name in sorted(names):
        if name.lower().startswith(("license", "licence", "copying")):
            text = subprocess.run(["git", f"--git-dir={git_dir}", "show", f"HEAD:{name}"],
                                  capture_output=True, text=True, errors="replace").stdout
            found += [licence_name(text)]
    return " or ".join(sorted(set(found) - {"unknown"})) or "unknown"


def licence_name(text: str) -> str:
    words = " ".join(text.split()).lower()
    if "apache license" in words:
        return "Apache-2.0"
    if "permission is hereby granted, free of charge" in words or "mit license" in words:
        return "MIT"
    if "redistribution and use in source and binary forms" in words:
        return "BSD-3-Clause" if "endorse or promote" in words else "BSD-2-Clause"
    if "permission to use, copy, modify, and distribute this software for any purpose" in words:
        return "curl"
    return "unknown"


def head_commit(git_dir: Path) -> str:
    return subprocess.run(["git", f"--git-dir={git_dir}", "rev-parse", "HEAD"],
                          capture_output=True, text=True, check=True).stdout.strip()


def capped(found: list[Change], per_path: int, order: Iterator[int]) -> Iterator[Change]:
    """The changes in the given order, at most `per_path` of each file name (basename): `index.ts` must not fill the set."""
    taken: Counter[str] = Counter()
    for index in order:
        change = found[index]
        name = change.path.rsplit("/", 1)[-1]
        if taken[name] < per_path:
            taken[name] += 1
            yield change
