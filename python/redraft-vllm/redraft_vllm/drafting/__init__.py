"""Drafts by copying: what the TypeScript folder `src/draft` does, in Python. Needs numpy and numba, and no engine.

`conformance/drafts.json` holds cases that both implementations must answer alike.
"""

from redraft_vllm.drafting.acceptance import AcceptanceWeights, load_weights
from redraft_vllm.drafting.copy import CopyDrafter, Draft
from redraft_vllm.drafting.draft_length import best_length, best_line, warm_up
from redraft_vllm.drafting.spelling import Spelling
from redraft_vllm.drafting.texts import DraftRequest

__all__ = [
    "AcceptanceWeights",
    "CopyDrafter",
    "Draft",
    "DraftRequest",
    "Spelling",
    "best_length",
    "best_line",
    "load_weights",
    "warm_up",
]
