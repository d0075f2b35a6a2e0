"""The drafts of each running request. Nothing of one request is seen by another, unless both name a history."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

import numpy as np

from redraft_vllm.drafting import CopyDrafter, DraftRequest, best_line
from redraft_vllm.fields import FieldError, Fields
from redraft_vllm.settings import Settings
from redraft_vllm.vocabulary import Vocabulary
from redraft_vllm.worth import Worth

logger = logging.getLogger("redraft_vllm")

#: Drafts that are compared per step; more are hardly ever sent.
COMPARED = 3

#: Most tokens that the drafter is told at once, after steps without a draft.
TOLD_AT_ONCE = 32

#: Gives the length of the prompt and the fields of a request.
ReadRequest = Callable[[], tuple[int, Fields]]
#: Gives the costs of passes over 1, 2, ... 1 + n tokens of a request, in plain steps.
RowCosts = Callable[[int], np.ndarray]


@dataclass(slots=True)
class RequestState:
    #: None: nothing is drafted for this request.
    drafter: CopyDrafter | None
    prompt_length: int
    #: Tokens of prompt and output that the drafter knows, and the last of them.
    seen: int
    last: int
    history: str | None = None
    output: list[int] = field(default_factory=list)
    worth: Worth = field(default_factory=Worth)
    #: Tokens that the drafter has not been told of yet.
    untold: list[int] = field(default_factory=list)
    #: What finding and verifying the draft under way costs beyond a plain step; None = none is under way.
    cost: float | None = None


class History:
    """Earlier outputs by scope: a bounded number of tokens, the least recently used scope leaves first."""

    def __init__(self, most_tokens: int, per_scope: int = 8) -> None:
        self._most = most_tokens
        self._per_scope = per_scope
        self._scopes: OrderedDict[str, list[list[int]]] = OrderedDict()
        self._tokens = 0

    @property
    def tokens(self) -> int:
        return self._tokens

    def of(self, scope: str | None) -> list[list[int]]:
        if scope is None or scope not in self._scopes:
            return []
        self._scopes.move_to_end(scope)
        return list(self._scopes[scope])

    def add(self, scope: str, output: Sequence[int]) -> None:
        if not output or len(output) > self._most:
            return
        outputs = self._scopes.setdefault(scope, [])
        self._scopes.move_to_end(scope)
        outputs.append(list(output))
        self._tokens += len(output)
        while len(outputs) > self._per_scope:
            self._tokens -= len(outputs.pop(0))
        while self._tokens > self._most:
            oldest, left = next(iter(self._scopes.items()))
            self._tokens -= len(left.pop(0))
            if not left:
                del self._scopes[oldest]


class RequestTable:
    def __init__(self, settings: Settings, vocabulary: Vocabulary, max_model_len: int) -> None:
        self._settings = settings
        self._vocabulary = vocabulary
        self._most_tokens = int(settings.texts * max_model_len)
        self._states: dict[str, RequestState] = {}
        self._history = History(settings.history_tokens)

    def __len__(self) -> int:
        return len(self._states)

    def __contains__(self, request_id: str) -> bool:
        return request_id in self._states

    def keep_only(self, running: Collection[str]) -> None:
        """Drops the requests that ended or were aborted. `running` also holds those that wait or are preempted."""
        for request_id in [known for known in self._states if known not in running]:
            self._end(self._states.pop(request_id))

    def end(self, request_ids: Collection[str]) -> None:
        for request_id in request_ids:
            state = self._states.pop(request_id, None)
            if state is not None:
                self._end(state)

    def _end(self, state: RequestState) -> None:
        if state.history is not None:
            self._history.add(state.history, state.output)

    def is_silent(self, request_id: str) -> bool:
        """Whether it is known that nothing is drafted for this request: the usual case must cost nothing."""
        state = self._states.get(request_id)
        return state is not None and state.drafter is None and state.history is None

    def draft(
        self, request_id: str, read: ReadRequest, tokens: Sequence[int], room: int, costs: RowCosts, always: bool
    ) -> list[int]:
        """Returns the draft after `tokens` (prompt and output so far), at most `room` tokens.

        `read()` gives the prompt's length and the fields; it is called once per request. `always` = draft also where
        it has not paid.
        """
        state = self._states.get(request_id)
        length = len(tokens)
        if state is not None and (state.seen > length or int(tokens[state.seen - 1]) != state.last):
            # The engine uses the id for another text than before.
            self._states.pop(request_id)
            state = None
        if state is None:
            state = self._begin(tokens, *read())
            self._states[request_id] = state
        committed = [int(token) for token in tokens[state.seen : length]]
        if committed:
            state.seen, state.last = length, committed[-1]
            if state.history is not None:
                state.output.extend(committed)
        if state.drafter is None:
            return []
        if state.cost is None:
            state.untold.extend(committed)
        elif committed:
            state.drafter.accept(committed)
            state.worth.note(len(committed) - 1, state.cost)
            state.cost = None
        if room < 1:
            return []
        if state.worth.is_paused and not always:
            state.worth.skip()
            return []
        return self._draft_now(state, state.drafter, room, costs(room))

    @staticmethod
    def _draft_now(state: RequestState, drafter: CopyDrafter, room: int, costs: np.ndarray) -> list[int]:
        for start in range(0, len(state.untold), TOLD_AT_ONCE):
            drafter.accept(state.untold[start : start + TOLD_AT_ONCE])
        state.untold.clear()
        line = best_line(drafter.draft(room), room, costs)
        state.cost = float(costs[len(line)]) - 1
        return line

    def _begin(self, tokens: Sequence[int], prompt_length: int, fields: Fields) -> RequestState:
        last = int(tokens[prompt_length - 1]) if prompt_length > 0 else -1
        state = RequestState(None, prompt_length, prompt_length, last)
        wanted = fields.has_texts or fields.draft == "prompt" or self._settings.prompt
        if fields.draft != "off" and wanted:
            prompt = [int(token) for token in tokens[:prompt_length]]
            request = self._request(prompt, fields)
            state.drafter = CopyDrafter(request, self._vocabulary.spelling, most_drafts=COMPARED)
        if self._settings.history_tokens > 0:
            state.history = fields.history
        return state

    def _request(self, prompt: list[int], fields: Fields) -> DraftRequest:
        left = self._most_tokens

        def encode(text: object) -> list[int]:
            nonlocal left
            encoded = self._vocabulary.encode(text, left)  # type: ignore[arg-type]
            left -= len(encoded)
            return encoded

        try:
            source = encode(fields.predictions[0]) if fields.predictions else []
            candidates = [encode(text) for text in fields.candidates]
            sketch = encode(fields.sketch) if fields.sketch is not None else None
            context = [encode(text) for text in (*fields.predictions[1:], *fields.context)]
        except FieldError as error:
            logger.warning("a request is not drafted for: %s", error)
            return DraftRequest(prompt)
        return DraftRequest(
            prompt=prompt,
            source=source,
            sketch=sketch,
            candidates=[text for text in candidates if text],
            context=[text for text in context if text],
            history=self._history.of(fields.history),
        )
