"""vLLM in this process, one engine after the other: starts once for all ways of drafting.

    python vllm_in_process.py --model FOLDER --cases cases.jsonl --out OUT [--do ways,concurrent,edges,sampling]
                              [--ways plain,ngram,...] [--minutes 8]

`ways` decodes the cases one by one, `concurrent` several at once, `edges` to the end of the context with prompts in
chunks, a prefix cache, aborts and preemption, `sampling` with a temperature. Passes are counted, times are processor
time of this process, so both mean something on a busy machine. Resumable: what is recorded is skipped.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
import time
from pathlib import Path

from run_vllm import NEAR_TIE, PLUGIN, WAYS, Prompts, compare, predicted, print_table, recorded

os.environ.update(
    VLLM_ENABLE_V1_MULTIPROCESSING="0",
    VLLM_NO_USAGE_STATS="1",
    DO_NOT_TRACK="1",
    HF_HUB_OFFLINE="1",
    VLLM_CPU_KVCACHE_SPACE=os.environ.get("KV_GB", "1"),
    VLLM_CPU_OMP_THREADS_BIND="nobind",
    OMP_NUM_THREADS=os.environ.get("THREADS", "1"),
    VLLM_LOGGING_LEVEL=os.environ.get("VLLM_LOGGING_LEVEL", "WARNING"),
)
sys.path.insert(0, str(PLUGIN))


def redraft(drafted: int, **settings) -> dict:
    return {
        "speculative_config": {
            "method": "custom_class",
            "model": "redraft_vllm.Proposer",
            "num_speculative_tokens": drafted,
        },
        "additional_config": {"redraft": settings},
    }


def speculation(**config) -> dict:
    return {"speculative_config": config}


ENGINES = {
    "plain": {},
    "redraft": redraft(127, cost="free"),
    "suffix-64-8": speculation(
        method="suffix",
        num_speculative_tokens=127,
        suffix_decoding_max_tree_depth=64,
        suffix_decoding_max_spec_factor=8.0,
    ),
    "ngram-2-5-64": speculation(method="ngram", num_speculative_tokens=64, prompt_lookup_min=2, prompt_lookup_max=5),
    "suffix": speculation(method="suffix"),
    "ngram": speculation(method="ngram", num_speculative_tokens=5),
    "measured": redraft(64),
}
PREDICTED = ("prediction", "sketch", "candidates")
#: Engines of `concurrent`, and which requests have a prediction: none, or every second one.
MIXES = (("plain", 0), ("measured", 0), ("measured", 2))
CONTEXT_END = 640


class Engine:
    def __init__(self, model: str, name: str, **more) -> None:
        from vllm import LLM
        from vllm.platforms import current_platform
        from vllm.v1.worker.cpu_model_runner import CPUModelRunner

        self.steps = 0
        original = CPUModelRunner.execute_model

        def execute_model(runner, scheduled, *arguments, **keywords):
            self.steps += scheduled.total_num_scheduled_tokens > 0
            return original(runner, scheduled, *arguments, **keywords)

        CPUModelRunner.execute_model = execute_model
        self._restore = lambda: setattr(CPUModelRunner, "execute_model", original)
        settings = {"max_model_len": 4096, "max_num_seqs": 16, "enable_prefix_caching": False, **ENGINES[name], **more}
        self.llm = LLM(
            model=model,
            dtype="float32",
            enforce_eager=True,
            distributed_executor_backend="uni",
            disable_log_stats=True,
            max_logprobs=2,
            **settings,
        )
        # Kernels are registered once per process; a second time fails after numba is loaded.
        type(current_platform).register_triton_kernel_overrides = lambda *_: None
        self.llm.generate([{"prompt_token_ids": [1, 2, 3]}], self.sampling({"max_tokens": 4}), use_tqdm=False)

    @staticmethod
    def sampling(body: dict):
        from vllm import SamplingParams

        names = ("temperature", "max_tokens", "logprobs", "stop", "seed", "ignore_eos")
        known = {"temperature": 0, **{name: body[name] for name in names if name in body}}
        return SamplingParams(**known, extra_args=body.get("vllm_xargs"))

    def generate(self, bodies: list[dict]) -> list[dict]:
        """The answers to all of these requests, run at once."""
        prompts = [{"prompt_token_ids": body["prompt"]} for body in bodies]
        answers = self.llm.generate(prompts, [self.sampling(body) for body in bodies], use_tqdm=False)
        return [row_of(answer) for answer in answers]

    def generate_timed(self, bodies: list[dict], aborted: list[dict]) -> list[dict]:
        """The same, each with the seconds of processor time after which it ended; `aborted` end after 6 steps."""
        core = self.llm.llm_engine
        names = [f"timed-{i}" for i in range(len(bodies))]
        gone = [f"aborted-{i}" for i in range(len(aborted))]
        for name, body in zip([*gone, *names], [*aborted, *bodies], strict=True):
            core.add_request(name, {"prompt_token_ids": body["prompt"]}, self.sampling(body))
        rows: dict[str, dict] = {}
        started = time.process_time()
        steps = 0
        while core.has_unfinished_requests():
            for answer in core.step():
                if answer.finished:
                    rows[answer.request_id] = {**row_of(answer), "ended": time.process_time() - started}
            steps += 1
            if steps == 6 and gone:
                core.abort_request(gone)
        return [rows[name] for name in names]

    def close(self) -> None:
        from vllm.distributed import cleanup_dist_env_and_memory

        self._restore()
        del self.llm
        gc.collect()
        cleanup_dist_env_and_memory()


def row_of(answer) -> dict:
    output = answer.outputs[0]
    gaps = []
    for token, top in zip(output.token_ids, output.logprobs or [], strict=False):
        others = sorted((entry.logprob for other, entry in top.items() if other != token), reverse=True)
        gaps.append(round(top[token].logprob - others[0], 4) if others else 99.0)
    return {
        "tokens": list(output.token_ids),
        "text": output.text,
        "finish": output.finish_reason,
        "gaps": gaps,
    }


def chi_square(plain: dict, drafted: dict) -> dict:
    """Two samples of the same size; tokens seen fewer than ten times together count as one."""
    cells: dict[int, list[int]] = {}
    for side, sample in enumerate((plain, drafted)):
        for token, count in sample["counts"].items():
            both = plain["counts"].get(token, 0) + drafted["counts"].get(token, 0)
            cells.setdefault(token if both >= 10 else -2, [0, 0])[side] += count
    statistic = sum((a - b) ** 2 / (a + b) for a, b in cells.values() if a + b)
    freedom = max(1, len(cells) - 1)
    # Wilson and Hilferty: the cube root of a chi-square is nearly normal.
    deviations = ((statistic / freedom) ** (1 / 3) - (1 - 2 / (9 * freedom))) / (2 / (9 * freedom)) ** 0.5
    return {
        "chi_square": round(statistic, 1),
        "freedom": freedom,
        "standard_deviations": round(deviations, 2),
    }


class Runs:
    def __init__(self, options: argparse.Namespace, cases: list[dict]) -> None:
        self.options = options
        self.cases = cases
        self.prompts = Prompts(options.model, options.most_tokens)
        self.deadline = time.monotonic() + options.minutes * 60

    @property
    def is_late(self) -> bool:
        return time.monotonic() > self.deadline

    def note(self, file: str, report: dict) -> None:
        with (self.options.out / file).open("a") as to:
            to.write(json.dumps(report) + "\n")
        if file != "rows.jsonl":
            print(json.dumps(report), flush=True)

    def has(self, file: str, **what) -> bool:
        path = self.options.out / file
        rows = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
        return any(all(row.get(name) == value for name, value in what.items()) for row in rows)

    def ways(self) -> None:
        known = recorded(self.options.out)
        for name in ENGINES:
            ways = [way for way in self.options.ways.split(",") if WAYS[way][0] == name]
            todo = [(way, case) for way in ways for case in self.cases if (way, case["id"]) not in known]
            if not todo or self.is_late:
                continue
            engine = Engine(self.options.model, name)
            for way, case in todo:
                if self.is_late:
                    break
                steps, started = engine.steps, time.process_time()
                body = {**self.prompts.request(case), **predicted(case, WAYS[way][1])}
                [row] = engine.generate([body])
                row.update(id=case["id"], way=way, seconds=round(time.process_time() - started, 3))
                row["steps"] = engine.steps - steps
                self.note("rows.jsonl", row)
            engine.close()
            print(f"{name}: {time.monotonic() - self.deadline + self.options.minutes * 60:.0f} s", flush=True)

    def concurrent(self) -> None:
        """Every second request with a prediction: the outputs must be those of plain decoding one by one.

        `slowest` = the longest time of a request without a prediction, `unpredicted` = their mean time per token, also
        in plain decoding of the same requests. Four further requests are aborted after six steps.
        """
        plain = {case_id: row for (way, case_id), row in recorded(self.options.out).items() if way == "plain"}
        cases = [case for case in self.cases if case["id"] in plain][:16]
        for turn in range(self.options.turns):
            for name, mix in MIXES[: 2 if self.options.unpredicted else 3]:
                for count in map(int, self.options.at_once.split(",")):
                    known = {"engine": name, "predicted": mix, "concurrent": count, "turn": turn}
                    if not self.is_late and not self.has("concurrent.jsonl", **known):
                        self._at_once(known, cases, plain)

    def _at_once(self, known: dict, cases: list[dict], plain: dict) -> None:
        engine = Engine(self.options.model, known["engine"], max_num_seqs=known["concurrent"])
        bodies = [
            {**self.prompts.request(case), **predicted(case, PREDICTED if known["predicted"] and i % 2 else ())}
            for i, case in enumerate(cases)
        ]
        # A first round, so that compilers and caches are warm and the plug-in has measured its steps.
        engine.generate([{**body, "max_tokens": 24} for body in bodies])
        steps, started = engine.steps, time.process_time()
        rows = engine.generate_timed(bodies, bodies[:4])
        seconds = time.process_time() - started
        for row, case in zip(rows, cases, strict=True):
            row["id"] = case["id"]
        tokens = sum(len(row["tokens"]) for row in rows)
        report = {**known, "requests": len(rows), "tokens": tokens, "steps": engine.steps - steps}
        report["ms_a_token"] = round(1000 * seconds / tokens, 3)
        halves = rows[::2]
        per_token = [row["ended"] / len(row["tokens"]) for row in halves]
        report["unpredicted"] = round(1000 * sum(per_token) / len(per_token), 2)
        report["slowest"] = round(max(row["ended"] for row in halves), 2)
        self.note("concurrent.jsonl", {**report, **compare(rows, plain)})
        engine.close()

    def edges(self) -> None:
        # Blocks for about three of the requests: the others wait or are preempted.
        more = {"max_num_batched_tokens": 192, "max_model_len": CONTEXT_END, "enable_prefix_caching": True}
        engine = Engine(
            self.options.model, "redraft", max_num_seqs=8, num_gpu_blocks_override=self.options.blocks, **more
        )
        requests = [(case, self.prompts.request(case)) for case in self.cases]
        chosen = [(case, body) for case, body in requests if 200 < len(body["prompt"]) < CONTEXT_END - 60][:12]
        bodies = [{**body, "ignore_eos": True, "max_tokens": CONTEXT_END - len(body["prompt"])} for _, body in chosen]
        plain = {}
        for (case, _), body in zip(chosen, bodies, strict=True):
            [plain[case["id"]]] = engine.generate([{**body, "vllm_xargs": {"draft": "off"}}])
        for _ in range(2):
            steps = engine.steps
            aborted = self._abort_some(engine, [{**body, **predicted(case, PREDICTED)} for case, body in chosen[:4]])
            rows = engine.generate(
                [{**body, **predicted(case, PREDICTED)} for (case, _), body in zip(chosen, bodies, strict=True)]
            )
            for row, (case, _) in zip(rows, chosen, strict=True):
                row["id"] = case["id"]
            ends = sum(row["finish"] == "length" for row in rows)
            report = {"requests": len(rows), "aborted": aborted, "at_the_end": ends, "steps": engine.steps - steps}
            report["tokens"] = sum(len(row["tokens"]) for row in rows)
            self.note("edges.jsonl", {**report, **compare(rows, plain)})
        engine.close()

    @staticmethod
    def _abort_some(engine: Engine, bodies: list[dict]) -> int:
        core = engine.llm.llm_engine
        names = [f"aborted-{i}" for i in range(len(bodies))]
        for name, body in zip(names, bodies, strict=True):
            core.add_request(name, {"prompt_token_ids": body["prompt"]}, engine.sampling(body))
        for _ in range(6):
            core.step()
        core.abort_request(names)
        return len(names)

    def sampling(self) -> None:
        """Whether the fourth of many sampled tokens is distributed as without drafts."""
        engine = Engine(self.options.model, "redraft")
        count = self.options.samples
        for case in self.cases[:3]:
            if self.has("sampling.jsonl", id=case["id"], temperature=self.options.temperature) or self.is_late:
                continue
            sides = []
            for fields in ((), PREDICTED):
                body = {**self.prompts.request(case), **predicted(case, fields), "max_tokens": 6}
                body["temperature"] = self.options.temperature
                steps = engine.steps
                # Without seeds: a generator per request fails in vLLM's rejection sampler on a CPU.
                rows = engine.generate([body] * count)
                counts: dict[int, int] = {}
                for row in rows:
                    token = row["tokens"][3] if len(row["tokens"]) > 3 else -1
                    counts[token] = counts.get(token, 0) + 1
                sides.append({"counts": counts, "steps": engine.steps - steps})
            report = {"id": case["id"], "samples": count, "temperature": self.options.temperature}
            report.update(chi_square(*sides))
            report["steps"] = [side["steps"] for side in sides]
            self.note("sampling.jsonl", report)
        engine.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="folder of the model")
    parser.add_argument("--cases", required=True)
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--do", default="ways,concurrent,edges,sampling")
    parser.add_argument("--ways", default=",".join(WAYS))
    parser.add_argument("--minutes", type=float, default=8)
    parser.add_argument("--samples", type=int, default=400)
    parser.add_argument("--temperature", type=float, default=1.0, help="of `sampling`")
    parser.add_argument("--at-once", default="1,4,8,16", help="numbers of requests in `concurrent`")
    parser.add_argument(
        "--unpredicted", action="store_true", help="leave out requests with predictions in `concurrent`"
    )
    parser.add_argument("--turns", type=int, default=1, help="how often `concurrent` runs everything")
    parser.add_argument("--blocks", type=int, default=20, help="blocks of the KV cache in `edges`")
    parser.add_argument("--limit", type=int)
    parser.add_argument("--most-tokens", type=int, help="where outputs are cut")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    cases = [json.loads(line) for line in Path(options.cases).read_text().splitlines()][: options.limit]
    options.chosen = cases
    runs = Runs(options, cases)
    for what in options.do.split(","):
        getattr(runs, what)()
    print(f"near-tie: less than {NEAR_TIE} in log probability")
    if "ways" in options.do.split(","):
        print_table(options)


if __name__ == "__main__":
    main()
