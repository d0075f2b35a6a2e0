"""Predicted outputs for vLLM. `redraft_vllm.drafting` needs no engine; `redraft_vllm.Proposer` needs vLLM."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from redraft_vllm.proposer import Proposer

__all__ = ["Proposer", "__version__"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name == "Proposer":
        from redraft_vllm.proposer import Proposer

        return Proposer
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
