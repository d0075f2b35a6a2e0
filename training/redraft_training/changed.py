"""Which tokens of a merged region are changed: by the character offsets of a line diff, not by comparing tokens.

Comparing token by token calls everything after the first insertion changed, and comparing sets of tokens misses what an edit
reuses. Lines are diffed, changed lines are narrowed to changed characters, and a token is changed when its characters
overlap a changed stretch.
"""

from __future__ import annotations

from difflib import SequenceMatcher


def changed_stretches(original: str, merged: str) -> list[tuple[int, int]]:
    """Stretches [start, end) of characters of `merged` that are not copied from `original`.

    Where lines were only removed there is nothing to mark; the copied tokens after a hunk are the caller's business.
    """
    old, new = original.splitlines(keepends=True), merged.splitlines(keepends=True)
    starts = [0]
    for line in new:
        starts.append(starts[-1] + len(line))
    stretches: list[tuple[int, int]] = []
    for tag, i0, i1, j0, j1 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal" or j0 == j1:
            continue
        before, after = "".join(old[i0:i1]), "".join(new[j0:j1])
        if tag == "insert" or SequenceMatcher(None, before, after).quick_ratio() < 0.5:
            stretches.append((starts[j0], starts[j1]))
            continue
        for kind, _, _, b0, b1 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
            if kind in ("replace", "insert"):
                stretches.append((starts[j0] + b0, starts[j0] + b1))
    return stretches


def resumption_offsets(original: str, merged: str) -> list[int]:
    """Where copying begins again after a hunk (also one that only removes), as character offsets of `merged`."""
    old, new = original.splitlines(keepends=True), merged.splitlines(keepends=True)
    starts = [0]
    for line in new:
        starts.append(starts[-1] + len(line))
    operations = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [starts[j1] for tag, _, _, _, j1 in operations if tag != "equal"]


def edit_weights(original: str, merged: str, offsets: list[int], copied: float, resume: int = 3) -> list[float]:
    """Weight of each token of `merged` in the loss: 1 where changed, and for the first `resume` tokens after a hunk; `copied`
    elsewhere. `offsets` are the tokens' starting characters, then the text's length.

    copied = 1 is plain fine-tuning, copied = 0 the masked loss of EfficientEdit (its lambda).
    """
    weights = [copied] * (len(offsets) - 1)
    stretches = changed_stretches(original, merged)
    at = 0
    for token in range(len(weights)):
        start, end = offsets[token], max(offsets[token + 1], offsets[token] + 1)
        while at < len(stretches) and stretches[at][1] <= start:
            at += 1
        if at < len(stretches) and stretches[at][0] < end:
            weights[token] = 1.0
    for offset in resumption_offsets(original, merged):
        first = next((token for token in range(len(weights)) if offsets[token] >= offset), None)
        if first is not None:
            for token in range(first, min(first + resume, len(weights))):
                weights[token] = 1.0
    return weights
