"""Sketches of an edit in the styles that language models write them.

S1   some kept lines around each hunk; what is left out becomes a marker such as `// ... existing code ...`
S2   the enclosing block whole, with the heads and feet of the blocks around it
S3   a sloppy S1: other wordings, markers missing at the ends, one context line, shifted or re-tabbed indentation,
     a shortened context line, trailing blanks lost
S4a  a deletion shown by adjacency only
S4b  a deletion told by a comment, `// removed foo`
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field

from redraft_training.rows import Row

STYLES = ("S1", "S2", "S3", "S4a", "S4b")

PLAIN_MARKERS = ("... existing code ...", "... rest of the code ...", "... existing code...", "...")
LOOSE_MARKERS = (
    "... keep existing code ...", "... unchanged ...", "... the rest stays the same ...", "... rest of file ...",
    "...rest of code...", "rest of the code remains unchanged", "existing code here", "... other code ...", "(unchanged)",
    "... same as before ...", "... previous code ...", "keep the rest", "[existing code]", "… existing code …",
    "... rest of the function ...", "... more code ...", "rest of the file", "... omitted for brevity ...", "unchanged code",
    "... existing imports ...", "... remaining code unchanged ...", "... code above unchanged ...", "etc.",
)
REMOVED_WORDS = ("removed", "deleted", "removed:", "Removed", "deleted:", "no longer needed:", "dropped", "remove")

HASH_LANGUAGES = {"python", "yaml", "toml"}
MARKUP_LANGUAGES = {"html", "markdown", "vue", "svelte"}


@dataclass
class Sketch:
    """The sketch's lines, the style, and what was done to make it sloppy."""

    style: str
    lines: list[str]
    noise: list[str] = field(default_factory=list)


def comment(text: str, language: str, random_source: random.Random) -> str:
    """The text as a comment line of the language."""
    if language in HASH_LANGUAGES:
        return f"# {text}"
    if language in MARKUP_LANGUAGES and random_source.random() < 0.7:
        return f"<!-- {text} -->"
    if language == "css" or (language == "c" and random_source.random() < 0.5) or random_source.random() < 0.03:
        return f"/* {text} */"
    if language == "tsx" and random_source.random() < 0.25:
        return f"{{/* {text} */}}"
    return f"// {text}"


def indent_of(line: str) -> str:
    return line[:len(line) - len(line.lstrip())]


def make_sketch(rows: list[Row], language: str, style: str, random_source: random.Random) -> Sketch:
    """Writes the sketch of the edit that `rows` describe. The same random state gives the same sketch."""
    sketch = Sketch(style, [])
    shown = shown_rows(rows, style, random_source, sketch)
    loose = style == "S3"
    wording = random_source.choice(LOOSE_MARKERS if loose else PLAIN_MARKERS)
    first_marker = not (loose and random_source.random() < 0.3)
    last_marker = not (loose and random_source.random() < 0.3)
    marker_indent = random_source.choice(("near", "near", "none"))
    index = 0
    while index < len(rows):
        if shown[index]:
            show(rows[index], sketch, style, language, random_source)
            index += 1
            continue
        end = index
        while end < len(rows) and not shown[end]:
            end += 1
        hidden = [line for row in rows[index:end] for line in row.before]
        at_start, at_end = index == 0, end == len(rows)
        if (at_start and not first_marker) or (at_end and not last_marker):
            sketch.noise.append("no_start_marker" if at_start else "no_end_marker")
        elif not any(line.strip() for line in hidden) and not (at_start or at_end):
            sketch.lines += hidden  # nobody elides a blank line
        else:
            if loose and random_source.random() < 0.3:
                wording = random_source.choice(LOOSE_MARKERS)
            near = next((line for line in (hidden if random_source.random() < 0.5 else hidden[::-1]) if line.strip()), "")
            prefix = indent_of(near) if marker_indent == "near" else ""
            sketch.lines.append(prefix + comment(wording, language, random_source))
        index = end
    if loose:
        roughen(rows, shown, sketch, random_source)
    return sketch


def shown_rows(rows: list[Row], style: str, random_source: random.Random, sketch: Sketch) -> list[bool]:
    """Which rows the sketch shows: every hunk, and kept lines by the style's rule."""
    shown = [row.changed for row in rows]
    hunks = [index for index, row in enumerate(rows) if row.changed]
    if style == "S2":
        for index in hunks:
            show_block(rows, shown, index)
    context = random_source.choice((1, 1, 2)) if style == "S3" else random_source.choice((1, 2, 2, 3, 3))
    if style == "S3" and context == 1:
        sketch.noise.append("context_1")
    for index in hunks:
        for step in (-1, 1):
            # blank lines are no context: go on until `context` lines with text are shown
            left, at = context, index + step
            while 0 <= at < len(rows) and left > 0 and not rows[at].changed:
                shown[at] = True
                left -= bool(rows[at].before[0].strip())
                at += step
    return shown


def show_block(rows: list[Row], shown: list[bool], hunk: int, limit: int = 40) -> None:
    """Shows the block around the hunk by indentation, and the head and foot of up to three blocks around that one."""
    lines = list(rows[hunk].after) + list(rows[hunk].before)
    width = min((len(indent_of(line)) for line in lines if line.strip()), default=0)
    low, high = hunk, hunk
    for level in range(4):
        head = nearest_outside(rows, low, -1, width)
        foot = nearest_outside(rows, high, 1, width)
        if head is None and foot is None:
            return
        if level == 0 and (foot or len(rows)) - (head or 0) <= limit:
            for at in range(head if head is not None else hunk, (foot if foot is not None else hunk) + 1):
                shown[at] = True
        for at in (head, foot):
            if at is not None:
                shown[at] = True
        low = head if head is not None else low
        high = foot if foot is not None else high
        widths = [len(indent_of(rows[at].before[0])) for at in (head, foot) if at is not None]
        width = min(widths)
        if width == 0:
            return


def nearest_outside(rows: list[Row], start: int, step: int, width: int) -> int | None:
    """The nearest kept line with less indentation than `width`, going up or down."""
    at = start + step
    while 0 <= at < len(rows):
        row = rows[at]
        if not row.changed and row.before[0].strip() and len(indent_of(row.before[0])) < width:
            return at
        at += step
    return None


def show(row: Row, sketch: Sketch, style: str, language: str, random_source: random.Random) -> None:
    """Adds a shown row's new lines; a deletion in S4b leaves a comment about one of its lines."""
    if style == "S4b" and row.deletion:
        told = next((line for line in row.before if line.strip()), "")
        words = re.findall(r"\w+", told)
        what = told.strip() if random_source.random() < 0.35 else random_source.choice(words) if words else ""
        sketch.lines.append(indent_of(told) + comment(f"{random_source.choice(REMOVED_WORDS)} {what}".strip(),
                                                      language, random_source))
        sketch.noise.append("removed_comment")
    sketch.lines += row.after


def roughen(rows: list[Row], shown: list[bool], sketch: Sketch, random_source: random.Random) -> None:
    """What makes S3 sloppy beyond wordings and missing markers; each with its own chance."""
    lines = sketch.lines
    kept = {row.before[0] for row, is_shown in zip(rows, shown, strict=True) if is_shown and not row.changed}
    added = {line for row in rows if row.changed for line in row.after}
    if random_source.random() < 0.2:
        candidates = [i for i, line in enumerate(lines) if line in kept and line not in added and len(line.strip()) > 24]
        if candidates:
            at = random_source.choice(candidates)
            keep = random_source.randint(len(lines[at]) // 3, 2 * len(lines[at]) // 3)
            lines[at] = lines[at][:keep].rstrip() + random_source.choice(("...", " ...", "…"))
            sketch.noise.append("abbreviated")
    if random_source.random() < 0.15:
        common = min((len(indent_of(line)) for line in lines if line.strip()), default=0)
        if common:
            lines[:] = [line[common:] if line.strip() else line for line in lines]
            sketch.noise.append("dedent")
    if random_source.random() < 0.15:
        if any(line.startswith("\t") for line in lines):
            width = random_source.choice((2, 4))
            lines[:] = [indent_of(line).replace("\t", " " * width) + line.lstrip() if line.strip() else line for line in lines]
            sketch.noise.append("tabs_to_spaces")
        elif random_source.random() < 0.5:
            widths = [len(indent_of(line)) for line in lines if line.startswith(" ")]
            unit = 4 if widths and all(width % 4 == 0 for width in widths) else 2
            tab = "\t" if random_source.random() < 0.6 else " " * (6 - unit)
            lines[:] = [tab * (len(indent_of(line)) // unit) + line.lstrip() if line.strip() else line for line in lines]
            sketch.noise.append("spaces_to_tabs" if tab == "\t" else "indent_width")
    if random_source.random() < 0.1 and any(line != line.rstrip() for line in lines):
        lines[:] = [line.rstrip() for line in lines]
        sketch.noise.append("trailing_ws")
