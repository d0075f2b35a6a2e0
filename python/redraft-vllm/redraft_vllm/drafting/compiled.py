"""Compilation of the inner loops by numba, which vLLM brings for its own drafters."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from numba import njit

Function = TypeVar("Function", bound=Callable)


def compiled(function: Function) -> Function:
    """Compiles the function at its first call; the machine code is kept on disk where there is a writable folder."""
    try:
        return njit(cache=True)(function)
    except RuntimeError:  # no folder for the cache, as in a read-only container without a home
        return njit(function)
