"""The middleware before an ASGI application that answers as vLLM does."""

from __future__ import annotations

import asyncio
import json

import pytest

from redraft_vllm import middleware as module
from redraft_vllm.apply_request import read_apply_request
from redraft_vllm.middleware import Middleware
from redraft_vllm.sidecar import Sidecar, Unsettled

CHAT, COMPLETIONS = "/v1/chat/completions", "/v1/completions"
METRICS = {"speculative_decoding": {"num_draft_tokens": 40, "num_accepted_draft_tokens": 33}}
ANSWER = {"id": "x", "choices": [], "usage": {"completion_tokens": 50}, "metrics": METRICS}
PREDICTION = {"type": "content", "content": "let a = 1;\n"}
APPLY = "<instruction>Rename.</instruction>\n<code>let a = 1;\n</code>\n<update>let b = 1;\n</update>"


class Vllm:
    """Keeps the bodies it is asked with."""

    def __init__(self, answer=ANSWER, key=None, events=None) -> None:
        self.answer = answer
        self.key = key
        self.events = events
        self.asked: list[dict] = []
        self.raw: list[bytes] = []

    async def __call__(self, scope, receive, send) -> None:
        headers = dict(scope["headers"])
        if self.key is not None and headers.get(b"authorization") != f"Bearer {self.key}".encode():
            await self._answer(send, 401, b'{"error": "Unauthorized"}')
            return
        if scope["method"] == "GET":
            await self._answer(send, 200, b"{}")
            return
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        self.raw.append(body)
        assert int(headers[b"content-length"]) == len(body)
        self.asked.append(json.loads(body))
        if self.events is None:
            await self._answer(send, 200, json.dumps(self.answer).encode())
            return
        kind = (b"content-type", b"text/event-stream; charset=utf-8")
        await send({"type": "http.response.start", "status": 200, "headers": [kind]})
        for event in self.events:
            await send({"type": "http.response.body", "body": event, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    @staticmethod
    async def _answer(send, status, body) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


class Answer:
    def __init__(self, messages) -> None:
        self.status = messages[0]["status"]
        self.headers = dict(messages[0]["headers"])
        self.body = b"".join(message.get("body", b"") for message in messages[1:])
        length = self.headers.get(b"content-length")
        assert length is None or int(length) == len(self.body)
        assert not messages[-1].get("more_body")

    def json(self):
        return json.loads(self.body)


def ask(app, body, path=CHAT, chunk=None, key=None, method="POST", root=""):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    size = chunk or max(1, len(raw))
    parts = [raw[at : at + size] for at in range(0, len(raw), size)] or [b""]
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(raw)).encode())]
    if key is not None:
        headers.append((b"authorization", f"Bearer {key}".encode()))
    sent = []

    async def receive():
        if not parts:
            return {"type": "http.disconnect"}
        part = parts.pop(0)
        return {"type": "http.request", "body": part, "more_body": bool(parts)}

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": method, "path": root + path, "root_path": root, "headers": headers}
    asyncio.run(app({**scope, "query_string": b""}, receive, send))
    return Answer(sent)


@pytest.mark.parametrize("path", [CHAT, COMPLETIONS])
@pytest.mark.parametrize("chunk", [None, 7])
def test_a_prediction_becomes_an_argument_of_vllm(path, chunk):
    vllm = Vllm()
    body = {"model": "m", "prompt": "x", "prediction": PREDICTION, "vllm_xargs": {"other": 1}}
    answer = ask(Middleware(vllm), body, path, chunk)
    assert vllm.asked == [
        {"model": "m", "prompt": "x", "vllm_xargs": {"other": 1, "prediction": PREDICTION["content"]}}
    ]
    details = answer.json()["usage"]["completion_tokens_details"]
    assert details == {"accepted_prediction_tokens": 33, "rejected_prediction_tokens": 7}


def test_content_may_be_in_parts():
    vllm = Vllm()
    parts = [{"type": "text", "text": "a\n"}, {"type": "text", "text": "b\n"}]
    ask(Middleware(vllm), {"prediction": {"type": "content", "content": parts}})
    assert vllm.asked[0]["vllm_xargs"] == {"prediction": "a\nb\n"}


@pytest.mark.parametrize(
    "body",
    [
        {"prediction": "text"},
        {"prediction": {"type": "other", "content": "a"}},
        {"prediction": {"type": "content", "content": [{"type": "image_url"}]}},
        {"prediction": {"type": "content"}},
        {"vllm_xargs": {"sketch": ["a", "b"]}},
        {"vllm_xargs": {"candidates": [1.5]}},
        {"vllm_xargs": {"draft": "maybe"}},
        {"vllm_xargs": {"history": ""}},
    ],
)
def test_what_cannot_be_used_is_refused(body):
    vllm = Vllm()
    answer = ask(Middleware(vllm), body)
    assert answer.status == 400
    assert answer.json()["error"]["message"]
    assert vllm.asked == []


@pytest.mark.parametrize("raw", [b"", b"{", b"[1]", b"\xff", b"[" * 100_000, b'{"prompt":  "x"}'])
def test_other_requests_pass_as_they_are(raw):
    seen = []

    async def app(scope, receive, send):
        message = await receive()
        seen.append((message["body"], dict(scope["headers"])[b"content-length"]))
        await Vllm._answer(send, 200, json.dumps(ANSWER).encode())

    answer = ask(Middleware(app), raw)
    assert seen == [(raw, str(len(raw)).encode())]
    assert answer.json() == ANSWER


def test_other_paths_are_left_alone():
    vllm = Vllm()
    ask(Middleware(vllm), {"prediction": PREDICTION}, path="/v1/embeddings")
    assert vllm.asked == [{"prediction": PREDICTION}]


def test_a_root_path_is_not_part_of_the_path():
    vllm = Vllm()
    ask(Middleware(vllm), {"prediction": PREDICTION}, root="/llm")
    assert "prediction" not in vllm.asked[0]


def test_a_body_over_the_limit_passes_unread(monkeypatch):
    monkeypatch.setattr(module, "LONGEST_BODY", 50)
    vllm = Vllm()
    body = {"prediction": PREDICTION, "prompt": "x" * 100}
    ask(Middleware(vllm), body, chunk=20)
    assert vllm.asked == [body]


@pytest.mark.parametrize("cut", [1, 3, 10, 10_000])
def test_the_last_event_of_a_stream_has_the_counts(cut):
    text = 'data: {"choices": [{"text": "ü\\n\\n"}]}\n\n'.encode()
    events = text + b"data: " + json.dumps({**ANSWER, "choices": []}).encode() + b"\n\ndata: [DONE]\n\n"
    vllm = Vllm(events=[events[at : at + cut] for at in range(0, len(events), cut)])
    answer = ask(Middleware(vllm), {"prediction": PREDICTION, "stream": True})
    lines = answer.body.split(b"\n\n")
    assert lines[0] + b"\n\n" == text
    assert json.loads(lines[1][6:])["usage"]["completion_tokens_details"]["accepted_prediction_tokens"] == 33
    assert lines[2:] == [b"data: [DONE]", b""]


def test_an_answer_without_counts_says_none_were_accepted():
    vllm = Vllm(answer={"usage": {"completion_tokens": 3}, "metrics": None})
    details = ask(Middleware(vllm), {"prediction": PREDICTION}).json()["usage"]["completion_tokens_details"]
    assert details == {"accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0}


def test_what_is_an_apply_request():
    assert read_apply_request(APPLY).code == "let a = 1;\n"
    assert read_apply_request("<code>\na\n</code>\n<update>\nb\n</update>").update == "b"
    for other in ("", "<code>a</code>", "x <code>a</code><update>b</update>", "<code>a</code><update>b"):
        assert read_apply_request(other) is None
    assert read_apply_request("<code>a</code><update>b</code><update>c</update>") is None


def test_without_a_sidecar_an_apply_request_is_predicted():
    vllm = Vllm()
    ask(Middleware(vllm), {"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": APPLY}]})
    assert vllm.asked[0]["vllm_xargs"] == {"prediction": "let a = 1;\n", "sketch": "let b = 1;\n"}


class TestSidecar:
    httpx = pytest.importorskip("httpx")

    def ask(self, handle, body=None, path=COMPLETIONS, vllm=None, key=None):
        httpx = self.httpx
        asked = []

        def transport(request):
            asked.append((request.url.path, json.loads(request.content)))
            return handle(httpx, request)

        vllm = vllm or Vllm()
        sidecar = Sidecar("http://side:8787/", transport=httpx.MockTransport(transport))
        answer = ask(Middleware(vllm, sidecar), body or {"model": "m", "prompt": APPLY}, path, key=key)
        return answer, vllm, asked

    def test_a_merge_is_the_answer(self):
        merged = {"choices": [{"text": "let b = 1;\n"}], "redraft": {"route": "merge"}}
        answer, vllm, asked = self.ask(lambda httpx, _: httpx.Response(200, json=merged))
        assert (answer.status, answer.json(), answer.headers[b"x-redraft-route"]) == (200, merged, b"merge")
        assert vllm.asked == []
        assert asked == [(COMPLETIONS, {"model": "m", "prompt": APPLY})]

    def test_candidates_of_an_ambiguous_edit_are_predicted(self):
        error = {"error": {"code": "ambiguous", "details": {"candidates": ["a", "b", "c", "d", 5]}}}
        _, vllm, _ = self.ask(lambda httpx, _: httpx.Response(422, json=error))
        assert vllm.asked[0]["vllm_xargs"] == {
            "prediction": "let a = 1;\n",
            "sketch": "let b = 1;\n",
            "candidates": ["a", "b", "c"],
        }

    @pytest.mark.parametrize("how", ["refused", "down", "nonsense", "list"])
    def test_whatever_the_sidecar_does_the_model_answers(self, how):
        def handle(httpx, request):
            if how == "down":
                raise httpx.ConnectError("no", request=request)
            if how == "refused":
                return httpx.Response(422, json={"error": {"code": "no-match", "details": {}}})
            return httpx.Response(500, content=b"<html>") if how == "nonsense" else httpx.Response(404, json=[1])

        answer, vllm, _ = self.ask(handle)
        assert answer.status == 200
        assert "candidates" not in vllm.asked[0]["vllm_xargs"]

    def test_only_a_client_with_a_key_is_answered(self):
        merged = {"choices": [{"text": "x"}]}
        answer, _, asked = self.ask(lambda httpx, _: httpx.Response(200, json=merged), vllm=Vllm(key="secret"))
        assert (answer.status, asked) == (401, [])
        answer, _, asked = self.ask(
            lambda httpx, _: httpx.Response(200, json=merged), vllm=Vllm(key="secret"), key="secret"
        )
        assert (answer.status, len(asked)) == (200, 1)

    def test_other_requests_do_not_reach_it(self):
        _, vllm, asked = self.ask(lambda httpx, _: httpx.Response(200), {"prompt": "hello"})
        assert (asked, vllm.asked) == ([], [{"prompt": "hello"}])

    def test_a_failure_has_a_reason(self):
        def handle(request):
            raise self.httpx.ConnectTimeout("slow", request=request)

        sidecar = Sidecar("http://side", transport=self.httpx.MockTransport(handle))
        assert asyncio.run(sidecar.merge(CHAT, {})) == Unsettled([], "sidecar-unreachable")


def test_a_long_body_is_read_only_for_a_client_with_a_key(monkeypatch):
    monkeypatch.setattr(module, "UNCHECKED_BODY", 10)
    read = []
    vllm = Vllm(key="secret")

    async def app(scope, receive, send):
        async def counted():
            read.append(1)
            return await receive()

        await vllm(scope, counted, send)

    assert ask(Middleware(app), {"prediction": PREDICTION}).status == 401
    assert read == []
    assert ask(Middleware(app), {"prediction": PREDICTION}, key="secret").status == 200
    assert vllm.asked[-1]["vllm_xargs"]["prediction"] == PREDICTION["content"]
