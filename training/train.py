"""Stage 4, train: a model from the examples; resumes by itself from its folder.

    python train.py configs/default.toml [--init-from model.gguf] [--until 15:35] [--out folder] [--set key=value ...]

The learning rate warms up, stays, and falls to zero over the last part of the time (or of the tokens) that the run is given,
so that a run that is stopped and resumed can be planned anew: the checkpoint before the fall is kept as `stable.pt`.
"""

from __future__ import annotations

import argparse
import datetime
import json
import math
import os
import signal
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from redraft_training.config import folder, load
from redraft_training.disguise import Disguise
from redraft_training.gguf_io import read, vocabulary_of
from redraft_training.model import ApplyModel, Shape
from redraft_training.muon import optimizers_for
from redraft_training.ranking import Rankings, ranking_loss
from redraft_training.shards import Shards

REGION_LENGTHS = (256, 512, 1024)


def order_of(count: int, seed: int, epoch: int) -> np.ndarray:
    return np.random.default_rng([seed, epoch]).permutation(count)


class Batches:
    """Packed batches in a seeded order; `position` is all it takes to go on where a run stopped."""

    def __init__(self, shards: Shards, tokens: int, seed: int, pool: int = 1) -> None:
        self.shards, self.tokens, self.seed, self.pool = shards, tokens, seed, pool
        self.epoch, self.at = 0, 0
        self.order = order_of(len(shards), seed, 0)
        self.ready: list[list[int]] = []

    def state(self) -> dict:
        return {"epoch": self.epoch, "at": self.at}

    def restore(self, state: dict) -> None:
        self.epoch, self.at = state["epoch"], state["at"]
        self.order = order_of(len(self.shards), self.seed, self.epoch)

    def next_example(self, longest: int) -> int:
        while True:
            if self.at >= len(self.order):
                self.epoch, self.at = self.epoch + 1, 0
                self.order = order_of(len(self.shards), self.seed, self.epoch)
            example = int(self.order[self.at])
            self.at += 1
            if self.shards.length(example) <= longest:
                return example

    def next(self, longest: int) -> list[int]:
        """The examples of the next batch. With a pool above 1 (GPU), batches hold sequences of like length."""
        if not self.ready:
            chosen, total = [], 0
            while total < self.tokens * self.pool:
                chosen.append(self.next_example(longest))
                total += self.shards.length(chosen[-1])
            if self.pool == 1:
                return chosen
            chosen.sort(key=self.shards.length)
            batch, total = [], 0
            for example in chosen:
                batch.append(example)
                total += self.shards.length(example)
                if total >= self.tokens:
                    self.ready.append(batch)
                    batch, total = [], 0
            np.random.default_rng([self.seed, self.epoch, self.at]).shuffle(self.ready)
        return self.ready.pop()


def packed(shards: Shards, examples: list[int], device: str, disguise: Disguise | None = None,
           share: float = 0.0) -> tuple[torch.Tensor, list[int], torch.Tensor, torch.Tensor]:
    """tokens [n], lengths, rows to score (those that predict the merged part) and what they should predict."""
    parts, lengths, rows, targets = [], [], [], []
    start = 0
    for example in examples:
        tokens, prompt = shards.get(example)
        if disguise is not None and disguise.random.random() < share:
            tokens = disguise.apply(tokens)
        inputs = tokens[:-1]
        parts.append(inputs)
        lengths.append(len(inputs))
        rows.append(np.arange(start + prompt - 1, start + len(inputs)))
        targets.append(tokens[prompt:])
        start += len(inputs)
    return (torch.from_numpy(np.concatenate(parts)).to(device), lengths,
            torch.from_numpy(np.concatenate(rows)).to(device), torch.from_numpy(np.concatenate(targets)).to(device))


def autocast(device: str) -> torch.autocast:
    return torch.autocast(device, dtype=torch.bfloat16)


@torch.no_grad()
def evaluate(model: ApplyModel, shards: Shards, examples: list[int], device: str) -> dict:
    """Loss, token accuracy, and exact match: greedy decoding writes the right text if and only if, fed with the right text,
    the most probable token is right everywhere. By region length: the longer of the original and the merged region."""
    loss = correct = total = 0.0
    exact: dict[int, list[int]] = {length: [] for length in REGION_LENGTHS}
    for example in examples:
        tokens, lengths, rows, targets = packed(shards, [example], device)
        with autocast(device):
            logits = model(tokens, lengths, rows)
        loss += F.cross_entropy(logits.float(), targets, reduction="sum").item()
        right = (logits.argmax(-1) == targets)
        correct += right.sum().item()
        total += len(targets)
        region = max(int(shards.row(example)["original"]), len(targets) - 1)
        bucket = next((length for length in REGION_LENGTHS if region <= length), None)
        if bucket is not None:
            exact[bucket].append(int(right.all().item()))
    return {"loss": round(loss / total, 4), "accuracy": round(correct / total, 5),
            "exact": {str(k): round(sum(v) / max(1, len(v)), 3) for k, v in exact.items()},
            "cases": {str(k): len(v) for k, v in exact.items()}}


def until_time(text: str) -> float:
    """"15:35" (today, local clock) or "90m" as seconds since the epoch."""
    if text.endswith("m"):
        return time.time() + 60 * float(text[:-1])
    hour, minute = map(int, text.split(":"))
    return datetime.datetime.now().replace(hour=hour, minute=minute, second=0).timestamp()


def save(path: Path, state: dict) -> None:
    torch.save(state, path.with_suffix(".part"))
    os.replace(path.with_suffix(".part"), path)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config")
    parser.add_argument("--init-from", help="a GGUF of the same shape to start from")
    parser.add_argument("--until", help="clock time (15:35) or minutes (90m) at which the run ends, annealed")
    parser.add_argument("--out", help="folder of the run (default: the config's)")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="overrides a value of [train]")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    return parser.parse_args()


def main() -> None:
    options = arguments()
    whole = load(options.config)
    config = whole["train"]
    for pair in options.set:
        key, _, value = pair.partition("=")
        config[key] = type(config[key])(value)
    os.nice(config.get("nice", 0))
    device = options.device
    if device == "cpu":
        torch.set_num_threads(config["threads"])
    torch.manual_seed(config["seed"])
    out = folder(options.out or config["out"])
    vocabulary = vocabulary_of(options.init_from or config["tokenizer"])
    model = ApplyModel(Shape(vocabulary=len(vocabulary), **whole["model"])).to(device)
    if options.init_from:
        model.load_gguf(read(options.init_from)[1])
    optimizers = optimizers_for(model, config["optimizer"], config["learning_rate"], config["weight_decay"])
    shards = Shards(Path(config["examples"]), "train-", config.get("repeat"))
    held_out = Shards(Path(config["examples"]), "held_out-")
    questions = [int(i) for i in order_of(len(held_out), 7, 0)[:config["evaluation_examples"]]]
    batches = Batches(shards, config["batch_tokens"], config["seed"], pool=1 if device == "cpu" else 32)
    disguise = Disguise(vocabulary, int(time.time()))
    step = tokens_seen = 0
    spent = 0.0
    checkpoint = out / "last.pt"
    if checkpoint.exists():
        state = torch.load(checkpoint, map_location=device, weights_only=True)
        model.load_state_dict(state["model"])
        for optimizer, saved in zip(optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)
        batches.restore(state["data"])
        step, tokens_seen, spent = state["step"], state["tokens"], state["seconds"]
    log = (out / "log.jsonl").open("a")
    forward = torch.compile(model) if config.get("compile", False) and device != "cpu" else model

    def state_now() -> dict:
        return {"model": model.state_dict(), "optimizers": [o.state_dict() for o in optimizers], "data": batches.state(),
                "step": step, "tokens": tokens_seen, "seconds": spent}

    def report(kind: str, extra: dict) -> None:
        row = {"kind": kind, "time": datetime.datetime.now().isoformat(timespec="seconds"), "step": step,
               "tokens": tokens_seen, "minutes": round(spent / 60, 1), **extra}
        log.write(json.dumps(row) + "\n")
        log.flush()
        print(json.dumps(row), flush=True)

    deadline = until_time(options.until) if options.until else None
    begun = last_save = last_evaluation = time.time()
    started_tokens = tokens_seen
    report("start", {"parameters": sum(p.numel() for p in model.parameters()), "examples": len(shards),
                     "init_from": Path(options.init_from).name if options.init_from else None})
    if step == 0:
        report("evaluation", evaluate(model, held_out, questions, device))
    stable_kept = (out / "stable.pt").exists() and tokens_seen > 0
    running_loss, running = 0.0, 0
    ranked: list[float] = []
    rankings = Rankings(Path(config["examples"]), int(time.time()))
    stopped = False

    def stop(*_: object) -> None:
        nonlocal stopped
        stopped = True  # finish the step, save, and leave

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)

    def progress() -> float:
        """How much of this run's time (or of all its tokens) is over, 0 to 1."""
        if deadline is not None:
            return min(1.0, (time.time() - begun) / max(1.0, deadline - begun))
        return min(1.0, tokens_seen / config["tokens"])

    while (done := progress()) < 1.0:
        tick = time.time()
        anneal = min(1.0, (1.0 - done) / config["anneal"])
        factor = anneal * min(1.0, (step + 1) / config["warmup"])
        if anneal < 1.0 and not stable_kept:
            save(out / "stable.pt", state_now())
            stable_kept = True
        for optimizer in optimizers:
            for group in optimizer.param_groups:
                group["lr"] = config["learning_rate"] * factor
        longest = next(length for seen, length in config["curriculum"][::-1] if tokens_seen >= seen)
        ranks = bool(rankings.groups) and config.get("rank_every", 0) > 0 and step % config["rank_every"] == 0
        with autocast(device):
            if ranks:
                groups = rankings.draw(config["batch_tokens"])
                loss, share = ranking_loss(model, groups, device, config["rank_weight"])
                size = sum(len(group["prompt"]) + sum(map(len, group["candidates"])) for group in groups)
                ranked.append(share)
            else:
                tokens, lengths, rows, targets = packed(shards, batches.next(longest), device, disguise,
                                                        config.get("disguised", 0.0))
                loss = F.cross_entropy(forward(tokens, lengths, rows).float(), targets)
                size = len(tokens)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer in optimizers:
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        step += 1
        tokens_seen += size
        if not ranks:
            running_loss, running = running_loss + loss.item(), running + 1
        if not math.isfinite(loss.item()):
            raise SystemExit(f"the loss is not finite at step {step}: lower the learning rate; {checkpoint} is from before")
        now = time.time()
        spent += now - tick
        if running == config["log_steps"]:
            report("step", {"loss": round(running_loss / running, 4), "lr": config["learning_rate"] * factor,
                            **({"ranked": round(sum(ranked) / len(ranked), 3)} if ranked else {}),
                            "tokens_per_second": round((tokens_seen - started_tokens) / (now - begun))})
            running_loss, running, ranked = 0.0, 0, []
        if now - last_evaluation > config["evaluate_seconds"]:
            report("evaluation", evaluate(model, held_out, questions, device))
            last_evaluation = time.time()
        if now - last_save > config["save_seconds"]:
            save(checkpoint, state_now())
            last_save = time.time()
        if stopped:
            save(checkpoint, state_now())
            report("stopped", {})
            return
    save(checkpoint, state_now())
    save(out / "final.pt", {"model": model.state_dict(), "shape": whole["model"], "step": step, "tokens": tokens_seen})
    report("evaluation", evaluate(model, held_out, questions, device))
    report("end", {})


if __name__ == "__main__":
    main()
