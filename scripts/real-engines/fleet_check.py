"""Measures what `redraft bench fleet --check` predicts: an engine at 1, 2, 4 and 8 requests at once.

    python fleet_check.py --model FOLDER --cases cases.jsonl --out check.json [--at-once 1,2,4,8] [--minutes 20]
    redraft bench fleet --check check.json

The cases are split in two: the time of a step is fitted to the steps of the first half, at the same numbers of
requests at once, and the second half is what is predicted. Times are processor time of this process, one thread. On a
quiet machine that is the time of the clock (`--clock wall` takes that one). Resumable: runs that are recorded in
OUT.runs.jsonl are skipped.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
from run_vllm import predicted
from vllm_in_process import ENGINES, Engine, Prompts, redraft

FEATURES = ("perToken", "perContext", "perDraft")
ENGINES["check-drafts"] = redraft(127, cost="free")
ENGINES["check-plain"] = {}


class Steps:
    """Records each step of the engine: what it computed, and how long it took until the next one could begin."""

    def __init__(self, engine: Engine, clock) -> None:
        self.rows: list[dict] = []
        self.passes: dict[str, list[dict]] = {}
        self.prompts: dict[str, int] = {}
        self._clock = clock
        self._core = engine.llm.llm_engine
        scheduler = self._core.engine_core.engine_core.scheduler
        original, update = scheduler.schedule, scheduler.update_from_output
        self._scheduler, self._wrapped = scheduler, (original, update)

        def schedule(*arguments, **keywords):
            known = {name: request.num_computed_tokens for name, request in scheduler.requests.items()}
            output = original(*arguments, **keywords)
            drafts = output.scheduled_spec_decode_tokens
            counts = output.num_scheduled_tokens
            self._now = {
                "perToken": sum(counts.values()),
                "perRequest": len(counts),
                "perContext": sum(known.get(name, 0) for name in counts),
                "perDraft": sum(1 for name in counts if scheduler.requests[name].num_output_tokens > 0),
            }
            self._drafted = {name: len(drafts.get(name, ())) for name in counts}
            self._before = {name: scheduler.requests[name].num_output_tokens for name in counts}
            return output

        def update_from_output(output, *arguments, **keywords):
            requests = {name: scheduler.requests[name] for name in self._before}
            result = update(output, *arguments, **keywords)
            for name, before in self._before.items():
                written = requests[name].num_output_tokens - before
                if written:
                    done = {"drafted": self._drafted[name], "written": written}
                    self.passes.setdefault(name, []).append(done)
                    self.prompts[name] = requests[name].num_prompt_tokens
            return result

        scheduler.schedule, scheduler.update_from_output = schedule, update_from_output

    def run(self, bodies: list[dict]) -> tuple[float, int]:
        """Answers all of them; returns seconds and steps."""
        for i, body in enumerate(bodies):
            self._core.add_request(f"{i}", {"prompt_token_ids": body["prompt"]}, Engine.sampling(body))
        started = last = self._clock()
        steps = 0
        while self._core.has_unfinished_requests():
            self._core.step()
            now = self._clock()
            if self._now["perToken"]:
                self.rows.append({**self._now, "seconds": now - last})
                steps += 1
            last = now
        return last - started, steps

    def close(self) -> None:
        self._scheduler.schedule, self._scheduler.update_from_output = self._wrapped


def sizes_of(rows: list[dict], sizes: list[int]) -> np.ndarray:
    """(steps, sizes): how much of each size a step is, by its requests; between two sizes it is part of both."""
    if len(sizes) == 1:
        return np.ones((len(rows), 1))
    parts = np.zeros((len(rows), len(sizes)))
    for part, row in zip(parts, rows, strict=True):
        right = min(max(1, int(np.searchsorted(sizes, row["perRequest"]))), len(sizes) - 1)
        share = (row["perRequest"] - sizes[right - 1]) / (sizes[right] - sizes[right - 1])
        part[right - 1], part[right] = 1 - share, share
    return parts


def fitted(rows: list[dict], sizes: list[int], drafts: bool) -> dict:
    """Least squares of the steps' seconds without negative coefficients; steps that take four times as long are out.

    A step has seconds of its own for each of `sizes` requests: one constant a request cannot say that a kernel takes
    as long for two rows as for four.
    """
    names = [name for name in FEATURES if drafts or name != "perDraft"]
    features = np.array([[row[name] for name in names] for row in rows], dtype=float)
    matrix = np.hstack([sizes_of(rows, sizes), features])
    seconds = np.array([row["seconds"] for row in rows])
    # Neither the many small steps nor the few large ones decide alone.
    weight = 1 / np.sqrt(np.maximum(seconds, 1e-4))
    kept = np.ones(len(rows), dtype=bool)
    found = np.zeros(matrix.shape[1])
    for _ in range(3):
        found = not_negative(matrix[kept] * weight[kept, None], seconds[kept] * weight[kept])
        kept = seconds < 4 * np.maximum(matrix @ found, 1e-4)
    by_size = [[size, float(value)] for size, value in zip(sizes, found, strict=False)]
    rest = dict(zip(names, map(float, found[len(sizes) :]), strict=True))
    return {"fixed": 0.0, "perRequest": 0.0, **dict.fromkeys(FEATURES, 0.0), **rest, "bySize": by_size}


def not_negative(matrix: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Least squares; while a coefficient is negative, the one that is most so, by its share of the sum, is left out."""
    size = np.maximum(matrix.max(axis=0), 1e-12)
    used = [column for column in range(matrix.shape[1]) if matrix[:, column].any()]
    while True:
        found = np.linalg.lstsq(matrix[:, used] / size[used], wanted, rcond=None)[0]
        if found.min() >= 0:
            result = np.zeros(matrix.shape[1])
            result[used] = found / size[used]
            return result
        del used[int(found.argmin())]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--cases", required=True)
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--at-once", default="1,2,4,8")
    parser.add_argument("--requests", type=int, default=32, help="cases in all, half of them to fit")
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--most-tokens", type=int, default=256)
    parser.add_argument("--clock", choices=("processor", "wall"), default="processor")
    options = parser.parse_args()
    clock = time.process_time if options.clock == "processor" else time.perf_counter
    cases = [json.loads(line) for line in Path(options.cases).read_text().splitlines()][: options.requests]
    prompts = Prompts(options.model, options.most_tokens)
    counts = [int(count) for count in options.at_once.split(",")]
    runs = options.out.with_suffix(".runs.jsonl")
    known = [json.loads(line) for line in runs.read_text().splitlines()] if runs.exists() else []
    deadline = time.monotonic() + 60 * options.minutes
    for drafts in (False, True):
        for clients in counts:
            if any((run["drafts"], run["clients"]) == (drafts, clients) for run in known):
                continue
            if time.monotonic() > deadline:
                print("not finished: run it again", flush=True)
                return
            run = measured(options.model, drafts, clients, cases, prompts, clock)
            known.append(run)
            with runs.open("a") as to:
                to.write(json.dumps(run) + "\n")
            print(drafts, clients, round(run["seconds"], 2), run["steps"], flush=True)
    write(options.out, known, cases)


def measured(model: str, drafts: bool, clients: int, cases: list[dict], prompts: Prompts, clock) -> dict:
    engine = Engine(model, "check-drafts" if drafts else "check-plain", max_num_seqs=clients)
    fields = ("prediction",) if drafts else ()
    bodies = [{**prompts.request(case), **predicted(case, fields)} for case in cases]
    for body in bodies:
        body.pop("logprobs", None)
    steps = Steps(engine, clock)
    steps.run([{**body, "max_tokens": 16} for body in bodies[:4]])
    steps.rows.clear()
    steps.run(bodies[::2])
    rows = list(steps.rows)
    steps.passes.clear()
    seconds, count = steps.run(bodies[1::2])
    order = sorted(steps.passes, key=lambda name: int(name.split("-")[0]))
    requests = [{"prompt": steps.prompts[name], "passes": steps.passes[name]} for name in order]
    steps.close()
    engine.close()
    return {
        "drafts": drafts,
        "clients": clients,
        "seconds": seconds,
        "steps": count,
        "rows": rows,
        "requests": requests,
    }


def write(out: Path, runs: list[dict], cases: list[dict]) -> None:
    """One file for both ways: they differ in what a step costs, so each has a check of its own."""
    for drafts in (False, True):
        own = [run for run in runs if run["drafts"] is drafts]
        sizes = sorted({run["clients"] for run in own})
        alone = min(own, key=lambda run: run["clients"])
        report = {
            "engine": "vLLM 0.32.0, float32, one thread",
            "cost": fitted([row for run in own for row in run["rows"]], sizes, drafts),
            "requests": [
                {"id": case["id"], **request} for case, request in zip(cases[1::2], alone["requests"], strict=True)
            ],
            "measured": [{name: run[name] for name in ("drafts", "clients", "seconds", "steps")} for run in own],
        }
        to = out.with_name(f"{out.stem}-{'drafts' if drafts else 'plain'}{out.suffix}")
        to.write_text(json.dumps(report))
        print(to, report["cost"], flush=True)


if __name__ == "__main__":
    main()
