"""Stage 7, card: the model card and the picture of the learning curve, out of logs and measured rows.

    python card.py configs/card.toml

Nothing in the tables is typed by hand: data from the records of collect, sizes and digests from the files, the curve from the
log of the run, figures from the rows that `redraft bench evaluate --json` printed.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

from redraft_training.config import load


def read_rows(path: str | Path) -> list[dict]:
    return [json.loads(line) for line in Path(path).read_text().splitlines() if line.strip()]


def curve(rows: list[dict], title: str) -> str:
    """An SVG with the held-out loss (left axis) and the exact match up to 256 tokens (right axis) against tokens seen."""
    points = [row for row in rows if row["kind"] == "evaluation"]
    width, height, left, right, top, bottom = 720, 360, 60, 60, 40, 50
    most_tokens = max(row["tokens"] for row in points) or 1
    most_loss = 1.1 * max(row["loss"] for row in points)

    def x(row: dict) -> float:
        return left + (width - left - right) * row["tokens"] / most_tokens

    def y(share: float) -> float:
        return height - bottom - (height - top - bottom) * share

    def line(values: list[tuple[float, float]], colour: str) -> str:
        path = " ".join(f"{a:.1f},{b:.1f}" for a, b in values)
        dots = "".join(f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3" fill="{colour}"/>' for a, b in values)
        return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>{dots}'

    losses = [(x(row), y(row["loss"] / most_loss)) for row in points]
    exact = [(x(row), y(row["exact"]["256"])) for row in points]
    grid = "".join(
        f'<line x1="{left}" x2="{width - right}" y1="{y(s):.1f}" y2="{y(s):.1f}" stroke="#ddd"/>'
        f'<text x="{left - 8}" y="{y(s) + 4:.1f}" text-anchor="end">{most_loss * s:.2f}</text>'
        f'<text x="{width - right + 8}" y="{y(s) + 4:.1f}">{100 * s:.0f} %</text>'
        for s in (0, 0.25, 0.5, 0.75, 1))
    ticks = "".join(
        f'<text x="{left + (width - left - right) * s:.1f}" y="{height - bottom + 20}" text-anchor="middle">'
        f'{most_tokens * s / 1e6:.1f} M</text>' for s in (0, 0.25, 0.5, 0.75, 1))
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">'
            f'<rect width="{width}" height="{height}" fill="white"/>'
            f'<text x="{width / 2}" y="20" text-anchor="middle" font-size="14">{title}</text>{grid}{ticks}'
            f'<text x="{width / 2}" y="{height - 10}" text-anchor="middle">tokens seen</text>'
            f'{line(losses, "#b3402a")}{line(exact, "#2a6fb3")}'
            f'<text x="{left + 10}" y="{top + 4}" fill="#b3402a">held-out loss (left)</text>'
            f'<text x="{left + 150}" y="{top + 4}" fill="#2a6fb3">exact match, regions up to 256 tokens (right)</text></svg>\n')


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def evaluation_table(rows: list[dict], task: str, by: str, models: dict[str, str]) -> str:
    """Exact match of each model in each group."""
    mine = [row for row in rows if row["task"] == task and row["by"] == by]
    groups = sorted({row["group"] for row in mine}, key=lambda group: (len(group), group))
    names = [name for name in models if any(row["model"] == name for row in mine)]
    found = {(row["model"], row["group"]): row for row in mine}
    body = []
    for group in groups:
        cases = next(found[name, group]["cases"] for name in names if (name, group) in found)
        body.append([group or "all", str(cases), *(f"{100 * found[name, group]['exact']:.1f} %" if (name, group) in found else ""
                                                   for name in names)])
    return table([by, "cases", *(models[name] for name in names)], body)


def data_table(records: list[dict]) -> str:
    return table(["repository", "licence", "head", "edits", "used for"],
                 [[row["repository"], row["licence"], row["head"][:12], str(row["edits"]),
                   "training" if row["group"] == "train" else "held out"] for row in records])


def file_table(folder: Path) -> str:
    return table(["file", "bytes", "SHA-256"],
                 [[path.name, f"{path.stat().st_size:,}", f"`{hashlib.sha256(path.read_bytes()).hexdigest()}`"]
                  for path in sorted(folder.glob("*.gguf"))])


def checksums(folder: Path) -> str:
    """As `sha256sum` writes them; the model store reads this file."""
    return "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in sorted(folder.glob("*.gguf")))


def main() -> None:
    config = load(sys.argv[1])["card"]
    out = Path(config["out"])
    records = [json.loads(path.read_text()) for path in sorted(Path(config["edits"]).rglob("*.record.json"))]
    rows = read_rows(config["evaluation"])
    parts = {
        "FILES": file_table(out),
        "COMMAND": config["command"],
        "DATA": data_table(sorted(records, key=lambda row: (row["group"], row["repository"]), reverse=True)),
        **{f"{task.upper()}_BY_{by.upper()}": evaluation_table(rows, task, by, config["models"])
           for task in ("write", "rank") for by in ("all", "length", "language", "style")},
    }
    for name, log in config["logs"].items():
        log_rows = read_rows(log)
        (out / f"learning-curve-{name}.svg").write_text(curve(log_rows, f"Redraft {name}: held-out edits while training"))
        last = [row for row in log_rows if row["kind"] == "evaluation"][-1]
        parts[f"TOKENS_{name.upper()}"] = f"{last['tokens'] / 1e6:.1f} M"
        parts[f"MINUTES_{name.upper()}"] = f"{last['minutes']:.0f}"
    text = Path(config["template"]).read_text()
    for key, value in parts.items():
        text = text.replace("{{" + key + "}}", value.rstrip("\n"))
    (out / "README.md").write_text(text)
    (out / "checksums.txt").write_text(checksums(out))


if __name__ == "__main__":
    main()
