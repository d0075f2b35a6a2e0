import types

import pytest

from redraft_vllm.engine import (
    Step,
    UnsupportedEngine,
    check_runner,
    check_version,
    lift_batch_cutoff,
    plan_plain_steps,
    samples_wrongly,
    wrap_runner,
)
from redraft_vllm.settings import SettingError, Settings, read_settings


def runner_class():
    class Runner:
        max_model_len = 100

        def __init__(self, drafter=None):
            self.drafter = drafter
            self.requests = {}
            self.input_batch = types.SimpleNamespace(
                req_ids=[], num_tokens_no_spec=[], token_ids_cpu=[], num_prompt_tokens=[]
            )

        def propose_draft_token_ids(self, scheduler_output, sampled_token_ids, *rest):
            return (scheduler_output, sampled_token_ids, rest)

    return Runner


def test_known_versions():
    for version in ("0.32.0", "0.32.0+cpu", "0.32.3"):
        check_version(version)
    for version in ("0.31.0", "0.33.0", "1.0", "dev", ""):
        with pytest.raises(UnsupportedEngine, match=r"0\.32"):
            check_version(version)
        check_version(version, is_pinned=False)


def test_the_step_reaches_the_proposer():
    seen = []
    Runner = runner_class()
    wrap_runner(Runner)
    wrap_runner(Runner)
    runner = Runner(types.SimpleNamespace(bind=seen.append))
    assert runner.propose_draft_token_ids("scheduled", [[1]], 5) == ("scheduled", [[1]], (5,))
    assert seen == [Step(runner, "scheduled")]


def test_other_drafters_are_left_alone():
    Runner = runner_class()
    wrap_runner(Runner)
    for drafter in (None, object()):
        assert Runner(drafter).propose_draft_token_ids("scheduled", [[1]]) == ("scheduled", [[1]], ())


def test_a_runner_without_the_method_is_refused():
    with pytest.raises(UnsupportedEngine, match="V1 model runner"):
        wrap_runner(type("V2", (), {}))


def test_a_runner_with_another_signature_is_refused():
    changed = type("Changed", (), {"propose_draft_token_ids": lambda self, batch: None})
    with pytest.raises(UnsupportedEngine, match="batch"):
        wrap_runner(changed)


@pytest.mark.parametrize("name", ["req_ids", "num_tokens_no_spec", "token_ids_cpu", "num_prompt_tokens"])
def test_a_runner_without_a_private_place_is_refused(name):
    runner = runner_class()()
    check_runner(runner)
    delattr(runner.input_batch, name)
    with pytest.raises(UnsupportedEngine, match=name):
        check_runner(runner)


def planned_by(drafter, scheduled, is_hybrid=False):
    """How vLLM's runner plans the step, and its configuration afterwards."""

    class Runner:
        def __init__(self):
            self.drafter = drafter
            self.speculative_config = "speculative"
            self.model_config = types.SimpleNamespace(is_hybrid=is_hybrid)

        def _prepare_inputs(self, scheduler_output, num_scheduled_tokens):
            if num_scheduled_tokens is None:
                raise RuntimeError
            return self.speculative_config, num_scheduled_tokens

    plan_plain_steps(Runner)
    plan_plain_steps(Runner)
    runner = Runner()
    output = types.SimpleNamespace(scheduled_spec_decode_tokens=scheduled)
    planned = runner._prepare_inputs(output, 3)
    with pytest.raises(RuntimeError):
        runner._prepare_inputs(output, None)
    assert runner.speculative_config == "speculative"
    return planned


OURS = types.SimpleNamespace(bind=None)


@pytest.mark.parametrize(
    ("drafter", "scheduled", "is_hybrid", "plan"),
    [
        (OURS, {}, False, None),
        (OURS, {"a": []}, False, None),
        (OURS, {"a": [], "b": [1]}, False, "speculative"),
        (OURS, {}, True, "speculative"),
        (object(), {}, False, "speculative"),
    ],
)
def test_a_step_without_drafts_is_a_plain_step(drafter, scheduled, is_hybrid, plan):
    assert planned_by(drafter, scheduled, is_hybrid) == (plan, 3)


def test_a_runner_that_plans_in_another_way_is_left_alone():
    changed = type("Changed", (), {"_prepare_inputs": lambda self, batch: batch})
    plan_plain_steps(changed)
    assert changed()._prepare_inputs(1) == 1
    plan_plain_steps(type("Without", (), {}))


def test_the_cutoff_of_the_batch_is_lifted_where_there_is_one():
    runner = types.SimpleNamespace(max_model_len=100, effective_drafter_max_model_len=100)
    lift_batch_cutoff(runner, 64)
    assert runner.effective_drafter_max_model_len == 165
    lift_batch_cutoff(types.SimpleNamespace(max_model_len=100), 64)


def test_settings():
    assert read_settings({}) == read_settings(None) == Settings()
    assert read_settings({"redraft": {"prompt": True, "free_tokens": 8}}) == Settings(prompt=True, free_tokens=8)
    for wrong in ({"promt": True}, {"cost": "cheap"}, {"texts": -1}, {"prompt": 1}, {"free_tokens": "8"}, [1]):
        with pytest.raises(SettingError):
            read_settings({"redraft": wrong})


@pytest.mark.parametrize(
    ("device", "temperature", "wrong"),
    [("cpu", 1.0, True), ("cpu", 0.0, False), ("cpu", None, False), ("cuda", 1.0, False), (None, 1.0, False)],
)
def test_sampled_requests_are_left_alone_on_a_cpu(device, temperature, wrong):
    runner = types.SimpleNamespace(device=types.SimpleNamespace(type=device))
    assert samples_wrongly(runner, types.SimpleNamespace(temperature=temperature)) is wrong
