"""The class that vLLM loads, with modules that stand for vLLM's."""

import sys
import types

import pytest
from engine_double import SIZE, Characters, Engine, Request

import redraft_vllm
from redraft_vllm.engine import Step, UnsupportedEngine
from redraft_vllm.settings import SettingError


class Runner:
    max_model_len = 4096
    effective_drafter_max_model_len = 4096

    def propose_draft_token_ids(self, scheduler_output, sampled_token_ids):
        batch = self.input_batch
        return self.drafter.propose(
            sampled_token_ids, batch.num_tokens_no_spec, batch.token_ids_cpu, slot_mappings=None
        )


@pytest.fixture
def vllm(monkeypatch):
    runner = type("GPUModelRunner", (Runner,), {"propose_draft_token_ids": Runner.propose_draft_token_ids})
    modules = {
        "vllm": {"__version__": "0.32.0"},
        "vllm.tokenizers": {"cached_tokenizer_from_config": lambda _config: Characters()},
        "vllm.v1": {},
        "vllm.v1.worker": {},
        "vllm.v1.worker.gpu_model_runner": {"GPUModelRunner": runner},
    }
    for name, holds in modules.items():
        module = types.ModuleType(name)
        module.__dict__.update(holds)
        monkeypatch.setitem(sys.modules, name, module)
    return sys.modules


def config(**additional):
    return types.SimpleNamespace(
        additional_config={"redraft": additional} if additional else {},
        model_config=types.SimpleNamespace(max_model_len=4096, get_vocab_size=lambda: SIZE),
        speculative_config=types.SimpleNamespace(num_speculative_tokens=64),
        scheduler_config=types.SimpleNamespace(max_num_batched_tokens=2048),
    )


def test_it_drafts_through_the_wrapped_runner(vllm):
    proposer = redraft_vllm.Proposer(config(cost="free"))
    proposer.load_model(object())
    runner = vllm["vllm.v1.worker.gpu_model_runner"].GPUModelRunner()
    runner.drafter = proposer

    class Through:
        """The double's drafter: each step goes through the runner, as in vLLM."""

        def propose(self, step: Step, sampled, lengths, token_ids):
            runner.input_batch, runner.requests = step.runner.input_batch, step.runner.requests
            return runner.propose_draft_token_ids(step.scheduled, sampled)

    engine = Engine()
    engine.drafter = Through()
    text = "for i in range(10):\n    print(i)\n" * 4
    request = Request("a", "#", text, {"prediction": text})
    engine.add(request)
    engine.run()
    assert request.text == text
    assert request.steps < 8
    assert runner.effective_drafter_max_model_len > 4096


def test_another_version_ends_the_start(vllm, monkeypatch):
    vllm["vllm"].__version__ = "0.40.0"
    with pytest.raises(UnsupportedEngine, match=r"0\.40\.0"):
        redraft_vllm.Proposer(config())
    monkeypatch.setenv("REDRAFT_VLLM_ANY_VERSION", "1")
    redraft_vllm.Proposer(config())


def test_a_wrong_setting_ends_the_start(vllm):
    with pytest.raises(SettingError, match="costs"):
        redraft_vllm.Proposer(config(costs="free"))


def test_a_step_that_did_not_come_through_the_runner_is_an_error(vllm):
    with pytest.raises(UnsupportedEngine, match="V1"):
        redraft_vllm.Proposer(config()).propose([[1]], [1], [[1]])


def test_a_runner_without_requests_is_named(vllm):
    proposer = redraft_vllm.Proposer(config())
    with pytest.raises(UnsupportedEngine, match="requests"):
        proposer.bind(Step(types.SimpleNamespace(), None))
