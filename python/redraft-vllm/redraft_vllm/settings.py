"""Settings: `--additional-config '{"redraft": {...}}'` of `vllm serve`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any


class SettingError(ValueError):
    """A setting is unknown or has a value out of range."""


@dataclass(frozen=True, slots=True)
class Settings:
    #: Draft from the prompt also for requests that predict nothing.
    prompt: bool = False
    #: "measured": drafts are as long as the measured time of a step makes worthwhile; "free": as long as allowed, which
    #: minimises passes and not time.
    cost: str = "measured"
    #: Tokens by which a step's time grows by that of one plain step of one request, before anything is measured.
    free_tokens: int = 64
    #: Most tokens of all texts of one request, in multiples of the model's context.
    texts: float = 4.0
    #: Most tokens of earlier outputs that are kept, all scopes together; 0 = none are kept.
    history_tokens: int = 0
    #: Share of a step's token budget that drafts may take; the rest is for prompts and other requests.
    budget_share: float = 0.5

    def __post_init__(self) -> None:
        for name, value, least, most in (
            ("free_tokens", self.free_tokens, 1, 1 << 20),
            ("texts", self.texts, 0, 64),
            ("history_tokens", self.history_tokens, 0, 1 << 24),
            ("budget_share", self.budget_share, 0, 1),
        ):
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not least <= value <= most:
                raise SettingError(f"redraft.{name} is {value!r}; it must be a number from {least} to {most}")
        if self.cost not in ("measured", "free"):
            raise SettingError(f'redraft.cost is {self.cost!r}; it can be "measured" or "free"')
        if not isinstance(self.prompt, bool):
            raise SettingError("redraft.prompt must be true or false")


def read_settings(additional_config: Any) -> Settings:
    """Reads the settings out of vLLM's `additional_config`. Raises `SettingError`."""
    own = additional_config.get("redraft", {}) if isinstance(additional_config, Mapping) else {}
    if not isinstance(own, Mapping):
        raise SettingError('additional_config["redraft"] must be an object')
    names = [field.name for field in fields(Settings)]
    unknown = [name for name in own if name not in names]
    if unknown:
        raise SettingError(f"unknown setting redraft.{unknown[0]}; known are {', '.join(names)}")
    return Settings(**own)
