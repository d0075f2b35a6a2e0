"""The places of vLLM that the proposer relies on, and their check at start."""

from __future__ import annotations

import functools
import inspect
from dataclasses import dataclass
from typing import Any, Protocol

#: Versions whose places were checked and run: major and minor.
KNOWN_VERSIONS = ((0, 32),)
#: Most tokens that vLLM's rejection sampler verifies per request and step.
MOST_DRAFTED = 128


class UnsupportedEngine(RuntimeError):
    """This vLLM lacks something that the proposer needs."""


@dataclass(frozen=True, slots=True)
class Step:
    """What the engine holds when drafts are asked for. Rows are rows of the batch and move between steps."""

    #: The model runner.
    runner: Any
    #: What was scheduled in the step that just ran.
    scheduled: Any


class Bound(Protocol):
    def bind(self, step: Step) -> None: ...


def check_version(version: str, is_pinned: bool = True) -> None:
    """Raises `UnsupportedEngine` for a version whose private places are not known."""
    parts = version.split("+")[0].split(".")
    try:
        found = (int(parts[0]), int(parts[1]))
    except (ValueError, IndexError):
        found = (-1, -1)
    if is_pinned and found not in KNOWN_VERSIONS:
        known = ", ".join(f"{major}.{minor}" for major, minor in KNOWN_VERSIONS)
        raise UnsupportedEngine(
            f"redraft-vllm was checked with vLLM {known}; this is {version}. Install one of those versions, or a later "
            f"redraft-vllm. REDRAFT_VLLM_ANY_VERSION=1 tries it all the same: the places it needs are still checked."
        )


def check_runner(runner: Any) -> None:
    """Raises `UnsupportedEngine` where the model runner lacks an attribute that is read every step."""
    for path in (
        "requests",
        "input_batch.req_ids",
        "input_batch.num_tokens_no_spec",
        "input_batch.token_ids_cpu",
        "input_batch.num_prompt_tokens",
        "max_model_len",
    ):
        at = runner
        for name in path.split("."):
            if not hasattr(at, name):
                raise UnsupportedEngine(
                    f"vLLM's model runner has no `{path}`, which redraft-vllm reads: this version of vLLM is not "
                    "supported. Remove --speculative-config, or install a version that docs/guide/vllm.md names."
                )
            at = getattr(at, name)


def wrap_runner(runner_class: type) -> None:
    """Makes `propose_draft_token_ids` bind the step to the proposer first: vLLM passes a custom class rows alone.

    Other drafters are left as they are. Wrapping twice does nothing.
    """
    original = getattr(runner_class, "propose_draft_token_ids", None)
    if original is None:
        raise UnsupportedEngine(
            f"vLLM's {runner_class.__name__} has no propose_draft_token_ids: redraft-vllm needs the V1 model "
            "runner. Set VLLM_USE_V2_MODEL_RUNNER=0, or remove --speculative-config."
        )
    if getattr(original, "wrapped_by_redraft", False):
        return
    parameters = list(inspect.signature(original).parameters)
    if parameters[:3] != ["self", "scheduler_output", "sampled_token_ids"]:
        raise UnsupportedEngine(
            f"vLLM's {runner_class.__name__}.propose_draft_token_ids takes ({', '.join(parameters)}), not "
            "(self, scheduler_output, sampled_token_ids, ...): this version of vLLM is not supported."
        )

    @functools.wraps(original)
    def propose_draft_token_ids(self: Any, scheduler_output: Any, *args: Any, **kwargs: Any) -> Any:
        bind = getattr(getattr(self, "drafter", None), "bind", None)
        if bind is not None:
            bind(Step(self, scheduler_output))
        return original(self, scheduler_output, *args, **kwargs)

    propose_draft_token_ids.wrapped_by_redraft = True  # type: ignore[attr-defined]
    runner_class.propose_draft_token_ids = propose_draft_token_ids  # type: ignore[attr-defined]


def plan_plain_steps(runner_class: type) -> None:
    """Makes `_prepare_inputs` plan a step that nothing was drafted for as if there were no drafter.

    With any drafter vLLM prepares rejection sampling in every step, and gathers logits and samples through it: on a
    small model some percent of a step in which no request predicts anything. Recurrent models keep vLLM's way: their
    backends count on it. Without the method, or with other arguments, vLLM's way remains: slower, not wrong.
    """
    original = getattr(runner_class, "_prepare_inputs", None)
    if original is None or getattr(original, "wrapped_by_redraft", False):
        return
    if list(inspect.signature(original).parameters)[:2] != ["self", "scheduler_output"]:
        return

    @functools.wraps(original)
    def prepare_inputs(self: Any, scheduler_output: Any, *args: Any, **kwargs: Any) -> Any:
        drafted = getattr(scheduler_output, "scheduled_spec_decode_tokens", None)
        is_ours = hasattr(getattr(self, "drafter", None), "bind")
        is_hybrid = getattr(getattr(self, "model_config", None), "is_hybrid", True)
        if not is_ours or is_hybrid or drafted is None or any(drafted.values()):
            return original(self, scheduler_output, *args, **kwargs)
        speculative, self.speculative_config = self.speculative_config, None
        try:
            return original(self, scheduler_output, *args, **kwargs)
        finally:
            self.speculative_config = speculative

    prepare_inputs.wrapped_by_redraft = True  # type: ignore[attr-defined]
    runner_class._prepare_inputs = prepare_inputs  # type: ignore[attr-defined]


def lift_batch_cutoff(runner: Any, drafted: int) -> None:
    """Stops vLLM from ending all drafts of a batch once one request is near the end of the context.

    The proposer ends each row's draft by itself. Without the attribute vLLM's own cut-off remains: slower, not wrong.
    """
    if hasattr(runner, "effective_drafter_max_model_len"):
        runner.effective_drafter_max_model_len = runner.max_model_len + drafted + 1


def samples_wrongly(runner: Any, parameters: Any) -> bool:
    """Whether drafts would change what is sampled.

    On a CPU, vLLM 0.32 divides the logits of drafted tokens by memory that nothing was written to instead of the
    temperature: its stand-in for `expand_kernel` writes floats to a copy. Every drafter of vLLM is affected.
    """
    on_cpu = getattr(getattr(runner, "device", None), "type", None) == "cpu"
    return on_cpu and (getattr(parameters, "temperature", 0) or 0) > 0
