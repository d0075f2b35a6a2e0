import json
import random

from collect import collect
from redraft_training.edits import changes, fingerprint, usable, wanted_path, Limits
from redraft_training.examples import Mix, draw
from redraft_training.patch import FORMATS, hunks_of, make_patch
from redraft_training.rows import after_of, before_of, rows_of, size, window
from redraft_training.sketch import STYLES, make_sketch
from redraft_training.synthetic import edit, function


def some_edits(count, seed=1):
    random_source = random.Random(seed)
    for _ in range(count):
        before = [line for _ in range(5) for line in function(random_source)]
        yield "\n".join(before) + "\n", "\n".join(edit(edit(before, random_source), random_source)) + "\n"


def test_history_gives_modifications_only(repository):
    found = changes(repository)
    assert len(found) == 60
    assert all(change.before != change.after for change in found)


def test_collect_records_where_edits_come_from(repository, tmp_path):
    config = {"seed": 1, "per_repository": 30, "per_file_name": 8, "short_file_lines": 0, "keep_short_files": 1.0,
              "minor_languages": [], "minor_share": 1.0, "limits": {"min_reuse": 0.3}}
    record = collect("owner/name", repository, tmp_path / "edits.jsonl", config)
    rows = [json.loads(line) for line in (tmp_path / "edits.jsonl").open()]
    assert record["edits"] == len(rows) <= 24  # 3 files, 8 of each name at most
    assert record["licence"] == "MIT" and len(record["head"]) == 40
    assert {"repository", "commit", "path", "language", "before", "after"} == set(rows[0])


def test_what_is_no_edit_is_dropped():
    limits = Limits(min_characters=1)
    assert usable("a\nb\nc\n", "a\nb\nd\n", limits)
    assert not usable("a\nb\n", "a\n  b\n", limits)  # white space only
    assert not usable("a\r\nb\n", "a\nc\n", limits)
    assert not usable("a\n", "z\n", limits)  # nothing reused
    assert not wanted_path("package-lock.json") and not wanted_path("a/vendor/b.go") and wanted_path("a/b.go")


def test_ports_of_one_change_are_near_duplicates():
    assert fingerprint("a\nb\nx\n", "a\nc\nx\n") == fingerprint("q\n b\nr\n", "q\n c\nr\n")
    assert fingerprint("a\nb\n", "a\nc\n") != fingerprint("a\nb\n", "a\nd\n")


def test_rows_hold_both_sides():
    for before, after in some_edits(20):
        rows = rows_of(before, after)
        assert "\n".join(before_of(rows)) + "\n" == before
        assert "\n".join(after_of(rows)) + "\n" == after
        assert all(len(row.before) == 1 for row in rows if not row.changed)


def test_windows_stay_in_their_budget():
    random_source = random.Random(2)
    for before, after in some_edits(20):
        rows = rows_of(before, after)
        hunk = next(i for i, row in enumerate(rows) if row.changed)
        start, end = window(rows, hunk, 600, random_source)
        assert start <= hunk < end
        assert sum(size(row) for row in rows[start:end]) <= 600


def test_sketches_hold_every_new_line_and_repeat_by_seed():
    for number, (before, after) in enumerate(some_edits(30)):
        rows = rows_of(before, after)
        for style in STYLES:
            sketch = make_sketch(rows, "python", style, random.Random(number))
            assert sketch == make_sketch(rows, "python", style, random.Random(number))
            new = [line.strip() for row in rows if row.changed for line in row.after if line.strip()]
            have = [line.strip() for line in sketch.lines]
            assert all(line in have for line in new), (style, sketch.noise)


def test_styles_are_what_they_say():
    before = "\n".join(f"line {n}" for n in range(40)) + "\n"
    after = before.replace("line 20\n", "")
    rows = rows_of(before, after)
    adjacent = make_sketch(rows, "python", "S4a", random.Random(1)).lines
    assert adjacent.index("line 21") == adjacent.index("line 19") + 1
    told = make_sketch(rows, "python", "S4b", random.Random(1))
    assert told.noise == ["removed_comment"] and any("line" in line or "20" in line for line in told.lines if line[0] == "#")
    assert "line 10" not in adjacent and adjacent[0].startswith("#")


def test_examples_are_the_edit_inside_the_region():
    random_source = random.Random(4)
    mix = Mix(styles={style: 1.0 for style in STYLES})
    drawn = [draw(rows_of(before, after), "python", mix, random_source) for before, after in some_edits(60)]
    examples = [example for example in drawn if example is not None]
    assert len(examples) > 40
    for example in examples:
        assert example.original != example.merged and example.sketch.lines


def test_patches_are_the_edit_where_nothing_was_roughened():
    for before, after in some_edits(20):
        hunks = hunks_of(rows_of(before, after))
        source, result = before.splitlines(), after.splitlines()
        moved = 0
        for start, lines in hunks:
            old = [text for sign, text in lines if sign != "+"]
            new = [text for sign, text in lines if sign != "-"]
            assert source[start:start + len(old)] == old
            assert result[start + moved:start + moved + len(new)] == new
            moved += len(new) - len(old)
        assert moved == len(result) - len(source)


def test_patches_are_roughened_in_every_format():
    random_source = random.Random(4)
    for style in FORMATS:
        made = [(make_patch(rows_of(before, after), "a.py", style, random_source), before) for before, after in some_edits(20)]
        assert sum(text is not None for text, _ in made) > 10
        for text, before in made:
            quoted = [line for line in before.splitlines() if text is not None and line.strip() and line.strip() in text]
            assert text is None or quoted
    assert make_patch(rows_of("a\n", "b\n"), "a.py", "UDx", random_source) is None  # nothing to place it by
