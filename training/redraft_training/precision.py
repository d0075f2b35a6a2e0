"""How sure a measured precision is."""

from __future__ import annotations

from scipy.stats import beta


def bound(right: int, count: int) -> float:
    """Lower end of the two-sided 95 % interval of Clopper and Pearson (1934) for `right` of `count`."""
    return float(beta.ppf(0.025, right, count - right + 1)) if right else 0.0
