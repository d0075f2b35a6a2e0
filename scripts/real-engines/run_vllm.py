"""Runs the cases of write-cases.ts on a real vLLM, one way of drafting after the other; compares with plain decoding.

    python run_vllm.py --model FOLDER --cases cases.jsonl --out OUT [--ways plain,ngram,...] [--minutes 8]
    python run_vllm.py --model FOLDER --cases cases.jsonl --out OUT --concurrent 1,4,8,16
    python run_vllm.py --model FOLDER --cases cases.jsonl --out OUT --sampling 400
    python run_vllm.py --model FOLDER --cases cases.jsonl --out OUT --edges
    python run_vllm.py --cases cases.jsonl --out OUT --table

Run by the Python of an environment with vLLM 0.32 (`install-vllm`). Resumable: a case that is recorded for a way is
skipped, and a server ends after --minutes of work; run it again. Passes are counted by the engine and do not depend on
the load of the machine; times do.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
PLUGIN = HERE.parent.parent / "python/redraft-vllm"
NEAR_TIE = 0.1  # difference of two log probabilities


def redraft(drafted: int = 127, **settings) -> list[str]:
    speculation = {"method": "custom_class", "model": "redraft_vllm.Proposer", "num_speculative_tokens": drafted}
    config = {"redraft": {"cost": "free", **settings}}
    return [
        "--speculative-config", json.dumps(speculation),
        "--additional-config", json.dumps(config),
        "--middleware", "redraft_vllm.middleware.Middleware",
    ]  # fmt: skip


def speculation(**config) -> list[str]:
    return ["--speculative-config", json.dumps(config)]


SERVERS = {
    "plain": [],
    "ngram": speculation(method="ngram", num_speculative_tokens=5),
    "ngram-2-5-64": speculation(method="ngram", num_speculative_tokens=64, prompt_lookup_min=2, prompt_lookup_max=5),
    "suffix": speculation(method="suffix"),
    "suffix-64-8": speculation(
        method="suffix",
        num_speculative_tokens=127,
        suffix_decoding_max_tree_depth=64,
        suffix_decoding_max_spec_factor=8.0,
    ),
    "redraft": redraft(),
    "redraft-measured": redraft(64, cost="measured"),
    # Prompts in chunks, a prefix cache, and a context that ends inside the outputs.
    "edges": [*redraft(), "--enable-prefix-caching", "--max-num-batched-tokens", "192", "--max-model-len", "640"],
}
#: Way -> server and what the request says.
WAYS = {
    **{name: (name, ()) for name in ("plain", "ngram", "ngram-2-5-64", "suffix", "suffix-64-8")},
    "source": ("redraft", ("prediction",)),
    "sketch": ("redraft", ("prediction", "sketch")),
    "candidate": ("redraft", ("prediction", "sketch", "candidates")),
}


class Server:
    """vLLM on loopback, one thread, float32; `with` starts and ends it."""

    def __init__(self, model: str, arguments: list[str], port: int, log: Path, sequences: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._log = log
        prefix = Path(sys.executable).parent.parent
        self._environment = {
            **os.environ,
            "VLLM_NO_USAGE_STATS": "1",
            "DO_NOT_TRACK": "1",
            "HF_HUB_OFFLINE": "1",
            "VLLM_CPU_KVCACHE_SPACE": os.environ.get("KV_GB", "1"),
            "VLLM_CPU_OMP_THREADS_BIND": "nobind",
            "OMP_NUM_THREADS": os.environ.get("THREADS", "1"),
            "LD_PRELOAD": str(prefix / "lib/libiomp5.so"),
            "PYTHONPATH": str(PLUGIN),
        }
        self._command = [
            str(prefix / "bin/vllm"), "serve", model, "--host", "127.0.0.1", "--port", str(port),
            "--served-model-name", "m", "--dtype", "float32", "--max-model-len", "4096", "--enforce-eager",
            "--max-num-seqs", str(sequences), "--no-enable-prefix-caching",
            *arguments, *(["--per-request-spec-decode-metrics", "detailed"] if arguments else []),
        ]  # fmt: skip

    def __enter__(self) -> Server:
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                self._command, env=self._environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )
        for _ in range(600):
            time.sleep(1)
            if self._process.poll() is not None:
                raise SystemExit(f"vLLM ended with {self._process.returncode}; see {self._log}")
            try:
                with urllib.request.urlopen(f"{self.url}/health", timeout=5):
                    return self
            except OSError:
                continue
        self.__exit__()
        raise SystemExit(f"vLLM did not answer within 10 minutes; see {self._log}")

    def __exit__(self, *_: object) -> None:
        os.killpg(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def complete(self, body: dict) -> dict:
        data = json.dumps({"model": "m", **body}).encode()
        request = urllib.request.Request(f"{self.url}/v1/completions", data, {"content-type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=1800) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise SystemExit(f"vLLM answered {error.code}: {error.read().decode(errors='replace')[:2000]}") from error

    def abandon(self, body: dict) -> None:
        """Sends a request and closes the connection before it is answered."""
        data = json.dumps({"model": "m", **body}).encode()
        request = urllib.request.Request(f"{self.url}/v1/completions", data, {"content-type": "application/json"})
        with contextlib.suppress(TimeoutError, OSError), urllib.request.urlopen(request, timeout=1):
            pass

    def steps(self) -> int:
        """Steps of the engine so far."""
        with urllib.request.urlopen(f"{self.url}/metrics", timeout=60) as answer:
            lines = answer.read().decode().splitlines()
        counts = [line.split()[-1] for line in lines if line.startswith("vllm:iteration_tokens_total_count")]
        return sum(int(float(count)) for count in counts)


class Prompts:
    def __init__(self, model: str) -> None:
        from transformers import AutoTokenizer

        self._tokenizer = AutoTokenizer.from_pretrained(model)

    def _tokens(self, text: str) -> list[int]:
        return self._tokenizer.encode(text, add_special_tokens=False)

    def request(self, case: dict) -> dict:
        length = len(self._tokens(case["source"]))
        body = {"temperature": 0, "logprobs": 2, "return_token_ids": True, "max_tokens": 2 * length + 128}
        if case["kind"] == "region":
            marks = self._tokens("<|file|><|sketch|><|apply|>")
            prompt = [marks[0], *self._tokens(case["source"]), marks[1], *self._tokens(case["sketch"]), marks[2]]
            return {**body, "prompt": prompt}
        chat = [{"role": "user", "content": case["question"]}]
        text = self._tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True)
        return {**body, "prompt": self._tokens(f"{text}```py\n"), "stop": ["\n```"]}


def predicted(case: dict, fields: tuple[str, ...]) -> dict:
    known = {"prediction": case["source"], "sketch": case["sketch"], "candidates": case["candidates"]}
    xargs = {name: known[name] for name in fields if known[name]}
    return {"vllm_xargs": xargs} if xargs else {}


def row_of(case: dict, way: str, answer: dict, seconds: float, steps: int | None) -> dict:
    choice = answer["choices"][0]
    logprobs = choice["logprobs"]
    gaps = []
    for own, top in zip(logprobs["token_logprobs"], logprobs["top_logprobs"], strict=True):
        others = sorted(top.values(), reverse=True)
        gaps.append(round(own - others[1], 4) if len(others) > 1 else 99.0)
    statistics = (answer.get("metrics") or {}).get("speculative_decoding") or {}
    return {
        "id": case["id"],
        "way": way,
        "tokens": choice["token_ids"],
        "text": choice["text"],
        "finish": choice["finish_reason"],
        "gaps": gaps,
        "seconds": round(seconds, 3),
        "steps": steps,
        "drafted": statistics.get("num_draft_tokens", 0),
        "accepted": statistics.get("num_accepted_draft_tokens", 0),
    }


def recorded(out: Path) -> dict[tuple[str, str], dict]:
    file = out / "rows.jsonl"
    if not file.exists():
        return {}
    rows = [json.loads(line) for line in file.read_text().splitlines() if line.strip()]
    return {(row["way"], row["id"]): row for row in rows}


def run_ways(options: argparse.Namespace, cases: list[dict]) -> None:
    prompts = Prompts(options.model)
    known = recorded(options.out)
    ways = options.ways.split(",")
    for name in dict.fromkeys(WAYS[way][0] for way in ways):
        todo = [(way, case) for way in ways if WAYS[way][0] == name for case in cases if (way, case["id"]) not in known]
        if not todo:
            continue
        log = options.out / f"{name}.log"
        with Server(options.model, SERVERS[name], options.port, log, 4) as server:
            server.complete({"prompt": [1, 2, 3], "max_tokens": 4, "temperature": 0})
            deadline = time.monotonic() + options.minutes * 60
            lock = threading.Lock()

            def work(server=server, todo=todo, lock=lock, deadline=deadline) -> None:
                while True:
                    with lock:
                        if not todo or time.monotonic() > deadline:
                            return
                        way, case = todo.pop(0)
                    row = answered(server, prompts, way, case)
                    with lock, (options.out / "rows.jsonl").open("a") as file:
                        file.write(json.dumps(row) + "\n")

            # Plain decoding takes a pass a token whoever else is served: several at once save time.
            threads = [threading.Thread(target=work) for _ in range(4 if name == "plain" else 1)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            print(f"{name}: {len(todo)} left", flush=True)


def answered(server: Server, prompts: Prompts, way: str, case: dict) -> dict:
    before = server.steps()
    started = time.monotonic()
    answer = server.complete({**prompts.request(case), **predicted(case, WAYS[way][1])})
    row = row_of(case, way, answer, time.monotonic() - started, server.steps() - before)
    if way == "plain":
        row["steps"] = len(row["tokens"])
    return row


def run_concurrent(options: argparse.Namespace, cases: list[dict]) -> None:
    """Every second request with a prediction, all at once; the outputs must be those of plain decoding alone."""
    prompts = Prompts(options.model)
    plain = {case_id: row for (way, case_id), row in recorded(options.out).items() if way == "plain"}
    cases = [case for case in cases if case["id"] in plain]
    for name in ("plain", "redraft-measured"):
        with Server(options.model, SERVERS[name], options.port, options.out / f"concurrent-{name}.log", 16) as server:
            server.complete({"prompt": [1, 2, 3], "max_tokens": 4, "temperature": 0})
            for count in map(int, options.concurrent.split(",")):
                for mix in ("none", "half") if name != "plain" else ("none",):
                    report = concurrent_round(server, prompts, cases[: max(16, count)], count, mix)
                    rows = report.pop("rows")
                    report.update(server=name, concurrent=count, predicted=mix, **compare(rows, plain))
                    with (options.out / "concurrent.jsonl").open("a") as file:
                        file.write(json.dumps(report) + "\n")
                    print(json.dumps(report), flush=True)


def concurrent_round(server: Server, prompts: Prompts, cases: list[dict], count: int, mix: str) -> dict:
    rows: list[dict] = []
    queue = list(enumerate(cases))
    lock = threading.Lock()

    def work() -> None:
        while True:
            with lock:
                if not queue:
                    return
                i, case = queue.pop(0)
            fields = ("prediction", "sketch", "candidates") if mix == "half" and i % 2 else ()
            body = {**prompts.request(case), **predicted(case, fields)}
            started = time.monotonic()
            answer = server.complete(body)
            row = row_of(case, "predicted" if fields else "plain", answer, time.monotonic() - started, None)
            with lock:
                rows.append(row)

    before, started = server.steps(), time.monotonic()
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.monotonic() - started
    tokens = sum(len(row["tokens"]) for row in rows)
    unpredicted = [row for row in rows if row["way"] == "plain"]
    waited = sum(row["seconds"] for row in unpredicted)
    return {
        "rows": rows,
        "requests": len(rows),
        "steps": server.steps() - before,
        "tokens": tokens,
        "tokens_a_second": round(tokens / seconds, 1),
        "ms_a_token_unpredicted": round(1000 * waited / max(1, sum(len(row["tokens"]) for row in unpredicted)), 2),
        "slowest_request": max(row["seconds"] for row in rows),
    }


def run_edges(options: argparse.Namespace, cases: list[dict]) -> None:
    """Drafts to the end of the context, with aborts, twice; compared with the same server without drafts."""
    prompts = Prompts(options.model)
    length = 640
    chosen = [case for case in cases if 200 < len(prompts.request(case)["prompt"]) < length - 60][:12]
    fields = ("prediction", "sketch", "candidates")
    with Server(options.model, SERVERS["edges"], options.port, options.out / "edges.log", 8) as server:
        reports = []
        for case in chosen:
            body = {**prompts.request(case), "ignore_eos": True}
            body["max_tokens"] = length - len(body["prompt"])
            plain = server.complete({**body, "vllm_xargs": {"draft": "off"}})
            reports.append((case, body, row_of(case, "plain", plain, 0, None)))
        for _ in range(2):
            rows: list[dict] = []

            def work(entry: tuple, rows: list[dict] = rows) -> None:
                case, body, _ = entry
                rows.append(row_of(case, "drafted", server.complete({**body, **predicted(case, fields)}), 0, None))

            threads = [threading.Thread(target=work, args=(entry,)) for entry in reports]
            for thread in threads:
                thread.start()
            for case, body, _ in reports[:4]:
                server.abandon({**body, **predicted(case, fields)})
            for thread in threads:
                thread.join()
            found = compare(rows, {row["id"]: row for _, _, row in reports})
            ends = sum(row["finish"] == "length" for row in rows)
            report = {"requests": len(rows), "aborted": 4, "at_the_end_of_the_context": ends, **found}
            with (options.out / "edges.jsonl").open("a") as file:
                file.write(json.dumps(report) + "\n")
            print(json.dumps(report), flush=True)


def run_sampling(options: argparse.Namespace, cases: list[dict]) -> None:
    """Whether sampled tokens are distributed as without drafts: the fourth token of many seeds, chi-square."""
    prompts = Prompts(options.model)
    with Server(options.model, SERVERS["redraft"], options.port, options.out / "sampling.log", 16) as server:
        for case in cases[:3]:
            counts = []
            for fields in ((), ("prediction", "sketch", "candidates")):
                body = {**prompts.request(case), **predicted(case, fields), "temperature": 1.6, "max_tokens": 6}
                counts.append(sampled_counts(server, body, options.sampling, len(counts) * options.sampling))
            report = {"id": case["id"], "samples": options.sampling, **chi_square(*counts)}
            with (options.out / "sampling.jsonl").open("a") as file:
                file.write(json.dumps(report) + "\n")
            print(json.dumps(report), flush=True)


def sampled_counts(server: Server, body: dict, samples: int, first_seed: int) -> dict:
    """Counts of the fourth token; `accepted` = drafted tokens that were accepted."""
    counts: dict[int, int] = {}
    accepted = 0
    seeds = list(range(first_seed, first_seed + samples))
    lock = threading.Lock()

    def work() -> None:
        nonlocal accepted
        while True:
            with lock:
                if not seeds:
                    return
                seed = seeds.pop()
            answer = server.complete({**body, "seed": seed})
            row = row_of({"id": ""}, "", answer, 0, None)
            token = row["tokens"][3] if len(row["tokens"]) > 3 else -1
            with lock:
                counts[token] = counts.get(token, 0) + 1
                accepted += row["accepted"]

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"counts": counts, "accepted": accepted}


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
        "accepted": drafted["accepted"],
    }


def compare(rows: list[dict], plain: dict[str, dict]) -> dict:
    same = ties = other = 0
    for row in rows:
        reference = plain[row["id"]]
        if row["tokens"] == reference["tokens"]:
            same += 1
            continue
        pairs = zip(row["tokens"], reference["tokens"], strict=False)
        at = next((i for i, (a, b) in enumerate(pairs) if a != b), None)
        if at is not None and reference["gaps"][at] < NEAR_TIE:
            ties += 1
        else:
            other += 1
    return {"same": same, "near_ties": ties, "different": other}


def print_table(options: argparse.Namespace) -> None:
    """All cases that were run in every way, and of these those where the model writes what the merge found."""
    known = recorded(options.out)
    plain = {case_id: row for (way, case_id), row in known.items() if way == "plain"}
    ways = [way for way in options.ways.split(",") if any(known_way == way for known_way, _ in known)]
    common = [case for case in options.chosen if all((way, case["id"]) in known for way in ways)]
    merged = [case for case in common if plain[case["id"]]["text"].rstrip() in map(str.rstrip, case["candidates"])]
    for title, cases in (("all", common), ("the output is a candidate of the merge", merged)):
        print(f"\n{title}: {len(cases)} cases\n")
        print("| way | same, near-tie, other | tokens | passes | tokens a pass | seconds |")
        print("| --- | ---: | ---: | ---: | ---: | ---: |")
        for way in ways if cases else []:
            rows = [known[way, case["id"]] for case in cases]
            found = compare(rows, plain)
            tokens = sum(len(row["tokens"]) for row in rows)
            steps = sum(row["steps"] for row in rows)
            print(
                f"| {way} | {found['same']}, {found['near_ties']}, {found['different']} | {tokens} | {steps} "
                f"| {tokens / steps:.1f} | {sum(row['seconds'] for row in rows):.0f} |"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", help="folder of the model")
    parser.add_argument("--cases", required=True)
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--ways", default=",".join(WAYS))
    parser.add_argument("--concurrent", help="numbers of requests at once, such as 1,4,8,16")
    parser.add_argument("--edges", action="store_true", help="chunks, prefix cache, aborts, the end of the context")
    parser.add_argument("--sampling", type=int, help="sample so many times with and without drafts")
    parser.add_argument("--minutes", type=float, default=8)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--port", type=int, default=8123)
    parser.add_argument("--table", action="store_true")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    cases = [json.loads(line) for line in Path(options.cases).read_text().splitlines()][: options.limit]
    options.chosen = cases
    if options.table:
        print_table(options)
    elif options.model is None:
        parser.error("--model is needed")
    elif options.edges:
        run_edges(options, cases)
    elif options.sampling:
        run_sampling(options, cases)
    elif options.concurrent:
        run_concurrent(options, cases)
    else:
        run_ways(options, cases)


if __name__ == "__main__":
    main()
