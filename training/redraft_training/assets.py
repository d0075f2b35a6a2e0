"""Fitted numbers as JSON assets, which src/assets/asset.ts reads and checks."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import rfc8785


def checksum(payload: Any) -> str:
    """SHA-256, in hex, of the payload as canonical JSON (RFC 8785): the same bytes in Python and JavaScript."""
    return hashlib.sha256(rfc8785.dumps(payload)).hexdigest()


def write_asset(path: Path, *, name: str, version: int, features: dict[str, list[str]], provenance: dict[str, Any],
                payload: Any) -> None:
    """Writes an asset: its head indented, its payload on one line.

    Args:
        path: The file, replaced if it exists.
        name: What the payload is; the reader asks for it by this name.
        version: Of the payload's format.
        features: Per model of the payload, the names of its inputs in order.
        provenance: Data, script, date (YYYY-MM-DD) and what was measured.
        payload: Anything that JSON can hold; no NaN, no infinity.
    """
    payload = json.loads(json.dumps(payload, allow_nan=False))
    head = {"name": name, "version": version, "provenance": provenance, "features": features, "sha256": checksum(payload)}
    text = json.dumps(head, indent=2, ensure_ascii=False)
    line = json.dumps(payload, separators=(",", ":"), ensure_ascii=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'{text[:-2]},\n  "payload": {line}\n}}\n', encoding="utf-8")


def read_asset(path: Path) -> dict[str, Any]:
    """The asset of a file.

    Raises:
        ValueError: Its checksum does not fit its payload.
    """
    asset = json.loads(path.read_text(encoding="utf-8"))
    if asset["sha256"] != checksum(asset["payload"]):
        raise ValueError(f"{path}: the checksum does not fit the payload")
    return asset
