"""Edits in the formats that name what goes and what comes, roughened the way language models get them wrong.

SRx  search/replace blocks     UDx  unified diff, line numbers wrong     CXx  the `*** Begin Patch` format

Each carries one or two of: one context line missing on both sides (it stays in the file), one misquoted on both sides (the
file's own line stays), all lines of a block shifted, trailing blanks.
"""

from __future__ import annotations

import random
import re

from redraft_training.rows import Row

FORMATS = {"SRx": "search-replace", "UDx": "unified-diff", "CXx": "patch"}
CONTEXT = 3

Line = tuple[str, str]  # " ", "-" or "+", and the text


def hunks_of(rows: list[Row]) -> list[tuple[int, list[Line]]]:
    """The hunks with their context: (0-based line of the source at which each begins, its lines)."""
    shown = [any(other.changed for other in rows[max(0, at - CONTEXT):at + CONTEXT + 1]) for at in range(len(rows))]
    found: list[tuple[int, list[Line]]] = []
    line, inside = 0, False
    for row, is_shown in zip(rows, shown, strict=True):
        if is_shown:
            if not inside:
                found.append((line, []))
            kept = not row.changed
            found[-1][1].extend([(" ", text) for text in row.before] if kept else
                                [("-", text) for text in row.before] + [("+", text) for text in row.after])
        inside = is_shown
        line += len(row.before)
    return found


def roughen(hunks: list[tuple[int, list[Line]]], random_source: random.Random) -> list[str]:
    """Changes the hunks in place and says what was done."""
    kinds = random_source.sample(("missing", "missing", "differs", "shifted", "trailing"), random_source.choice((1, 1, 2)))
    done = [kind for kind in dict.fromkeys(kinds) if ROUGHEN[kind](random_source.choice(hunks)[1], random_source)]
    return done


def context_of(lines: list[Line]) -> list[int]:
    return [at for at, (sign, text) in enumerate(lines) if sign == " " and text.strip()]


def missing(lines: list[Line], random_source: random.Random) -> bool:
    inner = [at for at, (sign, _) in enumerate(lines) if sign == " " and 0 < at < len(lines) - 1]
    if len(inner) < 2:
        return False
    del lines[random_source.choice(inner)]
    return True


def differs(lines: list[Line], random_source: random.Random) -> bool:
    long = [at for at in context_of(lines) if len(lines[at][1].strip()) >= 8]
    if not long:
        return False
    at = random_source.choice(long)
    text = lines[at][1]
    words = list(re.finditer(r"[A-Za-z]{5,}", text))
    if words and random_source.random() < 0.6:
        word = random_source.choice(words)
        cut = random_source.randrange(word.start() + 1, word.end() - 1)
        changed = text[:cut] + text[cut + 1:]
    else:
        changed = text.rstrip()[:-1] if text.rstrip()[-1] in ";,." else re.sub(r"(\S) (\S)", r"\1\2", text, count=1)
    lines[at] = (" ", changed)
    return changed != text


def shifted(lines: list[Line], random_source: random.Random) -> bool:
    common = min((len(text) - len(text.lstrip()) for _, text in lines if text.strip()), default=0)
    if common and random_source.random() < 0.6:
        lines[:] = [(sign, text[common:] if text.strip() else text) for sign, text in lines]
    else:
        blanks = "\t" if any(text.startswith("\t") for _, text in lines) else random_source.choice(("  ", "    "))
        lines[:] = [(sign, blanks + text if text.strip() else text) for sign, text in lines]
    return True


def trailing(lines: list[Line], random_source: random.Random) -> bool:
    context = context_of(lines)
    if context:
        at = random_source.choice(context)
        lines[at] = (" ", lines[at][1].rstrip() + random_source.choice((" ", "  ", "\t")))
    return bool(context)


ROUGHEN = {"missing": missing, "differs": differs, "shifted": shifted, "trailing": trailing}


def make_patch(rows: list[Row], path: str, style: str, random_source: random.Random) -> str | None:
    """The roughened patch; None where nothing could be roughened, or a hunk has no context to place it by."""
    hunks = hunks_of(rows)
    if not hunks or any(not context_of(lines) for _, lines in hunks) or not roughen(hunks, random_source):
        return None
    if style == "SRx":
        return "\n".join(search_replace(lines) for _, lines in hunks)
    if style == "CXx":
        body = "".join("@@\n" + written(lines) for _, lines in hunks)
        return f"*** Begin Patch\n*** Update File: {path}\n{body}*** End Patch\n"
    body = "".join(unified_header(start, lines, random_source) + written(lines) for start, lines in hunks)
    return f"--- a/{path}\n+++ b/{path}\n{body}"


def written(lines: list[Line]) -> str:
    return "".join(f"{sign}{text}\n" for sign, text in lines)


def search_replace(lines: list[Line]) -> str:
    old = "".join(f"{text}\n" for sign, text in lines if sign != "+")
    new = "".join(f"{text}\n" for sign, text in lines if sign != "-")
    return f"<<<<<<< SEARCH\n{old}=======\n{new}>>>>>>> REPLACE\n"


def unified_header(start: int, lines: list[Line], random_source: random.Random) -> str:
    if random_source.random() < 0.15:
        return "@@\n"
    at = max(1, start + 1 + random_source.randint(-40, 40))
    old, new = (max(1, sum(sign != other for sign, _ in lines) + random_source.randint(-2, 2)) for other in "+-")
    return f"@@ -{at},{old} +{at},{new} @@\n"
