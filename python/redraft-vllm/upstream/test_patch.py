"""The patch applies to the installed vLLM, and its own test passes on the patched file."""

import importlib.util
import shutil
import subprocess
import sys
import types
from pathlib import Path

import pytest

PATCH = Path(__file__).parent / "0001-custom-class-arguments.patch"
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
    subprocess.run(["patch", "-p1", "--input", str(PATCH)], cwd=tmp_path, check=True, capture_output=True)
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
