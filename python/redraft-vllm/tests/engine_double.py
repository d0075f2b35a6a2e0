"""A small engine that behaves as vLLM's V1 runner does towards a proposer: rows move, prompts come in chunks."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np

from redraft_vllm.engine import Step
from redraft_vllm.proposer import BatchDrafter
from redraft_vllm.settings import Settings
from redraft_vllm.vocabulary import Vocabulary

SIZE = 0x3000


class Characters:
    """A tokenizer whose tokens are characters."""

    def encode(self, text: str, add_special_tokens: bool = False) -> list[int]:
        assert not add_special_tokens
        return [ord(character) for character in text]

    def decode(self, tokens: list[int], skip_special_tokens: bool = False) -> str:
        return "".join(map(chr, tokens))


@dataclass
class Request:
    id: str
    prompt: str
    #: What the model writes, whatever is drafted.
    answer: str
    xargs: dict[str, Any] | None = None
    output: list[int] = field(default_factory=list)
    computed: int = 0
    steps: int = 0
    drafts: list[list[int]] = field(default_factory=list)

    @property
    def tokens(self) -> list[int]:
        return [*map(ord, self.prompt), *self.output]

    @property
    def is_done(self) -> bool:
        return len(self.output) == len(self.answer)

    @property
    def text(self) -> str:
        return "".join(map(chr, self.output))


class Clock:
    """`drafting` = how long a draft takes to find: the drafter reads the clock before and after each."""

    def __init__(self, drafting: float = 0.0) -> None:
        self.now = 0.0
        self.drafting = drafting

    def __call__(self) -> float:
        return self.now

    def drafted(self) -> None:
        self.now += self.drafting


class Engine:
    """Runs requests in steps. `seconds(tokens)` = how long a step over so many tokens takes."""

    def __init__(
        self,
        max_model_len=4096,
        drafted=64,
        step_tokens=2048,
        chunk=10_000,
        seconds=lambda _n: 1.0,
        drafting=0.0,
        **settings,
    ) -> None:
        self.max_model_len = max_model_len
        self.drafted = drafted
        self.step_tokens = step_tokens
        self.chunk = chunk
        self.seconds = seconds
        self.clock = Clock(drafting)
        self.steps = 0
        self.step_sizes: list[int] = []
        self.rows: list[Request] = []
        self.waiting: dict[str, Request] = {}
        self.finished: set[str] = set()
        self.pending: dict[str, list[int]] = {}
        self.drafter = BatchDrafter(
            Settings(**{"cost": "free", **settings}),
            Vocabulary(Characters(), SIZE),
            max_model_len=max_model_len,
            most_drafted=drafted,
            step_tokens=step_tokens,
            clock=self.clock,
        )
        find = self.drafter._table._draft_now

        def timed(*arguments):
            self.clock.drafted()
            return find(*arguments)

        self.drafter._table._draft_now = timed

    def add(self, *requests: Request) -> None:
        self.rows.extend(requests)

    def abort(self, request: Request) -> None:
        self.rows.remove(request)
        self.finished.add(request.id)
        self.pending.pop(request.id, None)

    def step(self) -> None:
        new = [request for request in self.rows if request.computed == 0]
        sampled: list[list[int]] = []
        scheduled: dict[str, int] = {}
        used = {request.id: self.pending.pop(request.id, []) for request in self.rows}
        for request in self.rows:
            length = len(request.prompt)
            if request.computed < length:
                scheduled[request.id] = min(self.chunk, length - request.computed)
                request.computed += scheduled[request.id]
                sampled.append([ord(request.answer[0])] if request.computed == length else [])
            else:
                draft = used[request.id]
                request.steps += 1
                scheduled[request.id] = 1 + len(draft)
                left = [*map(ord, request.answer[len(request.output) :])]
                accepted = 0
                while accepted < min(len(draft), len(left) - 1) and draft[accepted] == left[accepted]:
                    accepted += 1
                sampled.append(left[: accepted + 1])
            request.output.extend(sampled[-1])
        total = sum(scheduled.values())
        self.steps += 1
        self.step_sizes.append(total)
        self.clock.now += self.seconds(total)
        self._propose(sampled, scheduled, used, new)
        for request in [request for request in self.rows if request.is_done]:
            self.abort(request)

    def _propose(self, sampled, scheduled, used, new) -> None:
        rows = len(self.rows)
        token_ids = np.zeros((rows + 1, self.max_model_len), dtype=np.int32)
        lengths = np.zeros(rows + 1, dtype=np.int32)
        prompts = np.zeros(rows + 1, dtype=np.int32)
        for row, request in enumerate(self.rows):
            tokens = request.tokens[: self.max_model_len]
            token_ids[row, : len(tokens)] = tokens
            lengths[row] = len(tokens)
            prompts[row] = len(request.prompt)
        running = {
            request.id: SimpleNamespace(sampling_params=SimpleNamespace(extra_args=request.xargs))
            for request in [*self.rows, *self.waiting.values()]
        }
        batch = SimpleNamespace(
            req_ids=[request.id for request in self.rows],
            num_prompt_tokens=prompts,
            num_tokens_no_spec=lengths,
            token_ids_cpu=token_ids,
        )
        runner = SimpleNamespace(input_batch=batch, requests=running, max_model_len=self.max_model_len)
        output = SimpleNamespace(
            total_num_scheduled_tokens=sum(scheduled.values()),
            num_scheduled_tokens=scheduled,
            scheduled_spec_decode_tokens={name: draft for name, draft in used.items() if draft},
            scheduled_new_reqs=new,
            finished_req_ids=set(self.finished),
        )
        self.finished.clear()
        drafts = self.drafter.propose(Step(runner, output), sampled, lengths, token_ids)
        assert len(drafts) == rows
        for row, (request, draft, written) in enumerate(zip(self.rows, drafts, sampled, strict=True)):
            assert not draft or written, "a draft in a row whose prompt is still read"
            assert len(draft) <= self.drafted
            assert not draft or lengths[row] + len(draft) < self.max_model_len
            request.drafts.append(draft)
            self.pending[request.id] = draft
        assert sum(map(len, drafts)) + rows <= max(self.step_tokens, rows)

    def run(self, most: int = 10_000) -> None:
        for _ in range(most):
            if not self.rows:
                return
            self.step()
        raise AssertionError("the requests do not end")
