"""`redraft serve` beside the engine: merges apply requests, or says what it found possible."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

logger = logging.getLogger("redraft_vllm")

#: Most candidates that are drafted from; the sidecar names at most three.
MOST_CANDIDATES = 3


@dataclass(slots=True)
class Merged:
    """The sidecar's answer as it came, to be passed on."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: AsyncIterator[bytes]


@dataclass(slots=True)
class Unsettled:
    """Not merged: the model is asked, with these results as predictions."""

    candidates: list[str]
    why: str


class Sidecar:
    def __init__(self, url: str, key: str | None = None, timeout: float = 30, transport: Any = None) -> None:
        """`url` as `redraft serve` prints it; `timeout` in seconds for the whole answer. Needs httpx."""
        try:
            import httpx
        except ImportError as error:
            raise ImportError("REDRAFT_SERVE_URL needs httpx: pip install 'redraft-vllm[sidecar]'") from error
        headers = {"authorization": f"Bearer {key}"} if key else {}
        self._errors = httpx.HTTPError
        self._client = httpx.AsyncClient(
            base_url=url.rstrip("/"), headers=headers, timeout=timeout, transport=transport, trust_env=False
        )

    async def merge(self, path: str, body: dict[str, Any]) -> Merged | Unsettled:
        """Asks for the same thing at the same path; never raises for what the sidecar does."""
        try:
            request = self._client.build_request("POST", path.removeprefix("/"), json=body)
            answer = await self._client.send(request, stream=True)
        except self._errors as error:
            logger.warning("the merge sidecar does not answer: %r", error)
            return Unsettled([], "sidecar-unreachable")
        if answer.status_code == 200:
            kept = [(name, value) for name, value in answer.headers.raw if name.lower() in (b"content-type",)]
            return Merged(200, kept, self._bytes(answer))
        try:
            error = (await answer.aread() and answer.json()).get("error") or {}
        except (self._errors, ValueError, AttributeError):
            error = {}
        finally:
            await answer.aclose()
        details = error.get("details") if isinstance(error, dict) else None
        found = details.get("candidates") if isinstance(details, dict) else None
        texts = [text for text in found if isinstance(text, str)] if isinstance(found, list) else []
        return Unsettled(texts[:MOST_CANDIDATES], str(error.get("code") or answer.status_code))

    @staticmethod
    async def _bytes(answer: Any) -> AsyncIterator[bytes]:
        try:
            async for chunk in answer.aiter_bytes():
                yield chunk
        finally:
            await answer.aclose()

    async def close(self) -> None:
        await self._client.aclose()
