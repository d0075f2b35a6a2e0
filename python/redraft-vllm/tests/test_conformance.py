"""The drafts of the TypeScript drafter, for the same requests."""

import json
from pathlib import Path

import numpy as np
import pytest

from redraft_vllm.drafting import CopyDrafter, DraftRequest, Spelling, best_line
from redraft_vllm.drafting.candidates import shared_length

CASES = json.loads((Path(__file__).parent.parent / "conformance/drafts.json").read_text("utf-8"))["cases"]


def run(case):
    spelling = Spelling(lambda token: case["vocabulary"][token])
    drafter = CopyDrafter(DraftRequest(**case["request"]), spelling)
    output, budget = case["output"], case["budget"]
    written = 0
    while written < len(output):
        drafts = drafter.draft(budget)
        line = best_line(drafts, budget, np.array(case["cost"], dtype=np.float64))
        yield written, [(draft.tokens, draft.survival) for draft in drafts], line
        accepted = shared_length(line, output[written:-1])
        committed = output[written : written + accepted + 1]
        drafter.accept(committed)
        written += len(committed)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_drafts_are_those_of_typescript(case):
    steps = list(run(case))
    assert [written for written, _, _ in steps] == [step["written"] for step in case["steps"]]
    for (_, drafts, line), step in zip(steps, case["steps"], strict=True):
        compared = step["drafts"]
        assert [tokens for tokens, _ in drafts[: len(compared)]] == [draft["tokens"] for draft in compared]
        for (_, survival), wanted in zip(drafts, compared, strict=False):
            assert np.abs(survival - wanted["survival"]).max() < 2e-3
        assert line == step["line"]


def test_the_cases_say_something():
    lines = [step["line"] for case in CASES for step in case["steps"]]
    assert len(CASES) >= 15
    assert sum(map(len, lines)) > 500
    assert any(line == [] for line in lines)
