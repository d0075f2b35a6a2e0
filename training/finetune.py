"""Stage 4b, finetune: edit-oriented fine-tuning of a trained model (EfficientEdit, section on the draft model).

    python finetune.py configs/finetune.toml --weights draft.gguf --copied 0.1 --out draft-0.1.gguf [--labels target.gguf]

The loss counts changed tokens fully and copied tokens `--copied` times (lambda): 0 masks them, 1 is plain supervised
fine-tuning, the baseline. `--labels` is the distillation hook: the merged regions are then what that model writes
(greedily), so that the draft learns to propose what its target will say rather than what a person wrote.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from redraft_training.changed import edit_weights
from redraft_training.config import load
from redraft_training.gguf_io import read, write
from redraft_training.model import ApplyModel
from redraft_training.muon import optimizers_for
from redraft_training.shards import Shards
from redraft_training.vocabulary import END, SKETCH, Vocabulary
from redraft_training.write import write_greedily
from train import autocast, evaluate, order_of


def weighted(vocabulary: Vocabulary, prompt: list[int], merged: list[int], copied: float) -> list[float]:
    """Weights of the merged tokens, the end token with weight 1."""
    original = vocabulary.decode(prompt[1:prompt.index(SKETCH)])
    body = merged[:-1] if merged and merged[-1] == END else merged
    offsets = vocabulary.offsets(body)
    return edit_weights(original, vocabulary.decode(body), offsets, copied) + [1.0] * (len(merged) - len(body))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config")
    parser.add_argument("--weights", required=True)
    parser.add_argument("--copied", type=float, required=True, help="lambda: weight of copied tokens, 0 to 1")
    parser.add_argument("--labels", help="GGUF of a model whose own answers are learned")
    parser.add_argument("--out", required=True)
    parser.add_argument("--tokens", type=int)
    options = parser.parse_args()
    config = load(options.config)["finetune"]
    os.nice(config["nice"])
    torch.set_num_threads(config["threads"])
    torch.manual_seed(config["seed"])
    shape, weights, vocabulary = read(options.weights)
    model = ApplyModel(shape)
    model.load_gguf(weights)
    labeller = None
    if options.labels:
        label_shape, label_weights, _ = read(options.labels)
        labeller = ApplyModel(label_shape)
        labeller.load_gguf(label_weights)
    optimizers = optimizers_for(model, config["optimizer"], config["learning_rate"], 0.0)
    shards = Shards(Path(config["examples"]), "train-", config.get("repeat"))
    order = iter(order_of(len(shards), config["seed"], 0))
    limit = options.tokens or config["tokens"]
    seen, step, started, running = 0, 0, time.time(), []
    while seen < limit:
        parts, lengths, rows, targets, scale = [], [], [], [], []
        start = 0
        while start < config["batch_tokens"]:
            tokens, prompt = shards.get(int(next(order)))
            if len(tokens) > config["longest"]:
                continue
            asked, merged = tokens[:prompt].tolist(), tokens[prompt:].tolist()
            if labeller is not None:
                merged = write_greedily(labeller, asked, len(merged) + 64)
            sequence = np.array(asked + merged)
            parts.append(sequence[:-1])
            lengths.append(len(sequence) - 1)
            rows.append(np.arange(start + prompt - 1, start + len(sequence) - 1))
            targets.append(sequence[prompt:])
            scale += weighted(vocabulary, asked, merged, options.copied)
            start += len(sequence) - 1
        factor = min(1.0, (step + 1) / 20) * max(0.0, 1 - seen / limit)
        for optimizer in optimizers:
            for group in optimizer.param_groups:
                group["lr"] = config["learning_rate"] * factor
        with autocast("cpu"):
            logits = model(torch.from_numpy(np.concatenate(parts)), lengths, torch.from_numpy(np.concatenate(rows)))
        losses = F.cross_entropy(logits.float(), torch.from_numpy(np.concatenate(targets)), reduction="none")
        weight = torch.tensor(scale)
        loss = (losses * weight).sum() / weight.sum().clamp(min=1.0)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer in optimizers:
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        seen, step = seen + start, step + 1
        running.append(loss.item())
        if step % config["log_steps"] == 0:
            print(json.dumps({"kind": "step", "step": step, "tokens": seen, "loss": round(sum(running) / len(running), 4),
                              "seconds": round(time.time() - started)}), flush=True)
            running = []
    held_out = Shards(Path(config["examples"]), "held_out-")
    questions = [int(i) for i in order_of(len(held_out), 7, 0)[:config["evaluation_examples"]]]
    print(json.dumps({"kind": "evaluation", "copied": options.copied, "tokens": seen,
                      **evaluate(model, held_out, questions, "cpu")}), flush=True)
    write(options.out, f"Redraft draft, lambda {options.copied}", shape, dict(model.named_parameters()), vocabulary, "f16")


if __name__ == "__main__":
    main()
