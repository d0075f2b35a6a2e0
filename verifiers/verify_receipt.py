#!/usr/bin/env python3
"""Verifies a receipt of Redraft, version 1 (docs/guide/receipt.md); shares no code with Redraft.
Exit code 0: nothing that was checked is wrong. 1: the receipt does not verify, and why. 2: wrong usage."""
import argparse, codecs, hashlib, json, re

# The canonical form of a receipt, as a pattern: names sorted, no white space.
N, C, STRING, HASH = "[1-9][0-9]{0,14}", "(?:0|[1-9][0-9]{0,14})", r'"(?:[^"\\]|\\.)*"', '"[0-9a-f]{64}"'
SPAN, many = rf"\[{N},{N}\]", lambda one: rf"\[(?:{one}(?:,{one})*)?\]"
RESULT = (rf'(?:\{{(?:"ends":"changed",)?"from":"source","lines":{SPAN},"source":{N}\}}|\{{"edit":{N},"from":"edit","lines":{SPAN}\}}'
          rf'|\{{(?:"edit":{N},)?"from":"merged","lines":{SPAN}(?:,"source":{SPAN})?\}}|\{{(?:"edit":{N},)?"from":"model","lines":{SPAN}\}}'
          rf'|\{{"from":"(?:layout|cell|other)","lines":{SPAN}\}})')
SOURCE = rf'\{{"fate":(?:"kept","lines":{SPAN},"result":{N}|"replaced","lines":{SPAN},"result":{SPAN}|"removed","lines":{SPAN})\}}'
MAP = rf'"result":{many(RESULT)},"source":{many(SOURCE)}'
CELL = rf'\{{"after":{C},"before":{C},(?:"id":{STRING},)?"number":{N},{MAP}\}}'
CHECK = rf'\{{"name":{STRING},"ok":(?:true|false|"unknown")\}}'
ENCODING, FORMAT = "(?:utf-8(?:-stray)?|utf-16[bl]e|windows-1252)", "(?:lazy|search-replace|unified-diff|patch|whole)"
SIDE = rf'(?:null|\{{"bom":(?:true|false),"bytes":{C},"encoding":"{ENCODING}","lines":{C},"sha256":{HASH}\}})'
RECEIPT = re.compile(
    rf'\{{"action":"(?:update|create|delete|move)","after":{SIDE},(?:"base":\{{"sha256":{HASH}\}},)?"before":{SIDE},'
    rf'(?:"cells":\[{CELL}(?:,{CELL})*\],)?"checks":{many(CHECK)},"digest":{HASH},(?:"edit":\{{"format":"{FORMAT}","sha256":{HASH}\}},)?'
    rf'"lines":\{{{MAP}\}},(?:"model":\{{(?:"confidence":(?:0|1|0\.[0-9]{{0,3}}[1-9]),)?"name":{STRING}\}},)?'
    rf'(?:"movedTo":{STRING},)?"path":{STRING},"receipt":1,"route":"(?:merge|model|rewrite)","tool":{STRING},"why":{STRING}\}}\n', re.S)

codecs.register_error("c1", lambda e: (e.object[e.start:e.end].decode("latin-1"), e.end))
sha = lambda data: hashlib.sha256(data).hexdigest()
canonical = lambda value: json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
lines_of = lambda text: [(a or c, b) for a, b, c in re.findall("([^\r\n]*)(\r\n|\n|\r)|([^\r\n]+)", text)]
def must(true, problem):
    if not true:
        raise ValueError(problem)
def side_text(side, data):
    """The text of one side: empty where there was no file, None where the file was not given."""
    if data is None:
        return None if side else ""
    must(side and sha(data) == side["sha256"] and len(data) == side["bytes"], "a file has another hash or size, or should not be")
    name, is_utf8 = side["encoding"], data.decode("utf-8", "replace").encode() == data
    mark = {"utf-16le": b"\xff\xfe", "utf-16be": b"\xfe\xff"}.get(name, b"\xef\xbb\xbf" if side["bom"] else b"")
    must(data.startswith(mark) and ("16" in name or is_utf8 == (name == "utf-8")), "a file is not in " + name)
    other = {"utf-8-stray": ("utf-8", "surrogateescape"), "windows-1252": ("cp1252", "c1")}
    return data[len(mark):].decode(*other.get(name, (name, "surrogatepass")))
def named_text(told, data):
    texts = [data.decode(name, "replace") for name in ("utf-8", "utf-8-sig", "utf-16", "cp1252")]
    found = [text for text in texts if told and sha(text.encode("utf-8", "replace")) == told["sha256"]]
    must(found, "the edit or the base has another hash, or should not be")
    return found[0]
def edit_lines(text):
    """The lines of the edit, then those of the JSON strings in it, then those of the JSON strings in these."""
    ends, quoted = re.compile("\r\n|\n|\r"), re.compile(r'"(?:[^"\\]|\\.)*"', re.S)
    string, lines, texts = re.compile(r'"(?:[^"\\\0-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"'), ends.split(text), [text]
    for _ in range(2):
        found = []
        for one in texts:
            at = one.find('"')
            while at >= 0 and (match := quoted.match(one, at)):
                found += [json.loads(match.group())] if string.fullmatch(match.group()) else []
                at = one.find('"', match.end())
        texts = found
        lines += [line for one in texts for line in ends.split(one)]
    return lines
def is_edit(line, edit):
    mark = re.match(r"\+|[ \t]*[0-9]+(:[0-9a-z]+)?[|:\t→]", edit)
    return line.strip(" \t") in (edit.strip(" \t"), edit[mark.end() if mark else 0:].strip(" \t"))
def is_merged(line, edit, ends, replaced):
    same = lambda a, b: next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
    words = lambda text: set(re.findall("[A-Za-z0-9_]+", text))
    tail = line[same(line, ends[0]):] if ends else ""
    is_between = ends and tail[:len(tail) - same(tail[::-1], ends[1][::-1])] in edit
    return is_between or words(line) <= words(edit) | words(replaced)

def check_map(one, old_count, new_count, old, new, edit):
    must(all(lines is None or len(lines) == count for lines, count in ((old, old_count), (new, new_count))), "a text has other lines")
    for name, count in (("result", new_count), ("source", old_count)):
        firsts, lasts = ([run["lines"][i] for run in one[name]] for i in (0, 1))
        must(firsts + [count + 1] == [1] + [n + 1 for n in lasts] and all(map(int.__le__, firsts, lasts)), name + ": a gap or an overlap")
    each = lambda run: enumerate(range(run["lines"][0], run["lines"][1] + 1))
    kept = [(run["source"] + i, n) for run in one["result"] if run["from"] == "source" for i, n in each(run)]
    told = [(n, run["result"] + i) for run in one["source"] if run["fate"] == "kept" for i, n in each(run)]
    must(kept == told, "the runs of both sides keep different lines")
    fates, gap_of, a, b = {run["lines"][0]: run for run in one["source"]}, {}, 0, 0
    for c, d in kept + [(old_count + 1, new_count + 1)]:
        must(c > a and d > b, f"source line {c} is kept out of order")
        gap_of.update((n, (a + 1, c - 1)) for n in range(b + 1, d))
        gone = {"lines": [a + 1, c - 1], **({"fate": "replaced", "result": [b + 1, d - 1]} if d > b + 1 else {"fate": "removed"})}
        must(c == a + 1 or fates.get(a + 1) == gone, f"what is said of source line {a + 1} does not fit")
        a, b = c, d
    for run, i, n in ((run, i, n) for run in one["result"] for i, n in each(run)):
        kind, both, m = run["from"], old is not None and new is not None, run["edit"] + i if "edit" in run else 0
        must(edit is None or m <= len(edit), f"line {n}: the edit has no line {m}")
        if kind == "source" and both:
            (was, end), now = old[run["source"] + i - 1], new[n - 1]
            must((was, end != now[1]) == (now[0], "ends" in run), f"line {n} is not source line {run['source'] + i}")
        elif kind == "layout" and new is not None:
            must(not new[n - 1][0].strip(" \t"), f"line {n} is not blank")
        elif kind in ("edit", "model") and m and edit is not None and new is not None:
            must(is_edit(new[n - 1][0], edit[m - 1]), f"line {n} is not line {m} of the edit")
        elif kind == "merged":
            (first, last), span = gap_of[n], run.get("source")
            fits = run["lines"] == [n, n] and (not span or first <= span[0] <= span[1] <= last)
            if fits and both and edit is not None:
                text, ends = "\n".join(line for line, _ in old[first - 1:last]), span and [old[at - 1][0] for at in span]
                fits = is_merged(new[n - 1][0], edit[m - 1] if m else "\n".join(edit), ends, text)
            must(fits, f"line {n} is not made of the edit and the lines that it replaces")

def check_itself(receipt):
    action, before, after, edit, model, cells = (receipt.get(name) for name in ("action", "before", "after", "edit", "model", "cells"))
    runs = [run for one in [receipt["lines"], *(cells or [])] for run in one["result"]]
    told, kinds = [before is None, after is None, "movedTo" in receipt], {run["from"] for run in runs}
    must(told == [action == one for one in ("create", "delete", "move")], "the sides do not fit the action")
    must((model is None) == (receipt["route"] == "merge") and (edit or model), "the route does not fit edit and model")
    must((model or "model" not in kinds) and (cells or "cell" not in kinds), "lines are from a model or a cell, and there is none")
    must(edit or not any("edit" in run for run in runs), "lines are from the edit, and there is none")
    if before and after:
        must([before[name] == after[name] for name in ("encoding", "bom")] == [True, True], "the encoding changed")
        is_kept = all(run.get("from") == "source" and "ends" not in run or run.get("fate") == "kept" for run in runs + receipt["lines"]["source"])
        must(is_kept == (before["sha256"] == after["sha256"]), "hashes and lines disagree on whether anything changed")
def side_lines(text, cells):
    """The lines of one side, of the file and then of the cells; and what is left of a notebook without the cells' sources."""
    if text is None:
        return [None] * (1 + len(cells)), None
    book = json.loads(text) if cells else {}
    own = [book["cells"][cell["number"] - 1] for cell in cells]
    must(all(cell.get("id", one.get("id")) == one.get("id") for cell, one in zip(cells, own)), "a cell has another id")
    lines = [lines_of(one) for one in (text, *("".join(one["source"]) for one in own))]
    for one in own:
        one["source"] = None
    return lines, json.dumps(book)
def verify(data, before, after, edit, base):
    receipt, shape = json.loads(data.decode("utf-8")), RECEIPT.fullmatch(data.decode("utf-8"))
    must(shape and (canonical(receipt) + "\n").encode() == data, "it is no receipt of version 1 in canonical form")
    must(sha(canonical({name: receipt[name] for name in receipt if name != "digest"}).encode()) == receipt["digest"], "it was changed")
    check_itself(receipt)
    base is None or named_text(receipt.get("base"), base)
    text = None if edit is None else edit_lines(named_text(receipt.get("edit"), edit))
    sides, cells = [receipt["before"], receipt["after"]], receipt.get("cells", [])
    (old, rest), (new, left) = (side_lines(side_text(side, given), cells) for side, given in zip(sides, (before, after)))
    must(None in (rest, left) or rest == left, "more than the sources of the named cells changed")
    counts = [[side["lines"] if side else 0 for side in sides]] + [[cell["before"], cell["after"]] for cell in cells]
    for one, count, a, b in zip([receipt["lines"], *cells], counts, old, new):
        check_map(one, *count, a, b, text)

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("receipt", "--before", "--after", "--edit", "--base"):
        parser.add_argument(name, type=argparse.FileType("rb"))
    given = {name: file and file.read() for name, file in vars(parser.parse_args()).items()}
    try:
        verify(*given.values())
    except Exception as error:
        raise SystemExit(f"does not verify: {error}")
    print("verifies; compared with: " + (", ".join(name for name in list(given)[1:] if given[name] is not None) or "nothing but itself"))
