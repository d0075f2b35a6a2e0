"""Stage 5, export: a checkpoint to a GGUF that llama.cpp loads.

    python export.py configs/default.toml --out weights/redraft-apply-6m-q8_0.gguf [--checkpoint runs/default/final.pt]
                     [--kind f16|q8_0] [--name "Redraft default"]

Prints one JSON line with the size and the SHA-256.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

import torch

from redraft_training.config import load
from redraft_training.gguf_io import vocabulary_of, write
from redraft_training.model import ApplyModel, Shape


def load_model(config: dict, checkpoint: Path, vocabulary_size: int) -> ApplyModel:
    """The model of a configuration with the weights of a checkpoint (`last.pt`, `stable.pt` or `final.pt`)."""
    model = ApplyModel(Shape(vocabulary=vocabulary_size, **config["model"]))
    model.load_state_dict(torch.load(checkpoint, map_location="cpu", weights_only=True)["model"])
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config")
    parser.add_argument("--out", required=True)
    parser.add_argument("--checkpoint")
    parser.add_argument("--kind", choices=("f16", "q8_0"), default="q8_0")
    parser.add_argument("--name", default="Redraft apply model")
    options = parser.parse_args()
    config = load(options.config)
    vocabulary = vocabulary_of(config["train"]["tokenizer"])
    checkpoint = Path(options.checkpoint or Path(config["train"]["out"]) / "final.pt")
    model = load_model(config, checkpoint, len(vocabulary))
    write(options.out, options.name, model.shape, dict(model.named_parameters()), vocabulary, options.kind,
          {"general.license": "MIT", "redraft.prompt": "apply-1"})
    data = Path(options.out).read_bytes()
    print(json.dumps({"file": Path(options.out).name, "kind": options.kind, "bytes": len(data),
                      "parameters": sum(p.numel() for p in model.parameters()),
                      "sha256": hashlib.sha256(data).hexdigest()}))


if __name__ == "__main__":
    main()
