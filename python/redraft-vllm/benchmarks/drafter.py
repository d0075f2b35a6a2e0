"""Times the drafter alone: microseconds per step and request, without an engine, a model or data.

    python benchmarks/drafter.py [--rows 16] [--drafted 64] [--profile]

The texts are this package's own sources, split into words and marks; the output is the source with an identifier
renamed. The engine is the double of the tests, whose clock says that steps are free to make longer.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import re
import sys
import time
from pathlib import Path
from types import SimpleNamespace

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT)]

import numpy as np  # noqa: E402

from redraft_vllm.engine import Step  # noqa: E402
from redraft_vllm.proposer import BatchDrafter  # noqa: E402
from redraft_vllm.settings import Settings  # noqa: E402
from redraft_vllm.vocabulary import Vocabulary  # noqa: E402

WORDS = re.compile(r"\n *| ?[A-Za-z0-9]+| ?[^A-Za-z0-9\s]|\s")
SOURCES = sorted((ROOT / "redraft_vllm").rglob("*.py"))


class Words:
    """A tokenizer whose tokens are words and marks with the blank before them."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._ids: dict[str, int] = {}

    def encode(self, text: str, add_special_tokens: bool = False) -> list[int]:
        ids = []
        for word in WORDS.findall(text):
            if word not in self._ids:
                self._ids[word] = len(self.texts)
                self.texts.append(word)
            ids.append(self._ids[word])
        return ids

    def decode(self, tokens: list[int], skip_special_tokens: bool = False) -> str:
        return "".join(self.texts[token] for token in tokens)


def edited(text: str) -> str:
    """Two identifiers renamed and a line put in: about one difference in 60 tokens."""
    names = [name for name in re.findall(r"[a-z_]{5,}", text) if text.count(name) < 12]
    for name in sorted(set(names))[:2]:
        text = re.sub(rf"\b{name}\b", f"{name}_of", text)
    return text.replace("    return", "    # The result.\n    return", 2)


class Batch:
    """Requests that run together until each has written its answer, then start again."""

    def __init__(self, rows: int, predicted: int, drafted: int, cost: str) -> None:
        words = Words()
        self._answers, self._fields, self._prompts = [], [], []
        for row in range(rows):
            source = SOURCES[row % len(SOURCES)].read_text("utf-8")[:6000]
            self._answers.append(words.encode(edited(source)))
            self._prompts.append(words.encode(f"# Edit {row}\n{source}\n"))
            self._fields.append({"prediction": source} if row < predicted else None)
        self.length = 8192
        self._tokens = np.zeros((rows, self.length), dtype=np.int32)
        self._written = [0] * rows
        self._drafts: list[list[int]] = [[] for _ in range(rows)]
        self._drafter = BatchDrafter(
            Settings(cost=cost),
            Vocabulary(words, 1 << 20),
            max_model_len=self.length,
            most_drafted=drafted,
            step_tokens=4096,
        )
        self._turn = [0] * rows
        self.seconds = 0.0
        self.steps = 0
        self.tokens = 0
        self.calls = 0

    def step(self) -> None:
        sampled, names, lengths, prompts, scheduled, new = [], [], [], [], {}, []
        for row, answer in enumerate(self._answers):
            name = f"{row}-{self._turn[row]}"
            prompt = self._prompts[row]
            if self._written[row] == 0:
                self._tokens[row, : len(prompt)] = prompt
                new.append(name)
            at, draft = self._written[row], self._drafts[row]
            accepted = 0
            while accepted < min(len(draft), len(answer) - at - 1) and draft[accepted] == answer[at + accepted]:
                accepted += 1
            written = answer[at : at + accepted + 1]
            start = len(prompt) + at
            self._tokens[row, start : start + len(written)] = written
            self._written[row] = at + len(written)
            sampled.append(written)
            names.append(name)
            lengths.append(start + len(written))
            prompts.append(len(prompt))
            scheduled[name] = 1 + len(draft)
            self.tokens += len(written)
            self.calls += self._fields[row] is not None
        runner = SimpleNamespace(
            input_batch=SimpleNamespace(req_ids=names, num_prompt_tokens=prompts),
            requests={
                name: SimpleNamespace(sampling_params=SimpleNamespace(extra_args=fields))
                for name, fields in zip(names, self._fields, strict=True)
            },
        )
        output = SimpleNamespace(
            total_num_scheduled_tokens=sum(scheduled.values()),
            num_scheduled_tokens=scheduled,
            scheduled_spec_decode_tokens={
                name: draft for name, draft in zip(names, self._drafts, strict=True) if draft
            },
            scheduled_new_reqs=new,
            finished_req_ids=(),
        )
        started = time.process_time()
        self._drafts = self._drafter.propose(Step(runner, output), sampled, np.array(lengths), self._tokens)
        # The first drafts of a request read its texts: once, and not what a step costs.
        if not new:
            self.seconds += time.process_time() - started
            self.steps += 1
        for row, answer in enumerate(self._answers):
            if self._written[row] >= len(answer):
                self._written[row], self._drafts[row] = 0, []
                self._turn[row] += 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=16)
    parser.add_argument("--drafted", type=int, default=64)
    parser.add_argument("--steps", type=int, default=150)
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    rows = options.rows
    print("| requests | predicted | microseconds a step | of it per predicted request | tokens per request and step |")
    print("| -------: | --------: | ------------------: | --------------------------: | --------------------------: |")
    for predicted in (0, rows // 2, rows):
        batch = Batch(rows, predicted, options.drafted, "free")
        for _ in range(5):
            batch.step()
        batch.seconds, batch.steps, batch.tokens = 0.0, 0, 0
        profile = cProfile.Profile()
        if options.profile:
            profile.enable()
        taken = 0
        while batch.steps < options.steps and taken < 3 * options.steps:
            batch.step()
            taken += 1
        profile.disable()
        each = 1e6 * batch.seconds / max(1, batch.steps)
        share = f"{each / predicted:.0f}" if predicted else ""
        print(f"| {rows} | {predicted} | {each:.0f} | {share} | {batch.tokens / taken / rows:.1f} |", flush=True)
        if options.profile:
            pstats.Stats(profile).sort_stats("tottime").print_stats(25)


if __name__ == "__main__":
    main()
