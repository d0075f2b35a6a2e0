"""The proposer class that vLLM loads.

vllm serve MODEL --speculative-config '{"method": "custom_class", "model": "redraft_vllm.Proposer",
                                        "num_speculative_tokens": 64}'
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from redraft_vllm.drafting import warm_up
from redraft_vllm.engine import (
    MOST_DRAFTED,
    Step,
    UnsupportedEngine,
    check_runner,
    check_version,
    lift_batch_cutoff,
    plan_plain_steps,
    samples_wrongly,
    wrap_runner,
)
from redraft_vllm.fields import FieldError, Fields, read_fields
from redraft_vllm.requests import RequestTable
from redraft_vllm.settings import Settings, read_settings
from redraft_vllm.step_cost import StepCost, free_costs
from redraft_vllm.vocabulary import Vocabulary

logger = logging.getLogger("redraft_vllm")

#: Weight of the newest draft in the time that a draft is expected to take.
NEWEST_TIME = 0.05


class BatchDrafter:
    """Drafts for all rows of a step; knows vLLM only through `Step`."""

    def __init__(
        self,
        settings: Settings,
        vocabulary: Vocabulary,
        *,
        max_model_len: int,
        most_drafted: int,
        step_tokens: int,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        """`most_drafted` = most tokens per row, `step_tokens` = most tokens that the engine computes in a step."""
        self._settings = settings
        self._max_model_len = max_model_len
        self._most_drafted = min(most_drafted, MOST_DRAFTED)
        self._step_tokens = step_tokens
        self._clock = clock
        self._table = RequestTable(settings, vocabulary, max_model_len)
        self._cost = StepCost(settings.free_tokens)
        self._ended: float | None = None
        self._is_free = settings.cost == "free"
        self._has_warned = False
        #: Seconds that a draft takes to find.
        self._drafting = 0.0

    @property
    def known_requests(self) -> int:
        """Requests that something is kept of."""
        return len(self._table)

    def propose(self, step: Step, sampled: Sequence[Sequence[int]], lengths: Any, token_ids: Any) -> list[list[int]]:
        """Returns a draft per row, [] where there is none.

        `sampled[i]` = tokens that the step wrote in row i, none while its prompt is read; `lengths[i]` = tokens of
        prompt and output; `token_ids` (rows, max_model_len) = these tokens.
        """
        self._measure(step.scheduled)
        batch = step.runner.input_batch
        requests = step.runner.requests
        self._table.end(getattr(step.scheduled, "finished_req_ids", ()))
        if len(self._table) > len(requests):
            self._table.keep_only(requests)
        drafts: list[list[int]] = [[] for _ in sampled]
        names = batch.req_ids
        is_silent = self._table.is_silent
        # The usual request predicts nothing: it costs this look-up.
        asking = [row for row, written in enumerate(sampled) if written and not is_silent(names[row])]
        if asking:
            self._draft_rows(step.runner, asking, sum(map(bool, sampled)), lengths, token_ids, drafts)
        self._ended = self._clock()
        return drafts

    def _draft_rows(
        self, runner: Any, asking: list[int], rows: int, lengths: Any, token_ids: Any, drafts: list[list[int]]
    ) -> None:
        """Fills `drafts` for the rows in `asking`, of `rows` that write."""
        left = int(self._settings.budget_share * max(0, self._step_tokens - rows))
        if not self._is_free and not self._cost.is_known(rows):
            left = 0
        drafted = 0
        for row in asking:
            length = int(lengths[row])
            # The engine writes one token more than it accepts.
            room = min(self._most_drafted, self._max_model_len - length - 1, left - drafted)
            drafts[row] = self._draft(runner, row, token_ids[row, :length], room, rows, rows - 1 + drafted)
            drafted += len(drafts[row])

    def _draft(self, runner: Any, row: int, tokens: Any, room: int, rows: int, others: int) -> list[int]:
        name = runner.input_batch.req_ids[row]
        started, is_known = self._clock(), name in self._table
        asked = False

        def costs(most: int) -> np.ndarray:
            nonlocal asked
            asked = True
            if self._is_free:
                return free_costs(most)
            return self._cost.row_costs(rows, others, most, self._drafting)

        draft = self._table.draft(name, lambda: self._read(runner, row, name), tokens, room, costs, self._is_free)
        # The first draft of a request also reads its texts: once.
        if asked and is_known:
            self._drafting += NEWEST_TIME * (self._clock() - started - self._drafting)
        return draft

    def _measure(self, scheduled: Any) -> None:
        """Learns from the time since the last drafts, if the step between read no prompt."""
        ended, self._ended = self._ended, None
        if ended is None or scheduled.scheduled_new_reqs:
            return
        tokens = scheduled.total_num_scheduled_tokens
        drafted = scheduled.scheduled_spec_decode_tokens
        if tokens == len(scheduled.num_scheduled_tokens) + sum(map(len, drafted.values())):
            self._cost.observe(tokens, self._clock() - ended)

    def _read(self, runner: Any, row: int, request_id: str) -> tuple[int, Fields]:
        prompt_length = int(runner.input_batch.num_prompt_tokens[row])
        parameters = getattr(runner.requests.get(request_id), "sampling_params", None)
        if samples_wrongly(runner, parameters):
            if not self._has_warned:
                logger.warning(
                    "requests with a temperature are not drafted for: vLLM 0.32 verifies them wrongly on a CPU"
                )
            self._has_warned = True
            return prompt_length, Fields(draft="off")
        try:
            return prompt_length, read_fields(getattr(parameters, "extra_args", None))
        except FieldError as error:
            logger.warning("request %s is not drafted for: %s", request_id, error)
            return prompt_length, Fields(draft="off")


class Proposer:
    """The class for `--speculative-config`; vLLM makes one per worker."""

    def __init__(self, vllm_config: Any) -> None:
        """Raises `UnsupportedEngine` or `SettingError`, which end the start of the engine with the reason."""
        import vllm
        from vllm.tokenizers import cached_tokenizer_from_config
        from vllm.v1.worker.gpu_model_runner import GPUModelRunner

        check_version(vllm.__version__, is_pinned=os.environ.get("REDRAFT_VLLM_ANY_VERSION") != "1")
        wrap_runner(GPUModelRunner)
        plan_plain_steps(GPUModelRunner)
        settings = read_settings(vllm_config.additional_config)
        model = vllm_config.model_config
        self._drafted = vllm_config.speculative_config.num_speculative_tokens
        self._batch = BatchDrafter(
            settings,
            Vocabulary(cached_tokenizer_from_config(model), model.get_vocab_size()),
            max_model_len=model.max_model_len,
            most_drafted=self._drafted,
            step_tokens=vllm_config.scheduler_config.max_num_batched_tokens,
        )
        # In the first step that drafts, all requests would wait for the compiler.
        warm_up()
        self._step: Step | None = None
        self._is_checked = False

    def load_model(self, *_args: Any, **_kwargs: Any) -> None:
        """There is no model; vLLM asks all the same."""

    def bind(self, step: Step) -> None:
        """Called before each `propose` with the runner and what was scheduled."""
        if not self._is_checked:
            check_runner(step.runner)
            lift_batch_cutoff(step.runner, self._drafted)
            self._is_checked = True
        self._step = step

    def propose(
        self, sampled_token_ids: list[list[int]], num_tokens_no_spec: Any, token_ids_cpu: Any, slot_mappings: Any = None
    ) -> list[list[int]]:
        """Returns a draft per row of the batch; called once per step by vLLM."""
        step, self._step = self._step, None
        if step is None:
            raise UnsupportedEngine(
                "vLLM called redraft_vllm.Proposer from another model runner than V1's GPUModelRunner. Set "
                "VLLM_USE_V2_MODEL_RUNNER=0, or remove --speculative-config."
            )
        return self._batch.propose(step, sampled_token_ids, num_tokens_no_spec, token_ids_cpu)
