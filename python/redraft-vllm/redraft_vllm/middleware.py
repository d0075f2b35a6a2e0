"""ASGI middleware for `vllm serve --middleware redraft_vllm.middleware.Middleware`.

On chat and completions it maps OpenAI's `prediction` to `vllm_xargs`, writes
`usage.completion_tokens_details.accepted_prediction_tokens` and `rejected_prediction_tokens` from the engine's own
count (`--per-request-spec-decode-metrics summary`), and has apply requests merged by `redraft serve` where
REDRAFT_SERVE_URL names one.

vLLM puts such middleware outside its check of API keys. So whether a client may ask is asked of the inner application
before anything is done for it.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from redraft_vllm.apply_request import ApplyRequest, read_apply_request
from redraft_vllm.fields import FIELDS, FieldError, read_fields
from redraft_vllm.sidecar import Merged, Sidecar

logger = logging.getLogger("redraft_vllm")

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

PATHS = ("/v1/chat/completions", "/v1/completions")
#: Larger bodies pass through unread: vLLM answers them as without the middleware.
LONGEST_BODY = 64 * 1024 * 1024
#: Longer bodies, and those of unknown length, are read only for clients with a valid key.
UNCHECKED_BODY = 1024 * 1024
#: A path that vLLM guards by its key and answers at once.
GUARDED_PATH = "/v1/models"


class Middleware:
    def __init__(self, app: App, sidecar: Sidecar | None = None) -> None:
        self._app = app
        url = os.environ.get("REDRAFT_SERVE_URL")
        if sidecar is None and url:
            sidecar = Sidecar(url, os.environ.get("REDRAFT_SERVE_KEY"))
        self._sidecar = sidecar

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_ours = scope["type"] == "http" and scope["method"] == "POST" and _path(scope) in PATHS
        if not is_ours or (not _is_short(scope) and not await self._is_allowed(scope)):
            await self._app(scope, receive, send)
            return
        raw, replay = await _read_body(receive)
        body = _parse(raw)
        if body is None:
            await self._app(scope, replay, send)
            return
        try:
            is_changed, is_predicted = _map_prediction(body)
        except FieldError as error:
            await _refuse(send, str(error))
            return
        apply = read_apply_request(_last_prompt(body))
        if apply is not None:
            answered = await self._merge(scope, body, apply, send)
            if answered:
                return
            is_changed = is_predicted = True
        if is_changed:
            raw = json.dumps(body).encode()
            scope = {**scope, "headers": _with_length(scope["headers"], len(raw))}
            replay = _replayed(raw, receive)
        if is_predicted:
            send = _Usage(send).send
        await self._app(scope, replay, send)

    async def _merge(self, scope: Scope, body: dict[str, Any], apply: ApplyRequest, send: Send) -> bool:
        """Answers by the merge, or leaves in the body what the model's drafts are made from."""
        candidates: list[str] = []
        if self._sidecar is not None and await self._is_allowed(scope):
            asked = {name: value for name, value in body.items() if name != "vllm_xargs"}
            outcome = await self._sidecar.merge(_path(scope), asked)
            if isinstance(outcome, Merged):
                route = (b"x-redraft-route", b"merge")
                await send(
                    {"type": "http.response.start", "status": outcome.status, "headers": [*outcome.headers, route]}
                )
                async for chunk in outcome.body:
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
                await send({"type": "http.response.body", "body": b""})
                return True
            candidates = outcome.candidates
            logger.info("an apply request is left to the model: %s", outcome.why)
        xargs = dict(body.get("vllm_xargs") or {})
        xargs.setdefault("prediction", apply.code)
        xargs.setdefault("sketch", apply.update)
        if candidates:
            xargs.setdefault("candidates", candidates)
        body["vllm_xargs"] = xargs
        return False

    async def _is_allowed(self, scope: Scope) -> bool:
        """Whether the inner application accepts this client's key."""
        status = 0

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]

        headers = [(name, value) for name, value in scope["headers"] if name.lower() == b"authorization"]
        path = scope.get("root_path", "") + GUARDED_PATH
        asked = {
            **scope,
            "method": "GET",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": headers,
        }
        await self._app(asked, receive, send)
        return status == 200


def _path(scope: Scope) -> str:
    return str(scope["path"]).removeprefix(scope.get("root_path", ""))


def _is_short(scope: Scope) -> bool:
    length = dict(scope["headers"]).get(b"content-length", b"")
    return length.isdigit() and int(length) <= UNCHECKED_BODY


def _map_prediction(body: dict[str, Any]) -> tuple[bool, bool]:
    """Moves `prediction` into `vllm_xargs`; returns whether the body is changed and whether anything is predicted."""
    xargs = body.get("vllm_xargs")
    prediction = body.pop("prediction", None)
    if prediction is not None:
        text = _content_text(prediction)
        xargs = {**(xargs if isinstance(xargs, dict) else {})}
        if text:
            xargs["prediction"] = text
        body["vllm_xargs"] = xargs
    if not isinstance(xargs, dict):
        return prediction is not None, False
    read_fields(xargs)
    return prediction is not None, any(name in xargs for name in FIELDS)


def _content_text(prediction: Any) -> str:
    content = prediction.get("content") if isinstance(prediction, dict) else None
    is_content = isinstance(prediction, dict) and prediction.get("type") == "content"
    if is_content and isinstance(content, str):
        return content
    if is_content and isinstance(content, list):
        texts = [part.get("text") for part in content if isinstance(part, dict) and part.get("type") == "text"]
        if len(texts) == len(content) and all(isinstance(text, str) for text in texts):
            return "".join(texts)
    raise FieldError('prediction must be {"type": "content", "content": a text or a list of text parts}')


def _last_prompt(body: dict[str, Any]) -> str:
    """The prompt of a completion, or the last user message of a chat."""
    prompt = body.get("prompt")
    if isinstance(prompt, str):
        return prompt
    messages = body.get("messages")
    for message in reversed(messages if isinstance(messages, list) else []):
        if isinstance(message, dict) and message.get("role") == "user":
            content = message.get("content")
            if isinstance(content, list):
                parts = [part.get("text") for part in content if isinstance(part, dict)]
                return "".join(text for text in parts if isinstance(text, str))
            return content if isinstance(content, str) else ""
    return ""


class _Usage:
    """Adds the counts of predicted tokens to `usage`, in an answer or in the last chunk of a stream."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._held = b""
        self._is_stream = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            kind = dict(message["headers"]).get(b"content-type", b"")
            self._is_stream = kind.startswith(b"text/event-stream")
            if message["status"] == 200 and (self._is_stream or kind.startswith(b"application/json")):
                self._start = message
                if self._is_stream:
                    await self._send(message)
                return
            await self._send(message)
            return
        if message["type"] != "http.response.body" or self._start is None:
            await self._send(message)
            return
        self._held += message.get("body", b"")
        more = message.get("more_body", False)
        if self._is_stream:
            # Events end in a blank line; what follows the last one waits.
            last = self._held.rfind(b"\n\n")
            end = len(self._held) if not more else last + 2 if last >= 0 else 0
            ready, self._held = self._held[:end], self._held[end:]
            lines = [_counted_event(line) for line in ready.split(b"\n")]
            await self._send({"type": "http.response.body", "body": b"\n".join(lines), "more_body": more})
        elif not more:
            body = _counted(self._held) or self._held
            headers = _with_length(self._start["headers"], len(body))
            await self._send({**self._start, "headers": headers})
            await self._send({"type": "http.response.body", "body": body})


def _counted_event(line: bytes) -> bytes:
    if not line.startswith(b"data: ") or b'"speculative_decoding"' not in line:
        return line
    counted = _counted(line[len(b"data: ") :])
    return line if counted is None else b"data: " + counted


def _counted(raw: bytes) -> bytes | None:
    """The answer with the counts, None where it has none."""
    answer = _parse(raw)
    if answer is None or not isinstance(answer.get("usage"), dict):
        return None
    metrics = answer.get("metrics")
    found = metrics.get("speculative_decoding") if isinstance(metrics, dict) else None
    found = found if isinstance(found, dict) else {}
    drafted, accepted = found.get("num_draft_tokens", 0), found.get("num_accepted_draft_tokens", 0)
    details = answer["usage"].get("completion_tokens_details")
    answer["usage"]["completion_tokens_details"] = {
        **(details if isinstance(details, dict) else {}),
        "accepted_prediction_tokens": accepted,
        "rejected_prediction_tokens": max(0, drafted - accepted),
    }
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()


async def _read_body(receive: Receive) -> tuple[bytes, Receive]:
    """Returns the body, b"" where it is too long or the client is disconnected, and a `receive` that gives it again."""
    messages: list[Message] = []
    size = 0
    while True:
        message = await receive()
        messages.append(message)
        size += len(message.get("body", b""))
        is_last = message["type"] != "http.request" or not message.get("more_body", False)
        if is_last or size > LONGEST_BODY:
            break

    async def replay() -> Message:
        return messages.pop(0) if messages else await receive()

    is_whole = is_last and messages[-1]["type"] == "http.request"
    return b"".join(message.get("body", b"") for message in messages) if is_whole else b"", replay


def _replayed(raw: bytes, receive: Receive) -> Receive:
    is_given = False

    async def replay() -> Message:
        nonlocal is_given
        if is_given:
            return await receive()
        is_given = True
        return {"type": "http.request", "body": raw, "more_body": False}

    return replay


def _parse(raw: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _with_length(headers: list[tuple[bytes, bytes]], length: int) -> list[tuple[bytes, bytes]]:
    others = [(name, value) for name, value in headers if name.lower() != b"content-length"]
    return [*others, (b"content-length", str(length).encode())]


async def _refuse(send: Send, message: str) -> None:
    error = {"error": {"message": message, "type": "BadRequestError", "param": None, "code": 400}}
    body = json.dumps(error).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 400, "headers": headers})
    await send({"type": "http.response.body", "body": body})
