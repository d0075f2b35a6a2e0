"""Requests without a prediction, with the plug-in and without, in turns in one process: machines are noisy, ratios of pairs less so.

    python paired.py --model FOLDER --cases cases.jsonl [--at-once 1,4,8,16] [--rounds 12] [--tokens 64]

Prints, for each number of requests at once, the median processor time of a step in both engines, and the median, the
lowest and the highest ratio of a pair (plain / plug-in: above 1 the plug-in is faster).
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from statistics import median

from vllm_in_process import Engine, Prompts


def step_seconds(engine: Engine, bodies: list[dict]) -> float:
    steps, started = engine.steps, time.process_time()
    engine.generate(bodies)
    return (time.process_time() - started) / (engine.steps - steps)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--cases", required=True)
    parser.add_argument("--at-once", default="1,4,8,16")
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--tokens", type=int, default=64)
    options = parser.parse_args()
    cases = [json.loads(line) for line in Path(options.cases).read_text().splitlines()][:16]
    prompts = Prompts(options.model, options.tokens)
    bodies = [{**prompts.request(case), "max_tokens": options.tokens, "ignore_eos": True} for case in cases]
    for body in bodies:
        body.pop("logprobs", None)
    engines = {"plain": Engine(options.model, "plain"), "plug-in": Engine(options.model, "measured")}
    for engine in engines.values():
        engine.generate(bodies)
    for count in map(int, options.at_once.split(",")):
        seconds: dict[str, list[float]] = {name: [] for name in engines}
        for turn in range(options.rounds):
            # Who is first changes, so that neither always follows the other.
            names = list(engines) if turn % 2 else list(engines)[::-1]
            for name in names:
                seconds[name].append(step_seconds(engines[name], bodies[:count]))
        ratios = [plain / own for plain, own in zip(seconds["plain"], seconds["plug-in"], strict=True)]
        row = {"at once": count, **{name: round(1000 * median(times), 2) for name, times in seconds.items()}}
        row.update(ratio=round(median(ratios), 3), lowest=round(min(ratios), 3), highest=round(max(ratios), 3))
        print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
