import hashlib
import json
from pathlib import Path

import pytest

from redraft_training.assets import checksum, read_asset, write_asset

ROOT = Path(__file__).resolve().parents[2]


def test_the_checksum_is_that_of_canonical_json():
    # The same value as in test/model-assets.test.ts.
    value = {"b": [1e-7, 0.5, -3, 1e21, 123456789], "a": {"": None, "é": "x\"\n", "Z": True}}
    text = '{"a":{"":null,"Z":true,"é":"x\\"\\n"},"b":[1e-7,0.5,-3,1e+21,123456789]}'
    assert checksum(value) == hashlib.sha256(text.encode()).hexdigest()


def test_an_asset_is_read_as_it_was_written(tmp_path):
    path = tmp_path / "models" / "tiny.json"
    payload = {"trees": [[0, 0.1, 1.0, 2e-9]], "bias": -0.5}
    write_asset(path, name="tiny", version=3, features={"row": ["a", "b"]}, provenance={"script": "none"}, payload=payload)
    asset = read_asset(path)
    assert asset["payload"] == payload
    assert (asset["name"], asset["version"], asset["features"]) == ("tiny", 3, {"row": ["a", "b"]})
    path.write_text(path.read_text().replace("-0.5", "-0.6"))
    with pytest.raises(ValueError, match="checksum"):
        read_asset(path)


def test_numbers_that_json_lacks_are_refused(tmp_path):
    with pytest.raises(ValueError):
        write_asset(tmp_path / "x.json", name="x", version=1, features={}, provenance={}, payload=[float("nan")])


@pytest.mark.parametrize("file", ["models/acceptance.json", "models/ranker.json", "bench-data/acceptance-folds.json"])
def test_the_assets_of_the_repository_are_whole(file):
    asset = read_asset(ROOT / file)
    assert {"script", "date", "data"} <= asset["provenance"].keys()
    assert json.loads((ROOT / file).read_text())["version"] == 1
