"""Runs the cases of write-cases.ts on a real vLLM, one way of drafting after the other; compares with plain decoding.

    python run_vllm.py --model FOLDER --cases cases.jsonl --out OUT [--ways plain,ngram,...] [--minutes 8]
    python run_vllm.py --cases cases.jsonl --out OUT --table

Run by the Python of an environment with vLLM 0.32 (`install-vllm`). Resumable: a case that is recorded for a way is
skipped, and a server ends after --minutes of work; run it again. Passes are counted by the engine and do not depend on
the load of the machine; times do.
"""

from __future__ import annotations

import argparse
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

    def steps(self) -> int:
        """Steps of the engine so far."""
        with urllib.request.urlopen(f"{self.url}/metrics", timeout=60) as answer:
            lines = answer.read().decode().splitlines()
        counts = [line.split()[-1] for line in lines if line.startswith("vllm:iteration_tokens_total_count")]
        return sum(int(float(count)) for count in counts)


class Prompts:
    def __init__(self, model: str, most_tokens: int | None = None) -> None:
        """`most_tokens` = where an output is cut; None = far behind the source's length."""
        from transformers import AutoTokenizer

        self._most = most_tokens
        self._tokenizer = AutoTokenizer.from_pretrained(model)

    def _tokens(self, text: str) -> list[int]:
        return self._tokenizer.encode(text, add_special_tokens=False)

    def request(self, case: dict) -> dict:
        length = len(self._tokens(case["source"]))
        body = {"temperature": 0, "logprobs": 2, "return_token_ids": True}
        body["max_tokens"] = min(2 * length + 128, self._most or 1 << 30)
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
    prompts = Prompts(options.model, options.most_tokens)
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
    parser.add_argument("--minutes", type=float, default=8)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--most-tokens", type=int, help="where outputs are cut")
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
    else:
        run_ways(options, cases)


if __name__ == "__main__":
    main()
