import random
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from redraft_training.synthetic import function, make_repository  # noqa: E402
from redraft_training.vocabulary import Vocabulary, train  # noqa: E402


@pytest.fixture(scope="session")
def repository(tmp_path_factory):
    return make_repository(tmp_path_factory.mktemp("repository"), files=3, commits=60)


@pytest.fixture(scope="session")
def vocabulary(tmp_path_factory):
    random_source = random.Random(3)
    lines = [line for _ in range(300) for line in function(random_source) if line.strip()]
    prefix = tmp_path_factory.mktemp("tokenizer") / "tokenizer"
    train(lines, 600, str(prefix))
    return Vocabulary.from_model(prefix.with_suffix(".model"))
