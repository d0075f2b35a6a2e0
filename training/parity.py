"""Compares PyTorch with llama.cpp on the same GGUF: token ids, likeliest tokens, top logits.

    node --import tsx src/bench/evaluate/parity-main.ts model.gguf questions.jsonl 12 | python training/parity.py model.gguf
"""

from __future__ import annotations

import json
import sys

import torch

from redraft_training.gguf_io import read
from redraft_training.model import ApplyModel


def main() -> None:
    shape, weights, vocabulary = read(sys.argv[1])
    model = ApplyModel(shape)
    model.load_gguf(weights)
    torch.set_num_threads(1)
    rows = same_tokens = positions = same = 0
    largest = 0.0
    for line in sys.stdin:
        case = json.loads(line)
        rows += 1
        prompt = vocabulary.prompt(case["original"], case["sketch"])
        answer = vocabulary.lines(case["expected"])[:len(case["answer"])]
        same_tokens += prompt == case["prompt"] and answer == case["answer"]
        tokens = torch.tensor(case["prompt"] + case["answer"])
        with torch.no_grad():
            logits = model(tokens, [len(tokens)], torch.arange(len(case["prompt"]) - 1, len(tokens)))
        best = logits.max(-1)
        positions += len(case["argmax"])
        same += int((best.indices == torch.tensor(case["argmax"])).sum())
        largest = max(largest, float((best.values - torch.tensor(case["logits"])).abs().max()))
    print(json.dumps({"cases": rows, "same_token_ids": same_tokens, "positions": positions, "same_argmax": same,
                      "largest_difference_of_top_logit": round(largest, 4)}))


if __name__ == "__main__":
    main()
