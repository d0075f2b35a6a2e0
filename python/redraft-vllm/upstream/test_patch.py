"""The patches apply to the installed vLLM, and their own test passes on the patched file."""

import ast
import importlib.util
import shutil
import subprocess
import sys
import types
from pathlib import Path

import pytest

PATCHES = sorted(Path(__file__).parent.glob("*.patch"))
FILES = ("vllm/v1/spec_decode/custom_class_proposer.py", "vllm/v1/worker/gpu_model_runner.py")


def installed() -> Path:
    found = importlib.util.find_spec("vllm")
    if found is None or found.origin is None:
        pytest.skip("vLLM is not installed")
    return Path(found.origin).parent.parent


@pytest.fixture
def patched(tmp_path: Path) -> Path:
    site = installed()
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(site / name, tmp_path / name)
    for patch in PATCHES:
        subprocess.run(["patch", "-p1", "--input", str(patch)], cwd=tmp_path, check=True, capture_output=True)
    return tmp_path


def test_its_own_test_passes(patched: Path, monkeypatch: pytest.MonkeyPatch):
    # The file needs two names of vLLM; importing all of it takes most of a minute.
    for name, holds in (("vllm.config", {"VllmConfig": object}), ("vllm.logger", {"init_logger": lambda _: None})):
        module = types.ModuleType(name)
        module.__dict__.update(holds)
        monkeypatch.setitem(sys.modules, name, module)
    for name in ("vllm", "vllm.v1", "vllm.v1.spec_decode"):
        module = types.ModuleType(name)
        module.__path__ = [str(patched / name.replace(".", "/"))]
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.delitem(sys.modules, "vllm.v1.spec_decode.custom_class_proposer", raising=False)
    tests = patched / "tests/v1/spec_decode/test_custom_class_arguments.py"
    assert pytest.main(["-q", "-p", "no:cacheprovider", str(tests)]) == 0


def test_the_runner_passes_what_a_class_names(patched: Path):
    runner = (patched / FILES[1]).read_text("utf-8")
    compile(runner, FILES[1], "exec")
    assert runner.count("self.custom_proposer_arguments") == 2


@pytest.mark.parametrize(
    ("speculative", "is_async", "is_hybrid", "scheduled", "expected"),
    [
        (None, False, False, {}, False),
        ("ngram", False, False, {}, False),
        ("ngram", False, False, {"a": [], "b": [7]}, True),
        ("ngram", False, True, {}, True),
        ("eagle", True, False, {}, True),
    ],
)
def test_only_steps_with_drafts_are_speculative(patched: Path, speculative, is_async, is_hybrid, scheduled, expected):
    tree = ast.parse((patched / FILES[1]).read_text("utf-8"))
    [prepare] = [node for node in ast.walk(tree) if getattr(node, "name", None) == "_prepare_inputs"]
    [condition] = [
        node.value
        for node in ast.walk(prepare)
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", None) == "use_spec_decode"
    ]
    names = {
        "self": types.SimpleNamespace(
            speculative_config=speculative,
            use_async_spec_decode=is_async,
            model_config=types.SimpleNamespace(is_hybrid=is_hybrid),
        ),
        "scheduler_output": types.SimpleNamespace(scheduled_spec_decode_tokens=scheduled),
    }
    assert bool(eval(compile(ast.Expression(condition), FILES[1], "eval"), names)) is expected
