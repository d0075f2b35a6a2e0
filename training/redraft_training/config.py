"""Configurations: TOML files, with `${NAME}` taken from the environment (folders differ from machine to machine)."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path


def load(path: str | Path) -> dict:
    """Reads a TOML file and fills in `${NAME}` and `${NAME:-otherwise}`; a missing name is an error that says which."""
    text = Path(path).read_text()

    def fill(match: re.Match[str]) -> str:
        name, otherwise = match.group(1), match.group(2)
        value = os.environ.get(name, otherwise)
        if value is None:
            raise SystemExit(f"{path} needs the environment variable {name}: set it to a folder, see training/README.md")
        return value

    return tomllib.loads(re.sub(r"\$\{(\w+)(?::-([^}]*))?\}", fill, text))


def folder(path: str) -> Path:
    """The folder, made when missing."""
    made = Path(path).expanduser()
    made.mkdir(parents=True, exist_ok=True)
    return made
