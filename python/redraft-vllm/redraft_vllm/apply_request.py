"""Apply requests: `<instruction>..</instruction><code>..</code><update>..</update>` in a prompt."""

from __future__ import annotations

import re
from dataclasses import dataclass

_OPEN = re.compile(r"(?:^|\n|</instructions?>)[ \t]*<code>")
_DIVIDER = re.compile(r"</code>\s*<update>")


@dataclass(frozen=True, slots=True)
class ApplyRequest:
    code: str
    update: str


def read_apply_request(prompt: str) -> ApplyRequest | None:
    """Returns the code and the update of a prompt, None for other prompts and for those with two readings.

    The form is that of `redraft serve`, which has the last word on what is an apply request; here it decides only what
    is asked there and drafted from.
    """
    opening = _OPEN.search(prompt)
    if opening is None:
        return None
    start = opening.end()
    dividers = list(_DIVIDER.finditer(prompt, start))
    end = prompt.rfind("</update>")
    if len(dividers) != 1 or end < dividers[0].end():
        return None
    code, update = prompt[start : dividers[0].start()], prompt[dividers[0].end() : end]
    # Some templates put the tags on lines of their own: then the line end is the template's.
    if all(text.startswith("\n") and text.endswith("\n") and len(text) > 1 for text in (code, update)):
        code, update = code[1:-1], update[1:-1]
    return ApplyRequest(code, update)
